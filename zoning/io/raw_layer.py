"""A layer as its file or table gives it, before it is judged.

Apart from the readers, which load native libraries: a prepared layer needs none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem

__all__ = ["RawLayer", "no_rows"]


def no_rows() -> NDArray[np.intp]:
    """Return no row numbers, shape (0,)."""
    return np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawLayer:
    """A layer as read: geometry in its own CRS, columns by their own names.

    `geometry` (n,) holds None where the bytes make no geometry. `columns` are
    arrays of text ('' when missing), shape (n,). `beside` are the rows whose
    geometry does not fill the box that the file states of it. `labels` (n,)
    name rows that have no number, as in a database. `notes` are remarks that keep
    nothing from being relied on.
    """

    geometry: NDArray[np.object_]
    columns: Mapping[str, NDArray[np.object_]]
    crs: str
    encoding: str | None
    expected: int
    beside: NDArray[np.intp] = field(default_factory=no_rows)
    labels: NDArray[np.object_] | None = None
    notes: tuple[Problem, ...] = ()
