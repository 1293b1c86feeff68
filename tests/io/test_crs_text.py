"""What files write of their CRS: names, texts, heights, and texts that lie."""

import pytest
from pyproj import CRS

from zoning.io.crs import obstacle
from zoning.io.crs_text import agrees, code_of, from_wkt, same_plane

PLANE = "+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0={east} +y_0=0 +units=m"


def plane(
    meridian: int = 111, scale: float = 1, east: int = 500_000, **more: str
) -> str:
    text = PLANE.format(meridian=meridian, scale=scale, east=east)
    return text + "".join(f" +{key}={value}" for key, value in more.items())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EPSG:4546", "EPSG:4546"),
        ("epsg:4546", "EPSG:4546"),
        (" 4546 ", "EPSG:4546"),
        ("EPSG::4546", "EPSG:4546"),
        ("EPSG:4546+5737", "EPSG:4546"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG:6.9:4546", "EPSG:4546"),
        ("urn:x-ogc:def:crs:EPSG:4546", "EPSG:4546"),
        ("urn:ogc:def:crs,crs:EPSG::4546,crs:EPSG::5737", "EPSG:4546"),
        ("http://www.opengis.net/def/crs/EPSG/0/4546", "EPSG:4546"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC::CRS84h", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:4480", "EPSG:4490"),
        ("EPSG:2361", "EPSG:2361"),
        ("EPSG:5737", None),
        ("EPSG:999999", None),
        ("ESRI:102100", None),
        ("WGS 84", None),
        ("CGCS2000", None),
        ("+proj=utm +zone=49", None),
        ("/etc/passwd", None),
        ("", None),
    ],
)
def test_a_name_gives_the_code_of_its_horizontal_part(
    name: str, code: str | None
) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize("zone", range(25, 46))
def test_a_nameless_three_degree_plane_is_told_by_what_it_describes(zone: int) -> None:
    plain = plane(meridian=3 * zone, ellps="GRS80")
    prefixed = plane(meridian=3 * zone, east=zone * 1_000_000 + 500_000, ellps="GRS80")

    assert from_wkt(plain) == f"EPSG:{4534 + zone - 25}"
    assert from_wkt(prefixed) == f"EPSG:{4513 + zone - 25}"


@pytest.mark.parametrize("zone", range(13, 24))
def test_a_nameless_six_degree_plane_is_told_by_what_it_describes(zone: int) -> None:
    text = plane(meridian=6 * zone - 3, east=zone * 1_000_000 + 500_000, ellps="GRS80")

    assert from_wkt(text) == f"EPSG:{4491 + zone - 13}"


@pytest.mark.parametrize(
    "text",
    [
        plane(meridian=110, ellps="GRS80"),
        plane(scale=0.9996, ellps="GRS80"),
        plane(east=37_500_000, meridian=108, ellps="GRS80"),
        plane(east=600_000, ellps="GRS80"),
        plane(ellps="GRS80", towgs84="1,2,3"),
        plane(ellps="GRS80").replace("+units=m", "+units=km"),
        plane(ellps="GRS80").replace("+y_0=0", "+y_0=-3000000"),
        plane(datum="WGS84"),
        CRS(4525).to_wkt("WKT1_ESRI").replace("37500000", "36500000"),
        CRS(4525).to_wkt("WKT1_GDAL").replace("37500000", "36500000"),
        CRS(4525).to_wkt("WKT1_GDAL").replace("111", "108"),
        CRS(4525).to_wkt("WKT1_ESRI").replace("D_China_2000", "D_Xian_1980"),
        CRS(4525).to_wkt("WKT1_ESRI").replace("D_China_2000", "D_Beijing_1954"),
        CRS(5737).to_wkt(),
        'LOCAL_CS["site"]',
        "no text of a CRS",
    ],
)
def test_a_text_that_describes_another_plane_is_of_no_code(text: str) -> None:
    assert from_wkt(text) is None


@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
@pytest.mark.parametrize("code", [4490, 4497, 4508, 4525, 4546])
def test_cgcs2000_is_known_by_any_of_its_texts(code: int, form: str) -> None:
    found = from_wkt(str(CRS(code).to_wkt(form)))

    assert found is not None
    assert same_plane(found, f"EPSG:{code}")


def test_a_shift_of_nought_does_no_harm() -> None:
    assert from_wkt(plane(ellps="GRS80", towgs84="0,0,0")) == "EPSG:4546"


@pytest.mark.parametrize("code", [2361, 2382, 2413, 2434, 4610, 4214])
@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_an_old_datum_is_known_by_any_of_its_texts(code: int, form: str) -> None:
    found = from_wkt(str(CRS(code).to_wkt(form)))

    assert found is not None
    assert same_plane(found, f"EPSG:{code}")
    problem = obstacle(found, "a")
    assert problem is not None
    assert problem.code == "DATUM_NEEDS_PARAMETERS"


def test_a_text_agrees_with_a_reference_by_numbers_alone() -> None:
    reference = CRS(4546)

    assert agrees(plane(ellps="GRS80"), reference)
    assert agrees(CRS(4508).to_wkt(), reference)
    assert not agrees(plane(ellps="krass"), reference)
    assert not agrees(CRS(4490).to_wkt(), reference)
