"""A connection to PostGIS: one read-only snapshot, and its failures in words.

This is the one place of the package that speaks to another machine, and it
does so only for a base that names a database. Where and as whom is settled by
libpq (service file, password file, environment).
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from zoning.errors import LayerError, Problem
from zoning.io.database_source import service_of
from zoning.model.problems import layer_problem

__all__ = ["Connection", "sequential_scans", "snapshot"]

Connection = Any
"""`psycopg.Connection`; psycopg is an extra and not there in every install."""

_CONNECT_SECONDS = 10
_SETTINGS = {
    "statement_timeout": "600s",
    "lock_timeout": "15s",
    # A policy that hides rows fails the query instead of shortening its answer.
    "row_security": "off",
    "cursor_tuple_fraction": "1.0",
    "search_path": "pg_catalog",
    # Text of values must not depend on the server's or the role's settings.
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
}
_INDEX_SETTINGS = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_DENIED = {"42501"}
_ABSENT = {"42P01", "3F000"}
_ADDRESS = re.compile(r"connection (?:to server )?(?:at|on) .*? failed: ")
_SHOWN = 120


@contextmanager
def snapshot(source: str, layer_id: str) -> Iterator[Connection]:
    """Open a repeatable-read, read-only transaction; it is rolled back at the end.

    Parameters
    ----------
    source : str
        ``postgis:SERVICE``, or ``postgis:`` for libpq's environment.
    layer_id : str
        For messages.

    Raises
    ------
    LayerError
        ``DATABASE_DRIVER_MISSING``, ``DATABASE_UNREACHABLE``,
        ``DATABASE_DENIED``, ``DATABASE_TABLE_UNUSABLE``, ``DATABASE_ENCODING``
        or ``DATABASE_FAILED``; also for whatever fails inside the context.
    """
    try:
        import psycopg
    except ImportError as error:  # also where libpq itself is not to be found
        problem = layer_problem("DATABASE_DRIVER_MISSING", layer_id)
        raise LayerError(problem) from error
    named: dict[str, Any] = {}
    if service := service_of(source):
        named["service"] = service
    try:
        opened = psycopg.connect(
            **named,
            connect_timeout=_CONNECT_SECONDS,
            client_encoding="UTF8",
            application_name="zoning",
            prepare_threshold=None,
        )
    except (psycopg.Error, UnicodeError) as error:
        values = {"source": source, "detail": _first_line(error)}
        problem = layer_problem("DATABASE_UNREACHABLE", layer_id, **values)
        raise LayerError(problem) from error
    with closing(opened) as connection:
        try:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            for name, value in _SETTINGS.items():
                _set(connection, name, value)
            yield connection
        except psycopg.Error as error:
            raise LayerError(_failure(error, layer_id)) from error
        except UnicodeError as error:
            encoding = str(connection.info.parameter_status("server_encoding"))
            problem = layer_problem("DATABASE_ENCODING", layer_id, encoding=encoding)
            raise LayerError(problem) from error


@contextmanager
def sequential_scans(connection: Connection) -> Iterator[None]:
    """Keep the server off its indexes: what they miss, a second count finds."""
    for name in _INDEX_SETTINGS:
        _set(connection, name, "off")
    yield
    for name in _INDEX_SETTINGS:
        _set(connection, name, "on")


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))


def _failure(error: Any, layer_id: str) -> Problem:
    state = error.sqlstate or ""
    detail = f"{state} {_first_line(error)}".strip()
    if state in _DENIED:
        return layer_problem("DATABASE_DENIED", layer_id, detail=detail)
    if state in _ABSENT:
        return layer_problem("DATABASE_TABLE_UNUSABLE", layer_id, detail=detail)
    return layer_problem("DATABASE_FAILED", layer_id, detail=detail)


def _first_line(error: Exception) -> str:
    """Return what the server says, without its address."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _ADDRESS.sub("", lines[0])[:_SHOWN]
