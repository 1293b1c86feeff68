"""Areas by class and zone: pencil figures, net areas, forest cover, headroom."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import one_map_county
import pytest
import shapely
import small_base
from one_map_county import box

from zoning.errors import LayerError, UsageError
from zoning.io.base import open_base
from zoning.io.indicators import read_indicators
from zoning.model import Base, CheckOptions
from zoning.partition import BEYOND, Tabulation, tabulate
from zoning.partition.headroom import Indicator, as_cap, headroom
from zoning.partition.rules import grouped
from zoning.report.one_map.tabulation_tables import forest_table, tabulation_tables

OPTIONS = CheckOptions(as_of=date(2026, 11, 23))
PARCELS: one_map_county.Rows = [
    (
        box(1000, 1000, 3000, 2000),  # half in each township
        {"BSM": "P1", "DLBM": "0103", "TBMJ": 2e6, "KCMJ": 2e5, "ZLDWDM": "5002371"},
    ),
    (box(0, 3000, 1000, 4000), {"BSM": "P2", "DLBM": "0301", "TBMJ": 1e6, "KCMJ": 0.0}),
    (box(1000, 3000, 1500, 4000), {"BSM": "P3", "DLBM": "0305", "TBMJ": 5e5}),
    (
        box(3500, 0, 4500, 1000),  # half beyond the county
        {"BSM": "P4", "DLBM": "0702", "TBMJ": 1e6, "KCMJ": 0.0},
    ),
    (box(3000, 2500, 3600, 3000), {"BSM": "P5", "DLBM": "0401", "TBMJ": 3e5}),
]
WEST, EAST = "500237101", "500237102"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("county")
    return open_base(one_map_county.write_county(folder, land_parcel=(PARCELS, 4546)))


def cells(found: Tabulation) -> dict[tuple[str, ...], float]:
    keys = zip(*found.zone.values(), found.label, strict=True)
    values = zip(keys, found.area_plane_m2, strict=True)
    return {tuple(map(str, key)): float(area) for key, area in values}


def test_a_parcel_on_a_border_is_shared_and_what_lies_beyond_is_told(
    base: Base,
) -> None:
    found = tabulate(base, "land_parcel", ["township"], options=OPTIONS)

    assert cells(found) == pytest.approx(
        {
            (WEST, "cropland"): 1e6,
            (EAST, "cropland"): 1e6,
            (WEST, "forest"): 1.5e6,
            (EAST, "dwelling"): 5e5,
            (EAST, "grass"): 3e5,
            (BEYOND, "dwelling"): 5e5,
        },
        abs=0.05,
    )
    assert math.fsum(found.area_m2) == pytest.approx(found.total_m2, rel=1e-9)


def test_net_area_leaves_out_the_ridges_of_each_part(base: Base) -> None:
    found = tabulate(base, "land_parcel", ["township"], options=OPTIONS)

    for row, label in enumerate(found.label):
        share = found.net_m2[row] / found.area_m2[row]
        if label == "cropland":
            assert share == pytest.approx(0.9, rel=1e-12)  # KCMJ / TBMJ is a tenth
        if label == "dwelling":
            assert share == 1.0


def test_crossed_divisions_agree_with_geos(base: Base) -> None:
    found = tabulate(base, "land_parcel", ["township", "unit", "line"], options=OPTIONS)
    layers = base.layers

    for (township, unit, line, label), area in cells(found).items():
        if township == BEYOND or line != "ecological_redline":
            continue
        shape = shapely.union_all(layers["ecological_redline"].geometry)
        for layer, code in (("township", township), ("control_unit", unit)):
            own = layers[layer].attributes["code"] == code
            zone = shapely.union_all(layers[layer].geometry[own])
            shape = shapely.intersection(shape, zone)
        use = grouped(
            layers["land_parcel"].attributes["land_class"].astype(object), "land_class"
        )
        parcels = layers["land_parcel"].geometry[use == label]
        common = shapely.area(shapely.intersection(parcels, shape)).sum()
        assert area == pytest.approx(common, abs=0.1)
    assert any(key[2] == "ecological_redline" for key in cells(found))


@pytest.mark.parametrize(
    ("code", "group", "use"),
    [
        ("0101", "cropland", "farm"),
        ("0303", "wetland", "farm"),
        ("0404", "grass", "farm"),
        ("1104A", "water", "farm"),
        ("05H1", "commerce", "built"),
        ("08H2A", "public", "built"),
        ("0603", "wetland", "built"),
        ("1105", "wetland", "unused"),
        ("1202", "other_land", "farm"),
        ("9999", "unknown", "unknown"),
        ("", "unknown", "unknown"),
    ],
)
def test_land_classes_go_by_their_longest_code(code: str, group: str, use: str) -> None:
    codes = np.array([code], dtype=object)

    assert grouped(codes, "land_class")[0] == group
    assert grouped(codes, "land_use")[0] == use


def test_forest_cover_tells_what_counts_from_what_may(base: Base) -> None:
    found = tabulate(
        base, "land_parcel", ["township"], options=OPTIONS, classes="forest_cover"
    )

    rows = {row[0]: row for row in forest_table(found, "en").rows}
    assert float(str(rows[WEST][5])) == pytest.approx(100 * 1e6 / 8e6, abs=1e-3)
    assert float(str(rows[WEST][6])) == pytest.approx(100 * 1.5e6 / 8e6, abs=1e-3)
    assert float(str(rows[EAST][5])) == 0.0


def test_a_layer_that_covers_part_of_the_zones_says_so(tmp_path: Path) -> None:
    folder = one_map_county.write_county(tmp_path / "c", land_parcel=(PARCELS, 4546))
    half: one_map_county.Rows = [(box(0, 0, 2000, 4000), {})]
    small_base.write_geojson(folder / "half.geojson", half)
    config = folder / "zoning.yaml"
    said = config.read_text(encoding="utf-8")
    config.write_text(
        said.replace(
            "land_parcel.geojson, coverage: county",
            "land_parcel.geojson, coverage: half.geojson",
        ),
        encoding="utf-8",
    )

    found = tabulate(open_base(folder), "land_parcel", ["township"], options=OPTIONS)

    assert [p.code for p in found.problems] == ["LAYER_COVERS_PART"]
    assert found.covered[EAST,] == pytest.approx(0.0, abs=1.0)
    assert found.covered[WEST,] == pytest.approx(found.ground[WEST,], rel=1e-9)


@pytest.mark.parametrize(
    ("layer", "by", "classes", "code"),
    [
        ("land_parcel", ["moon"], None, "DIVISION_UNKNOWN"),
        ("land_parcel", [], "colour", "CLASS_COLUMN_UNKNOWN"),
        ("forest_land", [], None, "LAYER_MISSING"),
    ],
)
def test_what_cannot_be_tabulated_is_refused(
    base: Base, layer: str, by: list[str], classes: str | None, code: str
) -> None:
    with pytest.raises((UsageError, LayerError)) as caught:
        tabulate(base, layer, by, options=OPTIONS, classes=classes)
    assert caught.value.problem.code == code


def test_every_printed_table_of_areas_adds_up(base: Base) -> None:
    found = tabulate(base, "land_parcel", ["township", "line"], options=OPTIONS)
    table = tabulation_tables(found, room=None, classes=None, lang="en")[0]

    *rows, last = table.rows
    start = table.headings.index("ellipsoidal m²")
    for column in range(start, start + 4):
        assert sum(row[column] for row in rows) == last[column]  # type: ignore[misc]


# --------------------------------------------------------------------- headroom
def cap(value: float = 127.0, base_value: float = 126.5) -> Indicator:
    return Indicator(
        code="I04", name="城乡建设用地规模", name_en="built land", unit="km2",
        base_year="2022", base_value=base_value, target_year="2027",
        target_value=value, kind="约束性",
    )  # fmt: skip


def test_a_site_of_0_6_on_126_5_of_127_is_over_by_0_1(tmp_path: Path) -> None:
    base = open_base(one_map_county.write_county(tmp_path / "c"))
    site = np.array([box(0, 0, 1000, 600)], dtype=object)

    found = headroom(base, cap(), committed_m2=0.0, sites=site, options=OPTIONS)

    assert found.over
    assert not found.measured
    assert [p.code for p in found.problems] == ["BUILT_LAND_ASSUMED"]
    assert found.left_m2 / 1e6 == pytest.approx(-0.1, abs=5e-4)  # 0.6 is plane


FULL: one_map_county.Rows = [
    (box(0, 0, 3500, 4000), {"BSM": "Q1", "DLBM": "0103"}),
    (box(3500, 1000, 4000, 4000), {"BSM": "Q2", "DLBM": "0301"}),
    (box(3500, 0, 4000, 1000), {"BSM": "Q3", "DLBM": "0702"}),
]


def test_ground_that_is_built_already_draws_nothing(tmp_path: Path) -> None:
    base = open_base(
        one_map_county.write_county(tmp_path / "c", land_parcel=(FULL, 4546))
    )
    site = np.array([box(3400, 0, 3700, 1000)], dtype=object)  # 200 of 300 m built

    found = headroom(base, cap(), committed_m2=2e6, sites=site, options=OPTIONS)

    assert found.measured
    assert found.used_m2 == pytest.approx(5e5, rel=1e-3)
    assert found.draw_m2 == pytest.approx(1e5, rel=1e-3)
    assert found.built_on_site_m2 == pytest.approx(2e5, rel=1e-3)
    left = found.cap_m2 - found.used_m2 - found.committed_m2 - found.draw_m2
    assert found.left_m2 == pytest.approx(left, abs=1e-6)


def test_parcels_that_leave_ground_free_measure_no_use(base: Base) -> None:
    """Their layer claims the county, but a third of it has no parcel."""
    none = np.zeros(0, dtype=object)

    found = headroom(base, cap(), committed_m2=0.0, sites=none, options=OPTIONS)

    assert not found.measured
    assert found.used_m2 == 126.5e6


def test_a_cap_without_base_value_is_refused_where_use_is_not_measured(
    base: Base,
) -> None:
    none = np.zeros(0, dtype=object)
    blank = replace(cap(), base_value=None)

    with pytest.raises(UsageError) as caught:
        headroom(base, blank, committed_m2=0.0, sites=none, options=OPTIONS)
    assert caught.value.problem.code == "INDICATOR_UNFIT"


def test_sites_that_overlap_draw_once(base: Base) -> None:
    sites = np.array([box(0, 0, 100, 100), box(50, 0, 150, 100)], dtype=object)

    found = headroom(base, cap(), committed_m2=0.0, sites=sites, options=OPTIONS)

    assert found.draw_m2 == pytest.approx(15_000, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code,indicator_zh\nI04,x\n", "INDICATORS_MALFORMED"),
        ("code,indicator_zh,unit,base_value,target_value\nI04,x,km2,a,1\n",
         "INDICATORS_MALFORMED"),
        ("code,indicator_zh,unit,base_value,target_value\nI04,x,km2,1,nan\n",
         "INDICATORS_MALFORMED"),
        ("code,indicator_zh,unit,base_value,target_value\nI04,x,%,1,1\n",
         "INDICATOR_UNFIT"),
        ("code,indicator_zh,unit,base_value,target_value\nI04,x,km2,1,\n",
         "INDICATOR_UNFIT"),
        ("code,indicator_zh,unit,base_value,target_value\nI05,x,km2,1,1\n",
         "INDICATOR_UNKNOWN"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_cap_is_refused(
    tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "indicators.csv"
    path.write_text(text, encoding="gb18030")

    with pytest.raises(UsageError) as caught:
        as_cap(read_indicators(path), "I04")
    assert caught.value.problem.code == code
