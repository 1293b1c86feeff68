"""How much of each feature lies in each zone: numbers of the kernel, no shape."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.overlay import PieceTree, RaggedEdges, areas_in_planes
from zoning.overlay.areas import NOISE_M2
from zoning.overlay.density import PLAIN

__all__ = ["ZonedAreas", "areas_by_zone"]

_WHOLE = 1e-9
SPECK_M2 = 0.01
"""Less than this of a feature that mostly lies elsewhere is the grid's doing."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZonedAreas:
    """Features and zones that share ground; arrays of pairs have shape (p,).

    A feature with ground in no zone has a pair with zone -1. `area_m2` is
    ellipsoidal, `plane_m2` of the plane.
    """

    feature: NDArray[np.int64]
    zone: NDArray[np.int64]
    area_m2: Floats
    plane_m2: Floats


def areas_by_zone(features: RaggedEdges, zones: RaggedEdges, *, crs: str) -> ZonedAreas:
    """Measure how much of each feature lies in each zone.

    Parameters
    ----------
    features, zones : RaggedEdges
        In one working plane; zones do not overlap.
    crs : str
        That plane.
    """
    tree, planes = PieceTree(features), (crs, PLAIN)
    tree.keep_areas(*planes)  # what most features have in common with their zone
    found, flat = areas_in_planes(tree, zones, planes)
    real = found.area_m2 > NOISE_M2
    feature, zone = found.left[real], found.right[real]
    area, plane = found.area_m2[real], flat.area_m2[real]
    own, own_plane = tree.feature_areas(planes).T
    rest = own - np.bincount(feature, weights=area, minlength=len(own))
    rest_plane = own_plane - np.bincount(feature, weights=plane, minlength=len(own))
    out = np.flatnonzero(rest > np.maximum(NOISE_M2, _WHOLE * own))
    pairs = ZonedAreas(
        feature=np.concatenate([feature, out]),
        zone=np.concatenate([zone, np.full(len(out), -1)]),
        area_m2=np.concatenate([area, rest[out]]),
        plane_m2=np.concatenate([plane, rest_plane[out]]),
    )
    return _without_specks(pairs)


def _without_specks(pairs: ZonedAreas) -> ZonedAreas:
    """Count what the grid of the zones shaved off a feature where most of it lies.

    Zones lie on tenths of a millimetre: along a common border a feature may so
    share square centimetres with the neighbouring zone.
    """
    order = np.lexsort((pairs.zone, -pairs.area_m2, pairs.feature))
    feature = pairs.feature[order]
    area, plane = pairs.area_m2[order].copy(), pairs.plane_m2[order].copy()
    first = np.diff(feature, prepend=-1) != 0
    main = np.flatnonzero(first)[np.cumsum(first) - 1] if len(first) else first
    speck = ~first & (area < SPECK_M2)
    np.add.at(area, main[speck], area[speck])
    np.add.at(plane, main[speck], plane[speck])
    return ZonedAreas(
        feature=feature[~speck],
        zone=pairs.zone[order][~speck],
        area_m2=area[~speck],
        plane_m2=plane[~speck],
    )
