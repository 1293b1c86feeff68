"""Patches of ground that a test complains of, and how wide they are."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.topology import polygonal

__all__ = ["ROUNDING_M", "Patches", "mean_widths", "narrow", "patches", "plane_patches"]

ROUNDING_M = 1e-4
"""What is narrower than this is rounding: files hold millimetres at best."""
AGREEMENT_M2 = 0.01

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patches:
    """Patches, each with the row it belongs to; arrays have shape (n,).

    `row` is the feature complained of, `other` the one it meets (-1: none).
    `area_m2` is ellipsoidal.
    """

    row: Rows
    other: Rows
    area_m2: Floats
    shape: Shapes

    def __len__(self) -> int:
        """Return how many."""
        return len(self.row)

    @property
    def width_m(self) -> Floats:
        """Mean width of each, 2 A / P in the working plane."""
        return mean_widths(self.shape)

    def joined(self, more: "Patches") -> "Patches":
        """Return these patches, then `more`."""
        return Patches(
            row=np.concatenate([self.row, more.row]),
            other=np.concatenate([self.other, more.other]),
            area_m2=np.concatenate([self.area_m2, more.area_m2]),
            shape=np.concatenate([self.shape, more.shape]),
        )

    def only(self, keep: NDArray[np.bool_] | Rows) -> "Patches":
        """Return those that `keep` marks or lists."""
        return Patches(
            row=self.row[keep],
            other=self.other[keep],
            area_m2=self.area_m2[keep],
            shape=self.shape[keep],
        )


def patches(row: Rows, other: Rows, *, area_m2: Floats, shape: Shapes) -> Patches:
    """Return patches without those that are rounding of the coordinates."""
    found = Patches(row=row, other=other, area_m2=area_m2, shape=polygonal(shape))
    # an area that its shape does not bear out is told, never dropped
    sure = area_m2 > AGREEMENT_M2 + shapely.length(found.shape) * ROUNDING_M
    return found.only(sure | (found.width_m > ROUNDING_M))


def plane_patches(row: Rows, shape: Shapes, *, crs: str) -> Patches:
    """Return patches of one side, measured here."""
    area = measure.area_m2(shape, crs)
    return patches(row, np.full(len(row), -1), area_m2=area, shape=shape)


def mean_widths(shapes: Shapes) -> Floats:
    """Return 2 A / P of each shape, 0 of an empty one.

    Of a strip it is the width, of a square half of it. A shape that vanishes
    when shrunk by half a width has a mean width below that width.
    """
    around = shapely.length(shapes)
    width = np.zeros(len(shapes))
    np.divide(2 * shapely.area(shapes), around, out=width, where=around > 0)
    return width


def narrow(shapes: Shapes, width_m: float) -> NDArray[np.bool_]:
    """Say which shapes are nowhere wider than `width_m`.

    They vanish when shrunk by half of it (decision 0003).
    """
    found = mean_widths(shapes) < width_m
    if found.any():
        shrunk = shapely.buffer(shapes[found], -width_m / 2)
        found[np.flatnonzero(found)[~shapely.is_empty(shrunk)]] = False
    return found
