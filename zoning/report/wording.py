"""Sentences about findings: how far, why, on which article.

A line counts as 不涉及 only when every rule that reads it came out CLEAR and it
is not touched; a CLEAR that rests on a rule's condition is 不适用, and no finding
at all means 未核查.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zoning.check.relations import PASSAGE
from zoning.model import (
    Base,
    CheckOptions,
    ClauseSource,
    Finding,
    Gap,
    NearestFeature,
    SiteResult,
    State,
    Verdict,
)
from zoning.report.numbers import hectares, metres, percent, square_metres
from zoning.report.texts import text
from zoning.terms import label

__all__ = [
    "Context",
    "LineSummary",
    "basis",
    "capital",
    "described",
    "extent",
    "heading",
    "headline",
    "is_not_applicable",
    "joined",
    "line_summary",
    "needs_of",
    "not_checked_count",
    "open_questions",
    "ruling",
    "words",
    "worst_first",
    "worst_state",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """What every sentence is written from: base, options and language."""

    base: Base
    options: CheckOptions
    lang: str


STATE_ORDER = (
    State.CLEAR,
    State.NOTICE,
    State.REVIEW,
    State.NOT_CHECKED,
    State.CONDITIONAL,
    State.PROHIBITED,
)
"""Mild to severe, the order in which findings make a verdict (product page 2)."""


_WHOLE_VIEWS = frozenset({"pbf", "ecr", "udb"})
"""Views that hold a control line as a whole; others hold a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSummary:
    """What is said of one layer: worst state, its finding, and open gaps.

    `nearest` is the nearest feature of the whole layer; `touched` says that
    the site lies on one, whatever the rules make of it.
    """

    layer: str
    state: State
    finding: Finding | None
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    nearest: NearestFeature | None = None
    touched: bool = False


def worst_state(states: Iterable[State]) -> State:
    """Return the worst of `states`; of none: NOT_CHECKED, never CLEAR."""
    return max(states, key=STATE_ORDER.index, default=State.NOT_CHECKED)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings worst first; the first one leads the site, wherever it is told.

    Of equals the rule that names such projects comes first (no houses on basic
    farmland, before no taking of it), then the three control lines, then the
    larger area; what is left keeps its order.
    """
    return sorted(
        findings,
        key=lambda finding: (
            -STATE_ORDER.index(finding.state),
            finding.state is State.CLEAR or not finding.names_project,
            finding.scope != "three_lines",
            -finding.overlap_m2_deduplicated,
        ),
    )


def line_summary(result: SiteResult, layer: str) -> LineSummary:
    """Return what the findings and gaps of one layer amount to."""
    findings = tuple(worst_first(f for f in result.findings if f.layer == layer))
    gaps = tuple(gap for gap in result.gaps if gap.layer == layer)
    states = [finding.state for finding in findings]
    if gaps and worst_state(states) == State.CLEAR:
        states.append(State.NOT_CHECKED)  # a gap takes a CLEAR away, no finding
    return LineSummary(
        layer=layer,
        state=worst_state(states),
        finding=findings[0] if findings else None,
        findings=findings,
        gaps=gaps,
        nearest=_nearest_of(findings),
        touched=any(_touches(finding) for finding in findings),
    )


def _nearest_of(findings: Iterable[Finding]) -> NearestFeature | None:
    """Return the nearest feature; one part of a layer may be far, another near."""
    known = [f for f in findings if f.nearest is not None]
    whole = [f for f in known if f.view in _WHOLE_VIEWS]
    features = [f.nearest for f in whole or known if f.nearest is not None]
    return min(features, key=lambda feature: feature.distance_m, default=None)


def _touches(finding: Finding) -> bool:
    met = finding.nearest is not None and finding.nearest.distance_m == 0
    return met or finding.overlap_m2 > 0 or bool(finding.length_m)


def is_not_applicable(finding: Finding) -> bool:
    """Say whether a CLEAR rests on the rule's condition and not on the place."""
    return finding.state == State.CLEAR and finding.reason == "CONDITION_NOT_MET"


