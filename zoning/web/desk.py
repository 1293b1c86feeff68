"""The desk itself: uploads, jobs, workers and the log, for the routes to use."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from zoning.errors import Problem, ZoningError
from zoning.io.quarantine.frames import Frame
from zoning.web.audit_log import AuditLog
from zoning.web.jobs import DRAWING, VERDICT, Job, Jobs
from zoning.web.pool import Pool, Task
from zoning.web.refusals import RefusedError, told
from zoning.web.settings import DeskSettings
from zoning.web.uploads import Uploads

__all__ = ["Answered", "Desk"]

Json = dict[str, Any]
_ALL = 10_000
_DRAWING_WORKERS = 1


class Answered:
    """The parts of an answer that came on the way, by their names."""

    def __init__(self) -> None:
        self.parts: dict[str, Frame] = {}

    def __call__(self, part: Frame) -> None:
        """Keep a part."""
        self.parts[str(part.header.get("part", ""))] = part


class Desk:
    """Everything behind the routes.

    Parameters
    ----------
    settings : DeskSettings
    """

    def __init__(self, settings: DeskSettings) -> None:
        self.settings = settings
        place = settings.place
        self.uploads = Uploads(place / "uploads")
        self.jobs = Jobs(place / "runs")
        self.log = AuditLog(place)
        self.tiles = place / "tiles"
        self.workers = Pool(
            settings.base,
            workers=settings.workers,
            waiting=settings.waiting,
            each=settings.waiting_each,
        )
        self.drawers = Pool(
            settings.base, workers=_DRAWING_WORKERS, waiting=_ALL, each=_ALL
        )
        self._tasks: dict[str, Task] = {}
        self.log.note("started", jobs=len(self.jobs.all()), remote=settings.remote)

    def close(self) -> None:
        """End all work; what is finished stays."""
        self.workers.close()
        self.drawers.close()
        self.log.note("stopped")

    async def ask(
        self, job: str, *, caller: str = "", told: Answered | None = None, **what: Any
    ) -> Frame:
        """Have a worker answer a question and wait for it."""
        task = Task(
            question={"job": job, **what},
            seconds=self.settings.job_seconds,
            caller=caller,
            told=told,
        )
        return await asyncio.wrap_future(self.workers.submit(task))

    async def draw(self, job: str, **what: Any) -> Frame:
        """Have the process that draws answer a question."""
        task = Task(question={"job": job, **what}, seconds=self.settings.tile_seconds)
        return await asyncio.wrap_future(self.drawers.submit(task))

    def folders(self, uploads: Sequence[str]) -> list[str]:
        """Return the folders of uploads."""
        return [str(self.uploads.folder(one).resolve()) for one in uploads]

    def start(self, asked: Json, *, caller: str) -> Job:
        """Start a check that keeps its run; it goes on after the answer.

        Parameters
        ----------
        asked : dict
            ``uploads``, ``as_of``, ``lang``, and what else a check takes.

        Raises
        ------
        RefusedError
            When there is no such upload, or no room for the job.
        """
        folders = self.folders(asked["uploads"])
        job = self.jobs.new(asked)
        run = str(self.jobs.run(job.id).resolve())
        task = Task(
            question={**asked, "job": "check", "folders": folders, "run": run},
            seconds=self.settings.job_seconds,
            caller=caller,
            told=lambda part: self._part(job.id, part),
        )
        self._tasks[job.id] = task
        try:
            future = self.workers.submit(task)
        except RefusedError as refused:
            self._fail(job.id, refused.problems)
            raise
        self.log.note("job", job=job.id, uploads=len(folders))
        future.add_done_callback(lambda done: self._done(job.id, done))
        return job

    def dismiss(self, identifier: str) -> Job:
        """Stop a job that is not finished."""
        self.jobs.get(identifier)
        task = self._tasks.get(identifier)
        job = self.jobs.change(identifier, status="dismissed")
        if task is not None:
            self.workers.stop(task)
        return job

    def _part(self, identifier: str, part: Frame) -> None:
        if part.header.get("part") == "progress":
            done, total = part.header["done"], max(part.header["total"], 1)
            percent = min(90, round(90 * done / total))
            self.jobs.change(identifier, status="running", progress=percent)
        elif part.header.get("part") == "verdict":
            verdict, drawing = part.whole
            self.jobs.store(identifier, VERDICT, bytes(verdict))
            self.jobs.store(identifier, DRAWING, bytes(drawing))
            self.jobs.change(
                identifier,
                status="running",
                summary=summary_of(json.loads(bytes(verdict))),
                questions=part.header["questions"],
                papers=part.header["papers"],
                milliseconds=part.header["milliseconds"],
            )

    def _done(self, identifier: str, future: "Future[Frame]") -> None:
        self._tasks.pop(identifier, None)
        if future.cancelled():
            self._fail(identifier, (Problem(code="DESK_GONE"),))
            return
        error = future.exception()
        if isinstance(error, ZoningError):
            self._fail(identifier, error.problems)
        elif error is not None:
            values = {"detail": type(error).__name__}
            self._fail(identifier, (Problem(code="INTERNAL_ERROR", values=values),))
        else:
            job = self.jobs.change(identifier, status="successful", progress=100)
            verdict, digest = (job.summary.get(key) for key in ("verdict", "digest"))
            self.log.note("finished", job=identifier, verdict=verdict, digest=digest)

    def _fail(self, identifier: str, problems: tuple[Problem, ...]) -> None:
        listed = [dict(told(problem)) for problem in problems]
        self.jobs.change(identifier, status="failed", problems=listed)
        self.log.note("failed", job=identifier, code=problems[0].code)

    def stored_run(self, identifier: str) -> Path:
        """Return the run folder of a finished job.

        Raises
        ------
        RefusedError
            When it is not there.
        """
        job = self.jobs.get(identifier)
        if job.status == "successful":
            return self.jobs.run(identifier)
        waits = job.status in {"accepted", "running"}
        raise RefusedError("DESK_NOT_READY" if waits else "DESK_JOB_FAILED")

    def run_in(self, identifier: str, lang: str | None) -> Path:
        """Return the run folder of a finished job in a language, its own by default.

        Raises
        ------
        RefusedError
            When it is not there; in another language it has to be asked for first.
        """
        own = self.stored_run(identifier)
        run = own if lang is None else self.jobs.run_in(identifier, lang)
        if not run.is_dir():
            raise RefusedError("DESK_NOT_READY")
        return run


def summary_of(document: Mapping[str, Any]) -> Json:
    """Return what a list of runs shows of a verdict."""
    sites = document["sites"]
    return {
        "verdict": document["verdict"],
        "complete": document["complete"],
        "as_of": document["as_of"],
        "counts": document["counts"],
        "digest": document["digest"],
        "names": [site.get("name") or site["id"] for site in sites[:20]],
        "sources": sorted({site["source"]["path"] for site in sites})[:20],
    }
