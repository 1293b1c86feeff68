"""Why a finding is not CLEAR, or why it is, and what would change it.

Moves and trims are computed from the recorded numbers and say what this rule
needs; every change asks for a new check.
"""

from collections.abc import Iterator

from zoning.check.judging import excepted_state, severity_state
from zoning.check.relations import PASSAGE
from zoning.model import Finding, State
from zoning.report.explain_facts import Asked, area_words, layer_words, outside_m2
from zoning.report.numbers import metres, percent
from zoning.report.recorded import RecordedGap
from zoning.report.rule_wording import (
    TOUCHING_M,
    conditions_words,
    listing,
    plain_number,
    rule_text,
    state_both,
)
from zoning.rules.conditions import all_hold, holds
from zoning.rules.schema import ExceptionCase

__all__ = ["changes_of", "gaps_of_finding", "why_of", "worst_of"]


def worst_of(finding: Finding) -> State:
    """Return the state a finding takes where it bites, exceptions aside."""
    return severity_state(finding.severity, finding.source)


def gaps_of_finding(finding: Finding, asked: Asked) -> tuple[RecordedGap, ...]:
    """Return the gaps of the site that belong to a finding's rule."""
    return tuple(gap for gap in asked.site.gaps if gap.rule_id == finding.rule_id)


# -------------------------------------------------------------------------- why
def why_of(finding: Finding, asked: Asked) -> str:
    """Return why the finding has its state, in words."""
    lang, clause = asked.lang, finding.view.startswith("clause_")
    if finding.state is State.CLEAR:
        return _why_clear(finding, asked)
    if finding.state is State.NOT_CHECKED:
        return _why_not_checked(finding, asked)
    if finding.reason == "EXCEPTION":
        title = finding.notes[0].get(lang, "") if finding.notes else ""
        after = title.partition("：" if lang == "zh" else ": ")[2]
        return rule_text("why.EXCEPTION", lang, title=after or title)
    if finding.reason == "RESIDUE":
        return rule_text("why.RESIDUE", lang)
    if finding.reason == "ATTRIBUTE_MISSING" or (clause and finding.questions):
        placed = finding.relation != "attribute" and not clause
        key = "ATTRIBUTE_MISSING" if placed else "attributes"
        return rule_text(f"why.{key}", lang)
    key = finding.severity
    if key == "prohibit":
        key = "ban" if finding.state is State.PROHIBITED else "doubtful"
    return rule_text(f"why.{key}", lang, who=_who(finding, asked))


def _who(finding: Finding, asked: Asked) -> str:
    """Say what the rule looked at: place, project, or both."""
    rule = asked.rule(finding)
    if finding.view.startswith("clause_"):
        key = "clause"
    elif finding.relation == "attribute":
        key = "project"
    else:
        key = "every" if rule is not None and not rule.when else "both"
    return rule_text(f"who.{key}", asked.lang)


def _why_not_checked(finding: Finding, asked: Asked) -> str:
    if finding.reason == "ATTRIBUTE_MISSING":
        return rule_text("why.ATTRIBUTE_MISSING", asked.lang)
    gaps = gaps_of_finding(finding, asked)
    told = dict.fromkeys(f"{gap.number} {gap.text[asked.lang]}" for gap in gaps)
    said = rule_text("mark.semicolon", asked.lang).join(told)
    return said or rule_text("why.unknown", asked.lang)


def _why_clear(finding: Finding, asked: Asked) -> str:
    lang = asked.lang
    if finding.layer in asked.run.absent:
        return rule_text("why.absent", lang)
    if finding.view.startswith("clause_"):
        return rule_text("why.clause_spared", lang)
    if finding.reason != "CONDITION_NOT_MET":
        return rule_text("why.away", lang)
    rule = asked.rule(finding)
    failed = (
        []
        if rule is None
        else [
            condition
            for condition in rule.when
            if holds(condition, asked.site.project, asked.book.groups) is False
        ]
    )
    words = conditions_words(failed, asked.book, lang)
    which = rule_text("why.which", lang, conditions=words) if words else ""
    return rule_text("why.CONDITION_NOT_MET", lang, which=which)


# ---------------------------------------------------------------------- changes
def changes_of(finding: Finding, asked: Asked) -> list[str]:
    """Return what would change the state, the place first; [] of a CLEAR."""
    if finding.state is State.CLEAR:
        return []
    if finding.state is State.NOT_CHECKED:
        return list(_mended(finding, asked))
    moves = list(_moves(finding, asked))
    others = _other_views(finding, asked) if moves else ""
    if others:
        moves.append(rule_text("change.other_spaces", asked.lang, views=others))
    return [*moves, *_answers(finding, asked), *_papers(finding, asked)]


def _other_views(finding: Finding, asked: Asked) -> str:
    """Return the further places a rule reads; a move has to mind them too."""
    rule, views = asked.rule(finding), asked.book.views
    read = () if rule is None else (space.view for space in rule.space)
    others = [views[name] for name in read if name != finding.view]
    return listing((v.zh if asked.lang == "zh" else v.en for v in others), asked.lang)


