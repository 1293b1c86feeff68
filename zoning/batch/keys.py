"""What a result stands on beside its site: one key for each part of it.

A result of the journal is used again only when all of these are equal: layers
with their content, settings and standing; packs; options; the engine.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from typing import Any

import numpy as np
import pyproj
import shapely

from zoning.model import Base, CheckOptions, Layer
from zoning.rules.packs import RuleBook

__all__ = ["keys_of"]

_LIBRARIES = ("zoning", "numpy", "shapely", "pyproj", "scipy", "numba")


def keys_of(base: Base, book: RuleBook, options: CheckOptions) -> Mapping[str, str]:
    """Return the keys by part: ``layers``, ``packs``, ``options``, ``engine``."""
    parts = {
        "layers": _base(base),
        "packs": [asdict(pack) for pack in book.packs],
        "options": asdict(options),
        "engine": _engine(),
    }
    return {name: _hash(part) for name, part in parts.items()}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _base(base: Base) -> list[Any]:
    """Return everything of a base that a finding may depend on, in plain values."""
    vectors = [
        [
            asdict(layer.info),
            _problems(layer.problems),
            _shape(layer.coverage),
            _as_read(layer),
        ]
        for layer in base.layers.values()
    ]
    rasters = [
        [asdict(grid.info), _problems(grid.problems), grid.transform, grid.crs]
        for grid in base.rasters.values()
    ]
    settings = [base.name, base.demo, base.admin_code, base.crs, base.scope, base.packs]
    return [
        settings,
        _shape(base.county),
        vectors,
        rasters,
        {name: asdict(said) for name, said in base.absent.items()},
        {name: _problems(said) for name, said in base.missing.items()},
        None if base.clauses is None else [asdict(one) for one in base.clauses],
        {name: asdict(info) for name, info in base.tables.items()},
    ]


def _as_read(layer: Layer) -> str:
    """Return a hash of ids, boxes and attributes: what settings made of the files."""
    digest = hashlib.sha256()
    digest.update("\n".join(map(str, layer.feature_ids)).encode(errors="replace"))
    digest.update(np.ascontiguousarray(shapely.bounds(layer.geometry)).tobytes())
    for name in sorted(layer.attributes):
        column = map(str, layer.attributes[name])
        digest.update("\n".join((name, *column)).encode(errors="replace"))
    return digest.hexdigest()


def _problems(problems: Any) -> list[Any]:
    return [asdict(problem) for problem in problems]


def _shape(shape: Any) -> str:
    return "" if shape is None else hashlib.sha256(shapely.to_wkb(shape)).hexdigest()


def _engine() -> dict[str, str]:
    """Return the versions whose arithmetic a number may hang on."""
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    proj = str(pyproj.proj_version_str)
    return versions | {"geos": shapely.geos_version_string, "proj": proj}
