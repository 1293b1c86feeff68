"""One question answered: alike in the reading process and without one."""

import errno
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from zoning.errors import Problem, SiteError, ZoningError
from zoning.io.quarantine.frames import Frame, GarbledError
from zoning.io.quarantine.limits import Limits
from zoning.io.reader_lost import ReaderLostError

__all__ = ["OUT_OF_MEMORY", "Jobs", "run", "understood"]

Jobs = Mapping[str, Callable[[Frame], Frame]]

OUT_OF_MEMORY = re.compile(
    r"bad_alloc|out of memory|cannot allocate|memoryerror|malloc of size",
    re.IGNORECASE,
)
_MOST_WARNINGS = 100
_CATEGORIES = {"RuntimeWarning": RuntimeWarning, "UserWarning": UserWarning}


def run(jobs: Jobs, question: Frame) -> Frame:
    """Do the job that a question names; whatever it raises is an answer too."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            done = jobs[question.header["job"]](question)
        except (MemoryError, OSError, ValueError, ZoningError) as error:
            return Frame(header=_failure(error))
        except Exception as error:  # noqa: BLE001  damaged bytes can raise anything
            return Frame(header={"error": type(error).__name__})
    kept = [
        [type(w.message).__name__, str(w.message)]
        for w in told
        if type(w.message).__name__ in _CATEGORIES
    ]
    header = {"answer": done.header, "warnings": kept[:_MOST_WARNINGS]}
    return Frame(header=header, buffers=done.buffers)


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, ZoningError):
        problems = [[p.code, p.where, dict(p.values)] for p in error.problems]
        return {"problems": problems}
    starved = isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno == errno.ENOMEM
    )
    if starved or OUT_OF_MEMORY.search(str(error)):
        return {"starved": True}
    return {"error": str(error)}


def understood(answer: Frame, limits: Limits) -> Frame:
    """Return what the job made, or raise what it raised.

    Raises
    ------
    ValueError
        With the reason of the parser.
    SiteError
        With the problems that the reader found.
    ReaderLostError
        When memory ran out, or something was tried that is not allowed.
    GarbledError
        When this is no answer.
    """
    header = answer.header
    if "refused" in header:
        raise ReaderLostError(limit=False, detail=str(header["refused"])[:80])
    if "starved" in header:
        raise ReaderLostError(limit=True, detail=f"{limits.megabytes} MB")
    if "problems" in header:
        raise SiteError(*_problems(header["problems"]))
    if "error" in header:
        raise ValueError(str(header["error"]))
    try:
        for category, text in header["warnings"]:
            warnings.warn(str(text), _CATEGORIES[category], stacklevel=4)
        made = dict(header["answer"])
    except (KeyError, TypeError, ValueError) as error:
        raise GarbledError("answer") from error
    return Frame(header=made, buffers=answer.buffers)


def _problems(listed: Any) -> list[Problem]:
    try:
        return [
            Problem(code=code, where=where, values=dict(values))
            for code, where, values in listed
        ]
    except (TypeError, ValueError) as error:
        raise GarbledError("problems") from error
