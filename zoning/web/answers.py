"""Answers in JSON that any string can stand in, also one that is no Unicode text."""

import json
from typing import Any

from starlette.responses import JSONResponse
from typing_extensions import override

from zoning.web.jobs import Job

__all__ = ["PlainJson", "caller_of", "job_document"]

Json = dict[str, Any]


class PlainJson(JSONResponse):
    """JSON in ASCII: names of files may hold what UTF-8 cannot."""

    @override
    def render(self, content: Any) -> bytes:
        """Return the bytes of the answer."""
        return json.dumps(
            content, ensure_ascii=True, allow_nan=False, separators=(",", ":")
        ).encode("ascii")


def job_document(job: Job) -> Json:
    """Return a job as ``statusInfo`` of OGC API - Processes, with what we add."""
    here = f"/jobs/{job.id}"
    links = [{"rel": "self", "type": "application/json", "href": here}]
    if job.summary:
        relation = "http://www.opengis.net/def/rel/ogc/1.0/results"
        kind = "application/json"
        links.append({"rel": relation, "type": kind, "href": f"{here}/results"})
    return {
        "processID": "check",
        "type": "process",
        "jobID": job.id,
        "status": job.status,
        "message": job.problems[0]["en"] if job.problems else "",
        "created": job.created,
        "updated": job.updated,
        "progress": job.progress,
        "files": job.files,
        "summary": job.summary,
        "questions": job.questions,
        "papers": job.papers,
        "milliseconds": job.milliseconds,
        "problems": job.problems,
        "asked": job.asked,
        "links": links,
    }


def caller_of(client: Any) -> str:
    """Return by what a caller's jobs are counted: its address."""
    return "" if client is None else str(client.host)
