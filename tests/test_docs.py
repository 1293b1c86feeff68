"""The other guides say what is true: words, rooms, figures, links."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import numpy as np
import pytest
import shapely
from guide_files import GUIDES, NOTEBOOKS, ROOT, sample, tables, zoning_calls

import zoning
from zoning import measure, terms
from zoning.cli import COMMANDS, cli
from zoning.io.catalogue import catalogue
from zoning.rules.packs import built_in_packs, read_rule_book

GLOSSARY = ROOT / "docs/glossary.md"
DESIGN = ROOT / "docs/design.md"
DECISIONS = tuple(sorted((ROOT / "docs/decisions").glob("*.md")))
MACHINE = re.compile(r"(?:^|[\s`\"'(=])(?:/(?:home|root|tmp|work|Users|usr/local)/|~/)")

each_guide = pytest.mark.parametrize(
    "path", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix()
)


# ---------------------------------------------------------- glossary and design
@pytest.mark.parametrize(
    "group",
    [
        "verdict",
        "state",
        "overlap_class",
        "layer",
        "scope",
        "unit_class",
        "dimension",
        "list_level",
        "corridor_kind",
    ],
)
def test_the_glossary_has_every_word_of_a_group(group: str) -> None:
    rows = [row for part in tables(GLOSSARY).values() for row in part]

    for key, words in terms.group(group).items():
        found = [row for row in rows if row[0] == f"`{key}` {words['zh']}"]
        assert found, f"{key} {words['zh']}"
        assert words["en"] in {row[2] for row in found}, key


def test_every_row_of_the_glossary_has_pinyin_and_says_what_it_decides() -> None:
    for part in tables(GLOSSARY).values():
        for term, pinyin, english, decides in part:
            assert re.search(r"[一-鿿]", term) or term == "CGCS2000"
            assert re.fullmatch(r"[a-zA-Züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ'/ ]+", pinyin), term
            assert english
            assert decides.endswith("."), term


def test_the_glossary_names_rules_that_read_the_layer() -> None:
    book = read_rule_book(built_in_packs())
    read = (*catalogue(), "corridor_model")  # a model is no layer of a base
    reading: dict[str, set[str]] = {name: set() for name in read}
    for rule in book.rules:
        for space in rule.space:
            reading[book.views[space.view].layer].add(rule.id)

    for term, _, _, decides in tables(GLOSSARY)["Layers 图层"]:
        layer = term.split("`")[1]
        rules = reading[layer]
        named = re.findall(r"\b([A-Z]{2,5})-(\d{3}|…)", decides)
        for prefix, number in named:
            if number == "…":
                assert any(rule.startswith(f"{prefix}-") for rule in rules), term
            else:
                assert f"{prefix}-{number}" in rules, term
        if re.search(r"\bNothing|No rule", decides):
            assert not rules, term
        elif layer not in {"access_list", "county"}:
            assert named, term


def test_every_layer_id_is_in_the_design_in_catalogue_order() -> None:
    line = next(
        line
        for line in DESIGN.read_text(encoding="utf-8").splitlines()
        if line.startswith("Layer ids")
    )

    told = re.findall(r"`(\w+)`", line)
    assert sorted(told) == sorted(catalogue())


def test_the_rooms_in_the_design_are_the_rooms_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    levels = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [room.strip() for level in levels for room in level.split("|")]

    told = [row[0].strip("`") for row in tables(DESIGN)["The rooms, high to low"]]
    assert told == rooms


def test_decisions_are_numbered_without_a_hole_and_listed() -> None:
    listed = DESIGN.read_text(encoding="utf-8")

    for number, path in enumerate(DECISIONS, start=1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number:04d} ")
        assert re.findall(r"^## (\w+)$", text, flags=re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequence",
        ]
        assert f"decisions/{path.name}" in listed


@pytest.mark.parametrize("row", tables(DECISIONS[0])["Decision"], ids=lambda r: r[0])
def test_the_figures_of_the_area_decision_are_measured(row: list[str]) -> None:
    edge_m = float(row[0].split()[0]) * 1000
    corner = (392_000.0, 3_432_000.0)
    square = shapely.box(*corner, corner[0] + edge_m, corner[1] + edge_m)
    shapes = np.array([square, shapely.segmentize(square, 20)], dtype=object)

    whole, fine = measure.area_m2(shapes, "EPSG:4546")

    def told(cell: str) -> float:
        return float(cell.removesuffix(" m²").replace(",", ""))

    xy = shapely.get_coordinates(square)
    lonlat = measure.to_lonlat(xy, "EPSG:4546")
    geodesic = abs(geod_area(lonlat))
    assert told(row[1]) == pytest.approx(abs(whole - fine), abs=6e-5)
    assert told(row[2]) == pytest.approx(abs(corners_alone(lonlat) - fine), rel=0.1)
    assert told(row[3]) == pytest.approx(abs(geodesic - fine), rel=0.1)


def geod_area(lonlat: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    from pyproj import Geod

    ellipsoid = Geod(a=6_378_137.0, f=1 / 298.257222101)
    return float(ellipsoid.polygon_area_perimeter(lonlat[:, 0], lonlat[:, 1])[0])


def corners_alone(lonlat: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Area of the corners on the equal-area cylinder, edges straight there."""
    from pyproj import Transformer

    cylinder = "+proj=cea +lon_0=110 +ellps=GRS80"  # CGCS2000 to 1e-10
    made = Transformer.from_crs("+proj=longlat +ellps=GRS80", cylinder, always_xy=True)
    x, y = made.transform(lonlat[:, 0], lonlat[:, 1])
    return float(shapely.Polygon(np.column_stack([x, y])).area)


