"""A PostgreSQL with PostGIS of the tests' own: on loopback, thrown away."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import shapely
from psycopg import sql
from shapely.geometry.base import BaseGeometry

OWNER = "postgres"
_PLACES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt")
_QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


def binaries() -> Path | None:
    """Return the folder of a server that has PostGIS; None without one."""
    found = [Path(place) for root in _PLACES for place in _versions(Path(root))]
    if (control := shutil.which("pg_ctl")) is not None:
        found.append(Path(control).parent)
    return next((place for place in found if _has_postgis(place)), None)


def _versions(root: Path) -> list[Path]:
    return sorted((p.parent for p in root.glob("*/bin/initdb")), reverse=True)


def _has_postgis(place: Path) -> bool:
    config = place / "pg_config"
    if not (place / "initdb").is_file() or not config.is_file():
        return False
    done = subprocess.run([config, "--sharedir"], capture_output=True, check=True)
    share = Path(os.fsdecode(done.stdout).strip())
    return (share / "extension/postgis.control").is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server; `port` is on 127.0.0.1, everybody is trusted."""

    port: int
    folder: Path

    def connect(self, database: str, *, user: str = OWNER) -> psycopg.Connection:
        """Open a connection that commits each statement."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            dbname=database,
            autocommit=True,
            client_encoding="UTF8",
        )

    def create(self, name: str, *, encoding: LiteralString = "UTF8") -> None:
        """Make an empty database with PostGIS in it."""
        text = "CREATE DATABASE {} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        with self.connect(OWNER) as connection:
            made = sql.SQL(text + " ENCODING {}").format(
                sql.Identifier(name), sql.Literal(encoding)
            )
            connection.execute(made)
        with self.connect(name) as connection:
            connection.execute("CREATE EXTENSION postgis")

    def copy(self, name: str, *, of: str) -> None:
        """Make a database from another to which nobody is connected."""
        text = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connect(OWNER) as connection:
            connection.execute(text.format(sql.Identifier(name), sql.Identifier(of)))

    def drop(self, name: str) -> None:
        """Take a database away, whoever is connected."""
        text = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        with self.connect(OWNER) as connection:
            connection.execute(text.format(sql.Identifier(name)))

    def service_file(self, path: Path, **services: str) -> Path:
        """Write a service file: names of services to databases or ``user@database``."""
        lines = []
        for service, target in services.items():
            user, _, database = target.rpartition("@")
            lines += [
                f"[{service}]",
                "host=127.0.0.1",
                f"port={self.port}",
                f"user={user or OWNER}",
                f"dbname={database}",
                "",
            ]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path


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
        rows: Sequence[tuple[BaseGeometry | None, dict[str, Any]]],
        srid: int = 4546,
        column: LiteralString = "geometry(Geometry, 4546)",
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
                    sql.SQL(column),
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


@contextmanager
def running(place: Path) -> Iterator[Server]:
    """Start a server in a new folder under the system's temporary one."""
    folder = Path(tempfile.mkdtemp(prefix="zoning-pg-"))
    try:
        if _is_root():
            shutil.chown(folder, OWNER, OWNER)
        data, port = folder / "data", _free_port()
        made = [place / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-N"]
        _run([*made, "-E", "UTF8", "--no-locale"], folder)
        options = f"{_QUICK} -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        control = [place / "pg_ctl", "-D", data, "-l", folder / "log"]
        _run([*control, "-w", "-o", options, "start"], folder)
        try:
            yield Server(port=port, folder=folder)
        finally:
            _run([*control, "-w", "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[Any], folder: Path) -> None:
    prefix = []
    if _is_root():  # the server refuses to run as root
        prefix = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"]
    # Not captured: the server keeps the streams open for as long as it runs.
    with (folder / "out").open("ab") as out:
        subprocess.run(
            [*prefix, *command], cwd=folder, stdout=out, stderr=out, check=True
        )


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
