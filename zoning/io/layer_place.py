"""Whether a layer lies where the county is, and what it would take if not."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure, terms
from zoning.errors import Problem
from zoning.georeference.readings import located, unplaced
from zoning.georeference.web_maps import WebMap
from zoning.io.known_hashes import KnownHashes
from zoning.io.layer_notes import listed
from zoning.model.problems import layer_problem
from zoning.overlay import all_deep_inside, meet_widened, within_widened

if TYPE_CHECKING:
    from zoning.georeference.outline_fit import Misplacement

__all__ = [
    "AWAY_M",
    "REACH_M",
    "LayerPlace",
    "beside_county",
    "first_point",
    "located_here",
    "out_of_place",
    "unplaced_layer",
]

AWAY_M = 30_000.0
"""Features further outside the county's box than this are out of place."""
AWAY_SHARE = 0.1
REACH_M = 1_000_000.0
"""A vertex so far from the county is damage, in layers larger than it too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerPlace:
    """Where a layer is read: base folder, working plane, county, known hashes."""

    folder: Path
    crs: str
    county: BaseGeometry | None
    hashes: KnownHashes | None = None


def unplaced_layer(
    code: str, layer_id: str, point: tuple[float, float] | None = None, **values: str
) -> Problem:
    """Return a problem of a layer that cannot be placed yet.

    Parameters
    ----------
    code : str
        Its text ends in ``{readings}``.
    layer_id : str
    point : tuple of float, optional
        One coordinate pair of the layer, as written.
    """
    known = layer_problem(code, layer_id, **values)
    return unplaced(code, "", point, **known.values)


def first_point(geometry: NDArray[np.object_]) -> tuple[float, float] | None:
    """Return the first finite coordinate pair of a column, None without any."""
    for shape in geometry:
        xy = shapely.get_coordinates(shape)
        if len(xy) and np.isfinite(xy[0]).all():
            return float(xy[0, 0]), float(xy[0, 1])
    return None


def located_here(
    problems: tuple[Problem, ...], place: LayerPlace, crs: str | None = None
) -> tuple[Problem, ...]:
    """Say of each problem what the coordinates would be in this county."""
    if place.county is None:
        return problems
    return tuple(
        located(one, place.county, place.crs, apart_from=crs) for one in problems
    )


def out_of_place(
    geometry: NDArray[np.object_],
    ids: NDArray[np.object_],
    layer_id: str,
    *,
    beyond_county: bool,
    place: LayerPlace,
    crs: str,
) -> tuple[Problem, ...]:
    """Find features that do not lie where the county is (wrong CRS or zone).

    Parameters
    ----------
    geometry, ids : ndarray of object, shape (n,)
        Features in the plane of `place`.
    layer_id : str
    beyond_county : bool
        True where the layer is known to reach further.
    place : LayerPlace
    crs : str
        CRS in which the layer was read.
    """
    if place.county is None:
        return ()
    county = place.county.bounds
    if all_deep_inside(geometry, county, AWAY_M):  # any layer without damage
        return ()
    away = ~within_widened(geometry, county, REACH_M)
    if not beyond_county:
        away |= ~meet_widened(geometry, county, AWAY_M)
    if not away.any():
        return ()
    if away.mean() > AWAY_SHARE:
        detail = f"{int(away.sum())}/{len(away)}"
        written = measure.project(geometry[away][:1], place.crs, crs)
        point = first_point(written)
        problem = unplaced_layer("LAYER_OUTSIDE_COUNTY", layer_id, point, detail=detail)
        return located_here((problem,), place, crs)
    count, rows = listed(ids[away])
    return (layer_problem("FEATURES_AWAY", layer_id, count=count, rows=rows),)


def beside_county(
    geometry: NDArray[np.object_], layer_id: str, *, place: LayerPlace, crs: str
) -> tuple[Problem, ...]:
    """Find a layer that follows the county's outline in another system only."""
    if place.county is None or len(geometry) == 0:
        return ()
    from zoning.georeference.outline_fit import misplacement  # when a layer is new

    found = misplacement(geometry, place.county, place.crs, stated=crs)
    if found is None:
        return ()
    values = {
        "places": str(found.before.places),
        "before": str(found.before.followed),
        "after": str(found.after.followed),
        "off": f"{found.off_m:.0f}",
        **_words(found),
    }
    return (layer_problem("LAYER_BESIDE_COUNTY", layer_id, **values),)


def _words(found: "Misplacement") -> dict[str, str]:
    kind = "plane"
    if found.system in set(WebMap):
        kind = "county" if found.of_county else "layer"
    words = {}
    for lang, ending in (("zh", ""), ("en", "_en")):
        system = terms.label("web_map", found.system, lang)
        reading = terms.label("shifted", kind, lang).format(system=system)
        words[f"reading{ending}"] = reading
        words[f"remedy{ending}"] = terms.label("shifted", f"{kind}_cure", lang)
    return words