# ------------------------------------------------------------------ the demo run
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_demo_run_of_the_docs_is_what_a_check_says_today(lang: str) -> None:
    kept = json.loads((ROOT / f"docs/demo/{lang}/verdict.json").read_bytes())
    sites = sample() / "sites"
    names = [sites / site["source"]["path"] for site in kept["sites"]]
    call = [sys.executable, "-m", "zoning", "check", *names, "--base", sample()]
    call += ["--project", sites / "projects.yaml", "--as-of", kept["as_of"], "--json"]

    done = subprocess.run(call, capture_output=True, check=False)

    assert json.loads(done.stdout)["digest"] == kept["digest"], "make demo-docs"
    page = (ROOT / f"docs/demo/{lang}/report.html").read_text(encoding="utf-8")
    assert kept["digest"] in page


# ---------------------------------------------------------------- all of them
@each_guide
def test_every_zoning_call_is_a_command_with_real_options(path: Path) -> None:
    for name, *arguments in zoning_calls(path):
        assert name in COMMANDS
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        if isinstance(command, click.Group):
            inner = command.get_command(click.Context(command), arguments[0])
            assert inner is not None, (name, arguments[0])
            command = inner
        known = {flag for option in command.params for flag in option.opts}
        flags = {word for word in arguments if word.startswith("--")}
        assert flags <= known, (name, flags - known)


@each_guide
def test_links_to_files_resolve(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_in_notebooks_resolve(path: Path) -> None:
    for target in re.findall(r"\]\((\S+?\.\w+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@each_guide
def test_no_guide_names_a_place_of_a_machine(path: Path) -> None:
    assert not MACHINE.search(path.read_text(encoding="utf-8"))


def test_the_changelog_tells_this_version_and_the_number_of_rules() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"## [{zoning.__version__}]" in text
    rules = read_rule_book(built_in_packs()).rules
    assert f"{len(rules)} rules" in text
    for name in COMMANDS:
        assert f"`zoning {name}`" in text


def test_every_module_of_corridors_is_told_of() -> None:
    text = (ROOT / "docs/corridors.md").read_text(encoding="utf-8")

    modules = (ROOT / "zoning/corridors").glob("*.py")
    for module in modules:
        if not module.stem.endswith("kernels") and module.stem not in {
            "__init__",
            "widths",
        }:
            assert f"`{module.stem}`" in text, module.stem
