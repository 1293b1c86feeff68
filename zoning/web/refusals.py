"""What the desk refuses: a message of the registry and a status of HTTP."""

from collections.abc import Mapping
from typing import Any

from zoning.errors import Problem, ZoningError

__all__ = ["RETRY_SECONDS", "RefusedError", "disk_refusal", "problem_body", "status_of"]

_STATUS = {
    "DESK_HOST_FOREIGN": 403,
    "DESK_ORIGIN_FOREIGN": 403,
    "DESK_TOKEN_MISSING": 401,
    "DESK_CONTENT_TYPE": 415,
    "DESK_BODY_TOO_LARGE": 413,
    "DESK_BODY_SLOW": 408,
    "DESK_NOT_FOUND": 404,
    "DESK_METHOD": 405,
    "DESK_BAD_REQUEST": 422,
    "DESK_BUSY": 503,
    "DESK_TOO_MANY": 429,
    "DESK_JOB_TIMEOUT": 504,
    "DESK_WORKER_LOST": 502,
    "DESK_NOT_READY": 404,
    "DESK_JOB_FAILED": 404,
    "DESK_GONE": 410,
    "DESK_NO_MODEL": 404,
    "DESK_STORE_FULL": 507,
    "DESK_DISK_FULL": 507,
    "DESK_UPLOAD_UNKNOWN": 404,
    "DESK_FILE_IS_THERE": 409,
    "DESK_TOO_MANY_FILES": 413,
    "DESK_NOT_RESUMED": 409,
    "DESK_NO_JOB": 404,
    "DESK_NO_PROCESS": 404,
    "INTERNAL_ERROR": 500,
}
_STANDARD = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
_TYPES = {
    "DESK_NO_JOB": f"{_STANDARD}no-such-job",
    "DESK_NO_PROCESS": f"{_STANDARD}no-such-process",
    "DESK_NOT_READY": f"{_STANDARD}result-not-ready",
}
_USAGE = 422
RETRY_SECONDS = 2


class RefusedError(ZoningError):
    """A request that is not answered as asked."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(Problem(code=code, values=values))


def disk_refusal(error: OSError) -> RefusedError:
    """Return what is told when the desk's own folder cannot be written."""
    detail = error.strerror or type(error).__name__
    return RefusedError("DESK_DISK_FULL", detail=detail)


def status_of(problem: Problem) -> int:
    """Return the status of HTTP that goes with a message."""
    return _STATUS.get(problem.code, _USAGE)


def problem_body(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
    """Return problems as ``application/problem+json`` has them, in both languages."""
    first = problems[0]
    return {
        "type": _TYPES.get(first.code, f"urn:zoning:{first.code}"),
        "title": first.text("en"),
        "status": status_of(first),
        "detail": first.line("en"),
        "problems": [told(problem) for problem in problems],
    }


def told(problem: Problem) -> Mapping[str, str]:
    """Return one problem: number, code, place, text and cure in both languages."""
    return {
        "number": problem.number,
        "code": problem.code,
        "where": problem.where,
        "zh": problem.text("zh"),
        "en": problem.text("en"),
        "cure_zh": problem.cure("zh"),
        "cure_en": problem.cure("en"),
    }
