"""Rows of PostGIS: all that may matter to the county, none in silence."""

import struct

import numpy as np
import pytest
import shapely
import small_base
from postgis_reading import REDLINE, ROWS, SHAPES, fill, read, refusal, require_whole
from postgis_server import Place

from zoning.io import database, database_layer
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.database_layer import read_database
from zoning.io.database_shapes import shapes_of

pytestmark = pytest.mark.slow
CHANGE = "UPDATE redline SET geom = "
FAR = shapely.box(600_000, 3_435_000, 600_100, 3_435_100)
FURTHER = shapely.box(400_000, 4_600_000, 400_100, 4_600_100)
SHIFTED = shapely.box(37_395_000, 3_435_000, 37_396_000, 3_436_000)


def codes(place: Place, **settings: object) -> dict[str, str]:
    del place
    return {p.code: str(p.values.get("rows", "")) for p in read(**settings).problems}


# ------------------------------------------------------------------ far from the county
def test_rows_far_away_are_counted_and_named(place: Place) -> None:
    fill(place, rows=[*ROWS, (FAR, {"BSM": "R9", "HXMC": "", "ZRBHDFQ": ""})])

    layer = read()

    assert layer.raw.columns["BSM"].tolist() == ["R1", "R2"]
    assert [(p.code, p.values["rows"]) for p in layer.problems] == [
        ("FEATURES_AWAY", "R9")
    ]


def test_rows_far_away_stay_on_the_server_where_the_layer_is_larger(
    place: Place,
) -> None:
    fill(place, rows=[*ROWS, (FAR, {"BSM": "R9", "HXMC": "", "ZRBHDFQ": ""})])

    require_whole(read(beyond_county=True))


def test_rows_a_thousand_kilometres_off_are_doubted_all_the_same(place: Place) -> None:
    fill(place, rows=[*ROWS, (FURTHER, {"BSM": "R9", "HXMC": "", "ZRBHDFQ": ""})])

    assert codes(place, beyond_county=True) == {"FEATURES_AWAY": "R9"}


def test_a_table_in_the_wrong_zone_is_no_empty_layer(place: Place) -> None:
    fill(place, rows=[(SHIFTED, {"BSM": "R1"})])

    layer = read(beyond_county=True)

    assert len(layer.raw.geometry) == 0
    assert [p.code for p in layer.problems] == ["LAYER_OUTSIDE_COUNTY"]


def test_an_empty_table_is_refused(place: Place) -> None:
    fill(place)
    place.run("DELETE FROM redline")

    assert refusal()[0] == "LAYER_EMPTY"


def test_a_row_at_the_edge_of_the_reach_is_read(place: Place) -> None:
    """Thirty kilometres east of the county, in another zone's coordinates."""
    edge = shapely.box(439_900, 3_440_000, 440_100, 3_440_100)
    fill(place, "old", rows=[(edge, {"BSM": "E1"})])
    place.run(
        'CREATE TABLE redline AS SELECT gid, "BSM", '
        "ST_Transform(geom, 4547) AS geom FROM old"
    )

    layer = read()

    assert layer.raw.columns["BSM"].tolist() == ["E1"]
    assert layer.problems == ()


# ------------------------------------------------------------ without a usable shape
@pytest.mark.parametrize(
    "shape",
    [
        "NULL",
        "ST_GeomFromText('POLYGON EMPTY', 4546)",
        "ST_GeomFromText('POINT EMPTY', 4546)",
        "ST_SetSRID(ST_MakePoint('NaN', 'NaN'), 4546)",
        "ST_SetSRID(ST_MakePoint('Infinity', 3435000), 4546)",
    ],
)
def test_a_row_without_a_place_is_read_as_one_without_a_shape(
    place: Place, shape: str
) -> None:
    fill(place)
    place.run(CHANGE + shape + " WHERE gid = 2")

    layer = read()

    usable = [
        one is not None and not one.is_empty and np.isfinite(one.bounds).all()
        for one in layer.raw.geometry
    ]
    assert layer.raw.columns["BSM"].tolist() == ["R1", "R2"]
    assert usable == [True, False]


