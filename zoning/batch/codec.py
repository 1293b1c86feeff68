"""Sites and results as bytes, exactly: what came in is what comes out.

Between processes and in the journal travel JSON and well-known binary, never
pickles: nothing that is read back can be more than the values named here.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.model import (
    CheckOptions,
    ClauseSource,
    ConflictShape,
    DeclaredEvidence,
    FeatureOverlap,
    Finding,
    Gap,
    LayoutHit,
    LonLat,
    NearestFeature,
    Residue,
    Site,
    SiteResult,
    SiteSource,
    State,
    Terrain,
    UnitShare,
    Verdict,
)

__all__ = ["decode", "encode"]

_KINDS: tuple[type[Any], ...] = (
    CheckOptions,
    ClauseSource,
    ConflictShape,
    DeclaredEvidence,
    FeatureOverlap,
    Finding,
    Gap,
    LayoutHit,
    LonLat,
    NearestFeature,
    Problem,
    Residue,
    Site,
    SiteResult,
    SiteSource,
    Terrain,
    UnitShare,
)
"""What may be read back. Lists begin with a number: its place here, or a mark."""

_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_TUPLE, _SHAPE, _DAY, _STATE, _VERDICT = -1, -2, -3, -4, -5
_PLAIN = frozenset({str, int, float, bool, type(None)})
_LEVEL = 1  # of zlib: six times smaller for a millisecond


def encode(value: Any) -> bytes:
    """Return a value of the model as bytes; equal values give equal bytes.

    Raises
    ------
    TypeError
        When it holds something that is none of the model's values.
    """
    text = json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), _LEVEL)


def decode(data: bytes) -> Any:
    """Return the value that `encode` turned into bytes."""
    return _value(json.loads(zlib.decompress(data)))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [_TUPLE, *map(_plain, value)]
    number = _NUMBERS.get(kind)
    if number is not None:
        return [number, *(_plain(getattr(value, name)) for name in _NAMES[kind])]
    return _marked(value)


def _marked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, State | Verdict):
        return [_STATE if isinstance(value, State) else _VERDICT, str(value)]
    if isinstance(value, str):  # words of other tables: plain text to the model
        return str(value)
    if isinstance(value, BaseGeometry):
        # points carried as they are: heights too, of sites as read
        written = shapely.to_wkb(value, output_dimension=4, byte_order=1)
        return [_SHAPE, base64.b64encode(written).decode()]
    if isinstance(value, date):
        return [_DAY, value.isoformat()]
    if isinstance(value, float | int):  # numpy's own numbers
        return value.real
    msg = f"no value of the model: {type(value).__name__}"
    raise TypeError(msg)


def _value(read: Any) -> Any:
    if isinstance(read, dict):
        return {key: _value(part) for key, part in read.items()}
    if not isinstance(read, list):
        return read
    mark, *parts = read
    if mark >= 0:
        kind = _KINDS[mark]
        values = map(_value, parts)
        return kind(**dict(zip(_NAMES[kind], values, strict=True)))
    if mark == _TUPLE:
        return tuple(map(_value, parts))
    return _unmarked(mark, parts[0])


def _unmarked(mark: int, text: str) -> Any:
    if mark == _SHAPE:
        return shapely.from_wkb(base64.b64decode(text))
    if mark == _DAY:
        return date.fromisoformat(text)
    return State(text) if mark == _STATE else Verdict(text)
