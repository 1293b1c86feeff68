"""`zoning.io.crs`: codes agree with the registry, statements are reconciled."""

import pytest
from pyproj import CRS

from zoning.errors import SiteError, UsageError
from zoning.io.crs import (
    Coordinates,
    Datum,
    Declaration,
    crs_argument,
    datum_named,
    datum_of,
    decide,
    fits,
    obstacle,
)
from zoning.io.crs_text import from_wkt

PLACE = (395030.0, 3440364.0)
FAMILIES = [
    (Datum.CGCS2000, "CGCS2000"),
    (Datum.XIAN80, "Xian 1980"),
    (Datum.BEIJING54, "Beijing 1954"),
]


def settled(
    kind: Coordinates,
    zone: int | None,
    declaration: Declaration,
    argument: str | None = None,
) -> str:
    east = PLACE[0] + (zone or 0) * 1e6
    return decide(
        kind,
        (east, PLACE[1]),
        zone=zone,
        declaration=declaration,
        argument=argument,
        where="a.txt",
    ).crs


@pytest.mark.parametrize(("datum", "name"), FAMILIES)
@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_every_zone_has_the_meridian_and_offset_of_the_registry(
    datum: Datum, name: str, zone: int
) -> None:
    meridian = 3 * zone if zone >= 25 else 6 * zone - 3
    for kind, prefix, stated in (
        (Coordinates.PREFIXED, zone, None),
        (Coordinates.PLAIN, 0, zone),
    ):
        carried = zone if kind is Coordinates.PREFIXED else None
        code = settled(kind, carried, Declaration(datum=datum, zone=stated))
        registered = CRS(code)
        operation = registered.coordinate_operation
        assert operation is not None
        parameters = {p.name: float(p.value) for p in operation.params}

        assert registered.name.startswith(name)
        assert parameters["Longitude of natural origin"] == meridian
        assert parameters["False easting"] == prefix * 1e6 + 500_000


@pytest.mark.parametrize(
    ("words", "datum"),
    [
        ("2000国家大地坐标系", Datum.CGCS2000),
        ("CGCS2000_3_Degree_GK_Zone_37", Datum.CGCS2000),
        ("国家2000", Datum.CGCS2000),
        ("1980西安坐标系", Datum.XIAN80),
        ("80坐标系", Datum.XIAN80),
        ("Beijing 1954", Datum.BEIJING54),
        ("WGS84", Datum.WGS84),
        ("WGS 1984", Datum.WGS84),
        ("重庆独立坐标系", Datum.OTHER),
        ("地方坐标2000", Datum.OTHER),
        ("别的", Datum.OTHER),
        ("  ", None),
    ],
)
def test_header_words_name_a_datum(words: str, datum: Datum | None) -> None:
    assert datum_named(words) is datum


@pytest.mark.parametrize("text", ["EPSG:4546", "epsg:4546", "4546", " EPSG::4546 "])
def test_the_argument_takes_an_epsg_code(text: str) -> None:
    assert crs_argument(text) == "EPSG:4546"


@pytest.mark.parametrize("text", ["", "gcj02", "EPSG:99999", "EPSG:4979", "/etc"])
def test_any_other_argument_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        crs_argument(text)

    assert caught.value.problem.code == "CRS_ARGUMENT_UNKNOWN"


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("EPSG:4490", None),
        ("EPSG:4525", None),
        ("EPSG:4546", None),
        ("EPSG:4497", None),
        ("EPSG:4326", None),
        ("EPSG:32649", None),
        ("EPSG:2361", "DATUM_NEEDS_PARAMETERS"),
        ("EPSG:4610", "DATUM_NEEDS_PARAMETERS"),
        ("EPSG:2413", "DATUM_NEEDS_PARAMETERS"),
        ("EPSG:4214", "DATUM_NEEDS_PARAMETERS"),
        ("EPSG:3857", "SITE_CRS_UNSUPPORTED"),
        ("EPSG:4269", "SITE_CRS_UNSUPPORTED"),
    ],
)
def test_only_cgcs2000_and_plain_wgs84_may_be_laid_over_the_base(
    crs: str, code: str | None
) -> None:
    problem = obstacle(crs, "a")

    assert (None if problem is None else problem.code) == code


