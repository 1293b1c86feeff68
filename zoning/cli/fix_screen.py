"""What `zoning fix` prints: the trims as a table, one site at length, the files."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from zoning import terms
from zoning.check.fixes import FixOptions, FixOutcome, FixReport, SiteFix
from zoning.cli.console import stdout_console, text
from zoning.model import SiteResult

__all__ = ["print_end", "print_fixes"]

LISTED = 12
COLUMNS = ("site", "verdict", "area", "kept", "lost", "parts")
FIGURES = frozenset({"area", "kept", "lost", "parts"})


def print_fixes(fixed: FixReport, lang: str) -> None:
    """Print many sites as a table, one at length."""
    from zoning.report.trim_words import trim_text

    console = stdout_console()
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for key in COLUMNS:
        table.add_column(
            trim_text(key, lang),
            justify="right" if key in FIGURES else "left",
            overflow="fold",
            no_wrap=key in FIGURES,
        )
    for fix in fixed.fixes:
        table.add_row(*map(escape, _row(fix, lang)))
    console.print(table, crop=False)  # rich drops wide characters at the edge
    many = len(fixed.fixes) > 1
    idle = [f for f in fixed.fixes if f.outcome is FixOutcome.NOT_NEEDED and many]
    for fix in fixed.fixes:
        if fix not in idle:
            _print_site(fix, fixed.options, lang)
    if idle:
        names = "、".join(_name(fix) for fix in idle)
        console.print()
        console.print(escape(trim_text("not_needed", lang, sites=names)))


def _row(fix: SiteFix, lang: str) -> tuple[str, ...]:
    from zoning.report.numbers import DASH
    from zoning.report.trim_words import areas_of, trim_text

    verdict = _verdict(fix.before, lang)
    if fix.after is not None:
        verdict = f"{verdict} → {_verdict(fix.after, lang)}"
    elif fix.outcome is FixOutcome.NOTHING_LEFT:
        verdict = f"{verdict} ({trim_text('unchecked', lang)})"
    cut = fix.outcome in {FixOutcome.TRIMMED, FixOutcome.NOTHING_LEFT}
    return _name(fix), verdict, *areas_of(fix), str(fix.parts) if cut else DASH


def _verdict(result: SiteResult, lang: str) -> str:
    """Return the verdict, and how much of it is open."""
    word = terms.both("verdict", result.verdict)
    if not result.gaps:
        return word
    return f"{word} · {text('gaps', lang, count=len(result.gaps))}"


def _name(fix: SiteFix) -> str:
    site = fix.before.site
    return site.id if site.name in {"", site.id} else f"{site.id} {site.name}"


def _print_site(fix: SiteFix, options: FixOptions, lang: str) -> None:
    from zoning.report.trim_words import (
        cut_lines,
        move_of,
        notes_of,
        outcome_of,
        standing_lines,
        trim_text,
    )

    console = stdout_console()
    console.print()
    console.print(f"[bold]{escape(_name(fix))}[/bold]")
    outcome = outcome_of(fix, options)
    if outcome is not None:
        console.print(f"  {escape(outcome.line(lang))}")
    if fix.before.site.rejection is not None:
        console.print(f"  {escape(fix.before.site.rejection.line(lang))}")
    move = move_of(fix)
    if move is not None:
        console.print(f"  {escape(move.line(lang))}")
    _print_list(notes_of(fix, options, lang), "", lang)
    _print_list(cut_lines(fix, lang), trim_text("cuts", lang), lang)
    if fix.crossings:
        _print_crossings(fix, lang)
    if fix.after is not None:
        _print_list(standing_lines(fix.after, lang), trim_text("stands", lang), lang)


def _print_list(lines: list[str], title: str, lang: str) -> None:
    console = stdout_console()
    if lines and title:
        console.print(f"  [bold]{escape(title)}[/bold]")
    for line in lines[:LISTED]:
        console.print(f"  - {escape(line)}")
    if len(lines) > LISTED:
        console.print(f"  {text('more', lang, count=len(lines) - LISTED)}")


def _print_crossings(fix: SiteFix, lang: str) -> None:
    from zoning.report.numbers import metres
    from zoning.report.trim_words import meets, trim_text

    console = stdout_console()
    console.print(f"  [bold]{escape(trim_text('crossings_title', lang))}[/bold]")
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for key in ("number", "from", "to", "run", "what", "rules"):
        table.add_column(
            trim_text(key, lang),
            justify="right" if key in {"number", "from", "to", "run"} else "left",
            overflow="fold",
        )
    several = len({one.part for one in fix.crossings}) > 1
    for number, one in enumerate(fix.crossings, start=1):
        part = trim_text("part", lang, part=one.part + 1) if several else ""
        table.add_row(
            f"{part}{number}",
            metres(one.start_m),
            metres(one.end_m),
            metres(one.run_m),
            escape(meets(one, lang)),
            escape("、".join(one.rule_ids)),
        )
    console.print(table, crop=False)  # rich drops wide characters at the edge


def print_end(fixed: FixReport, files: list[Path], lang: str) -> None:
    """Print what was written, and the headline."""
    from zoning.report.trim_words import summary_of, trim_text

    console = stdout_console()
    console.print()
    report = fixed.after
    if len(fixed.fixes) > 1:
        console.print(escape(summary_of(fixed, lang)))
    for file in files:
        line = trim_text("next", lang, path=file)
        console.print(line, markup=False, soft_wrap=True)
    stamp = text("demo_stamp" if report.base.demo else "reference", lang)
    headline = text(
        "headline",
        lang,
        verdict=terms.both("verdict", report.verdict),
        as_of=report.options.as_of.isoformat(),
        base=report.base.name,
    )
    console.print(f"[bold]{escape(headline)}[/bold] · {escape(stamp)}")
