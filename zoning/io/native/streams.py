"""A layer as a stream of Arrow columns, taken where it is whole and plain.

References
----------
.. [1] OGC 06-103r4 (Simple Feature Access) 8.2: byte order, then the type, 1 to 6
   for shapes without curves, +1000 or the highest bit with Z.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from zoning.io.native.arrow_columns import (
    laid_out,
    pack_arrow_bytes,
    pack_arrow_field,
)
from zoning.io.quarantine.frames import Frame

__all__ = ["described", "read_stream"]

_NO_NAME = "wkb_geometry"
_HEAD = 5
_LITTLE_ENDIAN = 1
_PLAIN = np.array([[n, 1000 + n, (1 << 31) + n] for n in range(1, 7)], dtype=np.uint32)


def read_stream(
    source: str | bytes, expected: int, *, layer: str | None, encoding: str | None
) -> Frame | None:
    """Read a layer that holds `expected` features.

    Returns
    -------
    Frame or None
        As of `zoning.io.native.vectors.read_table`. None where the stream breaks
        off, holds another number, arrays that are not what they say, curves,
        measures, collections, or columns of another kind than text, numbers and
        days: whoever asks for the features one by one learns more.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = _made(source, expected, layer=layer, encoding=encoding)
    if made is not None:
        for one in told:
            warnings.warn_explicit(
                one.message, one.category, one.filename, one.lineno, source=one.source
            )
    return made


def described(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the header of an answer but for the kinds of its fields."""
    names = [str(name) for name in meta["fields"]]
    return {"fields": names, "crs": meta["crs"], "kind": str(meta["geometry_type"])}


def _made(source: str | bytes, expected: int, **asked: str | None) -> Frame | None:
    import pyarrow as pa
    from pyogrio import raw

    try:
        with raw.open_arrow(source, use_pyarrow=True, **asked) as (meta, reader):
            table = reader.read_all()
        table.validate(full=True)
        if not _plain(table, meta, expected):
            return None
        geometry = table.column(meta["geometry_name"] or _NO_NAME)
        if not all(map(_without_curves, geometry.chunks)):
            return None
        buffers, kinds = pack_arrow_bytes(geometry), list[str]()
        for name in meta["fields"]:
            kind, packed = pack_arrow_field(table.column(name))
            kinds.append(kind)
            buffers += packed
    except MemoryError:
        raise  # Arrow's own is an ArrowException too
    except (pa.ArrowException, RuntimeError, ValueError, OSError, LookupError):
        return None  # of pyogrio all but its errors of text are RuntimeErrors
    return Frame(header={**described(meta), "kinds": kinds}, buffers=buffers)


def _plain(table: Any, meta: Mapping[str, Any], expected: int) -> bool:
    """Say whether the columns are those that were announced, of kinds known here."""
    import pyarrow.types as kinds

    names = [*meta["fields"], meta["geometry_name"] or _NO_NAME]
    if table.num_rows != expected or table.column_names != names:
        return False
    if not kinds.is_binary(table.schema.types[-1]):
        return False
    return all(
        kinds.is_string(column.type)
        or kinds.is_integer(column.type)
        or kinds.is_floating(column.type)
        or kinds.is_date32(column.type)
        or (kinds.is_boolean(column.type) and not column.null_count)
        for column in table.columns[:-1]
    )


def _without_curves(chunk: Any) -> bool:
    """Say whether all shapes are points, lines, polygons or several of one kind."""
    lengths, view = laid_out(chunk)
    lengths = lengths[lengths >= 0]
    if not len(lengths):
        return True
    if lengths.min() < _HEAD:
        return False
    starts = np.cumsum(lengths) - lengths
    heads = np.frombuffer(view, np.uint8)[starts[:, None] + np.arange(_HEAD)]
    kinds = np.ascontiguousarray(heads[:, 1:]).view("<u4").ravel()
    little = (heads[:, 0] == _LITTLE_ENDIAN).all()
    return bool(little and np.isin(kinds, _PLAIN).all())
