"""The impact of a site on a corridor model, from their files to a run folder."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from zoning.cli.console import say, text
from zoning.cli.corridor_build import BuildWish, model_of
from zoning.cli.steps import Steps
from zoning.linkage.impact import (
    ImpactOptions,
    ImpactReport,
    KeptModel,
    Standing,
    judge_site,
)
from zoning.linkage.values import BuildOptions
from zoning.model import Base, Site
from zoning.runs import impact
from zoning.runs.impact import kept_files, threads, together

__all__ = [
    "ImpactWish",
    "carry_out",
    "impact_of",
    "standing_on",
]

_RUNS = "zoning-runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactWish:
    """What the caller chose.

    Parameters
    ----------
    model : Path or None
        A run folder of ``zoning corridors build``; None: built now, with
        `resistance` and `cell_m`.
    """

    site: Path
    base: Path
    crs: str | None
    model: Path | None
    resistance: str | None
    cell_m: float | None
    options: ImpactOptions
    as_of: date
    out: Path | None
    as_json: bool
    lang: str


def carry_out(wish: ImpactWish) -> int:
    """Read, judge, write the folder, print; return the exit code.

    Raises
    ------
    BaseError, LayerError, SiteError, UsageError, OutputError
        What is wrong with site, model, base or folder.
    """
    from zoning.io.base import open_base
    from zoning.io.sites import read_sites
    from zoning.report.folder import next_free, refuse_used
    from zoning.report.impact.record import impact_document
    from zoning.report.impact.run import KeptFiles, write_impact

    if wish.out is not None:
        refuse_used(wish.out)
    site = together(tuple(read_sites((wish.site,), crs=wish.crs)))
    say(text("opening", wish.lang, base=wish.base))
    base = open_base(wish.base)
    files, kept = _model(wish, base)
    report = impact_of(kept, site, base, wish=wish)
    stem = wish.site.stem or "site"
    folder = wish.out or (None if wish.as_json else Path(_RUNS) / f"impact-{stem}")
    if folder is not None:
        say(text("writing", wish.lang))
        place = folder if wish.out else next_free(folder)
        written = write_impact(
            report, place, kept=KeptFiles(files=files), lang=wish.lang
        )
        say(text("written", wish.lang, path=written))
    if wish.as_json:
        from zoning.cli.printing import print_json

        print_json(impact_document(report))
    else:
        _print(report, wish.lang)
    return report.exit_code


def impact_of(
    kept: KeptModel, site: Site, base: Base, *, wish: ImpactWish
) -> ImpactReport:
    """Lay a site on a kept model of a base that is open."""
    standing = standing_on(kept, base, wish.as_of, lang=wish.lang)
    with Steps("impact", wish.lang) as screen:
        report = judge_site(
            standing,
            site,
            base,
            as_of=wish.as_of,
            options=replace(wish.options, threads=threads()),
            listener=screen,
        )
    for problem in (*report.problems, *report.remarks):
        say(problem.line(wish.lang))
    return report


def standing_on(kept: KeptModel, base: Base, as_of: date, *, lang: str) -> Standing:
    """Return a kept model on its ground, with a word on the screen."""
    say(text("model_reading", lang))
    return impact.standing_on(kept, base, as_of)


def _model(wish: ImpactWish, base: Base) -> tuple[dict[str, bytes], KeptModel]:
    """Return the files that a model is kept in, and the model."""
    if wish.model is not None:
        return kept_files(wish.model, base)
    return _built(wish, base)


def _built(wish: ImpactWish, base: Base) -> tuple[dict[str, bytes], KeptModel]:
    """Build the model now, and keep it as a run folder would."""
    from zoning.io.resistance_table import read_resistance_table
    from zoning.runs.impact import kept_of

    table = read_resistance_table(wish.resistance, base)
    build = BuildWish(
        base=wish.base,
        resistance=wish.resistance,
        options=BuildOptions(cell_m=wish.cell_m),
        as_of=wish.as_of,
    )
    return kept_of(model_of(base, table, build, lang=wish.lang), base)


def _print(report: ImpactReport, lang: str) -> None:
    """Print the corridors touched, what helps, and the headline."""
    from zoning.cli.printing import print_lines, print_rows
    from zoning.report.impact.story import first_rows, measure_cells
    from zoning.report.impact.tables import finding_lines
    from zoning.report.impact.words import headline, impact_text
    from zoning.report.linkage.sensitivity import impact_sensitivity

    if report.touched:
        print_rows(*first_rows(report, lang))
    if report.measures:
        print_rows(*measure_cells(report, lang))
    print_lines([*finding_lines(report, lang), impact_sensitivity(report, lang)])
    stamp = "demo_stamp" if report.base.demo else "reference"
    name = impact_text("name", lang, site=report.site.name or report.site.id)
    said = (name, report.as_of.isoformat(), headline(report, lang), text(stamp, lang))
    print_lines([" · ".join(said)])
