"""A report as a few lines on the screen."""

from rich.cells import cell_len, set_cell_size
from rich.markup import escape
from rich.table import Table

from zoning import terms
from zoning.check.verdicts import THREE_LINES
from zoning.cli.console import stdout_console, text
from zoning.model import Finding, Report, SiteResult, State, Verdict
from zoning.report.batch.values import Tally
from zoning.report.wording import open_questions, worst_first

__all__ = ["print_batch", "print_report"]

COLOURS = {
    Verdict.CLEAR: "green",
    Verdict.NOTICE: "cyan",
    Verdict.UNDETERMINED: "yellow",
    Verdict.CONDITIONAL: "dark_orange",
    Verdict.PROHIBITED: "red",
    Verdict.REJECTED: "magenta",
}
LISTED = 8
WIDTHS = {"site": 24, "verdict": 21, "complete": 14, "area": 12, "why": 34}
"""Columns of the table and their least width; with many sites also the most."""


def print_report(report: Report, lang: str) -> None:
    """Print the table of sites, then what was not checked and what is asked."""
    _print_sites(report, lang)
    if len(report.sites) == 1:
        _print_open_points(report.sites[0], lang)
    _print_headline(report, report.verdict, lang)


def print_batch(worst: Report, tally: Tally, lang: str) -> None:
    """Print the most serious sites of a batch, and how many there are of each."""
    _print_sites(worst, lang)
    console, counts = stdout_console(), tally.counts
    listed = "、".join(
        f"{terms.both('verdict', verdict)} {counts[verdict]:,}"
        for verdict in reversed(Verdict)
        if counts[verdict]
    )
    count = f"{counts.total():,}"
    if len(worst.sites) < counts.total():
        console.print(text("batch_shown", lang, shown=len(worst.sites)), style="dim")
    console.print(text("batch_counts", lang, count=count, listed=listed))
    _print_headline(worst, tally.verdict, lang)


def _print_sites(report: Report, lang: str) -> None:
    console, many = stdout_console(), len(report.sites) > 1
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for key, width in WIDTHS.items():
        table.add_column(
            text(key, lang),
            justify="right" if key == "area" else "left",
            overflow="fold",
            no_wrap=many or key == "verdict",
            min_width=width,
            max_width=width if many else None,
        )
    for result in report.sites:
        table.add_row(*_row(result, lang, many=many))
    console.print(table, crop=False)  # rich drops wide characters at the edge


def _print_headline(report: Report, verdict: Verdict, lang: str) -> None:
    console = stdout_console()
    skipped = [
        s for s in terms.group("scope") if s not in {*report.base.scope, "three_lines"}
    ]
    if skipped:
        names = "、".join(terms.label("scope", name, lang) for name in skipped)
        console.print(text("out_of_scope", lang, scopes=names), style="dim")
    stamp = text("demo_stamp", lang) if report.base.demo else text("reference", lang)
    as_of = report.options.as_of.isoformat()
    missing = [line for line in THREE_LINES if line in report.base.missing]
    if missing:
        names = "、".join(terms.label("layer", line, lang) for line in missing)
        console.print(text("lines_missing", lang, lines=names), style="bold red")
    headline = text(
        "headline",
        lang,
        verdict=terms.both("verdict", verdict),
        as_of=as_of,
        base=report.base.name,
    )
    console.print(f"[bold]{escape(headline)}[/bold] · {escape(stamp)}")


def _row(result: SiteResult, lang: str, *, many: bool) -> tuple[str, ...]:
    colour = COLOURS[result.verdict]
    area = "" if result.area_m2 is None else f"{result.area_m2:,.2f}"
    whole = (
        text("whole", lang)
        if result.complete
        else text("gaps", lang, count=len(result.gaps))
        if result.gaps
        else "-"
    )
    name = result.site.name
    label = (
        result.site.id if name in {"", result.site.id} else f"{result.site.id} {name}"
    )
    if many:
        label = _cut(label, WIDTHS["site"])
    reason = _reason(result, lang)
    return (
        escape(label),
        f"[{colour}]{terms.both('verdict', result.verdict)}[/{colour}]",
        escape(whole),
        area,
        escape(_cut(reason, WIDTHS["why"]) if many else reason),
    )


def _cut(text: str, width: int) -> str:
    """Shorten to `width` screen cells; a Chinese character takes two."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _reason(result: SiteResult, lang: str) -> str:
    if result.site.rejection is not None:
        return result.site.rejection.line(lang)
    driving = _driving(result)
    if driving is None:
        return ""
    if driving.state is State.NOT_CHECKED and result.gaps:
        gap = next(
            (g for g in result.gaps if g.rule_id == driving.rule_id), result.gaps[0]
        )
        return f"{driving.rule_id} {gap.problem.text(lang)}"
    return f"{driving.rule_id} {driving.title[lang]}"


def _driving(result: SiteResult) -> Finding | None:
    """Return the finding that leads the site; None where all is clear."""
    found = [f for f in result.findings if f.state is not State.CLEAR]
    return worst_first(found)[0] if found else None


def _print_open_points(result: SiteResult, lang: str) -> None:
    console = stdout_console()
    for title, lines in (
        ("warnings", [p.line(lang) for p in result.problems]),
        ("not_checked", _gap_lines(result, lang)),
        ("questions", _question_lines(result, lang)),
    ):
        if lines:
            console.print(f"[bold]{text(title, lang)}[/bold]")
            for line in lines[:LISTED]:
                console.print(f"  - {escape(line)}")
            if len(lines) > LISTED:
                console.print(f"  {text('more', lang, count=len(lines) - LISTED)}")


def _gap_lines(result: SiteResult, lang: str) -> list[str]:
    """Return gaps grouped by what is wrong, with the rules it holds up."""
    grouped: dict[str, list[str]] = {}
    for gap in result.gaps:
        grouped.setdefault(gap.problem.line(lang), []).append(gap.rule_id)
    return [f"{line} ({', '.join(rules)})" for line, rules in grouped.items()]


def _question_lines(result: SiteResult, lang: str) -> list[str]:
    """Return each question once, those behind the worst states first."""
    asked = [question[lang] for question, _ in open_questions(result.findings)]
    return list(dict.fromkeys(asked))
