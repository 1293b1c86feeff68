"""What the audit of a layout hands back; every length in it is geodesic metres."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.beside import CurrentCarried, Priority, RiparianReach
from zoning.corridors.layout.table import LayoutTable
from zoning.errors import Problem
from zoning.model import Base

__all__ = [
    "COUNTY_LIMIT",
    "GRAVITY",
    "LAYOUT_ITSELF",
    "LINEAR",
    "CorridorState",
    "Deviation",
    "FeatureAudit",
    "Gap",
    "LayoutGraph",
    "LayoutReport",
    "Narrow",
    "PlannedFeatures",
    "Profile",
    "Reach",
    "Share",
    "Stretch",
    "Worth",
]

LINEAR = frozenset({"belt", "corridor"})
"""Kinds that have a length and a width; screens and patches are areas."""
FINDINGS = frozenset({"LAYOUT_COUNT", "LAYOUT_END_UNKNOWN", "LAYOUT_END_APART"})
"""Problems of the layer that say that the plan is not what it says it is."""
LAYOUT_ITSELF = "corridor_layout"
"""Cause of a gap where the plan's own polygon is broken."""
COUNTY_LIMIT = "county"
"""Cause of a gap where the axis leads out of the county, where the plan ends."""


class CorridorState(StrEnum):
    """What became of a corridor on the ground."""

    WHOLE = "WHOLE"
    NARROW = "NARROW"
    BROKEN = "BROKEN"
    ABSENT = "ABSENT"
    NOT_AUDITED = "NOT_AUDITED"


