"""`result.qgs` opens in QGIS with tree, CRS, colours, view; the same bytes always."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
from handmade import handmade_report, report_of
from hostile import NAMES, hostile_report
from qgis_running import in_qgis, need_qgis

from zoning.errors import OutputError
from zoning.model import State, Verdict
from zoning.report.features import write_features
from zoning.report.project_file import project_bytes, write_project
from zoning.report.qml import layer_qml
from zoning.report.run_layers import read_package, read_shared
from zoning.report.sld import layer_sld
from zoning.report.styles import state_colour, style, verdict_colour

READING = Path(__file__).with_name("qgis_reading.py")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("成果 run")
    report = handmade_report()
    package = write_features(report, folder / "result.gpkg")
    return write_project(package, folder / "result.qgs", base=report.base.name)


@pytest.fixture(scope="module")
def root(project: Path) -> ET.Element:
    return parsed(project.read_bytes())


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 (made by the package itself)


# ------------------------------------------------------------------- as written
def test_the_same_run_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    package = write_features(handmade_report(), tmp_path / "result.gpkg")
    base = handmade_report().base.name

    again = write_project(package, tmp_path / "result.qgs", base=base)

    assert again.read_bytes() == project.read_bytes()


def test_it_names_no_place_no_day_and_no_person(project: Path) -> None:
    text = project.read_text(encoding="utf-8")

    assert str(project.parent) not in text
    assert not re.search(r"saveUser|saveDateTime|\{[0-9a-f]{8}-", text)
    sources = re.findall(r"<datasource>(.*?)</datasource>", text)
    assert all(source.startswith("./result.gpkg|layername=") for source in sources)


def test_every_layer_of_the_package_is_in_the_project(
    project: Path, root: ET.Element
) -> None:
    layers = {n for n, _ in pyogrio.list_layers(project.with_name("result.gpkg"))}
    named = {(d.text or "").partition("layername=")[2] for d in root.iter("datasource")}

    assert named == layers - {"layer_styles"}


def test_layer_ids_are_longer_than_ten_characters_and_used_in_the_tree(
    root: ET.Element,
) -> None:
    ids = [layer.findtext("id", "") for layer in root.iter("maplayer")]

    assert all(len(name) > 10 for name in ids)
    assert [entry.get("id") for entry in root.iter("layer-tree-layer")] == ids
    assert [item.text for item in root.iter("item")] == ids


def test_the_drawing_order_is_that_of_the_style_table(root: ET.Element) -> None:
    items = {"sites": "site", "conflicts": "conflict", "layout": "section"}
    orders = [
        style(items.get((item.text or "").split("_")[2], "trim")).order
        for item in root.iter("item")
    ]

    assert orders == sorted(orders, reverse=True)
    assert len(set(orders)) == 4


def test_renderers_and_labels_are_those_of_the_default_styles(
    root: ET.Element,
) -> None:
    for layer in root.iter("maplayer"):
        name = layer.findtext("datasource", "").partition("layername=")[2]
        style_root = parsed(layer_qml(name).encode())
        for tag in ("renderer-v2", "labeling"):
            own, other = layer.find(tag), style_root.find(tag)
            assert (own is None) == (other is None)
            if own is not None and other is not None:
                assert ET.tostring(own) == ET.tostring(other)


def test_titles_groups_and_headings_follow_the_language(project: Path) -> None:
    layers = read_package(project.with_name("result.gpkg"))
    chinese = project_bytes(layers, "result.gpkg", base="示范县").decode()
    english = project_bytes(layers, "result.gpkg", base="示范县", lang="en").decode()

    for text in ('name="选址"', 'name="冲突"', "<layername>项目选址</layername>"):
        assert text in chinese
        assert text not in english
    for text in ('name="Sites"', 'name="Conflicts"', "project site (lines)"):
        assert text in english
        assert text not in chinese
    assert 'name="选址编号"' in chinese
    assert 'name="site id"' in english


def test_names_that_are_markup_stay_text(tmp_path: Path) -> None:
    package = write_features(hostile_report(), tmp_path / "result.gpkg")
    base = NAMES[0] + "]]>&\x00"

    path = write_project(package, tmp_path / "result.qgs", base=base)

    root = parsed(path.read_bytes())
    assert NAMES[0] in root.findtext("title", "")
    marked = {b.get("name", "").partition(" ")[2] for b in root.iter("Bookmark")}
    assert marked & set(NAMES)
    assert not list(root.iter("img"))


def test_a_run_of_rejected_sites_still_has_a_project(tmp_path: Path) -> None:
    rejected = [s for s in handmade_report().sites if s.verdict == Verdict.REJECTED]
    package = write_features(report_of(*rejected), tmp_path / "result.gpkg")

    path = write_project(package, tmp_path / "result.qgs", base="示范县")

    assert [t.text for t in parsed(path.read_bytes()).iter("layername")] == ["项目选址"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpkg", b""),
        ("a.gpkg", b"SQLite format 3\0" + bytes(90)),
        ("a.gpkg", b"not a database at all" * 90),
        ("a.geojson", b"{"),
        ("a.geojson", b'{"features": [{"properties": {}, "geometry": 4}]}'),
        ("a.geojson", b"[" * 100_000),
    ],
    ids=["empty", "head alone", "text", "cut", "odd", "deep"],
)
def test_a_damaged_file_is_a_message(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    read = read_package if name.endswith("gpkg") else read_shared

    with pytest.raises(OutputError, match="E452"):
        read(path)


# --------------------------------------------------------------- in QGIS itself
@pytest.fixture(scope="module")
def seen(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a real QGIS tells of the project."""
    need_qgis()
    folder = tmp_path_factory.mktemp("qgis")
    slds = []
    for layer in read_package(project.with_name("result.gpkg")):
        path = folder / f"{layer.name}.sld"
        path.write_text(layer_sld(layer.name), encoding="utf-8")
        slds.append(str(path))
    done = in_qgis(str(READING), str(project), str(folder / "seen.png"), *slds)
    assert done.returncode == 0, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