def test_a_surface_in_space_is_no_shape(place: Place) -> None:
    fill(place, column="geometry")
    place.run(
        "UPDATE redline SET geom = ST_GeomFromText('TIN(((395000 3435000 1, 395100 "
        "3435000 2, 395000 3435100 3, 395000 3435000 1)))', 4546) WHERE gid = 1"
    )

    assert read().raw.geometry.tolist() == [None, SHAPES[1]]


@pytest.mark.parametrize("kind", ["ST_Force3D", "ST_Force3DM", "ST_Force4D"])
def test_heights_and_measures_are_dropped(place: Place, kind: str) -> None:
    fill(place, column="geometry")
    place.run(CHANGE + kind + "(geom)")

    require_whole(read())


@pytest.mark.parametrize(
    "drawn",
    [
        "CURVEPOLYGON({})",
        "MULTISURFACE(CURVEPOLYGON({}))",
        "GEOMETRYCOLLECTION(CURVEPOLYGON({}))",
        "CURVEPOLYGON(COMPOUNDCURVE({}))",
    ],
)
def test_arcs_become_chords_within_a_centimetre(place: Place, drawn: str) -> None:
    arc = (
        "CIRCULARSTRING(395500 3436000, 396000 3436500, 396500 3436000, "
        "396000 3435500, 395500 3436000)"
    )
    fill(place, rows=ROWS[:1])
    place.run(CHANGE + f"'SRID=4546;{drawn.format(arc)}'")

    (shape,) = read().raw.geometry

    assert 0 < np.pi * 500**2 - shape.area < 2 * np.pi * 500 * 0.01


def test_curves_that_are_straight_are_polygons(place: Place) -> None:
    fill(place)
    place.run("UPDATE redline SET geom = ST_ForceCurve(geom)")

    require_whole(read())


def test_bytes_that_are_no_shape_make_none() -> None:
    point = struct.pack("<BI2d", 1, 1, 1.0, 2.0)
    cut = struct.pack("<BII", 1, 10, 1)

    found = shapes_of([point, point[:-3], cut, None, b""]).tolist()

    assert found == [shapely.Point(1, 2), None, None, None, None]


# --------------------------------------------------------------- counted a second time
def test_an_index_that_has_lost_a_row_is_found_out(place: Place) -> None:
    """An index over fewer rows that claims to be over all: damage, as by a copy."""
    fill(place)
    place.run("CREATE INDEX lost ON redline USING gist (geom) WHERE gid = 1")
    place.run("DROP INDEX redline_geom_idx")
    place.run("UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'lost'::regclass")
    place.run(f"ALTER DATABASE {place.name} SET enable_seqscan = off")

    layer = read()

    assert layer.raw.columns["BSM"].tolist() == ["R1"]
    (problem,) = layer.problems
    assert problem.code == "COUNT_MISMATCH"
    assert problem.values["expected"] == "2"


def test_rows_hidden_by_a_policy_are_missed(place: Place) -> None:
    fill(place)
    place.run("DROP ROLE IF EXISTS reader")
    place.run("CREATE ROLE reader LOGIN")
    place.run("GRANT SELECT ON redline TO reader")
    require_whole(read(source="postgis:reader"))
    place.run("ALTER TABLE redline ENABLE ROW LEVEL SECURITY")
    place.run("CREATE POLICY narrow ON redline USING (gid = 1)")

    assert refusal(source="postgis:reader")[0] == "DATABASE_DENIED"


