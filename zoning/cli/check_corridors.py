"""What checked sites do to a model of corridors, beside the run of the check."""

from pathlib import Path

from zoning.cli.console import say, text
from zoning.cli.corridor_impact import standing_on
from zoning.cli.steps import Steps
from zoning.linkage.impact import ImpactOptions, judge_site
from zoning.model import Report
from zoning.runs.impact import kept_files, threads

__all__ = ["with_corridors"]

_PRECEDENCE = (3, 1, 4, 0)


def with_corridors(
    report: Report, model: Path, *, folder: Path | None, lang: str
) -> int:
    """Judge each site of a check on a model; return the exit code of both.

    Parameters
    ----------
    report : Report
        Of the check; rejected sites are left to it.
    model : Path
        A run folder of ``zoning corridors build``.
    folder : Path or None
        Of the check; each impact gets one beside it. None: nothing is written.

    Raises
    ------
    SiteError, UsageError, OutputError
        As ``zoning corridors impact``.
    """
    from zoning.report.folder import next_free
    from zoning.report.impact.run import KeptFiles, write_impact
    from zoning.report.impact.tables import finding_lines
    from zoning.report.impact.words import headline, impact_text, site_name
    from zoning.report.linkage.sensitivity import impact_sensitivity

    day = report.options.as_of
    files, kept = kept_files(model, report.base)
    standing = standing_on(kept, report.base, day, lang=lang)
    codes = [report.exit_code]
    for result in report.sites:
        if result.geometry is None:
            continue
        with Steps("impact", lang) as screen:
            found = judge_site(
                standing,
                result.site,
                report.base,
                as_of=day,
                options=ImpactOptions(threads=threads()),
                listener=screen,
            )
        codes.append(found.exit_code)
        name = impact_text("name", lang, site=site_name(found))
        say(f"{name}{text('colon', lang)}{headline(found, lang)}")
        for line in (*finding_lines(found, lang), impact_sensitivity(found, lang)):
            say(f"  {line}")
        if folder is not None:
            place = next_free(folder.with_name(f"{folder.name}-corridors"))
            written = write_impact(found, place, kept=KeptFiles(files=files), lang=lang)
            say(text("written", lang, path=written))
    return next(code for code in _PRECEDENCE if code in codes)
