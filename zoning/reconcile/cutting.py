"""A proposal that ends the overlaps of control lines: who yields is cut, no more."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import LayerError, Problem
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.overlay import (
    SUBSTANTIVE,
    Overlaps,
    RaggedEdges,
    SiteSums,
    edges_of,
    measure_overlaps,
    ragged_edges,
    shared_areas,
    sum_by_site,
    within_tolerance,
)
from zoning.overlay.areas import NOISE_M2
from zoning.partition.county import zone_names
from zoning.partition.ground import is_areal
from zoning.partition.rules import control_lines
from zoning.partition.trust import required_layer, trust_problems
from zoning.reconcile.precedence import Precedence
from zoning.topology import oriented, polygonal

__all__ = ["Cut", "Proposal", "left_overlaps", "reconcile"]

_AGREEMENT_M2, _GRID_M = 0.01, 1e-4

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """What one feature gives up under one rule, square metres on the ellipsoid.

    Parameters
    ----------
    layer, feature : str
        Who is cut.
    rule : Precedence
    met : tuple of str
        Features of the other layer, by id.
    before_m2, given_m2, dropped_m2, after_m2 : float
        ``before = given + dropped + after``; dropped are parts within the
        boundary tolerance that the cut would leave.
    given : geometry
        The ground given up, in the working plane.
    townships : mapping of str to float
        `given_m2` by township code; '' where none lies.
    """

    layer: str
    feature: str
    rule: Precedence
    met: tuple[str, ...]
    before_m2: float
    given_m2: float
    dropped_m2: float
    after_m2: float
    given: BaseGeometry
    townships: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """The lines after all cuts.

    Parameters
    ----------
    geometry : mapping of str to ndarray of object
        For each layer that yields, in the order of its features; an empty
        polygon where nothing of a feature is left.
    ids : mapping of str to ndarray of object
        Their feature ids.
    cuts : tuple of Cut
        In the order of the rules, then of the features.
    totals : mapping of str to tuple of float
        Area of each layer before and after, feature by feature added up.
    """

    crs: str
    geometry: Mapping[str, Shapes]
    ids: Mapping[str, Shapes]
    cuts: tuple[Cut, ...]
    totals: Mapping[str, tuple[float, float]]
    names: Mapping[str, str]
    problems: tuple[Problem, ...]

    def changed(self, layer: str) -> bool:
        """Say whether features of a layer were cut."""
        return any(cut.layer == layer for cut in self.cuts)


def reconcile(
    base: Base, rules: Sequence[Precedence], options: CheckOptions
) -> Proposal:
    """Cut control lines by precedence until none overlaps another.

    Parameters
    ----------
    base : Base
        Opened base; it is not changed.
    rules : sequence of Precedence
        Taken in order; each sees what earlier ones left.
    options : CheckOptions
        Boundary tolerance: overlaps within it are left alone.

    Returns
    -------
    Proposal
        Features that meet no other line keep their very shape. Nothing is
        enlarged; holes stay. Reconciling the result changes nothing.

    Raises
    ------
    LayerError
        When a control line is missing, or two ways to an area disagree.
    """
    lines = {key: required_layer(base, key) for key in control_lines()}
    problems = [
        problem
        for layer in filter(None, lines.values())
        for problem in trust_problems(layer, options)
    ]
    shapes = {k: one.geometry.copy() for k, one in lines.items() if one is not None}
    cuts: list[Cut] = []
    towns = base.layers.get("township")
    townships = None if towns is None else edges_of(towns.geometry)
    for rule in rules:
        other = base.layers.get(rule.to)
        if rule.yields not in shapes or other is None:
            missing = base.missing.get(rule.to, ())
            problems += [p for p in missing if rule.yields in shapes]
            continue
        place = _Place(
            base=base, townships=townships, rule=rule, other=other, options=options
        )
        made, after = _cut_layer(place, shapes[rule.yields], shapes.get(rule.to))
        shapes[rule.yields] = after
        cuts += made
    yielding = dict.fromkeys(rule.yields for rule in rules if rule.yields in shapes)
    unique = tuple({p.line(): p for p in problems}.values())
    return Proposal(
        crs=base.crs,
        geometry={key: shapes[key] for key in yielding},
        ids={key: base.layers[key].feature_ids for key in yielding},
        cuts=tuple(cuts),
        totals={
            key: (_total(layer.geometry, base.crs), _total(shapes[key], base.crs))
            for key, layer in lines.items()
            if layer is not None
        },
        names=zone_names(base),
        problems=unique,
    )


def left_overlaps(base: Base, options: CheckOptions) -> tuple[Problem, ...]:
    """Return what still overlaps beyond the boundary tolerance, line by line."""
    lines = [base.layers[key] for key in control_lines() if key in base.layers]
    problems = []
    for number, one in enumerate(lines):
        for other in lines[number + 1 :]:
            own, rows = _areal(one.geometry), _areal(other.geometry)
            sites, features = one.geometry[own], other.geometry[rows]
            found = measure_overlaps(sites, features, options, crs=base.crs)
            sums = sum_by_site(found, sites, options, crs=base.crs)
            bad = np.flatnonzero(_overlapping(sums))
            if len(bad):
                ids = "、".join(str(one.feature_ids[own[row]]) for row in bad[:5])
                area = f"{sums.deduplicated_m2[bad].sum():.2f}"
                problems.append(
                    layer_problem(
                        "STILL_OVERLAPS",
                        one.info.id,
                        features=ids,
                        area=area,
                        other=other.info.id,
                    )
                )
    return tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Place:
    """A rule, the layer it yields to, where, and the townships as edges."""

    base: Base
    townships: RaggedEdges | None
    rule: Precedence
    other: Layer
    options: CheckOptions


def _cut_layer(
    place: _Place, own: Shapes, other: Shapes | None
) -> tuple[list[Cut], Shapes]:
    """Return the cuts of one rule, and the layer after them."""
    base, options = place.base, place.options
    there = place.other.geometry if other is None else other
    rows = place.rule.rows(place.other)
    rows = rows[np.isin(rows, _areal(there))]
    sites = _areal(own)
    found = measure_overlaps(own[sites], there[rows], options, crs=base.crs)
    sums = sum_by_site(found, own[sites], options, crs=base.crs)
    after = own.copy()
    cuts = []
    for site in np.flatnonzero(_overlapping(sums)):
        met = rows[_met(found, int(site))]
        row = int(sites[site])
        cut, rest = _cut_feature(place, row, own[row], closed=there[met], met=met)
        after[row] = rest
        cuts.append(cut)
    return cuts, after


def _overlapping(sums: SiteSums) -> NDArray[np.bool_]:
    """Say which sites share ground beyond the boundary tolerance."""
    real = sums.deduplicated_m2 > NOISE_M2
    return np.asarray((sums.overlap_class == SUBSTANTIVE) & real)


def _met(found: Overlaps, site: int) -> NDArray[np.intp]:
    """Return the features that a site shares ground with."""
    rows = found.rows_of(site)
    own = np.arange(rows.start, rows.stop)
    return found.feature[own[found.area_m2[own] > NOISE_M2]]


def _cut_feature(
    place: _Place,
    row: int,
    shape: BaseGeometry,
    *,
    closed: Shapes,
    met: NDArray[np.intp],
) -> tuple[Cut, BaseGeometry]:
    """Take closed ground out of one feature; every other vertex stays."""
    base, rule = place.base, place.rule
    ground = closed[0] if len(closed) == 1 else shapely.union_all(closed)
    rest, dropped = _without_remnants(shapely.difference(shape, ground), place.options)
    given = polygonal(np.array([shapely.intersection(shape, ground)], dtype=object))[0]
    sides = np.array([shape, rest, dropped, given], dtype=object)
    before, after, lost, told = measure.area_m2(sides, base.crs).tolist()
    given_m2 = math.fsum([before, -after, -lost])
    allowed = max(_AGREEMENT_M2, float(shapely.length(given)) * _GRID_M)
    layer = base.layers[rule.yields]
    if abs(given_m2 - told) > allowed:
        name = str(layer.feature_ids[row])
        raise LayerError(layer_problem("AREAS_DISAGREE", rule.yields, features=name))
    cut = Cut(
        layer=rule.yields,
        feature=str(layer.feature_ids[row]),
        rule=rule,
        met=tuple(str(place.other.feature_ids[k]) for k in met),
        before_m2=before,
        given_m2=given_m2,
        dropped_m2=lost,
        after_m2=after,
        given=given,
        townships=_by_township(given, given_m2, place),
    )
    return cut, rest


def _without_remnants(
    rest: BaseGeometry, options: CheckOptions
) -> tuple[BaseGeometry, BaseGeometry]:
    """Return what is left, and the parts of it within the boundary tolerance."""
    parts = shapely.get_parts(polygonal(np.array([rest], dtype=object)))
    parts = parts[~shapely.is_empty(parts)]
    small = within_tolerance(parts, options)
    return _joined(parts[~small]), _joined(parts[small])


def _joined(parts: Shapes) -> BaseGeometry:
    if len(parts) == 0:
        return shapely.Polygon()
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    shape: BaseGeometry = oriented(np.array([whole], dtype=object))[0]
    return shape


def _by_township(
    given: BaseGeometry, given_m2: float, place: _Place
) -> dict[str, float]:
    """Return ground given up by township; what lies in none under ''."""
    if place.townships is None:
        return {"": given_m2}
    layer = place.base.layers["township"]
    ours = ragged_edges(np.array([given], dtype=object))
    found = shared_areas(ours, place.townships, crs=place.base.crs)
    shares: dict[str, float] = {}
    for row, area in zip(found.right.tolist(), found.area_m2.tolist(), strict=True):
        if area > NOISE_M2:
            code = str(layer.attributes["code"][row])
            shares[code] = shares.get(code, 0.0) + area
    rest = math.fsum([given_m2, *(-area for area in shares.values())])
    if abs(rest) <= max(_AGREEMENT_M2, 1e-9 * given_m2) and shares:
        largest = max(sorted(shares), key=lambda code: shares[code])
        return shares | {largest: shares[largest] + rest}
    return shares | {"": rest}


def _areal(shapes: Shapes) -> NDArray[np.intp]:
    return np.flatnonzero(is_areal(shapes) & ~shapely.is_empty(shapes))


def _total(shapes: Shapes, crs: str) -> float:
    return math.fsum(measure.area_m2(shapes, crs).tolist())


def with_proposal(base: Base, proposal: Proposal) -> Base:
    """Return the base with the lines as proposed; emptied features are left out."""
    layers = dict(base.layers)
    for key, shapes in proposal.geometry.items():
        layer, kept = base.layers[key], ~shapely.is_empty(shapes)
        layers[key] = replace(
            layer,
            geometry=shapes[kept],
            feature_ids=layer.feature_ids[kept],
            attributes={n: column[kept] for n, column in layer.attributes.items()},
        )
    return replace(base, layers=layers)
