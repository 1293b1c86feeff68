"""The values that pass between modules: frozen, plain, without behaviour.

Geometry inside is always in the *working plane* of the base (a metre CRS such
as EPSG:4546), two-dimensional and valid, unless a field says otherwise. Areas
are square metres on the CGCS2000 ellipsoid, lengths and distances metres;
names carry the unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem

__all__ = [
    "Absence",
    "AttributeColumn",
    "Base",
    "CheckOptions",
    "Clause",
    "ClauseSource",
    "ConflictShape",
    "Dimension",
    "FeatureOverlap",
    "Finding",
    "Gap",
    "GeometryColumn",
    "Layer",
    "LayerInfo",
    "LayoutHit",
    "LonLat",
    "NearestFeature",
    "PackInfo",
    "Raster",
    "Repair",
    "Report",
    "Residue",
    "Site",
    "SiteResult",
    "SiteSource",
    "State",
    "Terrain",
    "UnitShare",
    "Verdict",
]

GeometryColumn = NDArray[np.object_]
"""Shapely geometries, shape (n,); never None inside a `Layer`."""

AttributeColumn = NDArray[np.object_] | NDArray[np.float64]
"""Text columns hold str ('' when missing); number columns float (nan)."""


class State(StrEnum):
    """What one rule says of one site (product page 2)."""

    CLEAR = "CLEAR"
    NOTICE = "NOTICE"
    CONDITIONAL = "CONDITIONAL"
    PROHIBITED = "PROHIBITED"
    REVIEW = "REVIEW"
    NOT_CHECKED = "NOT_CHECKED"


class Verdict(StrEnum):
    """What the findings of a site amount to."""

    CLEAR = "CLEAR"
    NOTICE = "NOTICE"
    UNDETERMINED = "UNDETERMINED"
    CONDITIONAL = "CONDITIONAL"
    PROHIBITED = "PROHIBITED"
    REJECTED = "REJECTED"


class Dimension(StrEnum):
    """Topological dimension of a site."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True, kw_only=True)
class LonLat:
    """Longitude and latitude, CGCS2000 (EPSG:4490), degrees."""

    lon: float
    lat: float


# ------------------------------------------------------------------ the base
@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was changed in one feature of a layer, and by how much."""

    feature: str
    what: str
    area_change_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInfo:
    """Where a layer comes from and how far it may be trusted."""

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
    repairs: tuple[Repair, ...] = ()


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
    feature_ids: NDArray[np.object_]
    attributes: Mapping[str, AttributeColumn]
    coverage: BaseGeometry | None
    problems: tuple[Problem, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """One folder that holds "the one map", opened.

    A layer id of the catalogue is found in exactly one of `layers`,
    `rasters`, `absent` or `missing`; access-list clauses are in `clauses`
    (None when the list is missing; its problems are then in `missing`).
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


