"""What zoning.yaml may say of a table in PostGIS; no connection is made here.

A database is named by a service of libpq and nothing else: host, user and
password belong into libpq's own files, which the base does not carry along.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Fault", "TableName", "database_faults", "service_of", "table_name"]

PREFIX = "postgis:"
_SERVICE = re.compile(r"postgis:([\w.\-]*)")
_NAME = r'(?:"((?:[^"]|"")+)"|([^".]+))'
_TABLE = re.compile(rf"(?:{_NAME}\.)?{_NAME}")
_SECRET_KEYS = {"password", "passwd", "pwd", "pgpassword"}
_SECRET = re.compile(
    r"(?:password|passwd|pwd)\s*=|://[^/@\s]*:[^/@\s]*@", re.IGNORECASE
)
_DATABASE = re.compile(r"(?:postgis|postgres|postgresql|PG):", re.IGNORECASE)
_OF_TABLES = ("table", "geometry")
_OF_FILES = ("path", "layer", "layers")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableName:
    """A table or view, letter by letter as the database has it."""

    schema: str
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with an entry: place in the document, code, particulars."""

    at: tuple[str | int, ...]
    code: str
    detail: str = ""


def service_of(source: str) -> str:
    """Return the service that a source names; '' where libpq's environment does.

    Raises
    ------
    ValueError
        When it is not of the form ``postgis:SERVICE``.
    """
    match = _SERVICE.fullmatch(source)
    if match is None:
        raise ValueError(PREFIX)
    return match.group(1)


def table_name(text: str) -> TableName:
    """Read ``schema.table``; without a schema it is ``public``.

    Case counts and nothing is folded. A name that holds a dot stands in double
    quotes, a quote in it is doubled, as in SQL.

    Raises
    ------
    ValueError
        When it is no such name.
    """
    match = _TABLE.fullmatch(text)
    if match is None or "\0" in text:
        raise ValueError(text)
    quoted_schema, schema, quoted, plain = match.groups()

    def said(in_quotes: str | None, bare: str | None) -> str:
        return (in_quotes or "").replace('""', '"') or bare or ""

    return TableName(
        schema=said(quoted_schema, schema) or "public", table=said(quoted, plain)
    )


def database_faults(
    document: object, *, without_table: frozenset[str]
) -> Iterator[Fault]:
    """Find entries with a password, or that name a database in another way.

    Parameters
    ----------
    document : object
        zoning.yaml as loaded.
    without_table : frozenset of str
        Layers that no table can hold: rasters, the access list.
    """
    if not isinstance(document, dict):
        return
    layers = document.get("layers")
    named = layers.items() if isinstance(layers, dict) else ()
    entries: list[tuple[tuple[str, ...], Any]] = [(("county",), document.get("county"))]
    entries += [(("layers", str(name)), entry) for name, entry in named]
    for at, entry in entries:
        if isinstance(entry, dict):
            secrets = [*_secrets(entry)]
            yield from (Fault(at=(*at, key), code=_PASSWORD) for key in secrets)
            if not secrets:
                raster = at[-1] in without_table
                found = _misnamed(entry, tabular=not raster)
                yield from (
                    Fault(at=(*at, key), code="DATABASE_SOURCE", detail=detail)
                    for key, detail in found
                )


_PASSWORD = "DATABASE_PASSWORD_IN_BASE"  # noqa: S105  a code of the registry


def _secrets(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        texts = [str(part) for part in value] if isinstance(value, list) else [value]
        told = any(isinstance(one, str) and _SECRET.search(one) for one in texts)
        if str(key).casefold() in _SECRET_KEYS or told:
            yield str(key)


def _misnamed(entry: Mapping[str, Any], *, tabular: bool) -> Iterator[tuple[str, str]]:
    path, source, table = (entry.get(key) for key in ("path", "source", "table"))
    if isinstance(path, str) and _DATABASE.match(path):
        yield "path", "path"
        return
    if "absent" in entry:
        return  # there `source` is who says so
    if "source" not in entry:
        yield from ((key, key) for key in _OF_TABLES if key in entry)
        return
    if not isinstance(source, str) or not _SERVICE.fullmatch(source) or not tabular:
        yield "source", "source"
    if not isinstance(table, str) or not _TABLE.fullmatch(table):
        yield ("table" if "table" in entry else "source"), "table"
    yield from ((key, f"source + {key}") for key in _OF_FILES if key in entry)
