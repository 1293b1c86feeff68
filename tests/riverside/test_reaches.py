"""Continuity of banks by reach: a straight river drawn by hand."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from zoning.corridors.banks import bank_stations
from zoning.corridors.green_banks import GreenBanks
from zoning.riverside import RiverSide, reaches_of

WATER = shapely.box(400_000, 3_440_000, 402_500, 3_440_100)
AXIS = shapely.LineString([(402_500, 3_440_050), (400_000, 3_440_050)])


def river(share: float = 1.0) -> RiverSide:
    """Return a river of 2.5 km, green on its left bank from the second km on."""
    stations = bank_stations(WATER, 10.0)
    x, y = stations.xy.T
    # flows to the west: its left bank is the southern one
    sides = np.where(y < 3_440_050, "left", "right")
    green = np.where((sides == "left") & (x < 401_000), 0.0, share)
    green[(sides == "right") & (x > 402_000)] = np.nan
    return RiverSide(
        name="例",
        rank="tributary",
        water=WATER,
        axis=AXIS,
        strip=shapely.buffer(WATER, 100),
        strip_rule="width",
        strip_m=100.0,
        stations=stations,
        green=GreenBanks(green_share=green, sides=sides, breaks=(), by_side={}),
    )


def test_reaches_run_from_the_western_end_on_either_bank() -> None:
    found = reaches_of(river(), 1000.0, 0.5)
    told = [(one.side, one.start_m, one.end_m) for one in found]
    ends = [(0.0, 1000.0), (1000.0, 2000.0), (2000.0, 2500.0)]
    assert told == [(side, *end) for side in ("left", "right") for end in ends]


def test_continuity_is_the_green_share_of_the_known_length() -> None:
    left = [one for one in reaches_of(river(), 1000.0, 0.5) if one.side == "left"]
    right = [one for one in reaches_of(river(), 1000.0, 0.5) if one.side == "right"]
    assert [one.continuity for one in left] == [0.0, 1.0, 1.0]
    assert [one.continuity for one in right[:2]] == [1.0, 1.0]
    assert right[2].unknown_m == pytest.approx(500, abs=60)  # the end of the river, too


def test_what_is_not_known_is_no_zero() -> None:
    (last,) = [
        one
        for one in reaches_of(river(), 1000.0, 0.5)
        if one.side == "right" and one.start_m == 2000
    ]
    if last.unknown_m == last.bank_m:
        assert last.continuity is None
    assert last.continuity != 0.0


def test_the_limit_of_green_is_the_table_s() -> None:
    low = reaches_of(river(share=0.4), 1000.0, 0.5)
    assert {one.continuity for one in low if one.side == "left"} == {0.0}
    enough = reaches_of(river(share=0.4), 1000.0, 0.4)
    assert [one.continuity for one in enough if one.side == "left"] == [0.0, 1.0, 1.0]


def test_a_center_line_in_pieces_gives_no_reaches() -> None:
    pieces = shapely.MultiLineString(
        [[(400_000, 0), (400_100, 0)], [(400_200, 0), (400_300, 0)]]
    )
    assert reaches_of(replace(river(), axis=pieces), 1000.0, 0.5) == ()
    assert reaches_of(replace(river(), green=None), 1000.0, 0.5) == ()
