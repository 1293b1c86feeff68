"""What is said of a layer that was read whole: repeats, overlaps, repairs, heights.

None of it keeps the layer from being relied on; a person should know it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem
from zoning.io.catalogue import LayerDefinition
from zoning.model import Repair
from zoning.model.problems import layer_problem
from zoning.overlay import RaggedEdges, areas_among, ragged_edges
from zoning.topology import polygonal

__all__ = ["Twofold", "listed", "notes_of", "twofold"]

Shared = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Pairs of rows (n, 2), the earlier first, and the area of each (n,)."""
ROWS_SHOWN = 8
LEAST_M2 = 1.0
"""Overlaps up to this are differences of drawing; they are not listed."""
_POLYGON = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Twofold:
    """Land that a layer holds more than once.

    `repeats` (n, 2) are rows, each behind the earlier row that has its outline;
    `pairs` (n, 2) rows that share more than `LEAST_M2`, repeats left out, and
    `pair_m2` (n,) how much. `excess_m2` is what a plain sum of areas counts too
    much.
    """

    repeats: NDArray[np.intp]
    pairs: NDArray[np.intp]
    pair_m2: NDArray[np.float64]
    excess_m2: float


def listed(ids: NDArray[np.object_]) -> tuple[str, str]:
    """Return how many there are, and the first of them."""
    more = "…" if len(ids) > ROWS_SHOWN else ""
    return str(len(ids)), ", ".join(str(i) for i in ids[:ROWS_SHOWN]) + more


def twofold(
    geometry: NDArray[np.object_], crs: str, edges: RaggedEdges | None = None
) -> Twofold:
    """Find polygons that repeat or overlap one another.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        In canonical form, in the working plane.
    crs : str
        The working plane.
    edges : RaggedEdges, optional
        Of all of them, where they are laid out.
    """
    areal = np.flatnonzero(shapely.get_dimensions(geometry) == _POLYGON)
    places = _earliest(geometry[areal])
    single = places == np.arange(len(areal))
    own, again = areal[single], areal[~single]
    repeats = np.stack([areal[places[~single]], again], axis=1)
    if edges is None or len(own) < len(geometry):
        edges = ragged_edges(geometry[own])
    found = areas_among(edges, crs=crs)
    real = found.area_m2 > LEAST_M2
    pairs = np.stack([own[found.left[real]], own[found.right[real]]], axis=1)
    shared = (pairs, found.area_m2[real])
    return Twofold(
        repeats=repeats,
        pairs=pairs,
        pair_m2=shared[1],
        excess_m2=math.fsum(
            [*measure.area_m2(geometry[again], crs), *_excess_m2(geometry, shared, crs)]
        ),
    )


def _earliest(geometry: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the first row that has the outline of each, shape (n,).

    Only those that share a box with another are compared whole.
    """
    earliest = np.arange(len(geometry))
    boxes = shapely.bounds(geometry).reshape(-1, 4)
    order = np.lexsort(boxes.T)
    same = (boxes[order[1:]] == boxes[order[:-1]]).all(axis=1)
    several = np.zeros(len(geometry), dtype=bool)
    several[order[1:][same]] = several[order[:-1][same]] = True
    first: dict[bytes, int] = {}
    rows = np.flatnonzero(several)
    for row, content in zip(rows, shapely.to_wkb(geometry[rows]), strict=True):
        earliest[row] = first.setdefault(content, int(row))
    return earliest


def _excess_m2(
    geometry: NDArray[np.object_], shared: Shared, crs: str
) -> Iterator[float]:
    """Yield areas that add up to what every row shares with the rows before it.

    Of a row whose partners are apart from each other that is the sum of what it
    shares with each of them; else they are united first.
    """
    pairs, pair_m2 = shared
    known = set(map(tuple, pairs.tolist()))
    order = np.argsort(pairs[:, 1], kind="stable")
    later = np.flatnonzero(np.diff(pairs[order, 1], prepend=-1, append=-1))
    united: list[BaseGeometry] = []
    for start, end in pairwise(later.tolist()):
        rows = order[start:end]
        partners = np.sort(pairs[rows, 0])
        if known.isdisjoint(combinations(partners.tolist(), 2)):
            yield from pair_m2[rows]
        else:
            row = geometry[pairs[rows[0], 1]]
            common = polygonal(shapely.intersection(geometry[partners], row))
            united.append(shapely.union_all(common))
    yield from measure.area_m2(np.array([*united, None], dtype=object)[:-1], crs)


def notes_of(
    definition: LayerDefinition,
    ids: NDArray[np.object_],
    found: Twofold,
    *,
    repairs: Sequence[Repair],
) -> Iterator[Problem]:
    """Yield what is to be said.

    Parameters
    ----------
    definition : LayerDefinition
        Says whether features of the layer lie over one another by nature.
    ids : ndarray of object, shape (n,)
        Names of the features of `found`.
    repairs : sequence of Repair
        The log of repairs.
    """
    if len(found.repeats):
        same = [f"{ids[again]} = {ids[one]}" for one, again in found.repeats]
        count, rows = listed(np.array(same, dtype=object))
        yield layer_problem("FEATURES_REPEATED", definition.id, count=count, rows=rows)
    if len(found.pairs) and not definition.overlaps:
        pairs = [
            f"{ids[one]} × {ids[other]} ({area:,.1f} m²)"
            for (one, other), area in zip(
                found.pairs[:ROWS_SHOWN], found.pair_m2, strict=False
            )
        ]
        more = "…" if len(found.pairs) > ROWS_SHOWN else ""
        yield layer_problem(
            "LAYER_OVERLAPS_ITSELF",
            definition.id,
            count=str(len(found.pairs)),
            area=f"{math.fsum(found.pair_m2):,.1f}",
            rows=", ".join(pairs) + more,
        )
    if repairs:
        changes = np.array(
            [f"{one.feature} ({one.area_change_m2:+,.1f} m²)" for one in repairs],
            dtype=object,
        )
        count, rows = listed(changes)
        yield layer_problem("OUTLINES_MENDED", definition.id, count=count, rows=rows)
