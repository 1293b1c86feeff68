"""A corridor model from its base to its folder: read, forecast, build, publish."""

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import psutil

from zoning.cli.console import say, text, time_told
from zoning.cli.steps import Steps
from zoning.corridors.planning import size_told
from zoning.errors import Problem, UsageError
from zoning.linkage.building import build
from zoning.linkage.forecast import Ahead
from zoning.linkage.ground import layers_read, read_ground
from zoning.linkage.table import ModelTable
from zoning.linkage.values import BuildOptions, LinkageReport
from zoning.model import Base, CheckOptions

__all__ = ["BuildWish", "build_model", "give_out", "model_of", "require_sane"]

_RUNS = "zoning-runs"
_MOST_SAMPLES = 1000
_MOST_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildWish:
    """What the caller chose; `resistance` a table of the package by name, or a file."""

    base: Path
    resistance: str | None
    options: BuildOptions
    as_of: date


def build_model(wish: BuildWish, lang: str) -> LinkageReport:
    """Open the base, choose the table, build.

    Raises
    ------
    LayerError, UsageError
        What is wrong with base, table or options; ``CORRIDOR_MEMORY``.
    """
    require_sane(wish.options.samples, wish.options.spread)
    from zoning.io.base import open_base
    from zoning.io.resistance_table import read_resistance_table

    say(text("opening", lang, base=wish.base))
    base = open_base(wish.base)
    table = read_resistance_table(wish.resistance, base)
    return model_of(base, table, wish, lang=lang)


def model_of(
    base: Base, table: ModelTable, wish: BuildWish, *, lang: str
) -> LinkageReport:
    """Build a model of a base that is open."""
    day = CheckOptions(as_of=wish.as_of)
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    options = replace(wish.options, threads=threads)
    say(text("model_reading", lang))
    ground = read_ground(base, table, day, cell_m=options.cell_m)
    with _Screen("model", lang) as screen:
        model = build(ground, table, options, listener=screen)
    for problem in (*model.problems, *model.remarks):
        say(problem.line(lang))
    return LinkageReport(
        base=base, model=model, as_of=wish.as_of, used=layers_read(table)
    )


def give_out(
    report: LinkageReport,
    wish: BuildWish,
    *,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> None:
    """Write the folder and print the corridors, or the document."""
    from zoning.report.folder import next_free
    from zoning.report.linkage.run import write_linkage

    stem = wish.base.resolve().name or "base"
    folder = out or (None if as_json else Path(_RUNS) / f"corridors-{stem}")
    if folder is not None:
        say(text("writing", lang))
        place = folder if out else next_free(folder)
        written = write_linkage(report, place, lang=lang)
        say(text("written", lang, path=written))
    if as_json:
        from zoning.cli.printing import print_json
        from zoning.report.linkage.record import linkage_document

        print_json(linkage_document(report))
    else:
        _print(report, lang)


def _print(report: LinkageReport, lang: str) -> None:
    """Print the corridors, most important first, and the headline."""
    from zoning.cli.printing import print_lines, print_rows
    from zoning.report.linkage.sensitivity import model_sensitivity
    from zoning.report.linkage.story import first_rows
    from zoning.report.linkage.words import headline, linkage_text

    print_rows(*first_rows(report.model, lang))
    name = linkage_text("name", lang, base=report.base.name)
    stamp = "demo_stamp" if report.base.demo else "reference"
    said = (name, report.as_of.isoformat(), headline(report, lang), text(stamp, lang))
    told = [model_sensitivity(report.model, lang), " · ".join(said)]
    print_lines(told)


def require_sane(samples: int, spread: float) -> None:
    """Refuse numbers of samples and spreads that make no sense.

    Raises
    ------
    UsageError
        ``CORRIDOR_SAMPLES``.
    """
    if not 0 <= samples <= _MOST_SAMPLES or not 0 < spread < 1e6:  # noqa: PLR2004  a factor of a million
        values = {"samples": str(samples), "spread": f"{spread:g}"}
        raise UsageError(Problem(code="CORRIDOR_SAMPLES", values=values))


class _Screen(Steps):
    """Tells forecast and progress on stderr."""

    def free_bytes(self) -> int:
        """Return the memory that is free now."""
        return int(psutil.virtual_memory().available)

    def ahead(self, found: Ahead) -> None:
        """Say how long it will take."""
        self.clear()
        said = text(
            "model_forecast",
            self.lang,
            cells=f"{found.size.cells:,}",
            cell=f"{found.size.cell_m:g}",
            sources=found.size.sources,
            links=found.size.links,
            method=found.circuit.method,
            time=time_told(found.seconds, self.lang),
            memory=size_told(found.memory_bytes),
            free=size_told(self.free_bytes()),
        )
        say(said)
