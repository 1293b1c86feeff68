"""From shapes to cells and back: burning, smoothing, ribbons, blobs."""

from collections.abc import Iterable

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from zoning.samples.frame import Grid

__all__ = [
    "blob",
    "burn",
    "disc",
    "largest_parts",
    "ribbon",
    "smooth_line",
    "softened",
]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def burn(
    shapes: Iterable[BaseGeometry],
    grid: Grid,
    *,
    values: Iterable[int] | None = None,
    touched: bool = False,
) -> NDArray[np.int32]:
    """Burn geometries into a grid; 0 elsewhere, 1 where no `values` are given."""
    items = list(shapes)
    marks = [1] * len(items) if values is None else list(values)
    kept = [(g, v) for g, v in zip(items, marks, strict=True) if not g.is_empty]
    if not kept:
        return np.zeros(grid.shape, dtype=np.int32)
    burnt: NDArray[np.int32] = rasterize(
        kept,
        out_shape=grid.shape,
        transform=Affine(*grid.transform),
        all_touched=touched,
        dtype="int32",
    )
    return burnt


def largest_parts(mask: Mask, least: int) -> Mask:
    """Keep the connected parts of a mask that have at least `least` cells."""
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray(sizes[labels] >= least)


def softened(mask: Mask, sigma: float, least: int) -> Mask:
    """Smooth a mask's outline and drop its crumbs and pinholes."""
    blurred = ndimage.gaussian_filter(mask.astype(np.float64), sigma) > 0.5
    solid = largest_parts(blurred, least)
    return ~largest_parts(~solid, least)


def smooth_line(xy: Array, sigma: float) -> Array:
    """Smooth a polyline, shape (n, 2), and keep its ends."""
    if len(xy) < 4:
        return xy
    pad = int(4 * sigma) + 1
    # Reflect through the ends, so that they stay where they are.
    head = 2 * xy[0] - xy[1 : pad + 1][::-1]
    tail = 2 * xy[-1] - xy[-pad - 1 : -1][::-1]
    long = np.vstack([head, xy, tail])
    soft = ndimage.gaussian_filter1d(long, sigma, axis=0)[
        len(head) : len(head) + len(xy)
    ]
    soft[0], soft[-1] = xy[0], xy[-1]
    return np.asarray(soft)


def disc(x: float, y: float, radius: float, *, corners: int = 24) -> Polygon:
    """Return a regular polygon about a point."""
    angle = np.arange(corners) / corners * 2 * np.pi
    ring = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    return Polygon(np.round(ring, 3))


def blob(
    centre: tuple[float, float], radius: float, stream: np.random.Generator
) -> Polygon:
    """Return a lumpy, round shape of about `radius` metres."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    phase = stream.random(4) * 2 * np.pi
    grow = 1 + 0.22 * np.sin(2 * angle + phase[0]) + 0.13 * np.sin(3 * angle + phase[1])
    grow += 0.07 * np.sin(5 * angle + phase[2])
    x = centre[0] + radius * grow * np.cos(angle)
    y = centre[1] + radius * grow * np.sin(angle)
    return Polygon(np.round(np.column_stack([x, y]), 3))


def ribbon(line: LineString, widths: Array, step: float) -> BaseGeometry:
    """Return the area swept along a line by a disc of varying width.

    Parameters
    ----------
    widths : ndarray, shape (n,)
        Full widths in metres at ``k * step`` along the line; where one is 0
        the ribbon is broken.
    """
    along = np.arange(len(widths)) * step
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    round_about = np.column_stack([np.cos(angle), np.sin(angle)])
    discs = points[:, None, :] + widths[:, None, None] / 2 * round_about[None]
    pairs = np.concatenate([discs[:-1], discs[1:]], axis=1)
    kept = pairs[(widths[:-1] > 0) & (widths[1:] > 0)]
    hulls = shapely.convex_hull(shapely.multipoints(np.round(kept, 3)))
    return shapely.union_all(hulls, grid_size=0.001)
