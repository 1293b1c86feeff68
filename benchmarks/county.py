"""The benchmark county: six layers and sites, made from a seed.

At `size` 1 it has 300 000 adjacent parcels, 60 red-line multipolygons of 48 000
to 240 000 vertices with holes, 37 500 farmland patches, 80 urban polygons,
42 control units and 22 corridors. Other sizes keep the proportions.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.jobs import LAYERS

__all__ = ["CRS", "LAYERS", "County", "Shapes", "make_county", "make_sites"]

CRS = "EPSG:4546"
WEST, SOUTH, SIDE_M = 365_000.0, 3_405_000.0, 55_000.0
PARCELS, RED_LINES, PATCHES = 300_000, 60, 37_500
URBAN, CORRIDORS = 80, 22
LARGEST = 240_000  # vertices of a multipolygon: two parts, each with a hole

Shapes = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class County:
    """Layers of the county, in `CRS`."""

    parcels: Shapes
    red_lines: Shapes
    farmland: Shapes
    urban: Shapes
    units: Shapes
    corridors: Shapes


def make_county(size: float, seed: int = 6) -> County:
    """Build the county at a size, 1 for the whole."""
    rng, later = np.random.default_rng(seed), np.random.default_rng(seed + 1000)
    side = SIDE_M * np.sqrt(size)
    return County(
        parcels=_parcels(rng, side, int(PARCELS * size)),
        red_lines=_red_lines(rng, side, max(3, int(RED_LINES * size)), size=size),
        farmland=_blobs(rng, side, int(PATCHES * size), vertices=60),
        urban=_urban(later, side, max(2, int(URBAN * size))),
        units=_units(side),
        corridors=_corridors(later, side, max(2, int(CORRIDORS * size))),
    )


def make_sites(count: int, size: float, seed: int = 7) -> Shapes:
    """Build sites of 0.5 to 200 ha."""
    rng = np.random.default_rng(seed)
    radius = np.sqrt(np.exp(rng.uniform(np.log(5e3), np.log(2e6), count)) / np.pi)
    return _blobs(rng, SIDE_M * np.sqrt(size), count, vertices=24, radius=radius)


def _parcels(rng: np.random.Generator, side: float, count: int) -> Shapes:
    """Lay a bent grid: neighbours share ragged borders vertex by vertex."""
    cells, steps = round(np.sqrt(count)), 8
    pitch = side / cells
    bend = pitch / steps / 4
    ticks = np.arange(cells * steps + 1) * (pitch / steps)
    level = np.stack(np.meshgrid(ticks, ticks[::steps]), axis=2)
    level += rng.uniform(-bend, bend, level.shape)
    upright = np.stack(np.meshgrid(ticks[::steps], ticks), axis=2)
    upright += rng.uniform(-bend, bend, upright.shape)
    upright[::steps] = level[:, ::steps]  # corners belong to both
    corner = np.array([WEST, SOUTH])
    level, upright = level + corner, upright + corner
    row, column = (a.ravel() for a in np.mgrid[:cells, :cells])
    go = np.arange(steps + 1)
    along, up = column[:, None] * steps + go, row[:, None] * steps + go
    south = level[row[:, None], along]
    north = level[row[:, None] + 1, along][:, ::-1]
    west = upright[up, column[:, None]][:, ::-1]
    east = upright[up, column[:, None] + 1]
    rings = [south[:, :-1], east[:, :-1], north[:, :-1], west[:, :-1]]
    return np.asarray(shapely.polygons(np.concatenate(rings, axis=1)))


def _blobs(
    rng: np.random.Generator,
    side: float,
    count: int,
    *,
    vertices: int,
    radius: NDArray[np.float64] | None = None,
) -> Shapes:
    middle = rng.uniform(0, side, (count, 1, 2)) + np.array([WEST, SOUTH])
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    size = rng.uniform(40, 160, count) if radius is None else radius
    reach = size[:, None] * rng.uniform(0.75, 1.0, (count, vertices))
    spokes = np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[..., None]
    return np.asarray(shapely.polygons(middle + spokes))


def _red_lines(
    rng: np.random.Generator, side: float, count: int, *, size: float
) -> Shapes:
    """Return pairs of ragged blobs with holes; the largest has `LARGEST` vertices."""
    made = []
    columns = int(np.ceil(np.sqrt(count)))
    pitch = side / columns
    for k in range(count):
        middle = np.array([WEST, SOUTH]) + pitch * (np.divmod(k, columns)[0] + 0.5)
        middle[0] = WEST + pitch * (k % columns + 0.5)
        whole = LARGEST * min(size * 4, 1) / (1 + k % 5)
        vertices = max(200, int(whole * 4 / 9))  # a hole has an eighth of it
        parts = [
            shapely.Polygon(
                _ring(rng, middle + shift, pitch * 0.2, vertices=vertices),
                [
                    _ring(
                        rng,
                        middle + shift,
                        pitch * 0.05,
                        vertices=vertices // 8,
                    )
                ],
            )
            for shift in (np.array([-pitch / 4, 0]), np.array([pitch / 4, 0]))
        ]
        made.append(shapely.MultiPolygon(parts))
    return np.array(made, dtype=object)


def _urban(rng: np.random.Generator, side: float, count: int) -> Shapes:
    """Return towns of 500 m to 2 km across."""
    middle = rng.uniform(0, side, (count, 2)) + np.array([WEST, SOUTH])
    radius = rng.uniform(250, 1000, count)
    rings = [
        _ring(rng, middle[k], radius[k], vertices=600, jitter=0.02)
        for k in range(count)
    ]
    return np.asarray(shapely.polygons(rings))


def _corridors(rng: np.random.Generator, side: float, count: int) -> Shapes:
    """Return strips of 200 m to 1 km across the county, along bent lines."""
    along = np.linspace(0, side, max(4, int(side / 250)))
    lines = []
    for k in range(count):
        across = side * (k + 0.5) / count + np.cumsum(rng.normal(0, 60, len(along)))
        xy = np.stack([along, across][:: 1 if k % 2 else -1], axis=1)
        lines.append(shapely.LineString(xy + np.array([WEST, SOUTH])))
    strips = shapely.buffer(lines, rng.uniform(100, 500, count), quad_segs=8)
    return np.asarray(strips, dtype=object)


def _ring(
    rng: np.random.Generator,
    middle: NDArray[np.float64],
    radius: float,
    *,
    vertices: int,
    jitter: float = 1e-3,
) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    waves = sum(
        rng.uniform(0, 0.2) / k * np.cos(k * angle + rng.uniform(0, 6))
        for k in (2, 3, 5, 9, 17)
    )
    reach = radius * (0.8 + waves * 0.5) * (1 + rng.uniform(-jitter, jitter, vertices))
    return middle + np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None]


def _units(side: float) -> Shapes:
    """Divide the county into 6 x 7 units."""
    x, y = np.meshgrid(np.arange(6) * side / 6, np.arange(7) * side / 7)
    x, y = WEST + x.ravel(), SOUTH + y.ravel()
    boxes = shapely.box(x, y, x + side / 6, y + side / 7)
    return np.asarray(shapely.segmentize(boxes, 25.0))
