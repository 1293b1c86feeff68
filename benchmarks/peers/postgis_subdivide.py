"""PostGIS: layers cut by ST_Subdivide and indexed, pieces joined, areas summed.

Reading is COPY into tables. Cutting, indexing and ANALYZE are preparation. The
server is one of its own on loopback; its processor time is that of the backend
and of the workers that the postmaster has seen end.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psycopg
import pyarrow.parquet
from psycopg import sql

from benchmarks.peers.clock import Contender, Found, compete, peak_of
from tests.postgis_server import Server, binaries, running

MOST = 256  # vertices of a piece
_CUT = "CREATE TABLE {} AS SELECT row, ST_Subdivide(geom, {}) AS geom FROM {}"
_JOIN = """
SELECT l.row, r.row, sum(ST_Area(ST_Intersection(l.geom, r.geom)))
FROM {} AS l JOIN {} AS r ON ST_Intersects(l.geom, r.geom)
GROUP BY l.row, r.row
"""


class _Database:
    """One connection to a server, and what both have cost."""

    def __init__(self, server: Server) -> None:
        with server.connect("postgres") as first:
            first.execute("ALTER SYSTEM SET autovacuum = off")
            first.execute("SELECT pg_reload_conf()")
        server.create("county")
        self.connection = server.connect("county")
        self.connection.execute("SET work_mem = '256MB'")
        self.connection.execute("SET maintenance_work_mem = '256MB'")
        postmaster = (server.folder / "data/postmaster.pid").read_text("utf-8")
        self.postmaster = postmaster.split()[0]

    def cost(self) -> tuple[float, float]:
        backend = str(self.connection.info.backend_pid)
        ticks = sum(_stat(backend)[11:13]) + sum(_stat(self.postmaster)[13:15])
        return ticks / os.sysconf("SC_CLK_TCK"), peak_of(backend)

    def versions(self) -> str:
        found = self.connection.execute(
            "SELECT PostGIS_Lib_Version(), PostGIS_GEOS_Version(), "
            "current_setting('server_version')"
        ).fetchone()
        postgis, geos, server = found or ("?", "?", "?")
        return f"PostGIS {postgis}, GEOS {geos.split('-')[0]}, PostgreSQL {server}"

    def read(self, path: Path) -> str:
        table = pyarrow.parquet.read_table(path, columns=["row", "geometry"])
        name = sql.Identifier(path.stem)
        self._run("CREATE TABLE {} (row bigint, geom geometry)", name)
        copy = sql.SQL("COPY {} FROM STDIN").format(name)
        with self.connection.cursor().copy(copy) as rows:
            for row, wkb in zip(
                table["row"].to_pylist(), table["geometry"].to_pylist(), strict=True
            ):
                rows.write_row((row, wkb.hex()))
        return path.stem

    def prepare(self, layer: str) -> str:
        whole, cut = sql.Identifier(layer), sql.Identifier(f"{layer}_cut")
        self._run(_CUT, cut, sql.Literal(MOST), whole)
        self._run("CREATE INDEX ON {} USING gist (geom)", cut)
        self._run("ANALYZE {}", cut)
        return f"{layer}_cut"

    def measure(self, left: str, right: str) -> Found:
        names = sql.Identifier(left), sql.Identifier(right)
        rows = self._run(_JOIN, *names).fetchall()
        i, j, area = np.array(rows, dtype=np.float64).reshape(-1, 3).T
        return i.astype(np.int64), j.astype(np.int64), area

    def _run(self, text: str, *parts: sql.Composable) -> psycopg.Cursor:
        return self.connection.execute(sql.SQL(text).format(*parts))


def _stat(process: str) -> list[int]:
    """Return the numbers of ``/proc/PID/stat`` after the state of the process."""
    text = Path(f"/proc/{process}/stat").read_text("utf-8")
    return [0, *map(int, text.rpartition(")")[2].split()[1:])]


def main() -> None:
    place = binaries()
    if place is None:
        raise SystemExit("no PostgreSQL with PostGIS here")
    with ExitStack() as stack:
        database = _Database(stack.enter_context(running(place)))
        stack.callback(database.connection.close)
        compete(
            Contender(
                name="postgis_subdivide",
                versions=database.versions,
                read=database.read,
                prepare=database.prepare,
                measure=database.measure,
                elsewhere=database.cost,
            )
        )


if __name__ == "__main__":
    main()
