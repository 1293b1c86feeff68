"""A run explained: rule to polygons, and polygon to rules.

Per site the verdict, then each finding that is not CLEAR with its fact, limit,
article, reason and what would change it; gaps are told once for all the rules
they hold up. Everything comes from the run; packs add exceptions only while
they are those of the check.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from zoning.errors import Problem, UsageError
from zoning.model import Finding, PackInfo, State, Verdict
from zoning.report.explain_changes import changes_of, why_of, worst_of
from zoning.report.explain_facts import (
    FEATURES_LISTED,
    Asked,
    article_words,
    data_words,
    facts_of,
    feature_lines,
    limit_words,
    project_words,
)
from zoning.report.recorded import RecordedSite, Run
from zoning.report.rule_wording import listing, rule_text, state_both
from zoning.report.wording import STATE_ORDER, words, worst_first
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule
from zoning.terms import both

__all__ = [
    "book_of_run",
    "explain_rule",
    "explain_run",
    "like",
    "pack_lines",
    "rule_in_run",
    "run_heading",
    "sites_named",
]

LIKE_IT = 5
FEATURES_SHORT = 3


def book_of_run(run: Run, book: RuleBook) -> RuleBook:
    """Return the rules of `book` whose pack is, byte for byte, that of the run."""
    used = {(pack.id, pack.sha256) for pack in run.packs}
    kept: list[PackInfo] = []
    rules: list[Rule] = []
    first = 0
    for pack in book.packs:
        if (pack.id, pack.sha256) in used:
            kept.append(pack)
            rules += book.rules[first : first + pack.rules]
        first += pack.rules
    return replace(book, packs=tuple(kept), rules=tuple(rules))


def pack_lines(run: Run, book: RuleBook, lang: str) -> Iterator[str]:
    """Yield which packs of the run are not quoted: changed since, or not at hand."""
    used = {(pack.id, pack.sha256) for pack in run.packs}
    known = {pack.id for pack in book.packs}
    same = {pack.id for pack in book.packs if (pack.id, pack.sha256) in used}
    others = [pack.id for pack in run.packs if pack.id not in same]
    for key, names in (
        ("pack", [name for name in others if name in known]),
        ("pack_absent", [name for name in others if name not in known]),
    ):
        if names:
            yield rule_text(f"change.{key}", lang, packs=listing(names, lang))


def run_heading(run: Run, lang: str) -> Iterator[str]:
    """Yield what stands above every explanation; a broken digest first."""
    if not run.intact:
        yield rule_text("digest.broken", lang)
    basis = rule_text("site.basis", lang, as_of=run.as_of, base=run.base)
    stamp = rule_text("site.demo" if run.demo else "site.reference", lang)
    yield f"{basis} · {stamp}"
    if run.short:
        yield rule_text("site.short", lang)


def sites_named(run: Run, name: str | None) -> tuple[RecordedSite, ...]:
    """Return all sites, or those of one id or name.

    Raises
    ------
    UsageError
        When no site bears it; names like it are told.
    """
    if name is None:
        return run.sites
    found = tuple(site for site in run.sites if name in {site.id, site.name})
    if found:
        return found
    known = [text for site in run.sites for text in (site.id, site.name) if text]
    values = {"site": name, "near": like(name, known)}
    raise UsageError(Problem(code="SITE_NOT_IN_RUN", values=values))


def explain_run(asked: Asked) -> Iterator[str]:
    """Yield one site: verdict, findings that are not CLEAR, what is not checked."""
    site, lang = asked.site, asked.lang
    yield from _site_heading(asked)
    if site.rejection is not None:
        problem = site.rejection.line(lang)
        yield f"  {rule_text('site.rejected', lang, problem=problem)}"
        return
    if site.verdict is Verdict.CLEAR:
        count = sum(site.states.values())
        yield f"  {rule_text('site.clear', lang, count=count)}"
        return
    yield f"  {_counts(site, lang)}"
    loose = {State.CLEAR, State.NOT_CHECKED}
    clauses = [f for f in site.findings if _is_review_of_clause(f)]
    for finding in worst_first(f for f in site.findings if f.state not in loose):
        if finding not in clauses:
            yield from ("", *_told(finding, asked, full=False))
    yield from _reviews(clauses, lang)
    yield from _open_points(asked)


def explain_rule(rule_id: str, asked: Asked) -> Iterator[str]:
    """Yield every finding of one rule at one site, in full; CLEAR ones too."""
    found = [f for f in asked.site.findings if f.rule_id == rule_id]
    if found:
        yield from _site_heading(asked)
    for finding in found:
        yield from _told(finding, asked, full=True)


def rule_in_run(rule_id: str, run: Run) -> str:
    """Return the id of a rule of the run, whatever its case.

    Raises
    ------
    UsageError
        When the run has no finding of it.
    """
    known = list(dict.fromkeys(f.rule_id for s in run.sites for f in s.findings))
    for name in known:
        if name.casefold() == rule_id.casefold():
            return name
    if run.short:
        raise UsageError(Problem(code="FINDING_IN_TABLE", values={"rule": rule_id}))
    values = {
        "rule": rule_id,
        "scope": "、".join(run.scope),
        "near": like(rule_id, known),
    }
    raise UsageError(Problem(code="RULE_NOT_IN_RUN", values=values))


def like(word: str, known: Sequence[str]) -> str:
    """Return the names most like a word; where none is, the first ones."""
    different = list(dict.fromkeys(known))
    near = get_close_matches(word, different, n=LIKE_IT, cutoff=0.5)
    return "、".join(near or different[:LIKE_IT])


# ------------------------------------------------------------------------ parts
def _site_heading(asked: Asked) -> Iterator[str]:
    site, lang = asked.site, asked.lang
    name = site.id if site.name in {"", site.id} else f"{site.id} {site.name}"
    verdict = both("verdict", site.verdict)
    gaps = len(site.gaps)
    yield ""
    if site.verdict is Verdict.REJECTED:
        yield f"{name}  {verdict}"
        return
    complete = (
        rule_text("site.whole", lang)
        if site.complete
        else rule_text("site.gaps", lang, count=gaps)
    )
    yield rule_text("site.heading", lang, site=name, verdict=verdict, complete=complete)


def _counts(site: RecordedSite, lang: str) -> str:
    counts = []
    for state in reversed(STATE_ORDER):
        count = site.states.get(state, 0)
        if count:
            word = state_both(state)
            counts.append(rule_text("site.count", lang, state=word, count=count))
    told = listing(counts, lang)
    return rule_text("site.counts", lang, all=sum(site.states.values()), counts=told)


def _told(finding: Finding, asked: Asked, *, full: bool) -> Iterator[str]:
    """Yield a finding: its heading, then labelled lines."""
    lang = asked.lang
    title = words(finding.title, lang)
    yield f"{finding.rule_id}  {state_both(finding.state)}  {title}"
    for key, lines in _lines(finding, asked, full=full).items():
        name = rule_text(f"label.{key}", lang) + rule_text("mark.colon", lang)
        if len(lines) == 1:
            yield f"  {name}{lines[0]}"
        elif lines:
            yield f"  {name.rstrip()}"
            yield from (f"    - {line}" for line in lines)


def _lines(
    finding: Finding, asked: Asked, *, full: bool
) -> Mapping[str, Sequence[str]]:
    lang = asked.lang
    most = FEATURES_LISTED if full else FEATURES_SHORT
    project = project_words(finding, asked)
    limit = limit_words(finding, lang)
    lines: dict[str, Sequence[str]] = {
        "fact": facts_of(finding, asked),
        "features": feature_lines(finding, lang, most=most),
        "limit": (limit,) if limit else (),
        "project": (project,) if project else (),
        "basis": (article_words(finding, lang),),
        "why": (why_of(finding, asked),),
        "change": changes_of(finding, asked),
        "need": [words(need, lang) for need in _remedies(finding)],
    }
    if full:
        lines["data"] = data_words(finding, asked)
        lines["notes"] = [words(note, lang) for note in finding.notes]
    return lines


def _is_review_of_clause(finding: Finding) -> bool:
    return finding.state is State.REVIEW and finding.view.startswith("clause_")


def _reviews(clauses: Sequence[Finding], lang: str) -> Iterator[str]:
    """Yield the clauses that only a person can judge, one line each."""
    if not clauses:
        return
    yield from ("", rule_text("site.reviews", lang, count=len(clauses)))
    for finding in clauses:
        level = words(finding.notes[0], lang) if finding.notes else ""
        questions = listing((words(q, lang) for q in finding.questions), lang)
        asked = rule_text("site.asked", lang, questions=questions) if questions else ""
        said = rule_text(
            "site.clause",
            lang,
            rule=finding.rule_id,
            title=words(finding.title, lang),
            level=level,
            asked=asked,
        )
        yield f"  - {said}"


def _remedies(finding: Finding) -> Sequence[Mapping[str, str]]:
    """Return what the rule itself advises; papers of an exception are told apart."""
    loose = {State.CLEAR, State.NOT_CHECKED}
    if finding.state in loose or finding.reason == "EXCEPTION":
        return ()
    return finding.needs


def _open_points(asked: Asked) -> Iterator[str]:
    """Yield what was not checked: each gap once, with the rules it holds up."""
    site, lang = asked.site, asked.lang
    if not site.gaps:
        return
    yield ""
    yield rule_text("site.not_checked", lang, count=len(site.gaps))
    rules: dict[str, dict[str, None]] = {}
    for gap in site.gaps:
        rules.setdefault(gap.line(lang), {})[gap.rule_id] = None
    for line, held in rules.items():
        yield f"  - {line}"
        told = listing(_at_worst(held, site, lang), lang)
        yield f"      {rule_text('site.held_up', lang, rules=told)}"


def _at_worst(held: Iterable[str], site: RecordedSite, lang: str) -> Iterator[str]:
    """Yield rules with the state each could still take, the worst first."""
    rules = list(held)
    worst: dict[str, State] = {}
    for finding in site.findings:
        if finding.rule_id in rules and finding.state is State.NOT_CHECKED:
            states = (worst_of(finding), worst.get(finding.rule_id, State.CLEAR))
            worst[finding.rule_id] = max(states, key=STATE_ORDER.index)
    for rule_id in sorted(worst, key=lambda name: -STATE_ORDER.index(worst[name])):
        state = state_both(worst[rule_id])
        yield rule_text("site.worst", lang, rule=rule_id, state=state)
    yield from (rule_id for rule_id in rules if rule_id not in worst)
