"""The window the sample county is made in, and the noise that gives it grain.

Everything is computed in one metre plane (CGCS2000, central meridian 111 E,
EPSG:4546: x = east, y = north). Rasters of 360, 180, 90, 60 and 30 m share the
same upper-left corner, so that one can be refined into another.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PLANE", "Frame", "Grid"]

PLANE = "EPSG:4546"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A north-up grid of square cells over the frame; metres, EPSG:4546."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine coefficients (a, b, c, d, e, f) from (column, row) to (x, y)."""
        return self.cell, 0.0, self.west, 0.0, -self.cell, self.north

    def centres(self) -> tuple[Array, Array]:
        """Return x, shape (columns,), and y, shape (rows,), of cell centres."""
        columns = np.arange(self.columns, dtype=np.float64)
        rows = np.arange(self.rows, dtype=np.float64)
        x: Array = self.west + (columns + 0.5) * self.cell
        y: Array = self.north - (rows + 0.5) * self.cell
        return x, y

    def mesh(self) -> tuple[Array, Array]:
        """Return x and y of every cell centre, each of `shape`."""
        x, y = self.centres()
        grid_x, grid_y = np.meshgrid(x, y)
        return grid_x, grid_y

    def index(self, xy: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return row and column of the cells that hold points, shape (n, 2)."""
        column = np.floor((xy[:, 0] - self.west) / self.cell).astype(np.intp)
        row = np.floor((self.north - xy[:, 1]) / self.cell).astype(np.intp)
        return row.clip(0, self.rows - 1), column.clip(0, self.columns - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The window and the seed.

    Parameters
    ----------
    seed : int
        Every random stream derives from it and from the stream's own name, so
        that a change in one part of the county leaves the others as they are.
    """

    seed: int
    west: float = 360_000.0
    north: float = 3_488_000.0
    width: float = 66_600.0
    height: float = 86_400.0

    def grid(self, cell: float) -> Grid:
        """Return the grid of a cell size in metres that divides the window."""
        return Grid(
            west=self.west,
            north=self.north,
            cell=cell,
            rows=round(self.height / cell),
            columns=round(self.width / cell),
        )

    def random(self, name: str) -> np.random.Generator:
        """Return the random stream of a name."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def noise(self, name: str, grid: Grid, wavelength: float) -> Array:
        """Return fractal noise on a grid, mean 0, spread about 1.

        Parameters
        ----------
        wavelength : float
            Metres between the bumps of the coarsest octave; each further one
            halves both wavelength and height, down to two cells.

        Returns
        -------
        ndarray of float64, `grid.shape`
            Rounded to 1e-6: matrix products differ in the last bits between
            machines, and thresholds must not.
        """
        stream = self.random(name)
        total = np.zeros(grid.shape)
        weight, spread = 1.0, 0.0
        for _ in range(6):
            rows = int(np.ceil(self.height / wavelength)) + 4
            columns = int(np.ceil(self.width / wavelength)) + 4
            lattice = stream.random((rows, columns)) - 0.5
            x, y = grid.centres()
            down = _spline((self.north - y) / wavelength, rows)
            across = _spline((x - self.west) / wavelength, columns)
            total += weight * (down @ lattice @ across.T)
            spread += weight**2
            wavelength, weight = wavelength / 2, weight / 2
            if wavelength < 2 * grid.cell:
                break
        # 0.2: spread of one octave, uniform lattice smoothed by the spline.
        return np.asarray(np.round(total / (0.2 * np.sqrt(spread)), 6))


def resample(values: Array, source: Grid, target: Grid) -> Array:
    """Carry a grid onto another cell size, bilinear between cell centres."""
    x, y = target.centres()
    down = _hat((source.north - y) / source.cell - 0.5, source.rows)
    across = _hat((x - source.west) / source.cell - 0.5, source.columns)
    return np.asarray(np.round(down @ (values @ across.T), 6))


def _spline(position: Array, size: int) -> Array:
    """Cubic B-spline weights, shape (n, size), of lattice positions."""
    base = np.floor(position).astype(np.intp)
    t = position - base
    weights = np.zeros((position.size, size))
    parts = [
        (1 - t) ** 3,
        3 * t**3 - 6 * t**2 + 4,
        -3 * t**3 + 3 * t**2 + 3 * t + 1,
        t**3,
    ]
    for offset, part in enumerate(parts):
        weights[np.arange(position.size), base + offset] = part / 6
    return weights


def _hat(position: Array, size: int) -> Array:
    """Linear weights, shape (n, size); beyond the ends the end value holds."""
    held = position.clip(0, size - 1)
    base = np.minimum(np.floor(held).astype(np.intp), size - 2)
    weights = np.zeros((position.size, size))
    weights[np.arange(position.size), base] = 1 - (held - base)
    weights[np.arange(position.size), base + 1] = held - base
    return weights
