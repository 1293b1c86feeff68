"""The value that every model of connectivity starts from: a grid of cells.

A `Grid` is an array, where it lies, and nothing else. Grids that meet in one
model must have the same cells; nothing is resampled unless the caller says so
with `Grid.aligned_to`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from zoning.errors import LayerError, Problem, UsageError
from zoning.model import Raster

__all__ = ["Grid", "require_aligned", "require_same_shape"]

Floats = NDArray[np.float64]
_SAME_CELL = 1e-6  # of a cell: what writers of rasters lose in their headers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """A north-up grid in a plane of metres.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        Row 0 is the northernmost. Missing cells are nan or `nodata`.
    transform : tuple of float
        (a, b, c, d, e, f): x = a*column + b*row + c, y = d*column + e*row + f at
        the upper left corner of a cell. Cells need not be square.
    crs : str
        A projected CRS in metres.
    nodata : float, optional
        The value of missing cells beside nan.

    Raises
    ------
    LayerError
        ``GRID_NOT_METRES`` for degrees, feet or no CRS; ``GRID_ROTATED`` when
        rows do not run from west to east, north first.
    """

    values: NDArray[Any]
    transform: tuple[float, float, float, float, float, float]
    crs: str
    nodata: float | None = None

    def __post_init__(self) -> None:
        if not _is_metric(self.crs):
            raise LayerError(Problem(code="GRID_NOT_METRES", values={"crs": self.crs}))
        a, b, _, d, e, _ = self.transform
        if b or d or a <= 0 or e >= 0 or self.values.ndim != 2:  # noqa: PLR2004
            values = {"transform": _numbers(self.transform)}
            raise LayerError(Problem(code="GRID_ROTATED", values=values))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    @property
    def cell_m(self) -> tuple[float, float]:
        """Width and height of a cell in metres."""
        return self.transform[0], -self.transform[4]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge in metres."""
        a, _, west, _, e, north = self.transform
        rows, columns = self.shape
        return west, north + e * rows, west + a * columns, north

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Cells without a value, shape (rows, columns)."""
        absent = np.isnan(self.values) if self.values.dtype.kind == "f" else False
        if self.nodata is not None:
            absent = absent | (self.values == self.nodata)
        return np.broadcast_to(np.asarray(absent, dtype=np.bool_), self.shape)

    def floats(self) -> Floats:
        """Return the values as float64, nan where missing; a copy."""
        values = self.values.astype(np.float64)
        values[self.missing] = np.nan
        return values

    def with_values(self, values: NDArray[Any], nodata: float | None = None) -> "Grid":
        """Return the same cells with other values, shape (rows, columns)."""
        require_same_shape(self.shape, values.shape)
        return Grid(
            values=values, transform=self.transform, crs=self.crs, nodata=nodata
        )

    def cells_at(self, xy: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and column of plane points, shape (n, 2); -1 off the grid."""
        a, _, west, _, e, north = self.transform
        rows = np.floor((xy[:, 1] - north) / e).astype(np.int64)
        columns = np.floor((xy[:, 0] - west) / a).astype(np.int64)
        off = (rows < 0) | (rows >= self.shape[0])
        off |= (columns < 0) | (columns >= self.shape[1])
        return np.where(off, -1, rows), np.where(off, -1, columns)

    def centers(self) -> tuple[Floats, Floats]:
        """Return x of the columns and y of the rows, at cell centres."""
        a, _, west, _, e, north = self.transform
        columns = np.arange(self.shape[1], dtype=np.float64) + 0.5
        rows = np.arange(self.shape[0], dtype=np.float64) + 0.5
        return west + a * columns, north + e * rows

    def aligned_to(self, like: "Grid") -> "Grid":
        """Return this grid on the cells of another: the nearest cell's value.

        Cells of `like` whose centre lies outside this grid are nan (integer
        values become float64 for that). Nearest only, because class codes and
        barriers do not average; give coarser grids a mean of your own first.
        """
        x, y = like.centers()
        xy = np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])
        if CRS.from_user_input(self.crs) != CRS.from_user_input(like.crs):
            carry = Transformer.from_crs(like.crs, self.crs, always_xy=True)
            xy = np.column_stack(carry.transform(xy[:, 0], xy[:, 1]))
        rows, columns = self.cells_at(xy)
        taken = self.floats()[rows, columns]
        taken[rows < 0] = np.nan
        return like.with_values(taken.reshape(like.shape))

    @classmethod
    def from_raster(cls, raster: Raster) -> "Grid":
        """Return a raster of a base (`dem`, `land_cover`) as a grid."""
        return cls(values=raster.values, transform=raster.transform, crs=raster.crs)


def require_aligned(**grids: Grid) -> None:
    """Refuse grids that do not have the same cells.

    Parameters
    ----------
    **grids : Grid
        By the names that the message shall use; the first is the measure.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``, one problem for each grid that differs: both CRS,
        extents and cell sizes, and the call that repairs it.
    """
    (first, like), *others = grids.items()
    problems = [
        Problem(
            code="GRID_NOT_ALIGNED",
            values={
                "name": name,
                "other": first,
                "found": _told(grid),
                "expected": _told(like),
                "call": f"{name}.aligned_to({first})",
            },
        )
        for name, grid in others
        if not _same_cells(grid, like)
    ]
    if problems:
        raise LayerError(*problems)


def require_same_shape(expected: tuple[int, ...], *found: tuple[int, ...]) -> None:
    """Refuse arrays that cannot lie on the same cells.

    A flat cell number means another place on a grid of other width, so that
    nothing but this would tell.

    Raises
    ------
    UsageError
        ``GRID_SHAPE``, for the first shape that is not the expected one.
    """
    for shape in found:
        if shape != expected:
            values = {"found": str(shape), "expected": str(expected)}
            raise UsageError(Problem(code="GRID_SHAPE", values=values))


def _same_cells(one: Grid, other: Grid) -> bool:
    if one.shape != other.shape:
        return False
    size = (other.cell_m[0], other.cell_m[1]) * 2
    gaps = np.subtract(one.extent, other.extent) / size
    if np.abs(gaps).max() > _SAME_CELL * max(one.shape):
        return False
    return CRS.from_user_input(one.crs) == CRS.from_user_input(other.crs)


def _told(grid: Grid) -> str:
    rows, columns = grid.shape
    cell = _numbers(grid.cell_m)
    return f"{grid.crs} [{_numbers(grid.extent)}] {rows} x {columns} @ {cell} m"


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.10g}" for value in values)


def _is_metric(crs: str) -> bool:
    try:
        found = CRS.from_user_input(crs)
    except CRSError:
        return False
    units = {axis.unit_name for axis in found.axis_info}
    return found.is_projected and units == {"metre"}
