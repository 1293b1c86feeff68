"""Whether a layer that follows the county's outline follows it in its own place.

Pairs of points are set along the outline, one just inside and one just outside.
Where a layer covers the inner point and not the outer one, it follows the
outline there; where it covers both, it runs across. A layer that tiles the
county or is clipped to it follows and hardly ever crosses. One that is read in
a wrong system lies beside the county: it follows only once its points are
carried as that system would have them. Areas are not needed, so that a layer of
300 000 parcels is judged as quickly as one of three.

A layer that neither tiles the county nor is cut at its border shows nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.georeference.look_alikes import twin
from zoning.georeference.web_maps import WebMap, from_wgs84, to_wgs84

__all__ = ["Fit", "Misplacement", "fit_of", "misplacement"]

STEPS = 240
"""Places along the outline at which a layer is looked at."""
ASIDE_M = 150.0
"""How far inside and outside; surveys of one border differ by less, mostly."""
_CHORD_M = 60.0
LEAST_SHARE = 0.15
"""A layer follows at this share of the places, or it says nothing."""
LEAST_TRUE, RISE = 0.5, 0.25
"""Places followed of all followed or crossed in the other system, and by how much
that exceeds the share as read. Where a layer lies rightly it is 1 for one outline
and 0.6 to 0.7 for the outlines of two makers; a shifted one comes to 0.2, or to
two thirds in a square county shifted along its sides."""
GAIN = 1.5
"""The other system must follow at so many times the places of the first."""

_Points = NDArray[np.float64]
_Carry = Callable[[_Points], _Points]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """At how many of the `places` a layer follows the outline, and crosses it."""

    places: int
    followed: int
    crossed: int

    @property
    def share(self) -> float:
        """Share of the places at which the outline is followed."""
        return self.followed / self.places if self.places else 0.0

    @property
    def trueness(self) -> float:
        """Places followed of all followed or crossed; 0 where there are none."""
        met = self.followed + self.crossed
        return self.followed / met if met else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplacement:
    """A system in which a layer would follow the county, and does not as read.

    `system` is ``gcj02``, ``bd09`` or an EPSG code; `of_county` is True where
    the outline, not the layer, would be in it.
    """

    system: str
    of_county: bool
    off_m: float
    before: Fit
    after: Fit


def misplacement(
    layer: NDArray[np.object_], county: BaseGeometry, plane: str, *, stated: str
) -> Misplacement | None:
    """Return the other system that a layer fits, None where it fits its own or none.

    Parameters
    ----------
    layer : ndarray of object, shape (n,)
        Features in `plane`.
    county : geometry
        In `plane`.
    plane : str
        CRS, metres.
    stated : str
        CRS in which the layer was read.
    """
    inner, outer = _pairs(county)
    if len(inner) == 0:
        return None
    tree = shapely.STRtree(layer)
    before = _fit(tree, inner, outer)
    if before.trueness > 1 - RISE:
        return None
    found = []
    for system, of_county, carry in _systems(plane, stated):
        after = _fit(tree, carry(inner), carry(outer))
        off = float(np.median(np.hypot(*(carry(inner) - inner).T)))
        one = Misplacement(
            system=system, of_county=of_county, off_m=off, before=before, after=after
        )
        found.append(one)
    best = max(found, key=lambda one: one.after.followed)
    return best if _convinces(best) else None


def fit_of(layer: NDArray[np.object_], county: BaseGeometry) -> Fit:
    """Return how a layer follows a county; both in one plane of metres."""
    inner, outer = _pairs(county)
    return _fit(shapely.STRtree(layer), inner, outer)


def _convinces(one: Misplacement) -> bool:
    before, after = one.before, one.after
    return (
        after.share >= LEAST_SHARE
        and after.trueness >= max(LEAST_TRUE, before.trueness + RISE)
        and after.followed >= GAIN * before.followed
    )


def _pairs(county: BaseGeometry) -> tuple[_Points, _Points]:
    """Return points inside and outside the outline, shapes (m, 2), m <= STEPS."""
    rings = [part.exterior for part in shapely.get_parts(county).tolist()]
    longest = max(rings, key=lambda ring: (ring.length, ring.wkb))
    along = np.arange(STEPS) * (longest.length / STEPS)
    at = shapely.get_coordinates(shapely.line_interpolate_point(longest, along))
    ahead, behind = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(longest, (along + step) % longest.length)
        )
        for step in (_CHORD_M, -_CHORD_M)
    )
    chord = ahead - behind
    length = np.hypot(*chord.T)
    length[length == 0] = np.inf  # a needle: no direction, dropped below
    left = np.column_stack([-chord[:, 1], chord[:, 0]]) / length[:, None] * ASIDE_M
    within = [shapely.contains_xy(county, at + side) for side in (left, -left)]
    fair = within[0] != within[1]
    side = np.where(within[0][:, None], left, -left)[fair]
    return at[fair] + side, at[fair] - side


def _fit(tree: shapely.STRtree, inner: _Points, outer: _Points) -> Fit:
    covered = [_covered(tree, points) for points in (inner, outer)]
    return Fit(
        places=len(inner),
        followed=int((covered[0] & ~covered[1]).sum()),
        crossed=int((covered[0] & covered[1]).sum()),
    )


def _covered(tree: shapely.STRtree, points: _Points) -> NDArray[np.bool_]:
    hit = np.zeros(len(points), dtype=bool)
    finite = np.isfinite(points).all(axis=1)
    rows = np.flatnonzero(finite)
    met = tree.query(shapely.points(points[rows]), predicate="intersects")[0]
    hit[rows[met]] = True
    return hit


def _systems(plane: str, stated: str) -> Iterator[tuple[str, bool, _Carry]]:
    """Yield what may have gone wrong, and where it would put the county's points."""
    for system in WebMap:
        yield system, False, _in_degrees(plane, from_wgs84, system)
        yield system, True, _in_degrees(plane, to_wgs84, system)
    other = twin(stated)
    if other is not None:
        yield other, False, _reread(plane, stated=stated, meant=other)


def _in_degrees(
    plane: str, shift: Callable[[_Points, WebMap], _Points], system: WebMap
) -> _Carry:
    def carry(points: _Points) -> _Points:
        return measure.from_lonlat(
            shift(measure.to_lonlat(points, plane), system), plane
        )

    return carry


def _reread(plane: str, *, stated: str, meant: str) -> _Carry:
    """Return where a layer meant in one plane lies when read in another."""

    def carry(points: _Points) -> _Points:
        numbers = measure.from_lonlat(measure.to_lonlat(points, plane), meant)
        return measure.from_lonlat(measure.to_lonlat(numbers, stated), plane)

    return carry