def _mended(finding: Finding, asked: Asked) -> Iterator[str]:
    """Yield cures and questions of what was not checked, then the worst case."""
    lang = asked.lang
    asks = list(_answers(finding, asked))
    yield from asks
    if not asks:
        cures = (gap.cure[lang] for gap in gaps_of_finding(finding, asked))
        yield from dict.fromkeys(cures)
    yield rule_text("change.then", lang, state=state_both(worst_of(finding)))


def _answers(finding: Finding, asked: Asked) -> Iterator[str]:
    for question in finding.questions:
        said = question.get(asked.lang, "")
        yield rule_text("change.answer", asked.lang, question=said)


def _moves(finding: Finding, asked: Asked) -> Iterator[str]:
    """Yield how the site would have to lie, by the relation that holds."""
    lang = asked.lang
    if finding.view.startswith("clause_") or finding.relation == "attribute":
        return
    if finding.reason == "RESIDUE":
        outside = finding.relation == "outside"
        area = finding.overlap_m2_deduplicated
        if outside:
            area = outside_m2(finding, asked.site) or 0.0
        yield rule_text("change.border", lang, area=area_words(area, lang))
    elif finding.relation == "within_distance" and not _is_touching(finding):
        yield _further(finding, lang)
    elif finding.relation == "outside":
        yield _inward(finding, asked)
    elif finding.relation == "slope_ge":
        steep = plain_number(finding.threshold.get("slope_deg"))
        yield rule_text("change.gentle", lang, slope=steep)
    elif finding.relation == "share_ge":
        share, now = percent(finding.threshold.get("share")), percent(finding.share)
        yield rule_text("change.below", lang, share=share, now=now)
    else:
        yield from _off(finding, lang)


def _is_touching(finding: Finding) -> bool:
    return finding.threshold.get("distance_m", 0.0) <= TOUCHING_M


def _further(finding: Finding, lang: str) -> str:
    limit = finding.threshold.get("distance_m", 0.0)
    distance = finding.distance_m or 0.0
    shown = plain_number(limit)
    if distance == 0:
        return rule_text("change.leave", lang, limit=shown)
    # the recorded distance is rounded to centimetres
    more = max(limit - distance, 0.01)
    return rule_text(
        "change.move",
        lang,
        limit=shown,
        distance=metres(distance),
        more=metres(more),
    )


def _inward(finding: Finding, asked: Asked) -> str:
    lang, layer = asked.lang, layer_words(finding, asked)
    area = outside_m2(finding, asked.site)
    if area is None or finding.share >= 1:
        return rule_text("change.enter_line", lang, layer=layer)
    said = area_words(area, lang)
    return rule_text("change.enter", lang, layer=layer, area=said)


def _off(finding: Finding, lang: str) -> Iterator[str]:
    if finding.relation in PASSAGE:
        yield rule_text(f"change.{finding.relation}", lang)
    elif finding.overlap_m2_deduplicated > 0:
        area = area_words(finding.overlap_m2_deduplicated, lang)
        yield rule_text("change.trim", lang, area=area)
    elif finding.length_m:
        yield rule_text("change.trim_length", lang, length=metres(finding.length_m))
    else:
        yield rule_text("change.apart", lang)


def _papers(finding: Finding, asked: Asked) -> Iterator[str]:
    """Yield papers and exceptions that turn the state."""
    lang = asked.lang
    if finding.state is State.REVIEW:
        yield rule_text("change.person", lang)
    if finding.reason == "EXCEPTION":
        for need in finding.needs:
            yield rule_text("change.supply", lang, need=need.get(lang, ""))
        yield from _when_complete(finding, asked)
        return
    rule = asked.rule(finding)
    if rule is None or finding.reason is not None:
        return
    for case in rule.exceptions:
        yield from _way_out(case, finding, asked)


def _when_complete(finding: Finding, asked: Asked) -> Iterator[str]:
    """Say what the exception that holds turns to once its papers are declared."""
    rule = asked.rule(finding)
    title = finding.notes[0].get("zh", "") if finding.notes else ""
    for case in () if rule is None else rule.exceptions:
        if case.with_evidence is not None and title.endswith(case.title.zh):
            best = excepted_state(case, worst_of(finding), declared=True)
            if best is not finding.state:
                state = state_both(best)
                yield rule_text("change.all_papers", asked.lang, state=state)


def _way_out(case: ExceptionCase, finding: Finding, asked: Asked) -> Iterator[str]:
    """Yield an exception with what it turns to, unless it only informs."""
    lang, worst = asked.lang, worst_of(finding)
    title = case.title.zh if lang == "zh" else case.title.en
    papers = listing((p.zh if lang == "zh" else p.en for p in case.evidence), lang)
    needed = rule_text("change.papers", lang, papers=papers) if papers else ""
    between = rule_text("mark.semicolon", lang) if papers else ""
    if case.when:
        met = all_hold(case.when, asked.site.project, asked.book.groups)
        status = {False: "status_no", None: "status_open"}.get(met)
        yield (
            rule_text(
                "change.exception",
                lang,
                title=title,
                conditions=conditions_words(case.when, asked.book, lang),
                state=state_both(excepted_state(case, worst, declared=False)),
                status=rule_text(f"change.{status}", lang) if status else "",
            )
            + between
            + needed
        )
    elif case.with_evidence is not None:
        best = state_both(excepted_state(case, worst, declared=True))
        said = rule_text("change.declare", lang, title=title, state=best)
        yield said + between + needed