def ruling(finding: Finding, lang: str) -> str:
    """Return the word for a finding: 不适用 apart from 不涉及."""
    if is_not_applicable(finding):
        return capital(text("ruling.not_applicable", lang))
    return heading("state", finding.state, lang)


def described(finding: Finding, lang: str) -> str:
    """Return a finding's title as part of a sentence, without its full stop."""
    return capital(words(finding.title, lang)).rstrip("。．.；;：:，, ")


def not_checked_count(result: SiteResult) -> int:
    """Return how many items in scope were not checked: the gaps of the site.

    A finding that is NOT_CHECKED without a gap still counts, lest it be lost.
    """
    findings = sum(finding.state == State.NOT_CHECKED for finding in result.findings)
    return len(result.gaps) or findings


def headline(result: SiteResult, lang: str) -> str:
    """Return the verdict and how much is open, such as 禁止 · 3 项未核查."""
    words = [heading("verdict", result.verdict, lang)]
    count = not_checked_count(result)
    if result.verdict == Verdict.REJECTED:
        return words[0]
    if count:
        words.append(text("headline.not_checked", lang, count=count))
    elif not result.complete:
        words.append(text("headline.incomplete", lang))
    return " · ".join(words)


def extent(finding: Finding, context: Context) -> str:
    """Return how far a site is concerned: area, length or distance."""
    lang = context.lang
    if finding.state == State.NOT_CHECKED:
        return label("state", finding.state, lang)
    reached = _reach(finding, lang)
    if finding.state == State.CLEAR:
        return _evidence(finding, reached, context)
    if finding.reason == "RESIDUE":
        area = square_metres(finding.overlap_m2_deduplicated or finding.overlap_m2)
        return text("extent.boundary", lang, area=area)
    return reached or label("relation", finding.relation, lang)


def basis(source: ClauseSource | None, lang: str, *, short: bool = False) -> str:
    """Return document, clause, date of force, and whether it was verified.

    The short form leaves out number and date, which the chapters give.
    """
    if source is None:
        return text("basis.none", lang)
    number = (
        text("basis.number", lang, number=source.number)
        if source.number and not short
        else ""
    )
    said = text(
        "basis.source",
        lang,
        document=_closed(source.document),
        number=number,
        clause=source.clause,
    )
    if source.document == text("basis.product", "zh"):
        return said
    remarks = []
    if not short:
        since, key = source.effective_from, "basis.from"
        remarks.append(text(key if since else "basis.undated", lang, date=since))
    if source.confidence != "verified":
        remarks.append(label("confidence", source.confidence, lang))
    if not remarks:
        return said
    joined = text("mark.semicolon", lang).join(remarks)
    return said + text("mark.bracketed", lang, inside=joined)


def _closed(document: str) -> str:
    """Return a document's name with its last bracket closed."""
    for opening, closing in ("()", "（）"):
        document += closing * (document.count(opening) - document.count(closing))
    return document


def needs_of(findings: Iterable[Finding], lang: str) -> tuple[str, ...]:
    """Return what has to be shown or written next, worst finding first."""
    wanted = [
        words(need, lang)
        for finding in worst_first(findings)
        if finding.state not in {State.CLEAR, State.NOT_CHECKED}
        for need in finding.needs
    ]
    return tuple(dict.fromkeys(wanted))


def words(mapping: Mapping[str, str], lang: str) -> str:
    """Return the text in `lang`, else in the other language, else ''."""
    return mapping.get(lang) or next(iter(mapping.values()), "")


def _reach(finding: Finding, lang: str) -> str:
    """Return the measured relation in words; '' when nothing was measured."""
    special = {"outside": _outside, "slope_ge": _slope}.get(finding.relation)
    if special is not None:
        return special(finding, lang)
    passage = finding.relation in PASSAGE
    relation = label("relation", "intersects" if passage else finding.relation, lang)
    parts: list[str] = []
    area = finding.overlap_m2_deduplicated or finding.overlap_m2
    if area > 0:
        share = percent(finding.share)
        parts.append(text("extent.area", lang, area=hectares(area), share=share))
    if finding.length_m:
        parts.append(text("extent.length", lang, length=metres(finding.length_m)))
    if parts:
        return f"{relation} {text('mark.comma', lang).join(parts)}"
    return _distance(finding, relation, lang)


