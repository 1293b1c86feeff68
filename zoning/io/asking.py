"""Asking native parsers: in the reading process, or here where there is none."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zoning import guard
from zoning.io.native.packing import unpack_bytes, unpack_text
from zoning.io.quarantine.frames import Frame, GarbledError
from zoning.io.quarantine.limits import Limits, limits_for
from zoning.io.quarantine.running import run, understood

__all__ = ["GdalTable", "ask", "confinement", "size_of", "table_of"]

_Told = TypeVar("_Told")
_JOBS = "zoning.io.native.jobs"
_BYTES_BUFFERS, _TEXT_BUFFERS = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GdalTable:
    """What GDAL made of a layer.

    Parameters
    ----------
    wkb : ndarray of object, shape (n,)
        Bytes, None where the geometry is null.
    columns : dict of str to ndarray of object, each shape (n,)
        Text, '' when missing.
    crs : str or None
        As GDAL names it: ``EPSG:n`` or well-known text.
    kind : str
        Kind of geometry that the table is declared to hold; '' where unknown.
    """

    wkb: NDArray[np.object_]
    columns: dict[str, NDArray[np.object_]]
    crs: str | None
    kind: str = ""


def ask(question: Frame, understand: Callable[[Frame], _Told], *, size: int) -> _Told:
    """Have a job of `zoning.io.native.jobs` done.

    Parameters
    ----------
    question : Frame
        Names the ``job``.
    understand : callable
        Makes the value of the answer.
    size : int
        Bytes of the file, which its limits go by.

    Raises
    ------
    ValueError, SiteError
        What the job raised.
    ReaderLostError
        When the reading process did not come through the file.
    """
    limits = limits_for(size)
    if guard.native_reading() == guard.IN_PROCESS:
        return _here(question, understand, limits)
    from zoning.io.quarantine.reader import shared_reader

    return shared_reader(_JOBS).ask(question, understand, limits=limits)


def confinement() -> tuple[str, ...]:
    """Start the reading process if need be, and name what holds it.

    Raises
    ------
    ReaderLostError
        When it cannot be started.
    """
    question = Frame(header={"job": "nothing"})
    ask(question, lambda answer: answer, size=0)
    if guard.native_reading() == guard.IN_PROCESS:
        return ()
    from zoning.io.quarantine.reader import shared_reader

    return shared_reader(_JOBS).held


def _here(
    question: Frame, understand: Callable[[Frame], _Told], limits: Limits
) -> _Told:
    from zoning.io.native.jobs import JOBS

    answer = run(JOBS, question)
    header = json.loads(json.dumps(answer.header))  # alike in both ways
    return understand(understood(replace(answer, header=header), limits))


def size_of(path: Path) -> int:
    """Return the bytes of a folder, or of a file and those that share its stem."""
    if path.is_dir():
        return sum(part.stat().st_size for part in path.iterdir() if part.is_file())
    beside = path.parent.glob(f"{escape(path.stem)}.*")
    return sum(part.stat().st_size for part in beside if part.is_file())


def table_of(answer: Frame) -> GdalTable:
    """Make a table of the answer of a job that reads one.

    Raises
    ------
    GarbledError
        When the answer is no table.
    """
    names, crs = answer.header.get("fields"), answer.header.get("crs")
    if not isinstance(names, list) or not isinstance(crs, str | None):
        raise GarbledError("table")
    if len(answer.buffers) != _TEXT_BUFFERS * len(names) + _BYTES_BUFFERS:
        raise GarbledError("table")
    wkb = unpack_bytes(*answer.buffers[:_BYTES_BUFFERS])
    texts = iter(answer.buffers[_BYTES_BUFFERS:])
    columns = {
        str(name): unpack_text(*triple)
        for name, *triple in zip(names, texts, texts, texts, strict=True)
    }
    if any(len(values) != len(wkb) for values in columns.values()):
        raise GarbledError("table")
    return GdalTable(
        wkb=wkb, columns=columns, crs=crs, kind=str(answer.header.get("kind", ""))
    )
