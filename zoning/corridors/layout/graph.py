"""The layout as a graph: what holds together, and which corridor it hangs on.

Nodes are places (belts, screens, patches) and junctions, where corridors meet.
Links are stretches of corridors from one node to the next along the axis, and
contacts of places. The plan as drawn takes each feature whole; the plan as it
stands takes each piece of permeable ground by itself, so that a gap parts what it
parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.indices import connectivity, probability_of_dispersal
from zoning.corridors.layout.appraisal import Appraised
from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.table import LayoutTable
from zoning.corridors.layout.values import LayoutGraph, Worth
from zoning.corridors.network import indices_of

__all__ = ["Net", "Unit", "layout_graph", "net_of", "parts_of", "without"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
PLACES = frozenset({"belt", "screen", "patch"})
_TOUCHING = -1
"""The corridor of a link between places that touch."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unit:
    """A feature, or a piece of its ground, as the graph takes it.

    Parameters
    ----------
    row : int
        Of the feature in the layout.
    shape : geometry
        Polygons in the plane.
    area_m2 : float
        Of a place.
    axis : Axis or None
        Of a corridor; None for places.
    """

    row: int
    shape: BaseGeometry
    area_m2: float
    axis: Axis | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Net:
    """Places, junctions and links.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Feature of each node; -1 for junctions, which come last.
    area_m2 : ndarray of float64, shape (n,)
        0 for junctions.
    ends : ndarray of int64, shape (k, 2)
        Nodes of each link.
    length_m : ndarray of float64, shape (k,)
        Along the axis; 0 for contacts.
    corridor : ndarray of int64, shape (k,)
        Feature of each link; -1 for contacts of places.
    touched : mapping of int to tuple of int
        Corridor → features that it touches, along its axis.
    """

    rows: Indices
    area_m2: Floats
    ends: Indices
    length_m: Floats
    corridor: Indices
    touched: Mapping[int, tuple[int, ...]]


def layout_graph(
    appraised: Sequence[Appraised], table: LayoutTable, crs: str
) -> LayoutGraph:
    """Return the layout as a graph, and what each corridor is worth to it.

    Parameters
    ----------
    appraised : sequence of Appraised
        All features, ordered by row.
    table : LayoutTable
        Contact and dispersal.
    crs : str
        The working plane.
    """
    whole = {one.audit.row: _whole(one) for one in appraised}
    pieces = {one.audit.row: _pieces(one, crs) for one in appraised}
    planned = net_of(
        [unit for units in whole.values() for unit in units], table.contact_m
    )
    standing = net_of(
        [unit for units in pieces.values() for unit in units], table.contact_m
    )
    numerator = _numerator(planned, table)
    now = _numerator(standing, table)
    worth = []
    for one in appraised:
        if one.audit.axis is None or one.audit.kind in PLACES:
            continue
        row = one.audit.row
        left = _numerator(without(planned, row), table)
        gain = 0.0
        if one.audit.gaps:
            closed = {**pieces, row: whole[row]}
            units = [unit for part in closed.values() for unit in part]
            gain = _numerator(net_of(units, table.contact_m), table) - now
        worth.append(_worth(planned, row, (numerator, left, gain)))
    junctions = int((planned.rows < 0).sum())
    nodes = len(planned.rows)
    shape = indices_of(nodes, len(planned.ends), float(planned.length_m.sum()))
    return LayoutGraph(
        places=nodes - junctions,
        junctions=junctions,
        links=len(planned.ends),
        parts_planned=parts_of(planned),
        parts_standing=parts_of(standing),
        alpha=shape.alpha,
        beta=shape.beta,
        gamma=shape.gamma,
        ec_planned=numerator**0.5,
        ec_standing=now**0.5,
        worth=tuple(worth),
    )


def net_of(units: Sequence[Unit], contact_m: float) -> Net:
    """Return the graph of some units.

    Parameters
    ----------
    units : sequence of Unit
        Places and corridors, or pieces of them, in any order.
    contact_m : float
        Plane metres; units of one feature never touch.
    """
    ordered = sorted(units, key=lambda unit: (unit.row, unit.shape.bounds))
    met = _contacts(ordered, contact_m)
    places = [k for k, unit in enumerate(ordered) if unit.axis is None]
    node = {(k, k): number for number, k in enumerate(places)}
    links = [
        (node[i, i], node[j, j], 0.0, _TOUCHING) for i, j in met if _both(node, i, j)
    ]
    for i, j in met:
        if (i, i) not in node and (j, j) not in node:
            node[i, j] = len(node)
    stops: dict[int, list[_Stop]] = {}
    for i, j in met:
        for one, other in ((i, j), (j, i)):
            if ordered[one].axis is not None:
                at = node.get((other, other), node.get((i, j), 0))
                stop = _stop(ordered[one], ordered[other], at, contact_m=contact_m)
                stops.setdefault(one, []).append(stop)
    touched: dict[int, dict[int, None]] = {}
    for k, own in sorted(stops.items()):
        own.sort(key=lambda stop: (stop.start, stop.end, stop.node))
        unit = ordered[k]
        touched.setdefault(unit.row, {}).update((stop.row, None) for stop in own)
        links += _chain(own, unit.row)
    return _assembled(ordered, links, places, count=len(node), touched=touched)


def without(net: Net, row: int) -> Net:
    """Return a net without the links of a corridor."""
    kept = net.corridor != row
    return Net(
        rows=net.rows,
        area_m2=net.area_m2,
        ends=net.ends[kept],
        length_m=net.length_m[kept],
        corridor=net.corridor[kept],
        touched=net.touched,
    )


