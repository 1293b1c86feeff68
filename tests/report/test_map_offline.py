"""A map page stands alone: no network, no random bytes, no names that run."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from branca.element import JavascriptLink
from handmade import handmade_report, report_of
from hostile import NAMES, hostile_report
from map_reading import Tags, page_data

from zoning.report import map_layers
from zoning.report.inline import POLICY, OfflineFigure, vendored
from zoning.report.map import draw_map, map_html

STATIC = Path(map_layers.__file__).parent / "static"


@pytest.fixture(scope="module")
def html() -> str:
    return map_html(handmade_report())


# ------------------------------------------------------------------ one file, alone
def test_the_page_links_nothing(html: str) -> None:
    tags = Tags()
    tags.feed(html)

    assert not [tag for tag, _ in tags.seen if tag in {"link", "img", "iframe"}]
    assert not [own for _, own in tags.seen if "src" in own or "href" in own]
    remote = re.findall(r"url\(['\"]?(?!data:|#)[^)]*", html)
    assert remote == []


def test_the_policy_forbids_the_network_and_stands_before_any_script(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    names = [tag for tag, _ in tags.seen]
    policies = [own["content"] for _, own in tags.seen if "http-equiv" in own]

    assert POLICY in policies
    assert html.index("Content-Security-Policy") < html.index("<script")
    assert names.index("meta") < names.index("script")
    assert "http:" not in POLICY
    assert "https:" not in POLICY
    assert "default-src 'none'" in POLICY


@pytest.mark.parametrize("library", ["jquery", "bootstrap", "awesome", "glyphicon"])
def test_libraries_that_serve_icon_markers_only_are_left_out(
    html: str, library: str
) -> None:
    assert library not in html.lower()


def test_an_element_that_links_an_unknown_file_is_refused() -> None:
    page = draw_map(report_of())
    page.add_css_link("more", "https://cdn.example/some/more.css")

    with pytest.raises(LookupError, match=r"cdn\.example/some/more\.css"):
        page.get_root().render()


def test_a_figure_of_any_folium_element_stays_offline() -> None:
    figure = OfflineFigure("t", "zh")
    figure.header.add_child(JavascriptLink("https://x.example/a/leaflet.js"))

    assert "x.example" not in figure.render()
    assert "1.9.4" in figure.render()


def test_a_title_is_text() -> None:
    assert "<title>&lt;b&gt;</title>" in OfflineFigure("<b>", "zh").render()


@pytest.mark.parametrize("path", sorted(vendored()))
def test_a_vendored_file_is_the_one_that_was_pinned(path: str) -> None:
    entry = vendored()[path]

    content = (STATIC / path).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert (STATIC / "licenses" / entry.licence_file).is_file()
    assert re.fullmatch(r"\d+(\.\d+)+", entry.version)


def test_every_file_of_others_is_pinned() -> None:
    own = {"VENDOR.toml", "map.js", "map_tools.js", "map.css", "unpack.js"}
    found = {
        file.relative_to(STATIC).as_posix()
        for file in STATIC.rglob("*")
        if file.is_file() and file.parent.name != "licenses"
    }

    assert {path for path in found if path not in own} == set(vendored())


# ------------------------------------------------------------------ the same bytes
def test_the_same_report_gives_the_same_page_twice(html: str) -> None:
    assert map_html(handmade_report()) == html


def test_a_page_is_the_same_when_it_is_rendered_again() -> None:
    figure = draw_map(handmade_report()).get_root()

    assert figure.render() == figure.render()


@pytest.mark.slow
def test_the_page_does_not_depend_on_process_time_zone_or_folder(
    html: str, tmp_path: Path
) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from handmade import handmade_report\n"
        "from zoning.report.map import map_html\n"
        "import hashlib\n"
        "print(hashlib.sha256(map_html(handmade_report()).encode()).hexdigest())"
    )
    tests = str(Path(__file__).parent)
    package = str(Path(map_layers.__file__).parents[2])
    settings = {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "PYTHONPATH": package}

    done = subprocess.run(
        [sys.executable, "-c", code, tests],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=settings | {"LC_ALL": "C"},
    )

    assert done.stdout.strip() == hashlib.sha256(html.encode()).hexdigest()


# ------------------------------------------------------------------ hostile names
def test_hostile_names_stay_inside_data() -> None:
    page = map_html(hostile_report())
    tags = Tags()
    tags.feed(page)
    plain = Tags()
    plain.feed(map_html(handmade_report()))

    assert [tag for tag, _ in tags.seen] == [tag for tag, _ in plain.seen]
    assert not [
        own for _, own in tags.seen if any(name.startswith("on") for name in own)
    ]
    assert {site["name"] for site in page_data(page)["sites"]} <= set(NAMES)
