"""Field names as programs write them, and files that only look right."""

from pathlib import Path
from typing import Any

import pytest
import shapely
import small_base

from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.layer_place import LayerPlace
from zoning.io.layers import read_layer
from zoning.model import Layer

COUNTY = small_base.LAYERS["county"][0][0]
BOX = shapely.box(400_000, 3_435_000, 400_200, 3_435_200)


def layer(folder: Path, layer_id: str, **fields: Any) -> Layer:
    """Read a layer of one feature with these columns."""
    small_base.write_geojson(folder / "layer.geojson", [(BOX, fields)])
    place = LayerPlace(folder=folder, crs="EPSG:4546", county=COUNTY)
    return read_layer(LayerEntry(path="layer.geojson"), catalogue()[layer_id], place)


def codes(found: Layer) -> set[str]:
    return {problem.code for problem in found.problems}


def test_red_lines_of_the_red_line_database(tmp_path: Path) -> None:
    found = layer(
        tmp_path,
        "ecological_redline",
        BSM="R1",
        XZQDM="500237",
        HXBM="H1",
        HXMC="巫山红线",
        HXLX="水源涵养",
        ZRBHDFQ="核心保护区",
        ZRBHDJB="国家级",
        MJ="4.0",
    )

    assert not found.problems
    assert found.attributes["name"].tolist() == ["巫山红线"]
    assert found.attributes["protected_zone"].tolist() == ["core"]


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        (
            {"XJXZQDM": "500237", "XJXZQMC": "巫山县", "LHLX": "水源涵养", "MJ": "4.0"},
            {"county_code": "500237", "county_name": "巫山县", "kind": "水源涵养"},
        ),
        (
            {
                "XJXZQHDM": "500237",
                "LXDM": "11",
                "SLDM": "S1",
                "MC": "甲",
                "QYMJ": "0.04",
            },
            {"county_code": "500237", "kind": "11", "name": "甲"},
        ),
    ],
    ids=["of spatial plans", "of the survey"],
)
def test_red_lines_of_the_other_dialects_are_lines_without_zones(
    tmp_path: Path, fields: dict[str, str], read: dict[str, str]
) -> None:
    found = layer(tmp_path, "ecological_redline", **fields)

    assert codes(found) == {"FIELD_MISSING"}
    assert {name: found.attributes[name][0] for name in read} == read
    assert len(found.geometry) == 1


@pytest.mark.parametrize("number", ["YJJBNTTBBH", "TBBH"])
@pytest.mark.parametrize("area", ["YJJBNTTBMJ", "YJJBNTMJ"])
def test_farmland_of_either_name_is_farmland(
    tmp_path: Path, number: str, area: str
) -> None:
    fields = {"BSM": "F1", "DLBM": "0103", number: "7", area: "40000"}

    found = layer(tmp_path, "permanent_basic_farmland", **fields)

    assert not found.problems
    assert found.attributes["name"].tolist() == ["7"]
    assert found.attributes["declared_area_m2"].tolist() == [40_000.0]
    known = catalogue()["permanent_basic_farmland"].files
    assert {"YJJBNTTB", "YJJBNTBHTB"} <= set(known)


def test_a_name_cut_to_ten_bytes_is_the_longer_name(tmp_path: Path) -> None:
    fields = {"HJZHGKDYBM": "ZH1", "HJZHGKDYMC\n": "甲", "ZHGKDYFL": "1"}

    found = layer(tmp_path, "control_unit", **fields)

    assert not found.problems
    assert found.attributes["name"].tolist() == ["甲"]
    assert found.attributes["unit_class"].tolist() == ["priority"]


@pytest.mark.parametrize("name", ["PWWPFGK", "WRWPFGK"])
def test_clauses_of_control_units_are_found_under_either_spelling(
    tmp_path: Path, name: str
) -> None:
    fields = {"HJZHGKDYBM": "ZH1", "ZHGKDYFL": "优先保护单元", f"{name}\n": "不得排污"}

    found = layer(tmp_path, "control_unit", **fields)

    assert found.attributes["pollutant_discharge"].tolist() == ["不得排污"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CZKFBJMC": "桃花村"}, "FIELD_MISSING"),
        ({"GHFQMC": "村庄建设区"}, "UNKNOWN_CLASS_VALUE"),
        ({"GHFQMC": ""}, "UNKNOWN_CLASS_VALUE"),
    ],
    ids=["no zones", "zones of a village", "zones left blank"],
)
def test_village_boundaries_under_the_name_of_urban_ones_are_told(
    tmp_path: Path, fields: dict[str, str], code: str
) -> None:
    assert codes(layer(tmp_path, "urban_development_boundary", **fields)) == {code}


@pytest.mark.parametrize(
    ("layer_id", "fields"),
    [
        ("land_parcel", {"DLBM": "0103", "YJJBNTTBBH": "7"}),
        ("land_parcel", {"DLBM": "0103", "SFWHTD": "1"}),
        ("permanent_basic_farmland", {"DLBM": "0103", "TBYBH": "7"}),
        ("protected_area", {"ZRBHDLX": "自然保护区", "ZRBHDFQ": "其他", "HXMC": "甲"}),
    ],
)
def test_the_file_of_another_layer_is_told(
    tmp_path: Path, layer_id: str, fields: dict[str, str]
) -> None:
    assert codes(layer(tmp_path, layer_id, **fields)) == {"LAYER_WRONG"}


@pytest.mark.parametrize("code", ["0101", "0201K", "05H1", "08H2A", "1104A"])
def test_land_classes_stay_text(tmp_path: Path, code: str) -> None:
    found = layer(tmp_path, "land_parcel", DLBM=code)

    assert not found.problems
    assert found.attributes["land_class"].tolist() == [code]