GRAVITY = (
    CorridorState.ABSENT,
    CorridorState.BROKEN,
    CorridorState.NOT_AUDITED,
    CorridorState.NARROW,
    CorridorState.WHOLE,
)
"""The gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedFeatures:
    """A layout as plain columns, arrays of shape (n,) in one order.

    Parameters
    ----------
    ids, names : ndarray of object
        Ids are unique; names may be ''.
    kinds : ndarray of object
        ``belt``, ``screen``, ``corridor``, ``patch``; others are not audited.
    targets_m : ndarray of float64
        Target widths, nan where none is stated.
    geometry : ndarray of object
        Polygons, broken or not, in the working plane; lines have `targets_m`.
    joins_from, joins_to : ndarray of object
        Names or ids of the features that a corridor says it joins, several
        parted by 、 or ;; '' where nothing is said. None: the layer has no such
        field.
    crs : str
        The working plane.
    """

    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    kinds: NDArray[np.object_]
    targets_m: NDArray[np.float64]
    geometry: NDArray[np.object_]
    crs: str
    joins_from: NDArray[np.object_] | None = None
    joins_to: NDArray[np.object_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of something one layer or entry takes; `area_m2` None for lengths."""

    id: str
    share: float
    area_m2: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """A stretch of an axis by chainage, and its shape in the working plane.

    `end_m` passes the length of a ring where the stretch spans its seam.
    """

    start_m: float
    end_m: float
    shape: BaseGeometry

    @property
    def length_m(self) -> float:
        """From end to end along the axis."""
        return self.end_m - self.start_m


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap(Stretch):
    """A stretch without a permeable cross-section.

    Parameters
    ----------
    kind : str
        ``bare``: no ground beside the axis. ``severed``: ground everywhere, and
        no way through, because what blocks runs aslant.
    cause : str
        The entry of the table that fills most of the gap, or `LAYOUT_ITSELF`, or
        `COUNTY_LIMIT`.
    fills : tuple of Share
        All that lies in the gap, the greatest first.
    """

    kind: str
    cause: str
    fills: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Narrow(Stretch):
    """A stretch that can be passed, below the target width."""

    least_m: float
    at_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Widths in metres: least, the width that a tenth stays below, median."""

    least_m: float
    tenth_m: float
    median_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far a planned axis lies from a modelled path.

    `hausdorff_m`: greatest distance from a point of either to the other.
    `axis_share`, `path_share`: share of each that lies near the other.
    """

    model_id: str
    hausdorff_m: float
    axis_share: float
    path_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Resistance of the cells in a feature; nan where none has a value."""

    mean: float
    greatest: float
    cells: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureAudit:
    """One feature of the layout on trial.

    Parameters
    ----------
    row : int
        Its row in the layout.
    state : CorridorState
        `NOT_AUDITED` where the trial found nothing and did not see all.
    axis : Axis or None
        None for screens and patches, and where no axis can be laid.
    pieces : int
        Of the drawing.
    continuity_share : float or None
        Share of the length over which the target width is permeable; None where
        no target is stated.
    passable_share : float or None
        Share of the length that lies in no gap.
    permeable_m, drawn_m : Profile or None
        Widths of the permeable cross-sections, and of the drawing: twice the
        distance from its middle line to the nearer bank.
    blocked_m2 : float
        Area that obstacles take.
    burdens, overlaps : tuple of Share
        What obstacles that only count take; what the three lines share.
    unseen : tuple of Share
        By subject, the share of the area that no layer of the subject covers.
    """

    row: int
    id: str
    name: str
    kind: str
    state: CorridorState
    target_m: float | None
    area_m2: float
    pieces: int
    blocked_m2: float
    axis: Axis | None = None
    axis_name: str = ""
    length_m: float | None = None
    continuity_share: float | None = None
    passable_share: float | None = None
    permeable_m: Profile | None = None
    drawn_m: Profile | None = None
    gaps: tuple[Gap, ...] = ()
    narrow: tuple[Narrow, ...] = ()
    burdens: tuple[Share, ...] = ()
    overlaps: tuple[Share, ...] = ()
    unseen: tuple[Share, ...] = ()
    resistance: Reach | None = None
    deviation: Deviation | None = None
    current: CurrentCarried | None = None
    reaches: tuple[RiparianReach, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def broken_at(self) -> tuple[Gap, ...]:
        """The gaps that are the plan's or the ground's, not the county's end."""
        return tuple(gap for gap in self.gaps if gap.cause != COUNTY_LIMIT)

    @property
    def broken_m(self) -> float:
        """Length of those gaps together."""
        return sum(gap.length_m for gap in self.broken_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a corridor is worth to the layout.

    Parameters
    ----------
    row : int
        Its row in the layout.
    joins : tuple of int
        Rows of the places and corridors that it touches, along its axis.
    articulation : bool
        Whether places that hold together fall apart without it.
    bridges : int
        Its links without each of which places fall apart.
    ec_without : float
        Equivalent connectivity without it, square metres.
    loss_share, gain_share : float
        What the layout loses without it, and wins when its gaps are closed: of
        the probability of connectivity as planned.
    """

    row: int
    joins: tuple[int, ...]
    articulation: bool
    bridges: int
    ec_without: float
    loss_share: float
    gain_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutGraph:
    """Places and what joins them.

    Parameters
    ----------
    places, junctions, links : int
        Belts, screens and patches; points where corridors meet; stretches of
        corridors from one to the next, and contacts of places.
    parts_planned, parts_standing : tuple of tuple of int
        Rows of the places that hold together as drawn, and with the gaps; the
        largest part first.
    alpha, beta, gamma : float
        Of the plan; nan where it is too small.
    ec_planned, ec_standing : float
        Equivalent connectivity, square metres.
    worth : tuple of Worth
        One for each corridor, in the order of rows.
    """

    places: int
    junctions: int
    links: int
    parts_planned: tuple[tuple[int, ...], ...]
    parts_standing: tuple[tuple[int, ...], ...]
    alpha: float
    beta: float
    gamma: float
    ec_planned: float
    ec_standing: float
    worth: tuple[Worth, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayoutReport:
    """The layout of a base on trial.

    `problems` are those of the layer as a whole; `not_seen` the subjects that no
    layer of the base tells of. `missed` are the modelled paths that no corridor
    of the plan stands for; `priorities` one for each of the graph's corridors, the
    first first. `model_kept`: by modelled path, the share of the model's samples that
    kept it and the share of it that went the same way; empty without samples.
    """

    base: Base
    as_of: date
    table: LayoutTable
    planned: PlannedFeatures
    counts: Mapping[str, int]
    expected: Mapping[str, int]
    features: tuple[FeatureAudit, ...]
    graph: LayoutGraph
    problems: tuple[Problem, ...]
    not_seen: tuple[Problem, ...]
    priorities: tuple[Priority, ...] = ()
    missed: tuple[str, ...] = ()
    model_paths: Mapping[str, BaseGeometry] = field(default_factory=dict)
    model_kept: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether everything was seen that the table asks for."""
        unseen = any(one.unseen for one in self.features)
        return not (self.not_seen or self.problems or unseen)

    @property
    def states(self) -> dict[CorridorState, int]:
        """How many belts and corridors are in each state, the gravest first."""
        linear = [one.state for one in self.features if one.kind in LINEAR]
        return {state: linear.count(state) for state in GRAVITY}

    @property
    def exit_code(self) -> int:
        """1 a corridor is broken or absent, or counts differ; 4 not complete; 0."""
        states = self.states
        faults = {one.code for one in self.problems} & FINDINGS
        if states[CorridorState.ABSENT] or states[CorridorState.BROKEN] or faults:
            return 1
        return 0 if self.complete else 4
