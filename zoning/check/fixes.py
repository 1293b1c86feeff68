"""What comes of trimming: values that the report and the map read."""

from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.crossings import Crossing, Run
from zoning.check.escape import Escape
from zoning.check.survey_plane import SurveyPlane
from zoning.model import Finding, Report, SiteResult

__all__ = ["Cut", "FixOptions", "FixOutcome", "FixReport", "SiteFix"]

LEAST_PART_M2, LEAST_SHARE = 200.0, 0.05


class FixOutcome(StrEnum):
    """What came of a site."""

    NOT_NEEDED = "not_needed"
    TRIMMED = "trimmed"
    NOTHING_LEFT = "nothing_left"
    NOT_CURABLE = "not_curable"
    CROSSINGS = "crossings"
    POINT = "point"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """Settings of a trim; all are printed.

    Parameters
    ----------
    also_conditional : bool
        Withdraw from what asks for an approval too, where something is left.
    min_part_m2 : float or None
        Smaller parts of a cut site are given up. None takes the smaller of
        200 m², the smallest built plot that the national land survey maps
        (TD/T 1055-2019, from memory), and 5 % of the site: for a house of
        150 m² any rest would be "small", so there the plot is the measure.
        The two meet at 4000 m².
    margin_m : float
        How far beyond a distance the rest stays.
    """

    also_conditional: bool = False
    min_part_m2: float | None = None
    margin_m: float = 0.1

    def least_m2(self, area_m2: float | None) -> float:
        """Return the least part that is kept of a site of some area, m²."""
        if self.min_part_m2 is not None:
            return self.min_part_m2
        return min(LEAST_PART_M2, LEAST_SHARE * (area_m2 or 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """One finding and what withdrawing from it takes.

    Parameters
    ----------
    finding : Finding
        As in the first check.
    obstacle : str or None
        Why it was not trimmed: ``attribute``, ``everywhere``, a relation, or
        ``whole`` for a condition that would take all that is left. None when
        it was.
    features : tuple of str
        Names of what closes the ground, those that take most first.
    taken : geometry or None
        The part of the site that this finding alone closes, working plane.
    taken_m2 : float
        Its ellipsoidal area; 0 for lines and points.
    stands : bool
        The second check still says so (or there was none).
    """

    finding: Finding
    obstacle: str | None = None
    features: tuple[str, ...] = ()
    taken: BaseGeometry | None = None
    taken_m2: float = 0.0
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteFix:
    """What became of one site.

    Parameters
    ----------
    before, after : SiteResult
        First check, and the check of the rest (None when nothing was cut).
    kept : geometry or None
        The rest in `plane`, vertices on whole millimetres.
    lost : geometry or None
        What was given up, in the working plane.
    least_m2 : float
        What a part that the cut touches must have to be kept.
    dropped : int
        Parts given up for being too small, or within the boundary tolerance.
    margin_m, clear_m : float
        Kept beyond distances, and off features.
    crossings : tuple of Crossing
        Of a line, the stretches to move.
    runs : tuple of Run
        Of a line, what would be left without them: no passage when broken.
    breaks_m, left_m : tuple of float
        Of linear works drawn as a strip: about how long the parts given up and
        the parts left are. A strip with a part missing is no passage.
    searched : bool
        A place out of the closed ground was looked for.
    escape : Escape or None
        The nearest one that was found: of a point, or of a polygon that keeps
        its shape. It was checked again; the check bans nothing there that it
        could be led out of.
    """

    before: SiteResult
    outcome: FixOutcome
    cuts: tuple[Cut, ...] = ()
    after: SiteResult | None = None
    plane: SurveyPlane | None = None
    kept: BaseGeometry | None = None
    lost: BaseGeometry | None = None
    least_m2: float = 0.0
    dropped: int = 0
    dropped_m2: float = 0.0
    margin_m: float = 0.0
    clear_m: float = 0.0
    crossings: tuple[Crossing, ...] = ()
    runs: tuple[Run, ...] = ()
    breaks_m: tuple[float, ...] = ()
    left_m: tuple[float, ...] = ()
    searched: bool = False
    escape: Escape | None = None

    @property
    def result(self) -> SiteResult:
        """What holds now: the second check, else the first."""
        return self.before if self.after is None else self.after

    @property
    def kept_m2(self) -> float | None:
        """Ellipsoidal area left; None for lines and points."""
        if self.before.area_m2 is None:
            return None
        if self.outcome is FixOutcome.NOTHING_LEFT:
            return 0.0
        return self.result.area_m2

    @property
    def lost_m2(self) -> float | None:
        """Area given up: before minus kept, so that the two sum up."""
        if self.before.area_m2 is None or self.kept_m2 is None:
            return None
        return max(0.0, self.before.area_m2 - self.kept_m2)

    @property
    def parts(self) -> int:
        """Number of separate parts left."""
        return 0 if self.kept is None else int(shapely.get_num_geometries(self.kept))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixReport:
    """First check, trims, and the report that holds now, sites in input order."""

    before: Report
    after: Report
    fixes: tuple[SiteFix, ...]
    options: FixOptions

    @property
    def exit_code(self) -> int:
        """Exit code of the report that holds now."""
        return self.after.exit_code
