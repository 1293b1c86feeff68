"""The desk itself: uploads, jobs, workers and the log, for the routes to use."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from time import perf_counter
from typing import Any

from starlette.requests import Request

from zoning.errors import Problem, ZoningError
from zoning.io.quarantine.frames import Frame
from zoning.web.audit_log import AuditLog
from zoning.web.jobs import DRAWING, FINISHED, VERDICT, Job, Jobs
from zoning.web.pool import Pool, Task
from zoning.web.refusals import RefusedError, disk_refusal, told
from zoning.web.settings import DeskSettings
from zoning.web.tile_store import TileStore
from zoning.web.uploads import Uploads

__all__ = ["Answered", "Desk"]

Json = dict[str, Any]
_ALL = 10_000
_DRAWING_WORKERS = 1
_MOST_CLOCKS = 10_000


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
        self.jobs = Jobs(place / "runs")
        self.uploads = Uploads(place / "uploads", settings.uploads)
        cleared = self.uploads.forget_old(needed=self._needed())
        self.log = AuditLog(place)
        self.tiles = TileStore(place / "tiles", settings.most_tile_bytes)
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
        self._reading: dict[str, float] = {}
        jobs = len(self.jobs.all())
        self.log.note("started", jobs=jobs, cleared=cleared, remote=settings.remote)

    def close(self) -> None:
        """End all work; what is finished stays."""
        self.workers.close()
        self.drawers.close()
        self.log.note_late("stopped")

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

    def take_in(self, name: str, content: bytes, *, into: str | None = None) -> str:
        """Store a file of a user; return the identifier of its upload.

        Raises
        ------
        RefusedError
            Where there is no room for it.
        """
        self._room()
        upload = self.uploads.put(name, content, into=into, needed=self._needed())
        self.log.note("upload", upload=upload, bytes=len(content))
        return upload

    def _needed(self) -> set[str]:
        """Return the uploads of jobs that are not finished, or could be resumed."""
        return {
            upload
            for job in self.jobs.all()
            if job.status != "successful"
            for upload in job.asked.get("uploads", ())
        }

    def _room(self) -> None:
        """Refuse what is new where the disk is as good as full."""
        try:
            free = shutil.disk_usage(self.settings.place).free
        except OSError as error:
            raise disk_refusal(error) from error
        if free < self.settings.least_free_bytes:
            raise RefusedError("DESK_DISK_FULL", detail=f"{free >> 20} MB")

    async def read(self, upload: str, *, caller: str, crs: str | None) -> Frame:
        """Have an upload read, and note how long that took."""
        since = self.clock(())
        folders = self.folders([upload])
        found = await self.ask("read", caller=caller, folders=folders, crs=crs)
        while len(self._reading) >= _MOST_CLOCKS:
            del self._reading[next(iter(self._reading))]
        self._reading[upload] = self._reading.get(upload, 0.0) + since()
        return found

    def clock(self, uploads: Sequence[str]) -> Callable[[], float]:
        """Return what tells the milliseconds from here, with those of reading before.

        So that a verdict is timed from the last byte of its files, waiting for a
        worker included, wherever its uploads were read by this desk.
        """
        started = perf_counter()
        before = sum(self._reading.get(upload, 0.0) for upload in uploads)
        return lambda: round(before + (perf_counter() - started) * 1000, 1)

    async def draw(self, job: str, **what: Any) -> Frame:
        """Have the process that draws answer a question."""
        task = Task(question={"job": job, **what}, seconds=self.settings.tile_seconds)
        return await asyncio.wrap_future(self.drawers.submit(task))

    async def draw_for(self, request: Request, job: str, **what: Any) -> Frame:
        """Have it answer, unless who asks has gone before its turn came."""
        drawn = asyncio.ensure_future(self.draw(job, **what))
        gone = asyncio.ensure_future(_gone(request))
        await asyncio.wait({drawn, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not drawn.done():
            drawn.cancel()
            raise RefusedError("DESK_GONE")
        return drawn.result()

    def folders(self, uploads: Sequence[str]) -> list[str]:
        """Return the folders of uploads."""
        return [str(self.uploads.folder(one).resolve()) for one in uploads]

    def start(self, asked: Json, *, caller: str, response: str = "raw") -> Job:
        """Start a check that keeps its run; it goes on after the answer.

        Parameters
        ----------
        asked : dict
            ``uploads``, ``as_of``, ``lang``, and what else a check takes.
        response : str
            How the results are wanted, ``raw`` or ``document``.

        Raises
        ------
        RefusedError
            When there is no such upload, or no room for the job.
        """
        self._room()
        folders = self.folders(asked["uploads"])
        files = [file.name for one in folders for file in sorted(Path(one).iterdir())]
        job = self.jobs.new(asked, files=files, response=response)
        self._submit(job, caller=caller, resume=False)
        return job

    def resume(self, identifier: str, *, caller: str) -> Job:
        """Go on with a job that was interrupted; what a batch checked is kept.

        Raises
        ------
        RefusedError
            When it is finished or under way, or its uploads are gone.
        """
        self._room()
        job = self.jobs.get(identifier)
        self.folders(job.asked["uploads"])
        job = self.jobs.again(identifier)
        if job.status not in FINISHED:
            self._submit(job, caller=caller, resume=True)
        return job

    def _submit(self, job: Job, *, caller: str, resume: bool) -> None:
        since = self.clock(job.asked["uploads"])
        folders = self.folders(job.asked["uploads"])
        run = str(self.jobs.run(job.id).resolve())
        question = {**job.asked, "job": "check", "folders": folders, "run": run}
        task = Task(
            question={**question, "resume": resume},
            seconds=self.settings.job_seconds,
            caller=caller,
            told=lambda part: self._part(job.id, part, since),
        )
        self._tasks[job.id] = task
        try:
            self.log.note("job", job=job.id, uploads=len(folders), resumed=resume)
            future = self.workers.submit(task)
        except RefusedError as refused:
            self._tasks.pop(job.id, None)
            self._fail(job.id, refused.problems)
            raise
        future.add_done_callback(lambda done: self._done(job.id, task, done))

    def dismiss(self, identifier: str) -> Job:
        """Stop a job that is not finished."""
        self.jobs.get(identifier)
        task = self._tasks.get(identifier)
        job = self.jobs.change(identifier, status="dismissed")
        if task is not None:
            self.workers.stop(task)
        return job

    def _part(self, identifier: str, part: Frame, since: Callable[[], float]) -> None:
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
                milliseconds=since(),
            )

    def _done(self, identifier: str, task: Task, future: "Future[Frame]") -> None:
        if self._tasks.get(identifier) is not task:
            return  # it was dismissed, and resumed since
        del self._tasks[identifier]
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
            self.log.note_late(
                "finished", job=identifier, verdict=verdict, digest=digest
            )

    def _fail(self, identifier: str, problems: tuple[Problem, ...]) -> None:
        listed = [dict(told(problem)) for problem in problems]
        self.jobs.change(identifier, status="failed", problems=listed)
        self.log.note_late("failed", job=identifier, code=problems[0].code)

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


async def _gone(request: Request) -> None:
    """Return when a caller has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


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
