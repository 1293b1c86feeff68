"""What is not cut but led elsewhere: lines by their stretches, sites as a whole."""

from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.crossings import find_crossings, runs_left
from zoning.check.escape import Escape, find_way_out
from zoning.check.fixes import Cut, FixOutcome, SiteFix
from zoning.check.forbidden import Piece, obstacle
from zoning.check.rechecking import Bench
from zoning.model import Finding, SiteResult, State, Verdict

__all__ = ["cross_line", "move_point", "nearest_move"]

ROUNDS = 6
BROADER = 2.0  # by so much a place that the check finds too near is moved off
LEAVES_COUNTY = "SITE_LEAVES_COUNTY"


def cross_line(
    bench: Bench,
    result: SiteResult,
    shape: BaseGeometry,
    *,
    wanted: Sequence[Finding],
) -> SiteFix:
    """List the stretches of a line to move: the limits themselves, nothing added."""
    drawn = bench.around(shape)
    cuts: list[Cut] = []
    closed: list[tuple[str, Piece]] = []
    for finding in wanted:
        why = obstacle(finding, bench.book)
        mine = [(finding.rule_id, one) for one in drawn.pieces(finding)]
        if why is None:
            why = _no_way_round(shape, finding, [one for _, one in mine])
        if why is None:
            closed += mine
        cuts.append(Cut(finding=finding, obstacle=why))
    found = find_crossings(shape, closed, crs=bench.crs)
    return SiteFix(
        before=result,
        outcome=FixOutcome.CROSSINGS if found else FixOutcome.NOT_CURABLE,
        cuts=tuple(cuts),
        crossings=found,
        runs=runs_left(shape, found, crs=bench.crs) if found else (),
    )


def _no_way_round(
    line: BaseGeometry, finding: Finding, pieces: Sequence[Piece]
) -> str | None:
    """Return why no stretch need be moved for a finding, None when some must."""
    ground = shapely.union_all([piece.ground for piece in pieces])
    if not shapely.intersects(line, ground):
        return "no_ground"
    condition = finding.state is not State.PROHIBITED
    return "whole" if condition and shapely.covers(ground, line) else None


def move_point(
    bench: Bench,
    result: SiteResult,
    shape: BaseGeometry,
    *,
    wanted: Sequence[Finding],
) -> SiteFix:
    """Tell the way to the nearest open place that the check does not ban."""
    cuts = tuple(Cut(finding=f, obstacle=obstacle(f, bench.book)) for f in wanted)
    fix = SiteFix(
        before=result,
        outcome=FixOutcome.POINT,
        cuts=cuts,
        margin_m=bench.options.margin_m,
    )
    leave = tuple(cut.finding for cut in cuts if cut.obstacle is None)
    if not leave:
        return replace(fix, outcome=FixOutcome.NOT_CURABLE)
    point, *others = shapely.get_parts(shape)
    if others:
        return fix
    escape = _way_out(bench, result, point, leave=leave)
    return replace(fix, searched=True, escape=escape)


def nearest_move(
    bench: Bench,
    result: SiteResult,
    shape: BaseGeometry,
    *,
    wanted: Sequence[Finding],
) -> Escape | None:
    """Return the shortest shift that was found for a polygon that keeps its shape.

    Conditions are left too when asked for, else, or where that is not to be
    had, the prohibitions alone. A place that the check still prohibits, for
    whatever reason, or that lies beyond the county's limit, is none.
    """
    curable = bench.curable(wanted)
    bans = tuple(f for f in curable if f.state is State.PROHIBITED)
    tries = [(curable, False)]
    if 0 < len(bans) < len(curable):
        tries.append((bans, True))
    for leave, bans_only in tries:
        found = _way_out(bench, result, shape, leave=leave, bans_only=bans_only)
        if found is not None and _is_option(result, found.after):
            return found
    return None


def _is_option(before: SiteResult, after: SiteResult) -> bool:
    if after.verdict in {Verdict.PROHIBITED, Verdict.REJECTED}:
        return False
    left = {problem.code for problem in after.problems}
    already = {problem.code for problem in before.problems}
    return LEAVES_COUNTY not in left - already


def _way_out(
    bench: Bench,
    result: SiteResult,
    shape: BaseGeometry,
    *,
    leave: tuple[Finding, ...],
    bans_only: bool = False,
) -> Escape | None:
    """Look for a place, check it, and look further until the check agrees."""
    margin = bench.options.margin_m
    for _ in range(ROUNDS):
        way = find_way_out(
            shape,
            leave,
            base=bench.report.base,
            book=bench.book,
            options=bench.report.options,
            margin_m=margin,
        )
        if way is None:
            return None
        after = bench.check_again(result.site, way.geometry, bench.crs)
        still = tuple(
            finding
            for finding in bench.curable(bench.wanted(after))
            if finding.state is State.PROHIBITED or not bans_only
        )
        if not still:
            return Escape(way=way, after=after)
        more = bench.unknown(still, leave)
        if len(more) < len(still):  # one that was left is still met
            margin *= BROADER
        leave = (*leave, *more)
    return None
