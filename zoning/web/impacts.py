"""What the sites of a run do to a model of corridors, beside the run."""

from pathlib import Path
from typing import Any

from zoning.linkage.impact import ImpactOptions, ImpactReport, judge_site
from zoning.model import Base
from zoning.report.impact.record import finding_document
from zoning.report.impact.run import KeptFiles, write_impact
from zoning.report.impact.words import headline, site_name, why
from zoning.report.inputs import INPUTS, read_inputs
from zoning.report.linkage.sensitivity import impact_sensitivity
from zoning.runs.impact import kept_files, refuse_many, standing_on, threads
from zoning.runs.stored import refuse_altered
from zoning.terms import LANGUAGES

__all__ = ["impacts_of"]

Json = dict[str, Any]


class _Silent:
    """Hears how far a step is, and tells nobody."""

    def step(self, name: str, done: int, total: int) -> None:
        """Let it pass."""


def impacts_of(
    run: Path, model: Path, base: Base, *, place: Path, lang: str
) -> list[Json]:
    """Judge each site of a run on a model; write a folder for each into `place`.

    Parameters
    ----------
    run : Path
        Run folder of a check.
    model : Path
        Run folder of ``zoning corridors build``.
    place : Path
        Folder for what is written; sites are numbered from 1, as in the run.

    Raises
    ------
    SiteError, UsageError, OutputError
        As ``zoning corridors impact``.
    """
    refuse_altered(run, INPUTS)
    inputs = read_inputs(run / INPUTS)
    refuse_many(len(inputs.sites))
    day = inputs.options.as_of
    files, kept = kept_files(model, base)
    standing = standing_on(kept, base, day)
    found: list[Json] = []
    for number, site in enumerate(inputs.sites, start=1):
        if site.geometry is None:
            continue
        judged = judge_site(
            standing,
            site,
            base,
            as_of=day,
            options=ImpactOptions(threads=threads()),
            listener=_Silent(),
        )
        write_impact(
            judged, place / f"site-{number}", kept=KeptFiles(files=files), lang=lang
        )
        found.append({"site": site.id, **_told(judged)})
    return found


def _told(judged: ImpactReport) -> Json:
    """Return what the page says of an impact; all of it is in the folder."""
    return {
        "name": site_name(judged),
        "harmed": judged.exit_code == 1,
        "headline": {one: headline(judged, one) for one in LANGUAGES},
        "why": {one: why(judged, one) for one in LANGUAGES},
        "sensitivity": {one: impact_sensitivity(judged, one) for one in LANGUAGES},
        "findings": [finding_document(one.finding) for one in judged.judged],
    }