def parts_of(net: Net) -> tuple[tuple[int, ...], ...]:
    """Return the features that hold together, by size of the part, then by row.

    A place in several pieces is named where its greatest piece is.
    """
    label = _labels(net)
    best: dict[int, int] = {}
    for node in np.flatnonzero(net.rows >= 0).tolist():
        row = int(net.rows[node])
        if row not in best or net.area_m2[node] > net.area_m2[best[row]]:
            best[row] = node
    groups: dict[int, list[int]] = {}
    for row, node in sorted(best.items()):
        groups.setdefault(int(label[node]), []).append(row)
    return tuple(
        sorted(map(tuple, groups.values()), key=lambda rows: (-len(rows), rows))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """A node on a corridor, and between which chainages (metres) the two touch."""

    node: int
    row: int
    start: float
    end: float


def _both(node: Mapping[tuple[int, int], int], i: int, j: int) -> bool:
    return (i, i) in node and (j, j) in node


def _contacts(units: Sequence[Unit], contact_m: float) -> list[tuple[int, int]]:
    """Return the pairs of units of different features that touch, ascending."""
    shapes = np.array([unit.shape for unit in units], dtype=object)
    pairs = shapely.STRtree(shapes).query(
        shapes, predicate="dwithin", distance=contact_m
    )
    rows = np.array([unit.row for unit in units], dtype=np.int64)
    one, other = pairs
    apart = (one < other) & (rows[one] != rows[other])
    return sorted(zip(one[apart].tolist(), other[apart].tolist(), strict=True))


def _stop(unit: Unit, other: Unit, node: int, *, contact_m: float) -> _Stop:
    """Return where along a corridor another unit touches it."""
    axis = unit.axis
    assert axis is not None  # noqa: S101  asked of corridors only
    near = shapely.intersection(unit.shape, shapely.buffer(other.shape, contact_m))
    at = shapely.line_locate_point(
        axis.line, shapely.points(shapely.get_coordinates(near))
    )
    at = at * axis.scale
    return _Stop(
        node=node, row=other.row, start=float(np.min(at)), end=float(np.max(at))
    )


def _chain(stops: Sequence[_Stop], row: int) -> list[tuple[int, int, float, int]]:
    return [
        (one.node, other.node, max(other.start - one.end, 0.0), row)
        for one, other in pairwise(stops)
    ]


def _assembled(
    units: Sequence[Unit],
    links: Sequence[tuple[int, int, float, int]],
    places: Sequence[int],
    *,
    count: int,
    touched: Mapping[int, Mapping[int, None]],
) -> Net:
    rows = np.full(count, -1, dtype=np.int64)
    area = np.zeros(count)
    rows[: len(places)] = [units[k].row for k in places]
    area[: len(places)] = [units[k].area_m2 for k in places]
    return Net(
        rows=rows,
        area_m2=area,
        ends=np.array([link[:2] for link in links], dtype=np.int64).reshape(-1, 2),
        length_m=np.array([link[2] for link in links], dtype=np.float64),
        corridor=np.array([link[3] for link in links], dtype=np.int64),
        touched={row: tuple(met) for row, met in touched.items()},
    )


def _whole(one: Appraised) -> list[Unit]:
    if shapely.is_empty(one.shape):
        return []
    audit = one.audit
    axis = None if audit.kind in PLACES else audit.axis
    if audit.kind not in PLACES and axis is None:
        return []
    return [Unit(row=audit.row, shape=one.shape, area_m2=audit.area_m2, axis=axis)]


def _pieces(one: Appraised, crs: str) -> list[Unit]:
    """Return the pieces of ground of a feature.

    A corridor's pieces are those that a way leads through; where its ground is
    severed aslant they lie side by side.
    """
    whole = _whole(one)
    if not whole or len(one.parts) == 0:
        return []
    areas = measure.area_m2(one.parts, crs)
    return [
        Unit(row=whole[0].row, shape=part, area_m2=float(area), axis=whole[0].axis)
        for part, area in zip(one.parts, areas, strict=True)
    ]


def _labels(net: Net, keep: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
    ends = net.ends if keep is None else net.ends[keep]
    count = len(net.rows)
    joined = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (count, count))
    label: NDArray[np.int32] = connected_components(joined, directed=False)[1]
    return label


def _held(net: Net, keep: NDArray[np.bool_] | None = None) -> int:
    """Return in how many parts the places are."""
    return len(np.unique(_labels(net, keep)[net.rows >= 0]))


def _numerator(net: Net, table: LayoutTable) -> float:
    if len(net.rows) == 0:
        return 0.0
    chance = probability_of_dispersal(
        net.length_m, at=table.dispersal_m, probability=table.dispersal_probability
    )
    direct = np.zeros((len(net.rows),) * 2)
    for one, other in (net.ends.T, net.ends.T[::-1]):
        np.maximum.at(direct, (one, other), chance)
    return connectivity(net.area_m2, direct).numerator


def _worth(net: Net, row: int, numerators: tuple[float, float, float]) -> Worth:
    whole, left, gain = numerators
    held = _held(net)
    own = np.flatnonzero(net.corridor == row)
    every = np.arange(len(net.ends))
    share = 1 / whole if whole > 0 else 0.0
    return Worth(
        row=row,
        joins=net.touched.get(row, ()),
        articulation=_held(net, net.corridor != row) > held,
        bridges=sum(_held(net, every != link) > held for link in own.tolist()),
        ec_without=max(left, 0.0) ** 0.5,
        loss_share=max(whole - left, 0.0) * share,
        gain_share=max(gain, 0.0) * share,
    )
