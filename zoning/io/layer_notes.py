"""What is said of a layer that was read whole: repeats, overlaps, repairs, heights.

None of it keeps the layer from being relied on; a person should know it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import Problem
from zoning.io.catalogue import LayerDefinition
from zoning.model import Repair
from zoning.model.problems import layer_problem

__all__ = ["Twofold", "listed", "notes_of", "twofold"]

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


def twofold(geometry: NDArray[np.object_], crs: str) -> Twofold:
    """Find polygons that repeat or overlap one another.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        In canonical form, in the working plane.
    crs : str
        The working plane.
    """
    from zoning.overlay import areas_among, ragged_edges

    areal = np.flatnonzero(shapely.get_dimensions(geometry) == _POLYGON)
    first: dict[bytes, int] = {}
    contents = shapely.to_wkb(geometry[areal]).tolist()
    earliest = [first.setdefault(one, row) for row, one in enumerate(contents)]
    places = np.array(earliest, dtype=np.intp)
    single = places == np.arange(len(areal))
    own, again = areal[single], areal[~single]
    repeats = np.stack([areal[places[~single]], again], axis=1)
    found = areas_among(ragged_edges(geometry[own]), crs=crs)
    real = found.area_m2 > LEAST_M2
    pairs = np.stack([own[found.left[real]], own[found.right[real]]], axis=1)
    return Twofold(
        repeats=repeats,
        pairs=pairs,
        pair_m2=found.area_m2[real],
        excess_m2=math.fsum(
            [
                *measure.area_m2(geometry[again], crs),
                _excess_m2(geometry, np.unique(pairs), crs),
            ]
        ),
    )


def _excess_m2(
    geometry: NDArray[np.object_], rows: NDArray[np.intp], crs: str
) -> float:
    """Return the sum of areas less the area of the union."""
    if len(rows) == 0:
        return 0.0
    whole = np.array([shapely.union_all(geometry[rows])], dtype=object)
    one, united = measure.area_m2(geometry[rows], crs), measure.area_m2(whole, crs)
    return max(math.fsum([*one, *(-united)]), 0.0)


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
