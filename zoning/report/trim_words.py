"""What is said of a trim: one set of sentences for console, map and file."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml, terms
from zoning.check.crossings import JOIN_M, Crossing
from zoning.check.escape import Escape
from zoning.check.fixes import Cut, FixOptions, FixOutcome, FixReport, SiteFix
from zoning.errors import Problem
from zoning.model import Finding, SiteResult, State, Verdict
from zoning.report.numbers import DASH, metres, percent, round_half_up, thousands
from zoning.report.wording import words, worst_first

__all__ = [
    "areas_of",
    "cut_lines",
    "meets",
    "move_of",
    "notes_of",
    "outcome_of",
    "reason_of",
    "standing_lines",
    "summary_of",
    "trim_text",
]

SHOWN = 3  # features of a rule
LISTED = 6  # rules of a message
MET_M = 1.0
"""Rules write "touches" as a distance of centimetres: no limit worth telling."""
_REASONS = {
    "attribute": "FIX_OF_PROJECT",
    "everywhere": "FIX_EVERYWHERE",
    "whole": "FIX_WHOLE",
    "no_ground": "FIX_NO_GROUND",
}
_STANDING = (State.PROHIBITED, State.CONDITIONAL)
_CUT = frozenset({FixOutcome.TRIMMED, FixOutcome.NOTHING_LEFT})
_MINOR = frozenset({State.NOTICE, State.REVIEW})


@cache
def _texts() -> Mapping[str, Any]:
    path = files("zoning").joinpath("report/trim_texts.yaml")
    loaded: Mapping[str, Any] = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return loaded


def trim_text(key: str, lang: str, **values: object) -> str:
    """Return a text of ``trim_texts.yaml``."""
    return str(_texts()[key][lang]).format_map(values)


def outcome_of(fix: SiteFix, options: FixOptions) -> Problem | None:
    """Return the message of what came of a site; None when it was trimmed."""
    rules = _ids(cut.finding for cut in fix.cuts)
    none = "FIX_NONE_NEEDED" if options.also_conditional else "FIX_NOT_NEEDED"
    simple = {
        FixOutcome.NOT_NEEDED: none,
        FixOutcome.NOT_CURABLE: "FIX_NOT_CURABLE",
        FixOutcome.REJECTED: "FIX_REJECTED",
    }
    if fix.outcome in simple:
        return Problem(code=simple[fix.outcome], values={"rules": rules})
    if fix.outcome is FixOutcome.NOTHING_LEFT:
        bans = [c.finding for c in fix.cuts if c.finding.state is State.PROHIBITED]
        values = {"rules": _ids(bans) or rules, "least": _least(fix)}
        return Problem(code="FIX_NOTHING_LEFT", values=values)
    if fix.outcome is FixOutcome.CROSSINGS:
        length = metres(run_together(fix.crossings))
        count = str(len(fix.crossings))
        return Problem(code="FIX_LINE", values={"count": count, "length": length})
    return _way_out(fix) if fix.outcome is FixOutcome.POINT else None


def _ids(findings: Iterable[Finding]) -> str:
    """Return rule ids, each once, the first of many."""
    ids = list(dict.fromkeys(finding.rule_id for finding in findings))
    return "、".join(ids[:LISTED]) + ("…" if len(ids) > LISTED else "")


def _least(fix: SiteFix) -> str:
    return f"{round(fix.least_m2, 2):g}"


def _way_out(fix: SiteFix) -> Problem:
    if fix.escape is None:
        return Problem(code="FIX_POINT_NOWHERE")
    return Problem(code="FIX_POINT", values=_way_values(fix.escape))


def _way_values(escape: Escape) -> dict[str, str]:
    way = escape.way
    compass = round(way.bearing_deg / 45) % 8
    east, north = way.shift_m
    return {
        "distance": metres(way.distance_m),
        "bearing": f"{way.bearing_deg:.1f}",
        "direction_zh": trim_text("directions", "zh").split()[compass],
        "direction_en": trim_text("directions", "en").split()[compass],
        "verdict": terms.both("verdict", escape.after.verdict),
        "gaps": str(len(escape.after.gaps)),
        "reviews": str(sum(f.state is State.REVIEW for f in escape.after.findings)),
        "east": f"{east:+.3f}",
        "north": f"{north:+.3f}",
    }


def move_of(fix: SiteFix) -> Problem | None:
    """Return where a polygon as it is would be out of what prohibits it.

    None where nothing was looked for, and where nothing was found although a
    part can be kept: then the trim is the answer.
    """
    if fix.outcome is FixOutcome.POINT or not fix.searched:
        return None
    if fix.escape is not None:
        return Problem(code="FIX_MOVE", values=_way_values(fix.escape))
    nothing = fix.outcome is FixOutcome.NOTHING_LEFT
    return Problem(code="FIX_MOVE_NOWHERE") if nothing else None


def run_together(crossings: Sequence[Crossing]) -> float:
    """Return the length of all stretches, ground that several meet counted once."""
    total, reached = 0.0, (-1, 0.0)
    for one in sorted(crossings, key=lambda c: (c.part, c.start_m)):
        start = max(one.start_m, reached[1]) if reached[0] == one.part else one.start_m
        if one.end_m > start:
            total += one.end_m - start
        last = max(one.end_m, start) if one.end_m > start else start
        reached = one.part, last
    return total


def reason_of(cut: Cut) -> Problem | None:
    """Return why a finding was not trimmed away; None when it was tried."""
    if cut.obstacle is None:
        return None
    if cut.obstacle in _REASONS:
        return Problem(code=_REASONS[cut.obstacle])
    named = {
        f"relation_{lang}": terms.label("relation", cut.obstacle, lang)
        for lang in terms.LANGUAGES
    }
    return Problem(code="FIX_OF_RELATION", values=named)


def cut_lines(fix: SiteFix, lang: str, cuts: Sequence[Cut] | None = None) -> list[str]:
    """Return one line per finding that the trim answers, or cannot answer.

    Of a site with nothing left only the bans are told: they decide.
    """
    told = fix.cuts if cuts is None else cuts
    bans = [cut for cut in told if cut.finding.state is State.PROHIBITED]
    if fix.outcome is FixOutcome.NOTHING_LEFT and bans:
        told = bans
    return [_cut_line(cut, fix, lang) for cut in told]


def _cut_line(cut: Cut, fix: SiteFix, lang: str) -> str:
    head = _finding_words(cut.finding, lang)
    why = reason_of(cut)
    if why is not None:
        return f"{head} — {why.text(lang)}{_stop(lang)}{why.cure(lang)}"
    parts = [_place(cut, lang)]
    if cut.taken_m2 > 0:
        parts.append(trim_text("taken", lang, area=thousands(cut.taken_m2, 2)))
    if fix.after is not None:
        parts.append(trim_text("still" if cut.stands else "cured", lang))
    said = _joined([part for part in parts if part], lang)
    return f"{head} — {said}" if said else head


def _place(cut: Cut, lang: str) -> str:
    names = list(cut.features[:SHOWN])
    said = _joined(names, lang)
    if len(cut.features) > SHOWN:
        count = len(cut.features)
        said = trim_text("names", lang, names=said, count=count)
    return _with_limit(said, cut.finding.threshold.get("distance_m"), lang)


def _with_limit(what: str, limit_m: float | None, lang: str) -> str:
    if limit_m is None or limit_m < MET_M or not what:
        return what
    return trim_text("near", lang, what=what, limit=f"{limit_m:g}")


def meets(crossing: Crossing, lang: str) -> str:
    """Return what a stretch meets, in words."""
    layer = terms.label("layer", crossing.layer, lang)
    if not crossing.feature:
        return trim_text("outside", lang, layer=layer)
    name = crossing.name or crossing.feature
    return _with_limit(f"{layer} {name}", crossing.limit_m, lang)


def standing_lines(result: SiteResult, lang: str) -> list[str]:
    """Return what the check still says: bans, conditions, gaps."""
    found = [f for f in worst_first(result.findings) if f.state in _STANDING]
    lines = [_finding_words(finding, lang) for finding in found]
    gaps: dict[str, list[str]] = {}
    for gap in result.gaps:
        gaps.setdefault(gap.problem.line(lang), []).append(gap.rule_id)
    lines += [
        f"{terms.both('state', State.NOT_CHECKED)} {line} "
        f"({', '.join(dict.fromkeys(rules))})"
        for line, rules in gaps.items()
    ]
    minor = sum(f.state in _MINOR for f in result.findings) + len(result.residue)
    if minor:
        lines.append(trim_text("minor", lang, count=minor))
    return lines or [trim_text("nothing_stands", lang)]


def areas_of(fix: SiteFix) -> tuple[str, str, str]:
    """Return area, kept and lost in m²; as printed, the last two sum up."""
    if fix.before.area_m2 is None or fix.outcome not in _CUT:
        return thousands(fix.before.area_m2, 2), DASH, DASH
    whole = round_half_up(fix.before.area_m2, 2)
    kept = round_half_up(fix.kept_m2 or 0.0, 2)
    return f"{whole:,f}", f"{kept:,f}", f"{max(whole - kept, whole * 0):,f}"


def notes_of(fix: SiteFix, options: FixOptions, lang: str) -> list[str]:
    """Return what was kept and by what measures, or how a line is broken."""
    if fix.crossings:
        return _breaks(fix, lang)
    if fix.outcome is not FixOutcome.TRIMMED or not fix.before.area_m2:
        return []
    _, kept, lost = areas_of(fix)
    share = percent((fix.kept_m2 or 0.0) / fix.before.area_m2)
    declared = Problem(code="FIX_LAND_AS_DECLARED")
    banned = fix.result.verdict is Verdict.PROHIBITED
    return [
        trim_text(
            "kept_line", lang, kept=kept, lost=lost, share=share, parts=fix.parts
        ),
        *([trim_text("still_banned", lang)] if banned else []),
        *([_strip(fix, lang)] if fix.breaks_m else []),
        _dropped(fix, options, lang),
        _clearance(fix, lang),
        f"{declared.text(lang)}{_stop(lang)}{declared.cure(lang)}",
    ]


def _dropped(fix: SiteFix, options: FixOptions, lang: str) -> str:
    least = trim_text("least", lang, least=_least(fix))
    if options.min_part_m2 is None:
        least += trim_text("least_default", lang)
    if not fix.dropped:
        return trim_text("min_part", lang, least=least)
    area = thousands(fix.dropped_m2, 2)
    return trim_text("dropped", lang, count=fix.dropped, area=area, least=least)


def _breaks(fix: SiteFix, lang: str) -> list[str]:
    """Say that a line without its closed stretches is no passage."""
    said = [trim_text("line_gone", lang)]
    if fix.runs:
        lengths = _lengths([run.run_m for run in fix.runs], lang)
        parts, breaks = len(fix.runs), _count_breaks(fix)
        said = [trim_text("broken", lang, parts=parts, lengths=lengths, breaks=breaks)]
    bans = {
        cut.finding.rule_id for cut in fix.cuts if cut.finding.state is State.PROHIBITED
    }
    mild = sum(bans.isdisjoint(one.rule_ids) for one in fix.crossings)
    if mild:
        said.append(trim_text("conditions_only", lang, count=mild))
    return said


def _strip(fix: SiteFix, lang: str) -> str:
    return trim_text(
        "strip",
        lang,
        breaks=len(fix.breaks_m),
        gone=_lengths(fix.breaks_m, lang),
        parts=len(fix.left_m),
        lengths=_lengths(fix.left_m, lang),
    )


def _lengths(runs_m: Sequence[float], lang: str) -> str:
    more = "…" if len(runs_m) > LISTED else ""
    said = [metres(run) for run in runs_m[:LISTED]]
    return ("、" if lang == "zh" else ", ").join(said) + more


def _count_breaks(fix: SiteFix) -> int:
    """Return how many stretches are missing, ground that several meet once."""
    count, reached = 0, (-1, 0.0)
    for one in sorted(fix.crossings, key=lambda c: (c.part, c.start_m)):
        apart = one.part != reached[0] or one.start_m > reached[1] + JOIN_M
        count += apart
        reached = one.part, one.end_m if apart else max(one.end_m, reached[1])
    return count


def _clearance(fix: SiteFix, lang: str) -> str:
    """Return how far the rest keeps from what it left."""
    limits = [
        cut.finding.relation == "within_distance"
        for cut in fix.cuts
        if cut.obstacle is None
    ]
    said = []
    if not all(limits):
        said.append(trim_text("clear", lang, clear=f"{fix.clear_m:g}"))
    if any(limits):
        said.append(trim_text("margin", lang, margin=f"{fix.margin_m:g}"))
    return _joined([*said, trim_text("millimetres", lang)], lang)


def summary_of(fixed: FixReport, lang: str) -> str:
    """Return how many sites came out how."""
    kinds = [fix.outcome for fix in fixed.fixes]
    return trim_text(
        "summary",
        lang,
        count=len(kinds),
        trimmed=kinds.count(FixOutcome.TRIMMED),
        nothing=kinds.count(FixOutcome.NOTHING_LEFT),
        hopeless=kinds.count(FixOutcome.NOT_CURABLE),
        moved=kinds.count(FixOutcome.CROSSINGS) + kinds.count(FixOutcome.POINT),
        none=kinds.count(FixOutcome.NOT_NEEDED),
        rejected=kinds.count(FixOutcome.REJECTED),
    )


def _finding_words(finding: Finding, lang: str) -> str:
    state = terms.both("state", finding.state)
    return f"{state} {finding.rule_id} {words(finding.title, lang)}"


def _joined(parts: Sequence[str], lang: str) -> str:
    return ("，" if lang == "zh" else ", ").join(parts)


def _stop(lang: str) -> str:
    return "。" if lang == "zh" else ". "