def test_qgis_opens_it_with_every_layer_valid_and_in_its_crs(
    seen: dict[str, Any], project: Path
) -> None:
    package = project.with_name("result.gpkg")
    crs = handmade_report().base.crs

    assert seen["read"] is True
    assert seen["crs"] == crs
    assert handmade_report().base.name in seen["title"]
    for key, layer in seen["layers"].items():
        frame = gpd.GeoDataFrame(
            pyogrio.read_dataframe(package, layer=key.removeprefix("zoning_layer_"))
        )
        assert layer["valid"]
        assert (layer["rows"], layer["crs"]) == (len(frame), crs)
        assert layer["alias"] == "选址编号"


@pytest.mark.slow
def test_qgis_shows_the_tree_the_order_and_the_bookmarks(seen: dict[str, Any]) -> None:
    names = [name for name, _ in seen["tree"]]

    assert names == ["选址", "廊道断面与退让", "冲突"]
    listed = [key for _, members in seen["tree"] for _, key in members]
    assert listed == seen["order"]
    assert set(listed) == set(seen["layers"])
    drawn = [s for s in handmade_report().sites if s.geometry is not None]
    assert {b.partition(" ")[0] for b in seen["bookmarks"]} == {
        s.site.id for s in drawn
    }


@pytest.mark.slow
def test_qgis_colours_by_verdict_and_state_from_project_package_and_sld(
    seen: dict[str, Any],
) -> None:
    verdicts = {str(v): verdict_colour(v) for v in Verdict}
    states = {str(s): state_colour(s) for s in State}

    for where in (
        {key: layer["colours"] for key, layer in seen["layers"].items()},
        seen["default"],
    ):
        assert where["zoning_layer_sites"] == verdicts
        assert where["zoning_layer_conflicts"] == states
    assert all(answer["good"] for answer in seen["sld"].values()), seen["sld"]
    assert seen["sld"]["conflicts"]["colours"] == {
        f"state = '{key}'": colour for key, colour in states.items()
    }


@pytest.mark.slow
def test_qgis_draws_the_sites_where_the_view_is(seen: dict[str, Any]) -> None:
    shapes = [s.geometry for s in handmade_report().sites if s.geometry is not None]
    west, south, east, north = seen["extent"]

    for shape in shapes:
        box = shape.bounds
        assert west < box[0] < box[2] < east
        assert south < box[1] < box[3] < north
    assert seen["pixels"].get(verdict_colour(Verdict.PROHIBITED), 0) > 20
    assert seen["pixels"]["#ffffff"] < sum(seen["pixels"].values())
