"""Areas of a layer by class and zone: sums of the kernel, no shape is built of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import LayerError, Problem, UsageError
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.overlay import RaggedEdges, edges_of, ragged_edges, shared_areas
from zoning.partition.county import zone_names
from zoning.partition.ground import (
    ALSO,
    LINE,
    Ground,
    coverage_problems,
    divide_ground,
    is_areal,
    layers_asked,
)
from zoning.partition.rules import SCHEMES, class_column, forest_rule, grouped
from zoning.partition.trust import CoveredTwice, covered_twice, trust_problems
from zoning.partition.zoned_areas import ZonedAreas, areas_by_zone

__all__ = [
    "BEYOND",
    "COUNTED",
    "DOUBTFUL",
    "FOREST_COVER",
    "NOT_COUNTED",
    "Tabulation",
    "class_labels",
    "tabulate",
]

BEYOND = "beyond"
"""Zone of what lies outside the county."""

FOREST_COVER = "forest_cover"
COUNTED, DOUBTFUL, NOT_COUNTED = "counted", "doubtful", "not_counted"
_PARCELS = "land_parcel"
_WHOLE = 1e-9

Floats = NDArray[np.float64]
Text = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulation:
    """Areas of a layer by class and zone; arrays of rows have shape (r,).

    Parameters
    ----------
    layer, by : str, tuple of str
        The layer, and what it is divided by.
    label : ndarray of object
        Class of each row.
    zone : mapping of str to ndarray of object
        For each division the zone of each row; `BEYOND` outside the county,
        '' where a division leaves ground free.
    features : ndarray of int
        How many features have ground in the row.
    area_m2, area_plane_m2, net_m2 : ndarray of float64
        Ellipsoidal; in the plane; and without the ridges that parcels deduct
        (TBDLMJ = TBMJ - KCMJ), nan where the layer knows no deduction.
    ground : mapping of tuple to float
        Ellipsoidal area of each zone within the county, by its labels.
    covered : mapping of tuple to float
        How much of it lies within the layer's coverage, square metres.
    total_m2 : float
        Of the features, by their outlines: what the rows add up to, within 1e-9.
    """

    layer: str
    by: tuple[str, ...]
    label: Text
    zone: Mapping[str, Text]
    features: NDArray[np.int64]
    area_m2: Floats
    area_plane_m2: Floats
    net_m2: Floats
    ground: Mapping[tuple[str, ...], float]
    covered: Mapping[tuple[str, ...], float]
    total_m2: float
    names: Mapping[str, str]
    twice: tuple[CoveredTwice, ...]
    problems: tuple[Problem, ...]


def class_labels(layer: Layer, classes: str | None) -> Text:
    """Return the class of each feature.

    Parameters
    ----------
    layer : Layer
        Read whole.
    classes : str or None
        A column, or ``land_class``, ``land_use``, ``forest_cover`` of land
        parcels. By default the groups of land classes, else the class column,
        else the layer as one class.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    codes = layer.attributes.get("land_class")
    if classes == FOREST_COVER:
        return _forest(layer)
    if codes is not None and (classes or SCHEMES[0]) in SCHEMES:
        return grouped(codes.astype(object), classes or SCHEMES[0])
    column = "land_class" if classes == "code" else classes
    column = column or class_column(layer.info.id)
    if column is None:
        return np.full(len(layer.geometry), layer.info.id, dtype=object)
    if column not in layer.attributes:
        values = {"column": column, "known": "、".join(layer.attributes)}
        raise UsageError(Problem(code="CLASS_COLUMN_UNKNOWN", values=values))
    return np.asarray(layer.attributes[column].astype(str).astype(object))


