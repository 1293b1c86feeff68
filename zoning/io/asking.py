"""Asking native parsers: in the reading process, or here where there is none."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from zoning import guard
from zoning.io.native.packing import PackedBytes, PackedColumn, open_bytes, open_column
from zoning.io.quarantine.frames import Frame, GarbledError
from zoning.io.quarantine.limits import Limits, limits_for
from zoning.io.quarantine.running import run, understood

__all__ = ["GdalTable", "ask", "confinement", "size_of", "table_of"]

_Told = TypeVar("_Told")
_JOBS = "zoning.io.native.jobs"
_BYTES_BUFFERS = 2


class ArrivedColumns(Mapping[str, NDArray[np.object_]]):
    """Columns of text by name, each cut from its buffer when it is asked for."""

    def __init__(self, packed: Mapping[str, PackedColumn]) -> None:
        self._packed = dict(packed)
        self._cut: dict[str, NDArray[np.object_]] = {}

    @override
    def __getitem__(self, name: str) -> NDArray[np.object_]:
        if name not in self._cut:
            self._cut[name] = self._packed[name].values()
        return self._cut[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    @override
    def __len__(self) -> int:
        return len(self._packed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GdalTable:
    """What GDAL made of a layer.

    Parameters
    ----------
    shapes : PackedBytes, length n
        Well-known binary, None where the geometry is null.
    columns : mapping of str to ndarray of object, each shape (n,)
        Text, '' when missing.
    crs : str or None
        As GDAL names it: ``EPSG:n`` or well-known text.
    kind : str
        Kind of geometry that the table is declared to hold; '' where unknown.
    """

    shapes: PackedBytes
    columns: Mapping[str, NDArray[np.object_]]
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
    header = answer.header
    names, kinds, crs = header.get("fields"), header.get("kinds"), header.get("crs")
    if not (isinstance(names, list) and isinstance(kinds, list)):
        raise GarbledError("table")
    if len(names) != len(kinds) or not isinstance(crs, str | None):
        raise GarbledError("table")
    if len(answer.buffers) < _BYTES_BUFFERS:
        raise GarbledError("table")
    buffers = iter(answer.whole)
    shapes = open_bytes(next(buffers), next(buffers))
    packed = {
        str(name): open_column(kind, buffers)
        for name, kind in zip(names, kinds, strict=True)
    }
    uneven = any(len(column) != len(shapes) for column in packed.values())
    if uneven or next(buffers, None) is not None:
        raise GarbledError("table")
    return GdalTable(
        shapes=shapes,
        columns=ArrivedColumns(packed),
        crs=crs,
        kind=str(header.get("kind", "")),
    )
