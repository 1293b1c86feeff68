"""Where a line runs through closed ground: stretches by their chainage.

A route is not cut: it has to be led elsewhere. What its engineer needs is from
which metre to which it is in the way of what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.forbidden import Piece
from zoning.model import LonLat

__all__ = ["JOIN_M", "Crossing", "Run", "find_crossings", "runs_left"]

JOIN_M = 0.001
"""Stretches closer than this are one: a line's own vertices do not part them."""
STATION_M = 200.0
AREAL = 2  # dimension


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """A stretch of a line in closed ground.

    Parameters
    ----------
    rule_ids : tuple of str
        The rules that close it.
    layer, feature, name : str
        What it meets; `feature` is '' for the outside of a layer.
    limit_m : float or None
        Distance of the rule; None where the feature itself is met.
    part : int
        Part of the line, from 0.
    start_m, end_m : float
        Chainage along that part, metres on the ellipsoid, from its first vertex.
    geometry : geometry
        The stretch, a line (a point where a line is crossed), working plane.
    start, end : LonLat
        Its ends.
    """

    rule_ids: tuple[str, ...]
    layer: str
    feature: str
    name: str
    limit_m: float | None
    part: int
    start_m: float
    end_m: float
    geometry: BaseGeometry
    start: LonLat
    end: LonLat

    @property
    def run_m(self) -> float:
        """How long it is, metres."""
        return self.end_m - self.start_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a line between closed stretches, chainage along its part."""

    part: int
    start_m: float
    end_m: float

    @property
    def run_m(self) -> float:
        """How long it is, metres."""
        return self.end_m - self.start_m


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Track:
    """A part of the line with the chainage of its vertices.

    Long edges carry stations between, for the scale of the plane changes
    along them; `surveyed` marks the line's own vertices.
    """

    part: int
    crs: str
    xy: NDArray[np.float64]
    chainage_m: NDArray[np.float64]
    surveyed: NDArray[np.bool_]

    def at(self, chainage: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points at some chainages, shape (n, 2)."""
        return np.column_stack(
            [np.interp(chainage, self.chainage_m, axis) for axis in self.xy.T]
        )

    def between(self, start_m: float, end_m: float) -> BaseGeometry:
        """Return the stretch between two chainages."""
        inner = (self.chainage_m > start_m) & (self.chainage_m < end_m) & self.surveyed
        stops = np.r_[start_m, self.chainage_m[inner], end_m]
        if end_m - start_m < JOIN_M:
            return shapely.Point(self.at(stops[:1])[0])
        return shapely.LineString(self.at(stops))


def find_crossings(
    line: BaseGeometry, closed: Iterable[tuple[str, Piece]], *, crs: str
) -> tuple[Crossing, ...]:
    """Return the stretches of a line in closed ground, in order along it.

    Parameters
    ----------
    line : geometry
        Line or multiline in the plane `crs`.
    closed : iterable of (str, Piece)
        Rules with the ground they close; ground that several rules close is
        listed once, with all of them.
    """
    by_ground: dict[tuple[str, str, float | None], tuple[Piece, list[str]]] = {}
    for rule_id, piece in closed:
        key = piece.layer, piece.feature, piece.limit_m
        rules = by_ground.setdefault(key, (piece, []))[1]
        if rule_id not in rules:
            rules.append(rule_id)
    found = [
        _crossing(track, span, piece=piece, rule_ids=tuple(rules))
        for track in _tracks(line, crs)
        for piece, rules in by_ground.values()
        for span in _stretches(track, piece.ground)
    ]
    return tuple(
        sorted(found, key=lambda c: (c.part, c.start_m, c.end_m, c.layer, c.feature))
    )


def runs_left(
    line: BaseGeometry, crossings: Sequence[Crossing], *, crs: str
) -> tuple[Run, ...]:
    """Return what would be left of a line without some stretches, in order.

    A place where it is crossed in a point parts it too; pieces shorter than a
    millimetre do not count.
    """
    left: list[Run] = []
    for track in _tracks(line, crs):
        mine = [(c.start_m, c.end_m) for c in crossings if c.part == track.part]
        reached = 0.0
        for start, end in _joined(sorted(mine)):
            left.append(Run(part=track.part, start_m=reached, end_m=start))
            reached = end
        end = float(track.chainage_m[-1])
        left.append(Run(part=track.part, start_m=reached, end_m=end))
    return tuple(run for run in left if run.run_m > JOIN_M)


def _tracks(line: BaseGeometry, crs: str) -> list[_Track]:
    tracks = []
    for number, part in enumerate(shapely.get_parts(line)):
        own = {(x, y) for x, y in shapely.get_coordinates(part).tolist()}
        xy = shapely.get_coordinates(shapely.segmentize(part, STATION_M))
        lonlat = measure.to_lonlat(xy, crs)
        steps = measure.geodesic_m(lonlat[:-1], lonlat[1:])
        tracks.append(
            _Track(
                part=number,
                crs=crs,
                xy=xy,
                chainage_m=np.r_[0.0, np.cumsum(steps)],
                surveyed=np.array([(x, y) in own for x, y in xy.tolist()]),
            )
        )
    return tracks


def _stretches(track: _Track, ground: BaseGeometry) -> list[tuple[float, float]]:
    """Return the chainages between which a track lies in some ground.

    Cut edge by edge, so that a line which comes back to a place it has passed
    keeps both passages.
    """
    ends = np.stack([track.xy[:-1], track.xy[1:]], axis=1)
    edges = shapely.linestrings(ends)
    met, edge = shapely.get_parts(
        shapely.intersection(edges, ground), return_index=True
    )
    # of a surface's rim a point is outside; of a line that is crossed it is all
    least = 1 if shapely.get_dimensions(ground) == AREAL else 0
    run = ~shapely.is_empty(met) & (shapely.get_dimensions(met) >= least)
    met, edge = met[run], edge[run]
    if len(met) == 0:
        return []
    xy, owner = shapely.get_coordinates(met, return_index=True)
    start = track.xy[:-1][edge[owner]]
    whole = np.hypot(*(track.xy[1:] - track.xy[:-1]).T)[edge[owner]]
    along = np.hypot(*(xy - start).T) / np.where(whole > 0, whole, 1.0)
    steps = np.diff(track.chainage_m)
    chainage = track.chainage_m[:-1][edge[owner]] + along * steps[edge[owner]]
    low, high = np.full(len(met), np.inf), np.full(len(met), -np.inf)
    np.minimum.at(low, owner, chainage)
    np.maximum.at(high, owner, chainage)
    return _joined(sorted(zip(low.tolist(), high.tolist(), strict=True)))


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for low, high in spans:
        if joined and low <= joined[-1][1] + JOIN_M:
            joined[-1] = joined[-1][0], max(joined[-1][1], high)
        else:
            joined.append((low, high))
    return joined


def _crossing(
    track: _Track,
    span: tuple[float, float],
    *,
    piece: Piece,
    rule_ids: tuple[str, ...],
) -> Crossing:
    start, end = measure.to_lonlat(track.at(np.array(span)), track.crs)
    return Crossing(
        rule_ids=rule_ids,
        layer=piece.layer,
        feature=piece.feature,
        name=piece.name,
        limit_m=piece.limit_m,
        part=track.part,
        start_m=span[0],
        end_m=span[1],
        geometry=track.between(*span),
        start=LonLat(lon=float(start[0]), lat=float(start[1])),
        end=LonLat(lon=float(end[0]), lat=float(end[1])),
    )
