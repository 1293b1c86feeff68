"""`zoning.io.kml_sites`: placemarks are rows, WGS 84, and nothing is fetched."""

import pytest
import shapely

from zoning.errors import SiteError
from zoning.io.kml_sites import read_kml
from zoning.io.site_row import SiteRow

RING = "109.9,31.0,0 109.91,31.0,0 109.91,31.01,0 109.9,31.01,0 109.9,31.0,0"
HOLE = "109.902,31.002 109.904,31.002 109.904,31.004 109.902,31.004 109.902,31.002"
LINEAR = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
OUTER = f"<outerBoundaryIs>{LINEAR.format(RING)}</outerBoundaryIs>"
INNER = f"<innerBoundaryIs>{LINEAR.format(HOLE)}</innerBoundaryIs>"
LINE = "<LineString><coordinates>109.9,31 109.91, 31.01</coordinates></LineString>"

COORD = "<coord>109.9 31 5</coord>"
MIXED = f"<MultiGeometry>{LINE}<Polygon>{OUTER}</Polygon></MultiGeometry>"


def kml(*geometries: str, extra: str = "") -> bytes:
    marks = "".join(
        f"<Placemark><name>地块{i}</name>{extra}{geometry}</Placemark>"
        for i, geometry in enumerate(geometries, start=1)
    )
    root = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}'
    return f'<?xml version="1.0" encoding="UTF-8"?>{root}</Document></kml>'.encode()


def one(geometry: str, extra: str = "") -> SiteRow:
    (row,) = read_kml(kml(geometry, extra=extra), file="a.kml")
    return row


def test_a_polygon_with_a_hole_is_read_as_wgs84() -> None:
    row = one(f"<Polygon>{OUTER}{INNER}</Polygon>")

    assert (row.name, row.crs) == ("地块1", "EPSG:4326")
    assert row.geometry is not None
    assert row.geometry.area == pytest.approx(1e-4 - 4e-6)
    assert row.problems == ()


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (LINE, "LineString"),
        ("<Point><coordinates> 109.9,31.0 </coordinates></Point>", "Point"),
        (f"<MultiGeometry><Polygon>{OUTER}</Polygon></MultiGeometry>", "Polygon"),
        (f"<MultiGeometry>{LINE}{LINE}</MultiGeometry>", "MultiLineString"),
        (
            "<Track><coord>109.9 31 5</coord><coord>109.91 31 6</coord></Track>",
            "LineString",
        ),
    ],
)
def test_other_geometries_are_read(geometry: str, kind: str) -> None:
    row = one(geometry)

    assert row.geometry is not None
    assert row.geometry.geom_type == kind


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ("", "GEOMETRY_MISSING"),
        ("<Point><coordinates/></Point>", "GEOMETRY_MISSING"),
        ("<Point><coordinates>109.9</coordinates></Point>", "COORDINATES_MALFORMED"),
        ("<Point><coordinates>nan,31</coordinates></Point>", "COORDINATES_MALFORMED"),
        ("<Polygon/>", "COORDINATES_MALFORMED"),
        ("<Model/>", "GEOMETRY_TYPE_UNSUPPORTED"),
        (
            f"<MultiGeometry>{LINE}<Polygon>{OUTER}</Polygon></MultiGeometry>",
            "GEOMETRY_MIXED",
        ),
        ("<Point><coordinates>31,109.9</coordinates></Point>", "DEGREES_OUT_OF_RANGE"),
    ],
)
def test_a_bad_placemark_is_a_rejected_row(geometry: str, code: str) -> None:
    bad, good = read_kml(kml(geometry, LINE), file="a.kml")

    assert bad.rejection is not None
    assert (bad.rejection.code, bad.rejection.where) == (code, "a.kml#1")
    assert isinstance(good.geometry, shapely.LineString)


def test_extended_data_names_the_parcel() -> None:
    data = '<ExtendedData><Data name="地块编号"><value>D7</value></Data>'
    data += '<SchemaData><SimpleData name="用途">工业</SimpleData></SchemaData>'

    row = one(LINE, extra=f"{data}</ExtendedData>")

    assert row.number == "D7"
    assert row.attributes["用途"] == "工业"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<!DOCTYPE k [<!ENTITY a "b">]><kml/>', "XML_ENTITY_REFUSED"),
        (b"<kml><Placemark>", "SITE_FILE_DAMAGED"),
        (b"<OGRVRTDataSource/>", "SITE_FORMAT_UNSUPPORTED"),
        (b"<kml/>", "SITE_NO_ROWS"),
        (b"<kml><NetworkLink><Link/></NetworkLink></kml>", "KML_NETWORK_LINK"),
    ],
)
def test_a_bad_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(SiteError) as caught:
        read_kml(content, file="a.kml")

    assert caught.value.problem.code == code


def test_an_entity_in_utf16_is_seen_too() -> None:
    content = '<!DOCTYPE k [<!ENTITY a "b">]><kml/>'.encode("utf-16")

    with pytest.raises(SiteError, match="E111"):
        read_kml(content, file="a.kml")
