"""What the later steps need to know of every 60 m cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from zoning.samples.frame import Frame, Grid, resample
from zoning.samples.rivers import River
from zoning.samples.shapes import burn
from zoning.samples.terrain import Relief

__all__ = ["Ground", "absorb", "nearest_label", "spread_points", "survey", "top_share"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Measurements per 60 m cell; distances in metres, slope in degrees.

    Parameters
    ----------
    to_stem, to_tributary, to_side : ndarray
        Distance to the water of the main stem, of the main tributary, of the
        nearest other river.
    side : ndarray of int32
        Which of the other rivers is the nearest (index into `rivers`).
    """

    frame: Frame
    grid: Grid
    county: Mask
    height: Array
    slope: Array
    water: Mask
    to_stem: Array
    to_tributary: Array
    to_side: Array
    side: Labels
    rivers: tuple[River, ...]

    @property
    def cells_per_km2(self) -> float:
        """Cells in a square kilometre."""
        return 1e6 / self.grid.cell**2

    def noise(self, name: str, wavelength: float) -> Array:
        """Fractal noise on this grid."""
        return self.frame.noise(name, self.grid, wavelength)

    def away_from(self, mask: Mask) -> Array:
        """Distance to the nearest cell of a mask, metres."""
        if not mask.any():
            return np.full(self.grid.shape, 1e6)
        return np.asarray(ndimage.distance_transform_edt(~mask) * self.grid.cell)

    def point(self, row: int, column: int) -> tuple[float, float]:
        """Centre of a cell."""
        x, y = self.grid.centres()
        return float(x[column]), float(y[row])

    def from_point(self, xy: tuple[float, float]) -> Array:
        """Distance of every cell to a point."""
        x, y = self.grid.mesh()
        return np.sqrt((x - xy[0]) ** 2 + (y - xy[1]) ** 2)


def survey(
    frame: Frame, relief: Relief, county: Mask, *, rivers: list[River]
) -> Ground:
    """Measure every 60 m cell."""
    grid = frame.grid(60.0)
    height = resample(relief.height, relief.grid, grid)
    north, east = np.gradient(ndimage.gaussian_filter(height, 1.0), grid.cell)
    slope = np.round(np.degrees(np.arctan(np.sqrt(north**2 + east**2))), 4)
    stem = burn([rivers[0].water], grid, touched=True) > 0
    tributary = burn([rivers[1].water], grid, touched=True) > 0
    others = [river.line.buffer(5) for river in rivers[2:]]
    marks = burn(others, grid, values=range(2, len(rivers)), touched=True)
    distance, nearest = ndimage.distance_transform_edt(marks == 0, return_indices=True)
    broad = burn([river.water for river in rivers], grid) > 0
    return Ground(
        frame=frame,
        grid=grid,
        county=county,
        height=height,
        slope=slope,
        water=broad,
        to_stem=_to(stem, grid),
        to_tributary=_to(tributary, grid),
        to_side=distance * grid.cell,
        side=marks[tuple(nearest)],
        rivers=tuple(rivers),
    )


def _to(mask: Mask, grid: Grid) -> Array:
    return np.asarray(ndimage.distance_transform_edt(~mask) * grid.cell)


def top_share(score: Array, among: Mask, cells: float) -> Mask:
    """Return the `cells` cells of a mask with the highest score."""
    inside = score[among]
    wanted = min(round(cells), inside.size)
    limit = np.partition(inside, inside.size - wanted)[inside.size - wanted]
    return np.asarray(among & (score >= limit))


def spread_points(
    mask: Mask, grid: Grid, count: int, *, stream: np.random.Generator
) -> Array:
    """Return `count` points, shape (count, 2), spread evenly over a mask."""
    rows, columns = np.nonzero(mask)
    step = max(1, rows.size // max(40_000, 6 * count))
    x, y = grid.centres()
    cells = np.column_stack([x[columns], y[rows]])
    sample = cells[::step]
    points = sample[stream.permutation(len(sample))[:count]]
    for _ in range(3):
        _, owner = cKDTree(points).query(sample)
        sums = np.stack(
            [np.bincount(owner, sample[:, axis], count) for axis in (0, 1)], axis=1
        )
        members = np.bincount(owner, minlength=count)[:, None]
        points = np.where(members > 0, sums / members.clip(1, None), points)
    return np.round(points, 1)


def nearest_label(ground: Ground, points: Array, name: str, *, warp: float) -> Labels:
    """Label each cell by its nearest point, seen through a wavy glass.

    Parameters
    ----------
    warp : float
        Metres by which borders sway.
    """
    x, y = ground.grid.mesh()
    x = x + warp * ground.noise(f"{name} east", warp * 5)
    y = y + warp * ground.noise(f"{name} north", warp * 5)
    _, owner = cKDTree(points).query(np.column_stack([x.ravel(), y.ravel()]))
    return np.asarray(owner.reshape(ground.grid.shape) + 1, dtype=np.int32)


def absorb(labels: Labels, within: Mask, least: int) -> Labels:
    """Give parts smaller than `least` cells to their neighbours."""
    keep = np.zeros(labels.shape, dtype=bool)
    for label in np.unique(labels[within]):
        parts, count = ndimage.label(within & (labels == label))
        sizes = np.bincount(parts.ravel(), minlength=count + 1)
        sizes[0] = 0
        keep |= sizes[parts] >= least
    nearest = ndimage.distance_transform_edt(
        ~keep, return_distances=False, return_indices=True
    )
    return np.where(within, labels[tuple(nearest)], 0).astype(np.int32)
