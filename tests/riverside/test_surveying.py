"""The banks of the sample county's rivers; what is missing is a gap, not a zero."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import shapely

import zoning
from zoning.corridors.ridges import BeltLimit
from zoning.errors import UsageError
from zoning.model import Base, CheckOptions
from zoning.riverside import (
    RiverSide,
    packaged_table,
    rivers_of,
    riverside_table_of,
    survey_river,
)
from zoning.riverside.table import PACKAGED

SAMPLE = Path(zoning.__file__).parents[1] / "data" / "sample_layers"
OPTIONS = CheckOptions(as_of=date(2026, 11, 23))
TRIBUTARY = "抱石河"
DATA = Path(zoning.__file__).parent / "data"


@pytest.fixture(scope="module")
def base() -> Base:
    opened: Base = zoning.open_base(SAMPLE)
    return opened


def survey(base: Base, name: str = TRIBUTARY) -> RiverSide:
    return survey_river(base, name, table=packaged_table("demo"), options=OPTIONS)


def without(base: Base, *rasters: str) -> Base:
    left = {name: one for name, one in base.rasters.items() if name not in rasters}
    return replace(base, rasters=MappingProxyType(left))


def test_main_stems_come_first_and_only_rivers_with_water(base: Base) -> None:
    names = rivers_of(base)

    assert names[0] == "示范长江干流"
    assert len(names) == len(set(names)) > 20


def test_a_river_is_surveyed_on_both_banks(base: Base) -> None:
    found = survey(base)

    assert found.gaps == ()
    assert found.belt is not None
    assert found.green is not None
    assert found.cover is not None
    assert set(found.green.by_side) == {"left", "right"}
    assert shapely.is_valid(found.belt.ground)
    assert shapely.covers(shapely.buffer(base.county, 0.01), found.belt.ground)
    assert 0 <= found.cover.forest_share <= 1
    known_and_gap = found.cover.known_m2 / (1 - found.cover.gap_share)
    assert known_and_gap == pytest.approx(sum(found.belt.area_m2.values()), rel=0.01)


def test_farmland_in_the_belt_is_what_shapely_cuts_out_of_it(base: Base) -> None:
    found = survey(base)
    assert found.belt is not None
    farmland = np.asarray(base.layers["permanent_basic_farmland"].geometry)
    shared = shapely.intersection(found.belt.ground, shapely.union_all(farmland))

    # plane area 110 km off the meridian is larger by up to 5 in 10 000
    assert found.farmland_m2 == pytest.approx(shapely.area(shared), rel=1e-3)


def test_without_heights_there_is_no_belt_and_the_banks_are_still_green(
    base: Base,
) -> None:
    found = survey(without(base, "dem"))

    assert (found.belt, found.drawdown, found.farmland_m2) == (None, None, None)
    assert {gap.part for gap in found.gaps} >= {"belt", "drawdown"}
    assert {gap.problem.code for gap in found.gaps} == {"LAYER_MISSING"}


def test_heights_without_a_datum_are_not_compared_with_levels(base: Base) -> None:
    dem = base.rasters["dem"]
    bare = replace(dem, info=replace(dem.info, vertical_datum=None))
    rasters = MappingProxyType({**base.rasters, "dem": bare})

    found = survey(replace(base, rasters=rasters))

    assert [(g.part, g.problem.code) for g in found.gaps] == [
        ("drawdown", "VERTICAL_DATUM")
    ]
    assert found.drawdown is None
    assert found.belt is not None


def test_a_raster_in_another_plane_is_not_taken(base: Base) -> None:
    dem = replace(base.rasters["dem"], crs="EPSG:4545")
    rasters = MappingProxyType({**base.rasters, "dem": dem})

    found = survey(replace(base, rasters=rasters))

    assert "RIVERSIDE_RASTER_CRS" in {gap.problem.code for gap in found.gaps}
    assert found.belt is None


def test_without_farmland_the_conflict_is_not_known(base: Base) -> None:
    layers = dict(base.layers)
    del layers["permanent_basic_farmland"]

    found = survey(replace(base, layers=MappingProxyType(layers)))

    assert found.farmland_m2 is None
    assert {"cover", "farmland"} <= {gap.part for gap in found.gaps}


def test_a_river_that_is_not_there_is_named_with_those_that_are(base: Base) -> None:
    with pytest.raises(UsageError) as caught:
        survey(base, "黄河")

    (problem,) = caught.value.problems
    assert problem.code == "RIVER_UNKNOWN"
    assert TRIBUTARY in problem.text("zh")


def test_the_sample_main_stem_has_a_ridge_most_of_the_way(base: Base) -> None:
    found = survey(base, "示范长江干流")
    assert found.belt is not None
    assert found.drawdown is not None

    area = found.belt.area_m2
    assert area[BeltLimit.RIDGE] > 0.5 * sum(area.values())
    assert found.belt.unknown_m == 0


@pytest.mark.parametrize("name", sorted(PACKAGED))
def test_the_tables_of_the_package_say_that_they_are_assumptions(name: str) -> None:
    assert packaged_table(name).assumption


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ('spacing_m: "60"', 'spacing_m: "0"', "belt.spacing_m"),
        ('cap_m: "3000"', 'cap_m: "500"', "belt.cap_m"),
        ('prominence_m: "50"', 'prominence_m: "-5"', "belt.prominence_m"),
        ('prominence_m: "50"', 'prominence_m: "nan"', "belt.prominence_m"),
        ('prominence_m: "50"', 'prominence_m: "0"', "belt.prominence_m"),
        ('forest: ["20"]', 'forest: ["wood"]', "land_cover.forest"),
        ("rule: management_line", "rule: by_eye", "green_corridor.rule"),
        ('green_from: "0.5"', 'green_from: "50"', "green_corridor.green_from"),
        ('low_m: "145"', 'low_m: "180"', "drawdown.low_m"),
        ('offset_m: ""', 'offset_m: "x"', "drawdown.offset_m"),
        ('main_stem: "200"', 'main: "200"', "green_corridor.width_m.main_stem"),
    ],
)
def test_a_fault_of_a_table_is_told_by_its_key(good: str, bad: str, key: str) -> None:
    text = (DATA / PACKAGED["demo"]).read_text("utf-8")
    assert good in text
    assert riverside_table_of(text).name

    with pytest.raises(UsageError) as caught:
        riverside_table_of(text.replace(good, bad))

    (problem,) = caught.value.problems
    assert problem.code == "RIVERSIDE_TABLE"
    assert key in problem.text("zh")