def test_the_box_reaches_the_index(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 20 000 rows in a province ten lie near: only these are fetched."""
    place.run(
        'CREATE TABLE redline AS SELECT n AS gid, n::text AS "BSM", ST_Expand('
        "ST_SetSRID(ST_MakePoint(400000 + 100 * (n % 5), 3435000 + CASE WHEN n < 10 "
        "THEN 0 ELSE 100000 + n END), 4546), 10) AS geom "
        "FROM generate_series(0, 19999) AS n"
    )
    place.run("CREATE INDEX ON redline USING gist (geom)")
    place.run("VACUUM ANALYZE redline")
    plans: list[str] = []
    chunks = database_layer._Reading._chunks

    def explained(self: database_layer._Reading, text: object) -> object:
        from psycopg import sql

        asked = sql.SQL("EXPLAIN {}").format(text)
        plans.extend(row[0] for row in self.connection.execute(asked))
        return chunks(self, text)

    monkeypatch.setattr(database_layer._Reading, "_chunks", explained)

    layer = read(beyond_county=True)

    assert len(layer.raw.geometry) == 10
    assert any("redline_geom_idx" in line for line in plans)


# ----------------------------------------------------------------- the seal's content
def test_the_hash_is_of_the_content_and_not_of_its_order(place: Place) -> None:
    fill(place)
    before = read()
    place.run("CREATE TABLE other AS SELECT * FROM redline ORDER BY gid DESC")
    place.run("VACUUM FULL redline")

    after = read(table="other")

    assert after.sha256 == before.sha256
    assert after.raw.columns["BSM"].tolist() == before.raw.columns["BSM"].tolist()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE redline SET geom = ST_Translate(geom, 0.001, 0) WHERE gid = 1",
        "UPDATE redline SET \"HXMC\" = '红线丙' WHERE gid = 1",
        'UPDATE redline SET "ZRBHDFQ" = NULL WHERE gid = 1',
        "UPDATE redline SET geom = NULL WHERE gid = 1",
        "DELETE FROM redline WHERE gid = 1",
        'INSERT INTO redline SELECT gid + 2, "BSM", "HXMC", NULL, geom FROM redline',
        'ALTER TABLE redline RENAME "HXMC" TO "NAME"',
    ],
)
def test_whatever_changes_changes_the_hash(place: Place, change: str) -> None:
    fill(place)
    before = read().sha256
    place.run(change)

    assert read().sha256 != before


def test_a_change_far_away_leaves_the_hash(place: Place) -> None:
    fill(place)
    before = read(beyond_county=True).sha256
    place.run(
        "INSERT INTO redline VALUES (9, 'R9', '', '', "
        "ST_SetSRID(ST_MakePoint(600000, 3435000), 4546))"
    )

    assert read(beyond_county=True).sha256 == before


def test_values_cannot_move_between_columns_unnoticed(place: Place) -> None:
    fill(place, rows=[(SHAPES[0], {"BSM": "ab", "HXMC": "c"})])
    before = read().sha256
    place.run("UPDATE redline SET \"BSM\" = 'a', \"HXMC\" = 'bc'")

    assert read().sha256 != before


# ------------------------------------------------------------------------ the session
def test_the_session_reads_one_snapshot_and_cannot_write(place: Place) -> None:
    fill(place)
    shown = ("transaction_read_only", "transaction_isolation", "row_security")

    with database.snapshot("postgis:planning", REDLINE) as connection:
        told = [connection.execute(f"SHOW {one}").fetchone()[0] for one in shown]
        before = connection.execute("SELECT count(*) FROM public.redline").fetchone()
        place.run("DELETE FROM redline")
        after = connection.execute("SELECT count(*) FROM public.redline").fetchone()

    assert told == ["on", "repeatable read", "off"]
    assert before == after == (2,)


def test_a_locked_table_is_told_and_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(place)
    monkeypatch.setitem(database._SETTINGS, "lock_timeout", "50ms")
    with place.server.connect(place.name) as other, other.transaction():
        other.execute("LOCK TABLE redline IN ACCESS EXCLUSIVE MODE")

        assert refusal()[0] == "DATABASE_FAILED"


def test_a_query_that_takes_too_long_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(place)
    monkeypatch.setitem(database._SETTINGS, "statement_timeout", "50ms")
    place.run("ALTER TABLE redline RENAME TO slow")
    place.run("CREATE VIEW redline AS SELECT slow.*, pg_sleep(1)::text AS w FROM slow")

    assert refusal()[0] == "DATABASE_FAILED"


def test_a_table_is_read_whole_where_there_is_no_county(place: Place) -> None:
    fill(place, rows=[*ROWS, (FURTHER, {"BSM": "R9", "HXMC": "", "ZRBHDFQ": ""})])
    entry = LayerEntry(source="postgis:planning", table="redline")

    layer = read_database(entry, catalogue()[REDLINE], None)

    assert layer.raw.columns["BSM"].tolist() == ["R1", "R2", "R9"]
    assert layer.problems == ()


def test_the_county_of_the_small_base_is_where_the_tests_think() -> None:
    assert small_base.LAYERS["county"][0][0].bounds == (
        390_000.0,
        3_430_000.0,
        410_000.0,
        3_450_000.0,
    )
