"""The smallest trim: a site minus what is prohibited, checked again.

A polygon gives up the ground that its prohibiting rules close; the rest is
cleaned, laid on the millimetre of the survey plane and put through the same
check; besides it is told where the plot as it is would be out of them. A line
is not cut: the stretches to move are listed. Of a point the way out is told.
What is said of the rest is what the second check says, no more.

Notes
-----
The rest keeps clear of what it leaves: by half the printed boundary width from
a feature, so that rounding to millimetres cannot leave a residue on it, and by
the printed margin beyond a distance, because the limit itself is within. When
the second check still finds the rule, both are doubled and the cut made again.
Vertices that the cut does not touch stay where they were surveyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.carving import Rest, carve, lost_ground, strip_runs_m
from zoning.check.fixes import Cut, FixOptions, FixOutcome, FixReport, SiteFix
from zoning.check.forbidden import ForbiddenGround, Piece, finding_key, obstacle
from zoning.check.moving import cross_line, move_point, nearest_move
from zoning.check.rechecking import Bench
from zoning.check.survey_plane import SurveyPlane, survey_plane
from zoning.model import Finding, Report, SiteResult, State, Verdict
from zoning.rules.packs import RuleBook

__all__ = ["fix_report"]

ROUNDS = 6
LINE, AREAL = 1, 2  # dimensions


def fix_report(
    report: Report, book: RuleBook, options: FixOptions | None = None
) -> FixReport:
    """Trim every site of a checked report, and check what is left.

    Parameters
    ----------
    report : Report
        As made by `zoning.check.check` with the same `book`.
    book : RuleBook
        Rules of the packs.
    options : FixOptions, optional

    Returns
    -------
    FixReport
        `after` holds the rest in place of each trimmed site; sites that were
        not cut (lines, points, nothing left, nothing prohibited) as they were.
    """
    chosen = options or FixOptions()
    fixer = _Fixer(bench=Bench(report=report, book=book, options=chosen))
    fixes = tuple(fixer.fix(result) for result in report.sites)
    after = replace(report, sites=tuple(fix.result for fix in fixes))
    return FixReport(before=report, after=after, fixes=fixes, options=chosen)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """What one finding closes of one site, and the ground it is drawn as."""

    cut: Cut
    closed: tuple[BaseGeometry, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Attempt:
    """One cut: what it was made with, and what it left."""

    cuts: tuple[Cut, ...]
    rest: Rest
    margin_m: float
    clear_m: float

    @property
    def made(self) -> bool:
        """Say whether any ground is given up."""
        return any(cut.obstacle is None for cut in self.cuts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fixer:
    """Works on the sites of one report."""

    bench: Bench

    @property
    def report(self) -> Report:
        return self.bench.report

    @property
    def book(self) -> RuleBook:
        return self.bench.book

    @property
    def options(self) -> FixOptions:
        return self.bench.options

    def fix(self, result: SiteResult) -> SiteFix:
        shape = result.geometry
        if shape is None:
            return SiteFix(before=result, outcome=FixOutcome.REJECTED)
        wanted = self.bench.wanted(result)
        if not wanted:
            return SiteFix(before=result, outcome=FixOutcome.NOT_NEEDED)
        dimension = int(shapely.get_dimensions(shape))
        if dimension == AREAL:
            return self._with_move(self._trim(result, shape, wanted), shape, wanted)
        lead = cross_line if dimension == LINE else move_point
        return lead(self.bench, result, shape, wanted=wanted)

    def _with_move(
        self, fix: SiteFix, shape: BaseGeometry, wanted: tuple[Finding, ...]
    ) -> SiteFix:
        """Add where the plot as it is would be out of what is prohibited."""
        banned = fix.before.verdict is Verdict.PROHIBITED
        if not banned or not self.bench.curable(wanted):
            return fix
        escape = nearest_move(self.bench, fix.before, shape, wanted=wanted)
        return replace(fix, searched=True, escape=escape)

    # ------------------------------------------------------------- polygons
    def _trim(
        self, result: SiteResult, shape: BaseGeometry, wanted: tuple[Finding, ...]
    ) -> SiteFix:
        plane = self._plane(result, shape)
        margin = self.options.margin_m
        clear = self.report.options.residue_width_m / 2
        for turn in range(ROUNDS):
            attempt = self._attempt(
                shape, wanted, plane, margin_m=margin, clear_m=clear
            )
            if not attempt.made or attempt.rest.kept is None:
                return _without_rest(result, attempt)
            after = self.bench.check_again(result.site, attempt.rest.kept, plane.crs)
            if after.geometry is None:  # what no check takes is not left
                return _without_rest(result, attempt)
            left = self._left(attempt, after)
            if not left or turn == ROUNDS - 1:
                break
            wanted = (*wanted, *self.bench.unknown(left, wanted))
            margin, clear = 2 * margin, 2 * clear
        else:
            raise AssertionError  # the last turn leaves by the break
        fixed = self._trimmed(result, attempt, after, plane=plane)
        fixed = replace(fixed, lost=lost_ground(shape, after.geometry))
        return self._with_breaks(fixed)

    def _with_breaks(self, fix: SiteFix) -> SiteFix:
        """Add, for linear works drawn as a strip, what is missing of it."""
        linear = fix.before.site.project.get("linear") == "true"
        rest = fix.result.geometry
        if not linear or rest is None or fix.lost is None:
            return fix
        crs = self.bench.crs
        return replace(
            fix,
            breaks_m=strip_runs_m(fix.lost, crs),
            left_m=strip_runs_m(rest, crs),
        )

    def _attempt(
        self,
        shape: BaseGeometry,
        wanted: Sequence[Finding],
        plane: SurveyPlane,
        *,
        margin_m: float,
        clear_m: float,
    ) -> _Attempt:
        """Cut once: all bans, then the conditions that leave something."""
        drawn = self.bench.around(shape)
        grounds = [
            self._ground(drawn, finding, margin_m=margin_m, clear_m=clear_m)
            for finding in wanted
        ]
        bans, conditions = _bans_and_conditions(grounds)
        closed = [one for ground in bans for one in ground.closed]
        rest = self._carve(shape, closed, plane)
        cuts = [ground.cut for ground in bans]
        for ground in conditions:
            cut = ground.cut
            if cut.obstacle is None and rest.kept is not None:
                tried = self._carve(shape, [*closed, *ground.closed], plane)
                if tried.kept is None:
                    cut = replace(cut, obstacle="whole")
                else:
                    closed, rest = [*closed, *ground.closed], tried
            cuts.append(cut)
        return _Attempt(cuts=tuple(cuts), rest=rest, margin_m=margin_m, clear_m=clear_m)

    def _ground(
        self,
        drawn: ForbiddenGround,
        finding: Finding,
        *,
        margin_m: float,
        clear_m: float,
    ) -> _Ground:
        why = obstacle(finding, self.book)
        pieces = drawn.pieces(finding, margin_m=margin_m, clear_m=clear_m)
        closed = tuple(piece.ground for piece in pieces)
        taken = shapely.intersection(drawn.site, shapely.union_all(closed))
        area = float(self._area_m2(taken))
        if why is None and area == 0:
            why = "no_ground"
        if why is not None:
            return _Ground(cut=Cut(finding=finding, obstacle=why), closed=())
        cut = Cut(
            finding=finding,
            features=self._names(drawn.site, pieces),
            taken=taken,
            taken_m2=area,
        )
        return _Ground(cut=cut, closed=closed)

    def _names(self, site: BaseGeometry, pieces: Sequence[Piece]) -> tuple[str, ...]:
        """Return the features that take ground, those that take most first."""
        grounds = np.array([piece.ground for piece in pieces], dtype=object)
        sizes = measure.area_m2(
            np.asarray(shapely.intersection(site, grounds), dtype=object),
            self.report.base.crs,
        )
        order = np.argsort(-sizes, kind="stable")
        named = [pieces[k].name or pieces[k].feature for k in order if sizes[k] > 0]
        return tuple(dict.fromkeys(name for name in named if name))

    def _carve(
        self, shape: BaseGeometry, closed: Sequence[BaseGeometry], plane: SurveyPlane
    ) -> Rest:
        return carve(
            shape,
            shapely.union_all(np.array([*closed, None], dtype=object)[:-1]),
            planes=(self.report.base.crs, plane.crs),
            min_part_m2=self.options.least_m2(self._area_m2(shape)),
            options=self.report.options,
        )

    def _left(self, attempt: _Attempt, after: SiteResult) -> tuple[Finding, ...]:
        """Return what the second check still finds and a further cut may cure."""
        given_up = [cut.finding for cut in attempt.cuts if cut.obstacle is not None]
        left = self.bench.unknown(self.bench.wanted(after), given_up)
        return self.bench.curable(left)

    def _trimmed(
        self,
        result: SiteResult,
        attempt: _Attempt,
        after: SiteResult,
        *,
        plane: SurveyPlane,
    ) -> SiteFix:
        rest = attempt.rest
        return SiteFix(
            before=result,
            outcome=FixOutcome.TRIMMED,
            cuts=tuple(
                replace(cut, stands=_stands(cut.finding, after)) for cut in attempt.cuts
            ),
            after=after,
            plane=plane,
            kept=rest.kept,
            least_m2=rest.least_m2,
            dropped=rest.dropped,
            dropped_m2=rest.dropped_m2,
            margin_m=attempt.margin_m,
            clear_m=attempt.clear_m,
        )

    # --------------------------------------------------------------- common
    def _area_m2(self, shape: BaseGeometry) -> float:
        one = np.array([shape, None], dtype=object)[:1]
        return float(measure.area_m2(one, self.report.base.crs)[0])

    def _plane(self, result: SiteResult, shape: BaseGeometry) -> SurveyPlane:
        base = self.report.base.crs
        inside = shapely.get_coordinates(shapely.point_on_surface(shape))
        longitude = float(measure.to_lonlat(inside, base)[0, 0])
        return survey_plane(result.site.crs or base, base, longitude)


def _bans_and_conditions(
    grounds: Sequence[_Ground],
) -> tuple[list[_Ground], list[_Ground]]:
    """Part the grounds; of the conditions those that take least come first."""
    bans = [g for g in grounds if g.cut.finding.state is State.PROHIBITED]
    others = [g for g in grounds if g.cut.finding.state is not State.PROHIBITED]
    return bans, sorted(others, key=lambda ground: ground.cut.taken_m2)


def _without_rest(result: SiteResult, attempt: _Attempt) -> SiteFix:
    """Answer where nothing can be cut, or nothing would be left."""
    if not attempt.made:
        return SiteFix(before=result, outcome=FixOutcome.NOT_CURABLE, cuts=attempt.cuts)
    return SiteFix(
        before=result,
        outcome=FixOutcome.NOTHING_LEFT,
        cuts=attempt.cuts,
        lost=result.geometry,
        least_m2=attempt.rest.least_m2,
        dropped=attempt.rest.dropped,
        dropped_m2=attempt.rest.dropped_m2,
        margin_m=attempt.margin_m,
        clear_m=attempt.clear_m,
    )


def _stands(finding: Finding, after: SiteResult) -> bool:
    """Say whether the second check still bans, or still says the same."""
    return any(
        finding_key(other)[:2] == finding_key(finding)[:2]
        and other.state in {finding.state, State.PROHIBITED}
        for other in after.findings
    )