# ----------------------------------------------------------------- the sites
@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSource:
    """The file a site came from; `row` counts from 0 within it."""

    path: str
    sha256: str
    row: int
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A project site as read.

    Parameters
    ----------
    geometry : geometry or None
        In `source.crs` (an EPSG code), x = east or longitude; None when
        rejected. Polygons, lines or points.
    crs : str or None
        CRS of `geometry`, such as ``EPSG:4525``.
    area_declared_m2 : float or None
        What the file says, in square metres.
    project : mapping of str to str
        Project attributes by the ids of terms.yaml ``attribute``; absent keys
        are unknown. Booleans are ``true`` or ``false``.
    attributes : mapping of str to str
        Other columns, as read.
    problems : tuple of Problem
        Warnings that do not stop the check (count mismatch, swapped axes...).
    rejection : Problem or None
        Why the site cannot be checked.
    """

    id: str
    name: str
    geometry: BaseGeometry | None
    crs: str | None
    source: SiteSource
    area_declared_m2: float | None = None
    project: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rejection: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """Settings of a check; all are printed in the report.

    Parameters
    ----------
    as_of : date
        Day on which the application was accepted; picks law and editions.
    residue_area_m2, residue_width_m : float
        An overlap smaller than the area *and* vanishing when shrunk by half
        the width is residue: listed, never dropped.
    near_m : float
        How far the nearest feature is looked for as evidence.
    """

    as_of: date
    residue_area_m2: float = 1.0
    residue_width_m: float = 0.1
    near_m: float = 5000.0


# --------------------------------------------------------------- the results
@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseSource:
    """The article a finding stands on, as in force on the check date."""

    document: str
    number: str
    clause: str
    effective_from: str | None
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureOverlap:
    """One feature's part in a finding."""

    id: str
    name: str
    overlap_m2: float
    length_m: float | None
    overlap_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestFeature:
    """The nearest feature and how far it is (0 when met)."""

    id: str
    name: str
    distance_m: float
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one site, with the numbers it stands on.

    `layer` is the layer id; `view` the part of it that the rule reads. CLEAR
    carries evidence: `nearest` (or that there is none within reach).
    """

    rule_id: str
    scope: str
    title: Mapping[str, str]
    state: State
    severity: str
    layer: str
    view: str
    relation: str
    overlap_m2: float = 0.0
    overlap_m2_deduplicated: float = 0.0
    share: float = 0.0
    length_m: float | None = None
    distance_m: float | None = None
    threshold: Mapping[str, float] = field(default_factory=dict)
    features: tuple[FeatureOverlap, ...] = ()
    nearest: NearestFeature | None = None
    witness: LonLat | None = None
    reason: str | None = None
    questions: tuple[Mapping[str, str], ...] = ()
    needs: tuple[Mapping[str, str], ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()
    source: ClauseSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something in scope that was not checked, and what to do about it."""

    rule_id: str
    layer: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """An overlap within the printed boundary tolerance."""

    layer: str
    feature: str
    overlap_m2: float
    width_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitShare:
    """A control unit that the site lies in."""

    code: str
    name: str
    unit_class: str
    overlap_m2: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayoutHit:
    """A belt, screen, corridor or patch that the site meets.

    `width_m` and `width_left_m` are those of the narrowest section that the
    site cuts, before and after; None where no width can be taken. `trim` is
    the part of the site to give up so that the target width is left (working
    plane), None when nothing is owed or no trim suffices.
    """

    feature: str
    name: str
    kind: str
    overlap_m2: float
    share: float
    length_m: float | None = None
    target_width_m: float | None = None
    width_m: float | None = None
    width_left_m: float | None = None
    section: BaseGeometry | None = None
    trim: BaseGeometry | None = None
    trim_m2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Slope, elevation and cover of the site from the base's rasters.

    Slopes in degrees, elevations in metres of `vertical_datum`; `cover` maps
    the land-cover code (text) to its share of the site.
    """

    elevation_min_m: float | None = None
    elevation_mean_m: float | None = None
    elevation_max_m: float | None = None
    vertical_datum: str | None = None
    slope_mean_deg: float | None = None
    slope_max_deg: float | None = None
    slope_ge_25_share: float | None = None
    cover: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConflictShape:
    """The common part of a site and a feature, in the working plane."""

    site_id: str
    layer: str
    feature: str
    feature_name: str
    geometry: BaseGeometry
    overlap_m2: float
    length_m: float | None
    overlap_class: str
    state: State
    rule_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteResult:
    """Everything found out about one site. `geometry`: working plane."""

    site: Site
    verdict: Verdict
    complete: bool
    geometry: BaseGeometry | None = None
    area_m2: float | None = None
    area_plane_m2: float | None = None
    length_m: float | None = None
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    residue: tuple[Residue, ...] = ()
    units: tuple[UnitShare, ...] = ()
    layout: tuple[LayoutHit, ...] = ()
    terrain: Terrain | None = None
    conflicts: tuple[ConflictShape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """A rule pack that was used."""

    id: str
    version: str
    sha256: str
    rules: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """The answer: one `SiteResult` per site, in input order."""

    sites: tuple[SiteResult, ...]
    base: Base
    packs: tuple[PackInfo, ...]
    options: CheckOptions

    @property
    def verdict(self) -> Verdict:
        """Worst verdict of the sites that could be checked, else REJECTED."""
        order = list(Verdict)
        checked = [s.verdict for s in self.sites if s.verdict != Verdict.REJECTED]
        return max(checked, key=order.index) if checked else Verdict.REJECTED

    @property
    def complete(self) -> bool:
        """True when nothing in scope was left unchecked for any site."""
        return all(site.complete for site in self.sites)

    @property
    def exit_code(self) -> int:
        """0 clear or notice and complete, 1 conflict, 3 rejected, 4 incomplete.

        Precedence 3 > 1 > 4 > 0 (product page 2). An empty report is 4.
        """
        verdicts = {site.verdict for site in self.sites}
        if Verdict.REJECTED in verdicts:
            return 3
        if verdicts & {Verdict.PROHIBITED, Verdict.CONDITIONAL}:
            return 1
        return 0 if self.sites and self.complete else 4