def _forest(layer: Layer) -> Text:
    """Say of each feature whether it counts as forest cover."""
    codes = layer.attributes.get("land_class")
    if layer.info.id == "forest_land":
        return np.full(len(layer.geometry), COUNTED, dtype=object)
    if codes is None:
        values = {"column": "land_class", "known": "、".join(layer.attributes)}
        raise UsageError(Problem(code="CLASS_COLUMN_UNKNOWN", values=values))
    rule = forest_rule()
    head = np.array([str(code)[:4] for code in codes], dtype=object)
    kind = np.full(len(head), NOT_COUNTED, dtype=object)
    kind[np.isin(head, rule.counted)] = COUNTED
    kind[np.isin(head, rule.doubtful)] = DOUBTFUL
    return kind


def tabulate(
    base: Base,
    layer_id: str,
    by: Sequence[str],
    *,
    options: CheckOptions,
    classes: str | None = None,
    tiles: int = 1,
) -> Tabulation:
    """Tabulate the areas of a layer by class and zone.

    Parameters
    ----------
    base : Base
        Opened base.
    layer_id : str
        A polygon layer.
    by : sequence of str
        ``township``, ``unit``, ``line``, ids of polygon layers; may be empty.
    options : CheckOptions
        Day on which editions must be valid; boundary tolerance.
    classes : str, optional
        See `class_labels`.
    tiles : int
        Bounds memory; changes no byte.

    Returns
    -------
    Tabulation
        Rows ordered by zone, then class. They add up to the layer: what lies
        outside the county is a zone of its own. Where the layer overlaps itself,
        ground counts for each feature; `twice` and `problems` say so first.

    Raises
    ------
    LayerError
        When the layer or a division is missing, or has no areas.
    UsageError
        When a division or column is not known.
    """
    layer = _polygons(base, layer_id)
    twice, problems = _trust(base, layer, by, options=options)
    label = class_labels(layer, classes)
    ground = divide_ground(base, by, tiles=tiles)
    inside = np.flatnonzero(ground.inside)
    sides = tuple(name for name in ground.labels if name != ALSO)
    zones = _zone_table(ground, inside, sides)
    shapes = ground.geometry[inside]
    pieces = ragged_edges(shapes)
    found = areas_by_zone(edges_of(layer.geometry), pieces, crs=base.crs)
    area = measure.area_m2(shapes, base.crs)
    covered = _covered(layer, pieces, area, crs=base.crs)
    if covered is not None:
        problems = (*problems, _partial(layer, area, covered))
    cells = _cells(found, label, zones, net=_net_share(layer))
    return Tabulation(
        layer=layer_id,
        by=tuple(by),
        label=cells.label,
        zone={side: cells.keys[:, k] for k, side in enumerate(sides)},
        features=cells.features,
        area_m2=cells.area_m2,
        area_plane_m2=cells.plane_m2,
        net_m2=cells.net_m2,
        ground=_by_zone(zones, area),
        covered=_by_zone(zones, area if covered is None else covered),
        total_m2=math.fsum(measure.area_m2(layer.geometry, base.crs).tolist()),
        names=zone_names(base),
        twice=twice,
        problems=problems,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Rows of a table; `keys` has shape (r, divisions)."""

    keys: Text
    label: Text
    features: NDArray[np.int64]
    area_m2: Floats
    plane_m2: Floats
    net_m2: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Zones:
    """Zones by their labels: `keys`, sorted, and the one of each piece of ground."""

    keys: list[tuple[str, ...]]
    number: NDArray[np.intp]


def _zone_table(
    ground: Ground, rows: NDArray[np.intp], sides: tuple[str, ...]
) -> _Zones:
    own = [tuple(str(ground.labels[side][row]) for side in sides) for row in rows]
    keys = sorted(set(own))
    place = {key: number for number, key in enumerate(keys)}
    return _Zones(keys=keys, number=np.array([place[k] for k in own], dtype=np.intp))


def _cells(found: ZonedAreas, label: Text, zones: _Zones, *, net: Floats) -> _Cells:
    """Sum pairs by zone and class, in a way that no order changes."""
    words, which = np.unique(label.astype(str), return_inverse=True)
    beyond = len(zones.keys)
    zone = np.append(zones.number, beyond)[found.zone]  # -1 is the last
    cell = zone * len(words) + which[found.feature]
    order = np.lexsort((found.feature, cell))
    cell, feature = cell[order], found.feature[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    ends = [*starts[1:].tolist(), len(cell)]
    spans = list(zip(starts.tolist(), ends, strict=True))
    area, plane = found.area_m2[order], found.plane_m2[order]
    kept = net[feature] * area
    of_zone, of_word = np.divmod(cell[starts], max(len(words), 1))
    sides = len(zones.keys[0]) if zones.keys else 0
    keys = [*zones.keys, (BEYOND,) * sides]
    table = np.empty((len(starts), sides), dtype=object)
    for row, number in enumerate(of_zone):
        table[row] = keys[number]
    new = np.diff(feature, prepend=-1) != 0
    new[starts] = True
    return _Cells(
        keys=table,
        label=words.astype(object)[of_word],
        features=np.array([int(new[a:b].sum()) for a, b in spans], dtype=np.int64),
        area_m2=_summed(area, spans),
        plane_m2=_summed(plane, spans),
        net_m2=_summed(kept, spans),
    )


def _summed(values: Floats, spans: Sequence[tuple[int, int]]) -> Floats:
    return np.array([math.fsum(values[a:b].tolist()) for a, b in spans])


def _polygons(base: Base, layer_id: str) -> Layer:
    if layer_id not in base.layers:
        problems = base.missing.get(layer_id)
        raise LayerError(*(problems or (layer_problem("LAYER_MISSING", layer_id),)))
    layer = base.layers[layer_id]
    if not is_areal(layer.geometry).any():
        raise LayerError(layer_problem("LAYER_WITHOUT_AREAS", layer_id))
    return layer


def _trust(
    base: Base, layer: Layer, by: Sequence[str], *, options: CheckOptions
) -> tuple[tuple[CoveredTwice, ...], tuple[Problem, ...]]:
    """Return where layers overlap themselves, and all that stands against them."""
    layers = {layer.info.id: layer, **layers_asked(base, by)}
    twice: list[CoveredTwice] = []
    problems: list[Problem] = []
    for one in layers.values():
        pairs, told = covered_twice(one, options, crs=base.crs)
        twice += pairs
        problems += [*trust_problems(one, options), *told]
    if LINE in by:
        problems += coverage_problems(layers)
    return tuple(twice), tuple(problems)


def _net_share(layer: Layer) -> Floats:
    """Return which share of each parcel is net of what it deducts.

    TBDLMJ = TBMJ - KCMJ; a part of a parcel is taken to deduct its share.

    References
    ----------
    .. [1] Domain dossier 5.4: net area of slope cropland.
    """
    whole = layer.attributes.get("declared_area_m2")
    less = layer.attributes.get("deducted_area_m2")
    if layer.info.id != _PARCELS or whole is None or less is None:
        return np.full(len(layer.geometry), np.nan)
    whole, less = whole.astype(float), less.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - less / whole
    return np.where((share >= 0) & (share <= 1), share, np.nan)


def _covered(
    layer: Layer, pieces: RaggedEdges, area: Floats, *, crs: str
) -> Floats | None:
    """Return how much of each piece the layer covers; None when all of it."""
    if layer.coverage is None:
        return np.zeros(len(pieces))
    cover = np.array([layer.coverage], dtype=object)
    found = shared_areas(pieces, ragged_edges(cover), crs=crs)
    known = np.bincount(found.left, weights=found.area_m2, minlength=len(pieces))
    known = np.asarray(np.minimum(known, area), dtype=np.float64)
    if (known >= area * (1 - _WHOLE)).all():
        return None
    return known.astype(np.float64)


def _partial(layer: Layer, area: Floats, covered: Floats) -> Problem:
    share = math.fsum(covered) / math.fsum(area)
    return layer_problem("LAYER_COVERS_PART", layer.info.id, share=f"{share:.1%}")


def _by_zone(zones: _Zones, values: Floats) -> dict[tuple[str, ...], float]:
    return {
        key: math.fsum(values[zones.number == number].tolist())
        for number, key in enumerate(zones.keys)
    }
