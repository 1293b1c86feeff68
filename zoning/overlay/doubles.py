"""Where features of one layer cover the same ground of a site twice."""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model.columns import distinct
from zoning.overlay.areas import NOISE_M2, piece_areas
from zoning.overlay.candidates import PieceTree, meeting_pieces
from zoning.overlay.density import PLAIN
from zoning.overlay.tables import Overlaps

__all__ = ["doubly_covered"]

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


def doubly_covered(overlaps: Overlaps, sites: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say which sites meet two features that overlap each other there.

    Returns
    -------
    ndarray of bool, shape (sites,)
        True where pieces of two features met have ground in common, and a box
        in common that meets the site's.
    """
    double = np.zeros(len(sites), dtype=bool)
    several = np.bincount(overlaps.site, minlength=len(sites))[overlaps.site] > 1
    several &= overlaps.area_m2 > 0
    site, feature = overlaps.site[several], overlaps.feature[several]
    if len(site) == 0:
        return double
    used = distinct(feature)
    boxes = np.asarray(shapely.bounds(sites))
    one, other, common = _twice(overlaps, used, boxes[distinct(site)])
    starts = np.searchsorted(used, feature)
    order = np.argsort(starts, kind="stable")
    edges = np.searchsorted(starts[order], np.arange(len(used) + 1))
    by_feature = np.split(site[order], edges[1:-1])
    for k in range(len(one)):
        both = np.intersect1d(by_feature[one[k]], by_feature[other[k]])
        double[both[_meets(boxes[both], common[k])]] = True
    return double


def _twice(overlaps: Overlaps, used: Rows, boxes: Floats) -> tuple[Rows, Rows, Floats]:
    """Return pairs of features and the boxes in which pieces of both overlap."""
    near = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    edges = overlaps.parts.features.edges(used, near)
    side = PieceTree(edges)
    pairs = meeting_pieces(side, side)
    pairs = pairs[edges.owner[pairs[:, 0]] < edges.owner[pairs[:, 1]]]
    area = piece_areas(side, side, pairs, crs=PLAIN)
    pairs = pairs[area > NOISE_M2]
    p, q = edges.box[pairs[:, 0]], edges.box[pairs[:, 1]]
    common = np.hstack([np.maximum(p[:, :2], q[:, :2]), np.minimum(p[:, 2:], q[:, 2:])])
    return edges.owner[pairs[:, 0]], edges.owner[pairs[:, 1]], common


def _meets(boxes: Floats, box: Floats) -> NDArray[np.bool_]:
    low = (boxes[:, :2] <= box[2:]).all(axis=1)
    return np.asarray(low & (boxes[:, 2:] >= box[:2]).all(axis=1))
