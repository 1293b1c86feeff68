"""SLD says what the style table says, and QGIS reads it (see the project's test)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
from handmade import handmade_report

from zoning.model import State, Verdict
from zoning.report.features import write_features
from zoning.report.layer_looks import layer_look
from zoning.report.qml import HATCH_ANGLES, layer_qml
from zoning.report.sld import HATCH_NAMES, layer_sld
from zoning.report.styles import HATCHES, pattern, state_colour, verdict_colour

LAYERS = (
    *("sites", "sites_lines", "sites_points"),
    *("conflicts", "conflicts_lines", "conflicts_points"),
    *("layout_sections", "trim", "kept", "lost", "crossings", "crossings_points"),
)
SE, OGC, SLD = (
    "{http://www.opengis.net/se}",
    "{http://www.opengis.net/ogc}",
    "{http://www.opengis.net/sld}",
)

each_layer = pytest.mark.parametrize("layer", LAYERS)


def parsed(layer: str) -> ET.Element:
    return ET.fromstring(layer_sld(layer).encode())  # noqa: S314 (made by the package itself)


def value_of(rule: ET.Element) -> str:
    return rule.findtext(f".//{OGC}Literal", "")


def parameter(rule: ET.Element, symbolizer: str, name: str) -> str:
    path = f".//{SE}{symbolizer}//{SE}SvgParameter[@name='{name}']"
    return rule.findtext(path, "")


@each_layer
def test_each_layer_is_one_named_layer_of_version_one_point_one(layer: str) -> None:
    root = parsed(layer)

    assert root.tag == f"{SLD}StyledLayerDescriptor"
    assert root.get("version") == "1.1.0"
    assert [n.text for n in root.findall(f"{SLD}NamedLayer/{SE}Name")] == [layer]
    assert root.findall(f".//{SE}Rule")


@each_layer
def test_the_symbolizer_fits_the_shapes(layer: str) -> None:
    kind = {"polygon": "Polygon", "line": "Line", "point": "Point"}[
        layer_look(layer).shape
    ]
    found = {
        element.tag.removeprefix(SE)
        for element in parsed(layer).iter()
        if element.tag.endswith("Symbolizer")
    }

    assert found == {f"{kind}Symbolizer"}


@pytest.mark.parametrize("layer", ["sites", "sites_lines"])
def test_sites_have_the_colour_of_their_verdict(layer: str) -> None:
    symbolizer = "LineSymbolizer" if layer.endswith("lines") else "PolygonSymbolizer"
    rules = {value_of(rule): rule for rule in parsed(layer).iter(f"{SE}Rule")}

    assert set(rules) == set(Verdict)
    for verdict in Verdict:
        rule = rules[verdict]
        assert parameter(rule, symbolizer, "stroke") == verdict_colour(verdict)
        assert rule.findtext(f".//{OGC}PropertyName") == "verdict"


def test_conflicts_have_the_colour_and_the_hatch_of_their_state() -> None:
    rules = {value_of(rule): rule for rule in parsed("conflicts").iter(f"{SE}Rule")}

    assert set(rules) == set(State)
    for state in State:
        colour = parameter(rules[state], "PolygonSymbolizer", "fill")
        assert colour == state_colour(state)
        names = [n.text for n in rules[state].iter(f"{SE}WellKnownName")]
        expected = HATCH_NAMES[pattern(state).hatch]
        assert names == [f"shape://{name}" for name in expected]


@pytest.mark.parametrize("layer", ["sites", "conflicts", "sites_points"])
def test_the_worse_is_painted_after_the_better(layer: str) -> None:
    painted = [value_of(r) for r in parsed(layer).findall(f".//{SE}FeatureTypeStyle")]

    assert painted.index("PROHIBITED") > painted.index("CONDITIONAL")
    assert painted.index("CONDITIONAL") > painted.index("NOTICE")
    assert painted[0] == "CLEAR"


def test_states_differ_without_colour() -> None:
    for sign in ("hatch", "dash", "marker"):
        assert len({getattr(pattern(state), sign) for state in State}) == len(State)


@each_layer
def test_widths_are_those_of_the_qml(layer: str) -> None:
    """A pixel of SLD is 0.28 mm; QML is in millimetres."""
    if layer.endswith("points"):
        return
    kind = "outline_width" if layer_look(layer).shape == "polygon" else "line_width"
    root = ET.fromstring(layer_qml(layer))  # noqa: S314 (made by the package itself)
    first = root.find(f".//renderer-v2/symbols/symbol/layer/prop[@k='{kind}']")
    assert first is not None

    pixels = parsed(layer).findtext(f".//{SE}SvgParameter[@name='stroke-width']", "")

    assert float(pixels) * 0.28 == pytest.approx(float(first.get("v", "")), abs=2e-3)


def test_the_package_carries_the_same_sld(tmp_path: Path) -> None:
    package = write_features(handmade_report(), tmp_path / "result.gpkg")
    with closing(sqlite3.connect(package)) as database:
        rows = database.execute("SELECT f_table_name, styleSLD FROM layer_styles")

        assert {name: sld == layer_sld(name) for name, sld in rows} == {
            name: True
            for name, _ in pyogrio.list_layers(package)
            if name != "layer_styles"
        }


def test_every_hatch_of_the_table_can_be_drawn() -> None:
    assert set(HATCH_NAMES) == set(HATCH_ANGLES) == set(HATCHES)
    for hatch in HATCHES:
        assert len(HATCH_NAMES[hatch]) == len(HATCH_ANGLES[hatch])
