"""What a model of corridors consists of: frozen values that outputs read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid
from zoning.corridors.mspa import PatternClass
from zoning.corridors.network import NetIndices
from zoning.errors import Problem
from zoning.linkage.table import ModelTable
from zoning.model import Base

__all__ = [
    "Barrier",
    "BuildOptions",
    "CorridorModel",
    "LinkageReport",
    "ModelledLink",
    "ModelledSource",
    "NetSummary",
    "PinchPoint",
    "Range",
    "SampledLink",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What the caller chose beside base and table.

    Parameters
    ----------
    cell_m : float, optional
        Side of a cell; that of the land cover by default.
    solver : str
        ``auto``, or the one that shall be used.
    samples : int
        Tables like the given one under which the model is built again; 0: none.
    spread : float
        Each number of them is at most (1 + spread) times higher or lower.
    seed : int
    threads : int
        Changes no byte.
    """

    cell_m: float | None = None
    solver: str = "auto"
    samples: int = 0
    spread: float = 0.5
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What a number is under the sampled tables: 5 %, median, 95 %."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledLink:
    """What becomes of a link under the sampled tables.

    Parameters
    ----------
    cost : Range or None
        None where no way is left under some of them.
    kept_share : float
        Share of the tables under which the link is kept.
    same_share : float
        Mean share of its path that lies in the corridor of the tables.
    """

    cost: Range | None
    kept_share: float
    same_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelledSource:
    """An ecological source.

    Parameters
    ----------
    number : int
    shape : Polygon or MultiPolygon
        Outline of its cells, working plane.
    area_m2 : float
        Ellipsoidal.
    protected : bool
        Whether red line or protected area is part of it.
    resistance : float or None
        Mean over its cells; None where none has a value.
    links : int
        Links that end here.
    importance, intra, flux, connector : float
        dPC in per cent, and its parts.
    betweenness : float
        Pairs whose cheapest way leads through.
    current : float
        Amperes through, one sent for every pair.
    isolated : bool
        No way leads to any other source.
    sampled : Range or None
        dPC under the sampled tables.
    """

    number: int
    shape: BaseGeometry
    area_m2: float
    protected: bool
    resistance: float | None
    links: int
    importance: float
    intra: float
    flux: float
    connector: float
    betweenness: float
    current: float
    isolated: bool
    sampled: Range | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelledLink:
    """A link between two sources, and the corridor about it.

    Parameters
    ----------
    number : int
        From 1, in the order of `start` and `end`.
    start, end : int
        Sources.
    path : LineString
        The cheapest way, from `start` to `end`, between cell centres.
    swath : Polygon or MultiPolygon
        Ground outside the sources on which a way costs at most the stated share
        more.
    length_m : float
        Geodesic, of `path`.
    euclid_m : float
        Between the nearest cells of both.
    cost : float
        Metres weighted by resistance.
    swath_m2 : float
        Ellipsoidal area of `swath`.
    width_m : float or None
        `swath_m2` over `length_m`; None for a path without length.
    resistance : float
        Effective resistance over all ground; -1 when no current passes.
    gravity : float or None
        None when a source is not larger than the unit of area.
    importance : float
        dPC in per cent.
    betweenness, current : float
        As for sources.
    tree : bool
        One of the cheapest links that join all that can be joined.
    sampled : SampledLink or None
        What becomes of it under the sampled tables.
    """

    number: int
    start: int
    end: int
    path: BaseGeometry
    swath: BaseGeometry
    length_m: float
    euclid_m: float
    cost: float
    swath_m2: float
    width_m: float | None
    resistance: float
    gravity: float | None
    importance: float
    betweenness: float
    current: float
    tree: bool
    sampled: SampledLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PinchPoint:
    """Ground of a corridor on which the current crowds.

    `current` is the greatest of its cells, amperes; `links` the corridors that
    hold that cell.
    """

    number: int
    shape: BaseGeometry
    area_m2: float
    current: float
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Barrier:
    """A circle whose restoration shortens a link most.

    Parameters
    ----------
    number : int
    shape : Polygon
        The circle, working plane.
    gain_per_m : float
        Cost saved for each metre restored.
    percent : float
        Of the cost of the link, for each metre.
    link : int
    """

    number: int
    shape: BaseGeometry
    gain_per_m: float
    percent: float
    link: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetSummary:
    """The net as a whole.

    Parameters
    ----------
    indices, indices_all : NetIndices
        Of the links kept, and of all links between neighbours.
    links_all : int
        Links between neighbours.
    parts : int
        Parts of the net that nothing joins.
    equivalent_m2 : float
        EC over the links kept.
    alone_m2 : float
        EC if no link were there.
    cost_at : float
        The cost that stands for the dispersal distance.
    sampled : Range or None
        EC under the sampled tables.
    """

    indices: NetIndices
    indices_all: NetIndices
    links_all: int
    parts: int
    equivalent_m2: float
    alone_m2: float
    cost_at: float
    sampled: Range | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorridorModel:
    """Everything that was modelled.

    Parameters
    ----------
    table : ModelTable
    options : BuildOptions
    resistance : Grid
        Per metre; nan where nothing passes or nothing is known.
    labels : ndarray of int32, shape (rows, columns)
        The source that a cell belongs to, 0 for none.
    mosaic : ndarray of float64, shape (rows, columns)
        By how much the cheapest way through a cell costs more than its link,
        least over the links kept; inf where there is none.
    current : ndarray of float64
        Amperes over all ground, summed over the links kept, one each; 0 within
        the sources of a link; nan where nothing passes.
    pinch : ndarray of float64
        The greatest current of any link, kept to the corridors; nan outside.
    barrier : ndarray of float64
        Gain of the best circle that holds the cell; nan where there is none.
    pattern : mapping of PatternClass to int
        Cells of the habitat by class.
    cover_cells : mapping of float to int
        Cells of the county by land-cover code.
    sources, links, pinch_points, barriers : tuples
        Numbered from 1, in order.
    net : NetSummary
    method : str
        What solved the circuits.
    radius_m, edge_cells : float, int
        Of the circles restored, and the width of edges, as they were taken.
    problems, remarks : tuple of Problem
        What keeps the model from being whole, and what is to be said.
    """

    table: ModelTable
    options: BuildOptions
    resistance: Grid
    labels: NDArray[np.int32]
    mosaic: NDArray[np.float64]
    current: NDArray[np.float64]
    pinch: NDArray[np.float64]
    barrier: NDArray[np.float64]
    pattern: Mapping[PatternClass, int]
    cover_cells: Mapping[float, int]
    sources: tuple[ModelledSource, ...]
    links: tuple[ModelledLink, ...]
    pinch_points: tuple[PinchPoint, ...]
    barriers: tuple[Barrier, ...]
    net: NetSummary
    method: str
    radius_m: float
    edge_cells: int
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing that was read is in doubt."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkageReport:
    """A model with what it rests on; every output is made from it.

    `used` are the ids of the layers and rasters that were read, sorted.
    """

    base: Base
    model: CorridorModel
    as_of: date
    used: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 for a whole model, 4 where something that it rests on is in doubt."""
        return 0 if self.model.complete else 4
