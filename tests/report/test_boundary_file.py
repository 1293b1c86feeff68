"""Boundary files of trimmed sites read back, by our own reader, as they were."""

from datetime import date

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.survey_plane import SurveyPlane, survey_plane
from zoning.io.boundary_txt import read_boundary_txt
from zoning.report.boundary_file import Parcel, boundary_bytes

ZONE_37 = SurveyPlane(crs="EPSG:4546", width_deg=3, zone=37)
DAY = date(2026, 11, 23)
SQUARE = shapely.box(395_000, 3_435_000, 395_200, 3_435_100)
HOLED = SQUARE.difference(shapely.box(395_050, 3_435_020, 395_090, 3_435_060.125))
APART = HOLED.union(shapely.box(395_300, 3_435_000, 395_310, 3_435_009))


def written(
    *shapes: BaseGeometry, name: str = "地块", plane: SurveyPlane = ZONE_37
) -> bytes:
    parcels = [
        Parcel(number=f"DK{k}", name=name, geometry=shape, area_m2=shape.area)
        for k, shape in enumerate(shapes, start=1)
    ]
    return boundary_bytes(parcels, plane, day=DAY, producer="某局")


@pytest.mark.parametrize("shape", [SQUARE, HOLED, APART], ids=["one", "hole", "parts"])
def test_it_reads_back_as_it_was_written(shape: BaseGeometry) -> None:
    (row,) = read_boundary_txt(written(shape), file="rest.txt")

    assert row.rejection is None
    assert row.problems == ()
    assert row.geometry is not None
    back = shapely.transform(row.geometry, lambda xy: xy - [37_000_000, 0])
    assert back.symmetric_difference(shape).area < 0.001 * shape.length
    assert back.hausdorff_distance(shape) < 0.001
    assert (row.crs, row.number, row.name) == ("EPSG:4525", "DK1", "地块")


def test_several_parcels_keep_their_order() -> None:
    rows = read_boundary_txt(written(SQUARE, APART), file="rest.txt")

    assert [row.number for row in rows] == ["DK1", "DK2"]
    assert [row.rejection for row in rows] == [None, None]


def test_north_comes_first_and_east_bears_its_zone() -> None:
    lines = written(SQUARE).decode("gb18030").split("\r\n")

    assert "带号=37" in lines
    assert lines[12] == "5,2.0000,DK1,地块,面,,,,@"
    assert lines[13] == "J1,1,3435100.000,37395000.000"  # north-west, then clockwise
    assert lines[14] == "J2,1,3435100.000,37395200.000"
    assert lines[17] == lines[13]


def test_a_six_degree_plane_says_so() -> None:
    plane = survey_plane("EPSG:4497", "EPSG:4546", 111.0)  # zone 19
    (row,) = read_boundary_txt(written(SQUARE, plane=plane), file="rest.txt")

    assert row.crs == "EPSG:4497"


@pytest.mark.parametrize("name", ["面", "甲，乙,丙@", "a\nb", "[地块坐标]", "𠮷田"])
def test_an_odd_name_does_not_spoil_the_file(name: str) -> None:
    (row,) = read_boundary_txt(written(SQUARE, name=name), file="rest.txt")

    assert row.rejection is None
    assert row.geometry is not None
    assert row.geometry.area == pytest.approx(SQUARE.area)
    assert row.number == "DK1"


@pytest.mark.parametrize(
    ("site", "base", "longitude", "crs", "zone"),
    [
        ("EPSG:4525", "EPSG:4546", 111.0, "EPSG:4546", 37),
        ("EPSG:4545", "EPSG:4546", 108.9, "EPSG:4545", 36),
        ("EPSG:4490", "EPSG:4546", 109.9, "EPSG:4546", 37),
        ("EPSG:4490", "EPSG:32649", 109.2, "EPSG:4545", 36),
        ("EPSG:4490", "EPSG:32649", 109.6, "EPSG:4546", 37),
        ("EPSG:4326", "EPSG:4508", 111.0, "EPSG:4508", 19),
    ],
    ids=["prefix", "own zone", "degrees", "zone 36", "zone 37", "six degrees"],
)
def test_the_plane_is_the_sites_own_else_the_bases(
    site: str, base: str, longitude: float, crs: str, zone: int
) -> None:
    plane = survey_plane(site, base, longitude)

    assert (plane.crs, plane.zone) == (crs, zone)
    assert plane.prefix_m == zone * 1e6
