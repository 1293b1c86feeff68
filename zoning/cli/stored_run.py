"""A stored run, as commands use it: with progress, in the language asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from zoning.cli.batch_check import Progress
from zoning.cli.console import progress
from zoning.model import Report
from zoning.runs import stored
from zoning.runs.stored import StoredRun, open_stored, stored_copy

__all__ = [
    "StoredRun",
    "language_of",
    "open_stored",
    "replayed",
    "reproduced",
    "stored_copy",
]


def language_of(run: StoredRun, lang: str) -> str:
    """Return the language asked for; that of the run when none was."""
    context = click.get_current_context()
    given = context.get_parameter_source("lang") is not ParameterSource.DEFAULT
    return lang if given else run.lang


def replayed(run: StoredRun, base: Path | None) -> tuple[Mapping[str, Any], Path]:
    """Return the verdict computed again, and the base it was made on."""
    if "statements" in run.verdict:
        return stored.replayed(run, base, tick=Progress("batch_checking", run.lang))
    with progress("check") as tick:
        return stored.replayed(run, base, tick=tick)


def reproduced(run: StoredRun, base: Path | None, *, wanted: str) -> Report:
    """Check a run again; what is drawn from the report is what was found then."""
    with progress("check") as tick:
        return stored.reproduced(run, base, wanted=wanted, tick=tick)
