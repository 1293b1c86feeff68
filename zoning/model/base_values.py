"""A base: layers, rasters, clauses, and how far each may be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.model.columns import Column, TakenColumns, TakenRows

__all__ = [
    "Absence",
    "AttributeColumn",
    "Base",
    "Clause",
    "GeometryColumn",
    "HashesUsed",
    "Layer",
    "LayerInfo",
    "LayoutPlan",
    "Raster",
    "Repair",
    "TextColumn",
]

GeometryColumn = NDArray[np.object_]
"""Shapely geometries, shape (n,); never None inside a `Layer`. A `Column` of the
prepared store stands for one."""

TextColumn = NDArray[np.object_]
"""Text, shape (n,), '' when missing; or a `Column` that stands for it."""

AttributeColumn = NDArray[np.object_] | NDArray[np.float64]
"""Text columns hold str ('' when missing); number columns float (nan)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was changed in one feature of a layer, and by how much."""

    feature: str
    what: str
    area_change_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInfo:
    """Where a layer comes from and how far it may be trusted.

    `area_m2` is the ellipsoidal area of its polygons, added up feature by
    feature in the CRS they were drawn in; land that several of them hold
    counts once. `notes` tell what keeps nothing from being relied on:
    features repeated or mended, heights left out, an encoding corrected.
    """

    id: str
    path: str
    sha256: str
    features: int
    crs: str | None = None
    encoding: str | None = None
    edition: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    authority: str = "statutory"
    coverage: str = "county"
    vertical_datum: str | None = None
    sealed: bool = False
    area_m2: float | None = None
    repairs: tuple[Repair, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """A vector layer, read whole.

    Parameters
    ----------
    info : LayerInfo
        Origin and standing.
    geometry : ndarray of object, shape (n,)
        Valid 2-D geometries in the working plane; polygons, lines and points
        may be mixed (rivers are).
    feature_ids : ndarray of object, shape (n,)
        Unique text identifiers, in the order of `geometry`.
    attributes : mapping of str to ndarray, each shape (n,)
        Canonical columns of `zoning/data/layers.yaml`. Class columns hold the
        canonical value; the text as read is in ``<column>_as_read``.
    coverage : geometry or None
        Where the layer is complete, in the working plane. None: unknown.
    problems : tuple of Problem
        Reasons for which this layer cannot carry a CLEAR (unreadable rows,
        broken seal, unknown class values, ...).
    """

    info: LayerInfo
    geometry: GeometryColumn
    feature_ids: TextColumn
    attributes: Mapping[str, AttributeColumn]
    coverage: BaseGeometry | None
    problems: tuple[Problem, ...] = ()
    told: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """What was worked out of the layer, kept for whoever asks again."""

    def taken(self, rows: NDArray[np.intp]) -> "Layer":
        """Return the layer of some features, in the order of `rows`.

        What is known of the layer as a whole stays as it is; shapes and texts
        are read when somebody asks for them.
        """
        shapes: Any = self.geometry
        ids = TakenRows(self.feature_ids, rows)
        return replace(
            self,
            geometry=shapes.taken(rows) if isinstance(shapes, Column) else shapes[rows],
            feature_ids=cast("TextColumn", ids),
            attributes=TakenColumns(self.attributes, rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raster:
    """A north-up grid.

    Parameters
    ----------
    values : ndarray of float64, shape (rows, columns)
        Missing cells are nan.
    transform : tuple of float
        (a, b, c, d, e, f): x = a*col + b*row + c, y = d*col + e*row + f.
    crs : str
        Authority code of the grid's own CRS.
    """

    info: LayerInfo
    values: NDArray[np.float64]
    transform: tuple[float, float, float, float, float, float]
    crs: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A declaration that the county truly has none of a layer."""

    statement: str
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of the access list.

    `level` is city, county or unit; `unit_code` is empty above unit level.
    A clause with neither activities nor industries can only be judged by a
    person (severity ``review``).
    """

    id: str
    level: str
    unit_code: str
    dimension: str
    text: str
    severity: str
    activities: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPlan:
    """What the county says of its corridor layout.

    Parameters
    ----------
    counts : mapping of str to int
        How many features the plan names, by kind; kinds without a number are free.
    built_up : tuple of str
        Codes of `land_cover` that are built-up land; every product has its own.
    source : str
        Where the numbers are written.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    built_up: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashesUsed:
    """How the files of a base were told to be the sealed ones.

    `recorded` hashes were taken as recorded, since size and time of the file
    are those recorded with them; `computed` ones were computed.
    """

    recorded: int = 0
    computed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """One folder that holds "the one map", opened.

    A layer id of the catalogue is found in exactly one of `layers`,
    `rasters`, `absent` or `missing`; access-list clauses are in `clauses`
    (None when the list is missing; its problems are then in `missing`).
    `folder` is where packs named by path lie; it is never printed or stored.
    """

    name: str
    demo: bool
    admin_code: str
    crs: str
    county: BaseGeometry
    scope: tuple[str, ...]
    packs: tuple[str, ...]
    layers: Mapping[str, Layer]
    rasters: Mapping[str, Raster] = field(default_factory=dict)
    absent: Mapping[str, Absence] = field(default_factory=dict)
    missing: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    clauses: tuple[Clause, ...] | None = None
    tables: Mapping[str, LayerInfo] = field(default_factory=dict)
    folder: Path | None = None
    hashes: HashesUsed = HashesUsed()
    layout: LayoutPlan | None = None
