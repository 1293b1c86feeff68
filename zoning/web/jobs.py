"""Jobs of a desk: a folder each, which outlives the process.

``job.json`` says how far it came, ``run`` is the run folder, whole or absent.
What was under way when a desk was killed is marked when the next one starts.
"""

import contextlib
import json
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zoning.errors import Problem
from zoning.report.manifest import MANIFEST
from zoning.web.names import IDENTIFIER, fresh_identifier
from zoning.web.refusals import RefusedError, disk_refusal, told
from zoning.whole_files import put_whole

__all__ = ["DRAWING", "FINISHED", "Job", "Jobs"]

Json = dict[str, Any]
_IDENTIFIER = re.compile(IDENTIFIER)
_RECORD = "job.json"
DRAWING, VERDICT = "drawing.json", "verdict.json"
FINISHED = frozenset({"successful", "failed", "dismissed"})
_UNTOLD: Json = {"summary": {}, "questions": [], "papers": [], "milliseconds": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job.

    Parameters
    ----------
    id : str
    status : str
        As OGC API - Processes has it: accepted, running, successful, failed,
        dismissed.
    asked : dict
        What was asked, so that it can be asked again.
    files : list of str
        Names of the files that were sent.
    created, updated : str
        UTC, ISO 8601.
    progress : int
        Per cent.
    summary : dict
        Verdict, counts and names, once the verdict is there.
    questions, papers : list
        What is still asked, and the papers that would soften a finding.
    milliseconds : float or None
        From the last byte of the files to the verdict, reading and waiting for a
        worker included.
    problems : list
        Why it failed, in both languages.
    response : str
        How the results were asked for, ``raw`` or ``document``.
    """

    id: str
    status: str
    asked: Json
    created: str
    updated: str
    files: list[str] = field(default_factory=list)
    progress: int = 0
    summary: Json = field(default_factory=dict)
    questions: list[Json] = field(default_factory=list)
    papers: list[Json] = field(default_factory=list)
    milliseconds: float | None = None
    problems: list[Json] = field(default_factory=list)
    response: str = "raw"


class Jobs:
    """The jobs in a folder, newest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.iterdir()):
            self._take_up(path)

    def new(
        self, asked: Json, *, files: Sequence[str] = (), response: str = "raw"
    ) -> Job:
        """Make a job that waits."""
        now = _now()
        job = Job(
            id=fresh_identifier(),
            status="accepted",
            asked=asked,
            files=list(files),
            response=response,
            created=now,
            updated=now,
        )
        try:
            self.folder(job.id).mkdir()
            with self._lock:
                self._keep(job)
        except OSError as error:
            raise disk_refusal(error) from error
        except RefusedError:
            self._jobs.pop(job.id, None)
            shutil.rmtree(self.folder(job.id), ignore_errors=True)
            raise
        return job

    def again(self, identifier: str) -> Job:
        """Have a job that failed or was dismissed wait again, or finish it.

        One whose run is whole is successful. A verdict told before the run was
        whole is forgotten: the layers may be others by now.

        Raises
        ------
        RefusedError
            ``DESK_NOT_RESUMED`` for any other; ``DESK_DISK_FULL``.
        """
        with self._lock:
            job = self._jobs[identifier]
            if job.status not in {"failed", "dismissed"}:
                raise RefusedError("DESK_NOT_RESUMED")
            job = replace(job, problems=[], updated=_now())
            if (self.run(identifier) / MANIFEST).is_file():
                job = replace(job, status="successful", progress=100)
            else:
                job = replace(job, status="accepted", progress=0, **_UNTOLD)
                for name in (VERDICT, DRAWING):
                    (self.folder(identifier) / name).unlink(missing_ok=True)
            self._keep(job)
        return job

    def change(self, identifier: str, **changes: Any) -> Job:
        """Change a job; one that is finished stays as it is."""
        with self._lock:
            job = self._jobs[identifier]
            if job.status in FINISHED:
                return job
            job = replace(job, updated=_now(), **changes)
            with contextlib.suppress(RefusedError):  # then the next desk marks it
                self._keep(job, lasting=set(changes) - {"status"} != {"progress"})
        return job

    def get(self, identifier: str) -> Job:
        """Return a job.

        Raises
        ------
        RefusedError
            ``DESK_NO_JOB``.
        """
        job = self._jobs.get(identifier)
        if job is None:
            raise RefusedError("DESK_NO_JOB")
        return job

    def all(self) -> list[Job]:
        """Return every job, newest first."""
        with self._lock:
            jobs = list(self._jobs.values())
        return sorted(jobs, key=lambda job: (job.created, job.id), reverse=True)

    def folder(self, identifier: str) -> Path:
        """Return the folder of a job."""
        return self._folder / identifier

    def run(self, identifier: str) -> Path:
        """Return the run folder of a job, whether or not it is there yet."""
        return self._folder / identifier / "run"

    def run_in(self, identifier: str, lang: str) -> Path:
        """Return the run folder of a job in a language, whether or not it is there."""
        own = self.get(identifier).asked.get("lang", lang) == lang
        return self.run(identifier) if own else self.folder(identifier) / f"run-{lang}"

    def store(self, identifier: str, name: str, content: bytes) -> None:
        """Store a file of a job beside its run, whole or not at all.

        Raises
        ------
        RefusedError
            ``DESK_DISK_FULL``.
        """
        try:
            put_whole(self.folder(identifier) / name, content)
        except OSError as error:
            raise disk_refusal(error) from error

    def stored(self, identifier: str, name: str) -> bytes:
        """Return a file of a job.

        Raises
        ------
        RefusedError
            ``DESK_NOT_READY`` or ``DESK_JOB_FAILED`` when it is not there.
        """
        try:
            return (self.folder(identifier) / name).read_bytes()
        except OSError:
            failed = self.get(identifier).status in FINISHED
            code = "DESK_JOB_FAILED" if failed else "DESK_NOT_READY"
            raise RefusedError(code) from None

    def _keep(self, job: Job, *, lasting: bool = True) -> None:
        self._jobs[job.id] = job
        if lasting:
            record = {name: getattr(job, name) for name in Job.__slots__}
            content = json.dumps(record, ensure_ascii=False, indent=1)
            data = content.encode(errors="backslashreplace")
            self.store(job.id, _RECORD, data)

    def _take_up(self, path: Path) -> None:
        """Read the record of an earlier desk; one that cannot be read is left."""
        if not _IDENTIFIER.fullmatch(path.name):
            return
        with contextlib.suppress(OSError, ValueError, TypeError):
            job = Job(**json.loads((path / _RECORD).read_bytes()))
            if job.id != path.name:
                return
            self._jobs[job.id] = job
            if job.status in FINISHED:
                return
            if (path / "run" / MANIFEST).is_file():
                with contextlib.suppress(RefusedError):
                    self._keep(replace(job, status="successful", progress=100))
                return
            problem = told(Problem(code="DESK_JOB_INTERRUPTED"))
            failed = replace(job, status="failed", problems=[dict(problem)])
            with contextlib.suppress(RefusedError):
                self._keep(failed)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
