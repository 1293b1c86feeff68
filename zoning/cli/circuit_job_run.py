"""A circuit job from its file to its folder: read, forecast, solve, publish."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from zoning.cli.circuit_run import JobRun, run_raster
from zoning.cli.console import progress, say, text, time_told
from zoning.cli.network_run import run_network
from zoning.corridors.planning import Forecast, Work, plan, size_told
from zoning.corridors.watching import Watch
from zoning.errors import Problem
from zoning.io.circuit_inputs import (
    NetworkInputs,
    Quirks,
    RasterInputs,
    read_network,
    read_raster_inputs,
)
from zoning.io.circuit_job import CircuitJob, read_job
from zoning.report.folder import refuse_used, staged
from zoning.report.kept_solves import KeptSolves, digest_of

__all__ = ["Done", "Wish", "carry_out"]

Inputs = RasterInputs | NetworkInputs
KEEP_FROM_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the caller chose beside the job."""

    solver: str
    quirks: str
    resume: bool
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many files were written, and what is to be said."""

    files: int
    remarks: tuple[Problem, ...]


def carry_out(path: Path, out: Path, wish: Wish) -> Done:
    """Run a job; the folder appears whole or not at all.

    Raises
    ------
    OutputError
        When `out` holds something or cannot be written.
    LayerError, SiteError, UsageError
        What is wrong with the job or its files; ``SOLVER_MEMORY``.
    """
    refuse_used(out)
    job = read_job(path)
    quirks = Quirks(wish.quirks)
    inputs = _read(job, quirks)
    work = work_of(job, inputs)
    free = psutil.virtual_memory().available
    forecast = plan(work, free_bytes=free, method=wish.solver)
    _tell(forecast, work, free, lang=wish.lang)
    files = (path, *(job.files[key] for key in sorted(job.files)))
    kept = KeptSolves(out, digest_of(files, forecast.method, wish.quirks))
    if kept.found:
        say(text("circuit_resumed", wish.lang, count=kept.found))
    keeps = wish.resume or kept.found > 0 or forecast.seconds > KEEP_FROM_S
    with progress(text("circuit_solving", wish.lang)) as show, staged(out) as stage:
        run = JobRun(
            job=job,
            folder=stage,
            method=forecast.method,
            quirks=quirks,
            watch=_watch(show, kept if keeps else None),
        )
        remarks = _solve(run, inputs)
        files_written = len(list(stage.iterdir()))
    kept.drop()
    return Done(files=files_written, remarks=(*job.notes, *remarks))


def work_of(job: CircuitJob, inputs: Inputs) -> Work:
    """Return what a job has to solve."""
    if isinstance(inputs, NetworkInputs):
        solves = max(1, len(inputs.foci) - 1)
        return Work(nodes=len(inputs.numbers), solves=solves, merged=True)
    habitat = inputs.habitat
    merged = habitat.polygons is not None and bool(habitat.polygons.any())
    solves = matrices = 1
    if inputs.foci is not None:
        count = len(inputs.foci.kept(inputs.choice).numbers)
        solves = max(1, count - 1)
        if inputs.foci.regional and job.words["scenario"] == "pairwise":
            pairs = count * (count - 1) // 2
            solves = matrices = pairs
            if inputs.choice is not None:
                solves = matrices = min(pairs, len(inputs.choice.wanted))
        elif inputs.choice is not None and job.words["scenario"] != "pairwise":
            solves = matrices = count
        merged |= inputs.foci.regional and job.words["scenario"] != "pairwise"
    return Work(
        nodes=int(np.count_nonzero(habitat.conductance > 0)),
        solves=solves,
        matrices=matrices,
        merged=merged,
        cell=max(inputs.cells.cell),
    )


def _read(job: CircuitJob, quirks: Quirks) -> Inputs:
    if job.words["data_type"] == "network":
        return read_network(job)
    return read_raster_inputs(job, quirks)


def _solve(run: JobRun, inputs: Inputs) -> list[Problem]:
    if isinstance(inputs, NetworkInputs):
        return run_network(run, inputs)
    return run_raster(run, inputs)


def _watch(show: Callable[[int, int], None], kept: KeptSolves | None) -> Watch:
    return Watch(progress=show, keeper=kept)


def _tell(forecast: Forecast, work: Work, free: int, *, lang: str) -> None:
    say(
        text(
            "circuit_forecast",
            lang,
            nodes=work.nodes,
            solves=work.solves,
            method=forecast.method,
            time=time_told(forecast.seconds, lang),
            memory=size_told(forecast.memory_bytes),
            free=size_told(free),
        )
    )
