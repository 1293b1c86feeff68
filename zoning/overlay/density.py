"""What a square metre of the working plane is worth on the ellipsoid, nearby.

The density of a Gauss-Krüger plane changes so slowly that within some
kilometres of a point it is a parabola in x and y. One parabola belongs to each
node of a lattice that only the plane knows, so that the number for a pair of
polygons depends on nothing else. Weighted with it, the plane sum of the kernel
is the ellipsoidal area, and edges stay straight where the file drew them.

Pieces are at most 16.4 km wide, so a place is at most 14 km from the node of
the middle of its pair: there the parabola is right to 5e-10, to 1e-10 on
average over the pair.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from zoning import measure

__all__ = ["PLAIN", "Floats", "local_densities"]

Floats = NDArray[np.float64]
PITCH_M: Final = 8192.0
PLAIN: Final = "plain"
"""In place of a CRS: a square metre of the plane counts as a square metre."""

_KINDS = ("1", "x", "x²", "y", "xy", "y²")
_FEW_NODES: Final = 4096
_KNOWN: dict[str, dict[tuple[float, float], Floats]] = {}
"""Parabolas by plane and node."""
_STENCIL = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)], dtype=float)


def local_densities(boxes: Floats, crs: str) -> Floats:
    """Return the density in the frame of each box.

    Parameters
    ----------
    boxes : ndarray, shape (n, 4)
        West, south, east, north in `crs`.
    crs : str
        The working plane, metres; or `PLAIN`.

    Returns
    -------
    ndarray, shape (n, 6)
        Coefficients of 1, x, x², y, xy, y² with x and y counted from the
        south-west corner of the box, those of y divided by two and those of y²
        by three, which is how they stand in the integral over y.
    """
    if crs == PLAIN:
        return np.tile([1.0, 0, 0, 0, 0, 0], (len(boxes), 1))
    node = np.floor((boxes[:, :2] + boxes[:, 2:]) / (2 * PITCH_M) + 0.5)
    nodes, which = _distinct(node)
    one, x, xx, y, xy, yy = _known_parabolas(nodes, crs)[which].T
    east, north = (boxes[:, :2] - PITCH_M * node).T
    return np.stack(
        [
            one + east * (x + east * xx) + north * (y + north * yy) + east * north * xy,
            x + 2 * east * xx + north * xy,
            xx,
            (y + 2 * north * yy + east * xy) / 2,
            xy / 2,
            yy / 3,
        ],
        axis=1,
    )


def _distinct(node: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the nodes that occur, and which of them each is."""
    if len(node) and (node == node[0]).all():  # boxes near one site
        return node[:1], np.zeros(len(node), dtype=np.intp)
    low = node.min(axis=0, initial=np.inf)
    span = node.max(axis=0, initial=-np.inf) - low + 1
    if not np.prod(span) <= max(len(node), _FEW_NODES):  # far apart, or none
        nodes, which = np.unique(node, axis=0, return_inverse=True)
        return nodes, which.reshape(-1)
    number = ((node[:, 0] - low[0]) * span[1] + node[:, 1] - low[1]).astype(np.intp)
    there = np.flatnonzero(np.bincount(number))
    place = np.zeros(int(np.prod(span)), dtype=np.intp)
    place[there] = np.arange(len(there))
    nodes = np.stack(np.divmod(there, span[1]), axis=1) + low
    return nodes, place[number]


def _known_parabolas(nodes: Floats, crs: str) -> Floats:
    """Return `_parabolas`, each worked out once per process."""
    known = _KNOWN.setdefault(crs, {})
    keys = [(x, y) for x, y in nodes.tolist()]
    new = [key for key in keys if key not in known]
    if new:
        known.update(zip(new, _parabolas(np.array(new), crs), strict=True))
    return np.array([known[key] for key in keys]).reshape(-1, len(_KINDS))


def _parabolas(nodes: Floats, crs: str) -> Floats:
    """Return coefficients of 1, x, x², y, xy, y² about lattice nodes, (n, 6)."""
    places = PITCH_M * (nodes[:, None, :] + _STENCIL[None, :, :])
    value = measure.area_density(places.reshape(-1, 2), crs).reshape(-1, 3, 3)
    here = value[:, 1, 1]
    west, east = value[:, 0, 1], value[:, 2, 1]
    south, north = value[:, 1, 0], value[:, 1, 2]
    twist = value[:, 2, 2] - value[:, 2, 0] - value[:, 0, 2] + value[:, 0, 0]
    return np.stack(
        [
            here,
            (east - west) / (2 * PITCH_M),
            (east - 2 * here + west) / (2 * PITCH_M**2),
            (north - south) / (2 * PITCH_M),
            twist / (4 * PITCH_M**2),
            (north - 2 * here + south) / (2 * PITCH_M**2),
        ],
        axis=1,
    )