def _distance(finding: Finding, relation: str, lang: str) -> str:
    """Return how far away, with the limit of the rule."""
    if finding.distance_m is None:
        return ""
    limit = finding.threshold.get("distance_m")
    if finding.distance_m == 0 and limit is None:
        return relation
    said = text("extent.distance", lang, distance=metres(finding.distance_m))
    return said + _limit(limit, lang)


def _outside(finding: Finding, lang: str) -> str:
    """Say how much lies outside; `share` is that part, the overlap is inside."""
    inside = finding.overlap_m2_deduplicated
    if inside > 0:
        outside = percent(finding.share)
        return text("extent.outside", lang, share=outside, area=hectares(inside))
    relation = label("relation", "outside", lang)
    far = _distance(finding, "", lang)
    return relation + (text("mark.comma", lang) + far if far else "")


def _slope(finding: Finding, lang: str) -> str:
    """Return the part of the site that is as steep as the rule says."""
    steep = finding.threshold.get("slope_deg")
    if steep is None:
        return ""
    share = percent(finding.share)
    return text("extent.slope", lang, slope=f"{steep:g}", share=share)


def _limit(limit: float | None, lang: str) -> str:
    return "" if limit is None else text("extent.limit", lang, limit=f"{limit:g}")


def _evidence(finding: Finding, reached: str, context: Context) -> str:
    """Return why a finding is CLEAR: absent, not addressed, or far away."""
    lang, absence = context.lang, context.base.absent.get(finding.layer)
    if absence is not None:
        return text("extent.declared_absent", lang, statement=absence.statement)
    if is_not_applicable(finding):
        return _condition(finding, reached, lang)
    if finding.relation in {"outside", "slope_ge"} and reached:
        return reached
    if finding.overlap_m2 > 0 or finding.length_m:
        if finding.relation in PASSAGE:
            return text(f"extent.{finding.relation}", lang, reached=reached)
        classes = {feature.overlap_class for feature in finding.features}
        key = "residue" if classes == {"residue"} else "not_addressed"
        return text(f"extent.{key}", lang, reached=reached)
    return _far_away(finding, context)


def _condition(finding: Finding, reached: str, lang: str) -> str:
    """Say that the condition does not hold, and on what the site lies."""
    if finding.overlap_m2 > 0 or finding.length_m:
        return text("extent.not_addressed", lang, reached=reached)
    return text("extent.not_applicable", lang)


def _far_away(finding: Finding, context: Context) -> str:
    lang, nearest = context.lang, finding.nearest
    if nearest is not None:
        name, distance = nearest.name or nearest.id, metres(nearest.distance_m)
        return text("extent.nearest", lang, name=name, distance=distance)
    if finding.distance_m is not None:
        return text("extent.distance", lang, distance=metres(finding.distance_m))
    if finding.relation in {"attribute", "slope_ge"}:
        return text("extent.not_applicable", lang)
    return text("extent.none_near", lang, distance=f"{context.options.near_m:g}")


def heading(group: str, key: str, lang: str) -> str:
    """Return a term as it stands at the head of a line or cell."""
    return capital(label(group, key, lang))


def capital(words: str) -> str:
    """Return `words` with a capital first letter; Chinese has none."""
    return words[:1].upper() + words[1:]


def joined(parts: Sequence[str], lang: str) -> str:
    """Return a list as running text, with the comma of the language."""
    return text("mark.listing", lang).join(parts)


def open_questions(
    findings: Sequence[Finding],
) -> tuple[tuple[Mapping[str, str], Finding], ...]:
    """Return what is asked of a site, each once, behind the worst states first.

    Every question comes with the first finding that asks it.
    """
    order = STATE_ORDER[:0:-1]  # CLEAR asks nothing
    asking = [f for f in findings if f.questions and f.state in order]
    asking.sort(key=lambda finding: order.index(finding.state))
    found: dict[tuple[str, ...], tuple[Mapping[str, str], Finding]] = {}
    for finding in asking:
        for question in finding.questions:
            key = tuple(question[name] for name in sorted(question))
            found.setdefault(key, (question, finding))
    return tuple(found.values())
