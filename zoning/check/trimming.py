"""The smallest trim: a site minus what is prohibited, checked again.

A polygon gives up the ground that its prohibiting rules close; the rest is
cleaned, laid on the millimetre of the survey plane and put through the same
check. A line is not cut: the stretches to move are listed. Of a point the way
out is told. What is said of the rest is what the second check says, no more.

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
from zoning.check.carving import Rest, carve, lost_ground
from zoning.check.checking import check
from zoning.check.crossings import find_crossings
from zoning.check.escape import Escape, find_way_out
from zoning.check.fixes import Cut, FixOptions, FixOutcome, FixReport, SiteFix
from zoning.check.forbidden import ForbiddenGround, Piece, obstacle
from zoning.check.survey_plane import SurveyPlane, survey_plane
from zoning.model import Finding, Report, Site, SiteResult, State
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
    fixer = _Fixer(report=report, book=book, options=chosen)
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

    report: Report
    book: RuleBook
    options: FixOptions

    def fix(self, result: SiteResult) -> SiteFix:
        shape = result.geometry
        if shape is None:
            return SiteFix(before=result, outcome=FixOutcome.REJECTED)
        wanted = self._wanted(result)
        if not wanted:
            return SiteFix(before=result, outcome=FixOutcome.NOT_NEEDED)
        dimension = int(shapely.get_dimensions(shape))
        if dimension == AREAL:
            return self._trim(result, shape, wanted)
        if dimension == LINE:
            return self._cross(result, shape, wanted)
        return self._escape(result, shape, wanted)

    def _wanted(self, result: SiteResult) -> tuple[Finding, ...]:
        """Return the findings to withdraw from, prohibitions first."""
        states = [State.PROHIBITED]
        if self.options.also_conditional:
            states.append(State.CONDITIONAL)
        return tuple(
            finding
            for state in states
            for finding in result.findings
            if finding.state is state
        )

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
            after = self._check_again(result.site, attempt.rest.kept, plane.crs)
            if after.geometry is None:  # what no check takes is not left
                return _without_rest(result, attempt)
            left = self._left(attempt, after)
            if not left or turn == ROUNDS - 1:
                break
            known = {finding.rule_id for finding in wanted}
            wanted = (*wanted, *(f for f in left if f.rule_id not in known))
            margin, clear = 2 * margin, 2 * clear
        else:
            raise AssertionError  # the last turn leaves by the break
        fixed = self._trimmed(result, attempt, after, plane=plane)
        return replace(fixed, lost=lost_ground(shape, after.geometry))

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
        drawn = self._around(shape)
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
            min_part_m2=self.options.min_part_m2,
            options=self.report.options,
        )

    def _left(self, attempt: _Attempt, after: SiteResult) -> tuple[Finding, ...]:
        """Return what the second check still finds and a further cut may cure."""
        given_up = {
            cut.finding.rule_id for cut in attempt.cuts if cut.obstacle is not None
        }
        return tuple(
            finding
            for finding in self._wanted(after)
            if finding.rule_id not in given_up and obstacle(finding, self.book) is None
        )

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
            dropped=rest.dropped,
            dropped_m2=rest.dropped_m2,
            margin_m=attempt.margin_m,
            clear_m=attempt.clear_m,
        )

    # ------------------------------------------------------ lines and points
    def _cross(
        self, result: SiteResult, shape: BaseGeometry, wanted: tuple[Finding, ...]
    ) -> SiteFix:
        """List the stretches to move: the limits themselves, nothing added."""
        drawn = self._around(shape)
        cuts: list[Cut] = []
        closed: list[tuple[str, Piece]] = []
        for finding in wanted:
            why = obstacle(finding, self.book)
            mine = [(finding.rule_id, one) for one in drawn.pieces(finding)]
            if why is None:
                why = self._no_way_round(shape, finding, [one for _, one in mine])
            if why is None:
                closed += mine
            cuts.append(Cut(finding=finding, obstacle=why))
        found = find_crossings(shape, closed, crs=self.report.base.crs)
        return SiteFix(
            before=result,
            outcome=FixOutcome.CROSSINGS if found else FixOutcome.NOT_CURABLE,
            cuts=tuple(cuts),
            crossings=found,
        )

    @staticmethod
    def _no_way_round(
        line: BaseGeometry, finding: Finding, pieces: Sequence[Piece]
    ) -> str | None:
        """Return why no stretch need be moved for a finding, None when some must."""
        ground = shapely.union_all([piece.ground for piece in pieces])
        if not shapely.intersects(line, ground):
            return "no_ground"
        condition = finding.state is not State.PROHIBITED
        return "whole" if condition and shapely.covers(ground, line) else None

    def _escape(
        self, result: SiteResult, shape: BaseGeometry, wanted: tuple[Finding, ...]
    ) -> SiteFix:
        """Tell the way to the nearest open place that the check does not ban."""
        cuts = tuple(Cut(finding=f, obstacle=obstacle(f, self.book)) for f in wanted)
        fix = SiteFix(
            before=result,
            outcome=FixOutcome.POINT,
            cuts=cuts,
            margin_m=self.options.margin_m,
        )
        leave = tuple(cut.finding for cut in cuts if cut.obstacle is None)
        if not leave:
            return replace(fix, outcome=FixOutcome.NOT_CURABLE)
        (point, *others) = shapely.get_parts(shape)
        if others:
            return fix
        for _ in range(ROUNDS):
            way = find_way_out(
                point,
                leave,
                base=self.report.base,
                book=self.book,
                options=self.report.options,
                margin_m=self.options.margin_m,
            )
            if way is None:
                break
            after = self._check_again(result.site, way.geometry, self.report.base.crs)
            known = {finding.rule_id for finding in leave}
            more = tuple(
                finding
                for finding in self._wanted(after)
                if finding.rule_id not in known and obstacle(finding, self.book) is None
            )
            if not more:
                return replace(fix, escape=Escape(way=way, after=after))
            leave = (*leave, *more)
        return fix

    # --------------------------------------------------------------- common
    def _around(self, shape: BaseGeometry) -> ForbiddenGround:
        return ForbiddenGround(
            site=shape,
            base=self.report.base,
            book=self.book,
            options=self.report.options,
        )

    def _check_again(self, site: Site, shape: BaseGeometry, crs: str) -> SiteResult:
        """Check another shape of the same project: all it declared still holds."""
        moved = replace(
            site, geometry=shape, crs=crs, area_declared_m2=None, problems=()
        )
        report = check(
            (moved,), self.report.base, self.book, options=self.report.options
        )
        return report.sites[0]

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
        dropped=attempt.rest.dropped,
        dropped_m2=attempt.rest.dropped_m2,
        margin_m=attempt.margin_m,
        clear_m=attempt.clear_m,
    )


def _stands(finding: Finding, after: SiteResult) -> bool:
    """Say whether the second check still bans, or still says the same."""
    return any(
        other.rule_id == finding.rule_id
        and other.state in {finding.state, State.PROHIBITED}
        for other in after.findings
    )