def test_datums_are_told_from_codes() -> None:
    codes = ["EPSG:4525", "EPSG:4382", "EPSG:2382", "EPSG:2434", "EPSG:32649"]

    assert [datum_of(code) for code in codes] == [
        Datum.CGCS2000,
        Datum.OTHER,
        Datum.XIAN80,
        Datum.BEIJING54,
        Datum.WGS84,
    ]


@pytest.mark.parametrize("code", [4490, 4525, 4546, 4497, 4326, 32649, 2361])
def test_a_prj_as_esri_writes_it_is_recognised(code: int) -> None:
    text = CRS.from_epsg(code).to_wkt("WKT1_ESRI")

    assert from_wkt(text) == f"EPSG:{code}"


def test_a_prj_with_changed_offset_is_not_taken_for_its_name() -> None:
    text = CRS.from_epsg(4525).to_wkt("WKT1_ESRI")

    assert from_wkt(text.replace("37500000", "36500000")) is None
    assert from_wkt("no WKT") is None


@pytest.mark.parametrize(
    ("crs", "x", "y", "answer"),
    [
        ("EPSG:4525", 37395030.0, 3440364.0, True),
        ("EPSG:4525", 395030.0, 3440364.0, False),
        ("EPSG:4546", 395030.0, 3440364.0, True),
        ("EPSG:4546", 37395030.0, 3440364.0, False),
        ("EPSG:4525", 3440364.0, 37395030.0, False),
        ("EPSG:4490", 109.9, 31.1, True),
        ("EPSG:4490", 31.1, 109.9, False),
        ("EPSG:32649", 395030.0, 3440364.0, True),
    ],
)
def test_a_missing_or_superfluous_prefix_does_not_fit(
    *, crs: str, x: float, y: float, answer: bool
) -> None:
    assert fits(crs, x, y) is answer


def test_the_argument_supplies_a_datum_that_the_file_leaves_out() -> None:
    silent = Declaration()

    assert settled(Coordinates.PREFIXED, 37, silent) == "EPSG:4525"
    assert settled(Coordinates.PREFIXED, 37, silent, "EPSG:2361") == "EPSG:2361"


def test_the_argument_cannot_give_another_datum_to_a_file_that_states_one() -> None:
    xian = Declaration(datum=Datum.XIAN80)

    assert settled(Coordinates.PREFIXED, 37, xian, "EPSG:4525") == "EPSG:2361"
    with pytest.raises(SiteError) as caught:
        settled(Coordinates.PLAIN, None, xian, "EPSG:4546")
    assert caught.value.problem.code == "CRS_ARGUMENT_DOES_NOT_FIT"


def test_the_argument_cannot_move_silent_eastings_to_another_zone_and_datum() -> None:
    with pytest.raises(SiteError) as caught:
        settled(Coordinates.PREFIXED, 37, Declaration(), "EPSG:2362")

    assert caught.value.problem.code == "CRS_ARGUMENT_DOES_NOT_FIT"


@pytest.mark.parametrize(
    ("declaration", "argument", "crs"),
    [
        (Declaration(), None, "EPSG:4490"),
        (Declaration(), "EPSG:4326", "EPSG:4326"),
        (Declaration(datum=Datum.WGS84), None, "EPSG:4326"),
        (Declaration(datum=Datum.XIAN80), None, "EPSG:4610"),
        (Declaration(datum=Datum.XIAN80), "EPSG:4490", "EPSG:4610"),
        (Declaration(), "EPSG:4546", "EPSG:4490"),
    ],
)
def test_degrees_follow_the_file_then_the_argument(
    declaration: Declaration, argument: str | None, crs: str
) -> None:
    assert settled(Coordinates.DEGREES, None, declaration, argument) == crs


@pytest.mark.parametrize(
    "declaration",
    [
        Declaration(zone=24),
        Declaration(zone=19, zone_width=3),
        Declaration(zone=37, zone_width=6),
        Declaration(zone=37, zone_width=1),
        Declaration(meridian=110.0),
        Declaration(meridian=72.0),
    ],
)
def test_impossible_zones_are_refused(declaration: Declaration) -> None:
    with pytest.raises(SiteError) as caught:
        settled(Coordinates.PLAIN, None, declaration)

    assert caught.value.problem.code == "ZONE_IMPOSSIBLE"


def test_a_zone_of_wgs84_metres_does_not_exist() -> None:
    with pytest.raises(SiteError) as caught:
        settled(Coordinates.PREFIXED, 37, Declaration(datum=Datum.WGS84))

    assert caught.value.problem.code == "SITE_CRS_UNSUPPORTED"
