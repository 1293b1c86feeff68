"""Where features of one layer cover the same ground of a site twice."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model.columns import distinct
from zoning.overlay.areas import NOISE_M2, piece_areas
from zoning.overlay.candidates import PieceTree, meeting_pieces
from zoning.overlay.density import PLAIN
from zoning.overlay.tables import Overlaps

__all__ = ["Doubles", "doubles_of", "doubly_covered"]

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubles:
    """Pairs of features that overlap, and the boxes in which pieces of both do.

    `one` and `other` (n,) are rows of the layer, `box` has shape (n, 4).
    """

    one: Rows
    other: Rows
    box: Floats


def doubles_of(overlaps: Overlaps, sites: NDArray[np.object_]) -> Doubles:
    """Find the features of a table that overlap each other near its sites.

    Of a table of some of the features, `doubly_covered` needs no others.
    """
    feature = overlaps.feature[_several(overlaps, len(sites))]
    if len(feature) == 0:
        none = np.zeros(0, dtype=np.intp)
        return Doubles(one=none, other=none, box=np.zeros((0, 4)))
    used = distinct(feature)
    one, other, box = _twice(overlaps, used, np.asarray(shapely.bounds(sites)))
    return Doubles(one=used[one], other=used[other], box=box)


def doubly_covered(
    overlaps: Overlaps, sites: NDArray[np.object_], doubles: Doubles | None = None
) -> NDArray[np.bool_]:
    """Say which sites meet two features that overlap each other there.

    Parameters
    ----------
    overlaps : Overlaps
    sites : ndarray of object, shape (sites,)
    doubles : Doubles, optional
        Of the table or of one that has all its rows, where they are known.

    Returns
    -------
    ndarray of bool, shape (sites,)
        True where pieces of two features met have ground in common, and a box
        in common that meets the site's.
    """
    double = np.zeros(len(sites), dtype=bool)
    known = doubles_of(overlaps, sites) if doubles is None else doubles
    several = _several(overlaps, len(sites))
    site, feature = overlaps.site[several], overlaps.feature[several]
    if len(site) == 0 or len(known.one) == 0:
        return double
    boxes = np.asarray(shapely.bounds(sites))
    order = np.argsort(feature, kind="stable")
    site, feature = site[order], feature[order]
    first, last = (
        np.searchsorted(feature, (known.one, known.other), side=side)
        for side in ("left", "right")
    )
    for k, box in enumerate(known.box):
        one, other = (site[first[j, k] : last[j, k]] for j in (0, 1))
        both = one[np.isin(one, other, kind="table")]
        double[both[_meets(boxes[both], box)]] = True
    return double


def _several(overlaps: Overlaps, count: int) -> NDArray[np.bool_]:
    """Return the rows with area of sites that meet several features."""
    several = np.bincount(overlaps.site, minlength=count)[overlaps.site] > 1
    return np.asarray(several & (overlaps.area_m2 > 0))


def _twice(overlaps: Overlaps, used: Rows, boxes: Floats) -> tuple[Rows, Rows, Floats]:
    """Return pairs of features and the boxes in which pieces of both overlap."""
    near = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    edges = overlaps.parts.features.edges(used, near)
    side = PieceTree(edges)
    pairs = meeting_pieces(side, side)
    pairs = pairs[edges.owner[pairs[:, 0]] < edges.owner[pairs[:, 1]]]
    area = piece_areas(side, side, pairs, planes=(PLAIN,))[:, 0]
    pairs = pairs[area > NOISE_M2]
    p, q = edges.box[pairs[:, 0]], edges.box[pairs[:, 1]]
    common = np.hstack([np.maximum(p[:, :2], q[:, :2]), np.minimum(p[:, 2:], q[:, 2:])])
    return edges.owner[pairs[:, 0]], edges.owner[pairs[:, 1]], common


def _meets(boxes: Floats, box: Floats) -> NDArray[np.bool_]:
    low = (boxes[:, :2] <= box[2:]).all(axis=1)
    return np.asarray(low & (boxes[:, 2:] >= box[:2]).all(axis=1))
