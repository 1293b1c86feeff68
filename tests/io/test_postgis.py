"""Layers from PostGIS, against a real server: whole, near the county, or refused."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import small_base
from postgis_server import Server
from psycopg import sql
from shapely.geometry.base import BaseGeometry

from zoning.errors import LayerError
from zoning.io.base import open_base
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.database_layer import DatabaseLayer, Surroundings, read_database

REDLINE = "ecological_redline"
ROWS = small_base.LAYERS[REDLINE]
SHAPES = [shape for shape, _ in ROWS]
_NUMBERS = count()


class Place:
    """A database of one test and the service that names it."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name

    def run(self, text: str, *values: Any) -> None:
        with self.server.connect(self.name) as connection:
            connection.execute(text.encode(), values or None)

    def table(
        self,
        name: str = "redline",
        *,
        schema: str = "public",
        rows: Sequence[tuple[BaseGeometry | None, dict[str, Any]]] = ROWS,
        srid: int = 4546,
        column: str = "geometry(Geometry, 4546)",
    ) -> None:
        """Make a table of rows, with an index on the shapes."""
        names = list(rows[0][1])
        table = sql.Identifier(schema, name)
        fields = sql.SQL(", ").join(
            sql.SQL("{} text").format(sql.Identifier(one)) for one in names
        )
        with self.server.connect(self.name) as connection:
            connection.execute(
                sql.SQL("CREATE TABLE {} (gid serial PRIMARY KEY, {}, geom {})").format(
                    table,
                    fields,
                    sql.SQL(column),  # type: ignore[arg-type]
                )
            )
            for shape, values in rows:
                wkb = None if shape is None else shapely.to_wkb(shape)
                connection.execute(
                    sql.SQL(
                        "INSERT INTO {} VALUES (DEFAULT, {}, ST_GeomFromWKB(%s, %s))"
                    ).format(
                        table, sql.SQL(", ").join([sql.Placeholder()] * len(names))
                    ),
                    [*values.values(), wkb, srid],
                )
            connection.execute(
                sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(table)
            )


@pytest.fixture
def place(
    postgis: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    name = f"planning{next(_NUMBERS)}"
    postgis.copy(name, of="empty")
    path = tmp_path / "pg_service.conf"
    monkeypatch.setenv("PGSERVICEFILE", str(path))
    postgis.service_file(path, planning=name, reader=f"reader@{name}")
    yield Place(postgis, name)
    with postgis.connect("postgres") as connection:
        dropped = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        connection.execute(dropped.format(sql.Identifier(name)))


def around() -> Surroundings:
    county = small_base.LAYERS["county"][0][0]
    return Surroundings(
        county=county, crs="EPSG:4546", near_m=30_000.0, reach_m=1_000_000.0
    )


def read(**settings: Any) -> DatabaseLayer:
    said = {"source": "postgis:planning", "table": "public.redline", **settings}
    return read_database(LayerEntry(**said), catalogue()[REDLINE], around())


def refusal(**settings: Any) -> tuple[str, str]:
    with pytest.raises(LayerError) as caught:
        read(**settings)
    return caught.value.problem.code, caught.value.problem.line("zh")


def require_whole(layer: DatabaseLayer) -> None:
    assert layer.problems == ()
    assert layer.raw.crs == "EPSG:4546"
    assert layer.raw.columns["BSM"].tolist() == ["R1", "R2"]
    assert layer.raw.columns["HXMC"].tolist() == ["红线甲", "红线乙"]
    assert shapely.equals_exact(layer.raw.geometry, np.array(SHAPES, object)).all()


def test_a_table_is_read_whole(place: Place) -> None:
    place.table()

    require_whole(read())
