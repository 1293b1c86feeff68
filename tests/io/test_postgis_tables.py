"""Tables of PostGIS by name: found letter by letter, or refused."""

import pytest
from postgis_reading import ROWS, fill, read, refusal, require_whole
from postgis_server import Place
from psycopg import sql

pytestmark = pytest.mark.slow


def test_a_table_is_read_whole(place: Place) -> None:
    fill(place)

    require_whole(read())


# ------------------------------------------------------------- names and relations
@pytest.mark.parametrize(
    ("schema", "name", "said"),
    [
        ("public", "redline", "redline"),
        ("三线", "生态保护红线", "三线.生态保护红线"),
        ("Plan", "RedLine", "Plan.RedLine"),
        ("public", 'a"b; DROP TABLE x', '"a""b; DROP TABLE x"'),
        ("a.b", "c'd", '"a.b".c\'d'),
        ("public", "with blank", "public.with blank"),
    ],
)
def test_a_name_is_taken_letter_by_letter(
    place: Place, schema: str, name: str, said: str
) -> None:
    with place.server.connect(place.name) as connection:
        made = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}")
        connection.execute(made.format(sql.Identifier(schema)))
    fill(place, name, schema=schema)

    require_whole(read(table=said))


def test_another_case_is_another_table_and_its_like_is_named(place: Place) -> None:
    fill(place, "RedLine")

    code, line = refusal(table="public.redline")

    assert code == "DATABASE_TABLE_UNUSABLE"
    assert '"public"."RedLine"' in line


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_is_a_table(place: Place, kind: str) -> None:
    fill(place)
    place.run("CREATE " + kind + " near AS TABLE redline")

    require_whole(read(table="near"))


def test_partitions_are_one_table(place: Place) -> None:
    fill(place, "one")
    place.run("CREATE TABLE redline (LIKE one) PARTITION BY LIST (gid)")
    place.run("CREATE TABLE p1 PARTITION OF redline FOR VALUES IN (1)")
    place.run("CREATE TABLE p2 PARTITION OF redline FOR VALUES IN (2)")
    place.run("INSERT INTO redline SELECT * FROM one")

    require_whole(read())


def test_columns_that_are_no_text_are_left_out_and_values_read_like_files(
    place: Place,
) -> None:
    fill(place, rows=ROWS[:1])
    place.run(
        "ALTER TABLE redline ADD a double precision DEFAULT 12.50, ADD b bigint "
        "DEFAULT 500237211000000123, ADD c numeric(20,2) DEFAULT "
        "500237211000000123.50, ADD d date DEFAULT '2024-03-19', ADD e bytea "
        "DEFAULT '\\x00', ADD f boolean DEFAULT true, ADD g text, "
        "ADD h geometry(Point, 4546), ADD i timestamptz DEFAULT "
        "'2024-03-19 08:00+08'"
    )

    columns = read(geometry="geom").raw.columns

    told = {name: column[0] for name, column in columns.items() if len(name) == 1}
    assert told == {
        "a": "12.5",
        "b": "500237211000000123",
        "c": "500237211000000123.5",
        "d": "2024-03-19",
        "f": "True",
        "g": "",
        "i": "2024-03-19 00:00:00+00",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE redline", "redline"),
        ("ALTER TABLE redline DROP geom", "geometry: -"),
        ("ALTER TABLE redline ADD other geometry", "geom geometry, other geometry"),
        (
            "ALTER TABLE redline ADD shape geography, DROP geom",
            "shape geography",
        ),
    ],
)
def test_without_one_column_of_shapes_it_is_refused(
    place: Place, change: str, words: str
) -> None:
    fill(place)
    place.run(change)

    code, line = refusal()

    assert code == "DATABASE_TABLE_UNUSABLE"
    assert words in line


def test_the_column_named_is_read(place: Place) -> None:
    fill(place)
    place.run("ALTER TABLE redline ADD old geometry(Geometry, 4546)")

    require_whole(read(geometry="geom"))


def test_a_database_without_postgis_is_refused(place: Place) -> None:
    place.run("DROP EXTENSION postgis")

    assert refusal()[0] == "DATABASE_TABLE_UNUSABLE"


def test_postgis_in_a_schema_of_its_own(place: Place) -> None:
    place.run("DROP EXTENSION postgis")
    place.run("CREATE SCHEMA gis")
    place.run("CREATE EXTENSION postgis SCHEMA gis")
    place.run(f"ALTER DATABASE {place.name} SET search_path = public, gis")
    fill(place)
    # Of the same name, and nearer on the search path: must not be called.
    place.run(
        "CREATE FUNCTION public.ST_Force2D(gis.geometry) RETURNS gis.geometry "
        "LANGUAGE sql AS 'SELECT NULL::gis.geometry'"
    )

    require_whole(read())
