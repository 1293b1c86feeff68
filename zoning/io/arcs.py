"""Circular arcs to chords that stay within one centimetre of them.

GDAL steps by four degrees and says nothing of it: a round site of 500 m radius
would lose 640 m².
"""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["SAGITTA_M", "chords"]

SAGITTA_M = 0.01
"""Greatest distance between an arc and its chords, in metres."""
_METRES_PER_DEGREE = (
    111_320.0  # at the equator: too fine further north, never too coarse
)
_LARGEST_DEGREE = 400.0
_MOST_CHORDS = 20_000


def chords(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a circular string into a line; every point given stays a vertex.

    Parameters
    ----------
    xy : ndarray of float64, shape (2 k + 1, 2)
        Start, a point on the arc, end, which is the next start, and so on.
        Start equal to end is a full circle with the middle point opposite.
        Degrees where no value exceeds 400, else metres.

    Raises
    ------
    ValueError
        When the number of points is even, or one arc needs more chords than
        any drawing does.
    """
    if len(xy) == 0:
        return xy
    if len(xy) < 3 or len(xy) % 2 == 0:  # noqa: PLR2004 - start, middle, end
        raise ValueError("arc points")
    degrees = bool((np.abs(xy) <= _LARGEST_DEGREE).all())
    sagitta = SAGITTA_M / _METRES_PER_DEGREE if degrees else SAGITTA_M
    pieces = [xy[:1]]
    for index in range(0, len(xy) - 2, 2):
        pieces += _arc(*xy[index : index + 3], sagitta=sagitta)
    return np.vstack(pieces)


def _arc(
    start: NDArray[np.float64],
    middle: NDArray[np.float64],
    end: NDArray[np.float64],
    *,
    sagitta: float,
) -> list[NDArray[np.float64]]:
    """Return the points after the start: to the middle, then to the end."""
    (ax, ay), (bx, by) = middle - start, end - start
    cross = ax * by - ay * bx
    if bx == 0 and by == 0:
        center = (start + middle) / 2
    elif cross == 0:
        return [np.array([middle, end])]
    else:
        a, b = ax * ax + ay * ay, bx * bx + by * by
        center = start + np.array([by * a - ay * b, ax * b - bx * a]) / (2 * cross)
    radius = math.hypot(*(start - center))
    if not math.isfinite(radius):
        return [np.array([middle, end])]
    angles = [math.atan2(y, x) for x, y in (p - center for p in (start, middle, end))]
    turn = -2 * math.pi if cross < 0 else 2 * math.pi
    first = (angles[1] - angles[0]) % turn
    second = (angles[2] - angles[1]) % turn
    share = min(sagitta / (2 * radius), 1.0) if radius else 1.0
    step = 4 * math.asin(math.sqrt(share))
    return [
        _turned(center, start, first, step=step, end=middle),
        _turned(center, middle, second, step=step, end=end),
    ]


def _turned(
    center: NDArray[np.float64],
    start: NDArray[np.float64],
    angle: float,
    *,
    step: float,
    end: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return points from `start`, left out, by `angle` to `end`."""
    needed = abs(angle) / step if step > 0 else math.inf
    if needed > _MOST_CHORDS:
        raise ValueError("arc radius")
    count = max(1, math.ceil(needed))
    turns = angle * np.arange(1, count) / count
    x, y = start - center
    cos, sin = np.cos(turns), np.sin(turns)
    between = center + np.column_stack([x * cos - y * sin, x * sin + y * cos])
    return np.vstack([between, end])
