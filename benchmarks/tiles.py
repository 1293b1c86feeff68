"""Vector tiles of 300 000 parcels: what one costs, zoom by zoom, in CPU time.

Prints features, bytes and milliseconds of the dearest and of a middle tile, and
how many tiles of that zoom the page asks for to fill a screen of 1440 by 900.
"""

import time

import numpy as np
import shapely

from zoning.measure import to_lonlat
from zoning.web.vector_tiles import SCREEN, TilePlace, tile_of

CRS = "EPSG:4546"
COUNT = 300_000
WEST, SOUTH, SIDE_M = 380_000.0, 3_410_000.0, 55_000.0
CORNERS = 24
ZOOMS = range(9, 17)
SHOWN = 5


def parcels(seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Return parcels of 24 corners on a jittered grid."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(COUNT)))
    step = SIDE_M / side
    row, column = np.divmod(np.arange(COUNT), side)
    centre = np.column_stack([column, row]) * step + [WEST, SOUTH]
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = step * rng.uniform(0.35, 0.5, (COUNT, CORNERS))
    around = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rings = centre[:, None, :] + radius[..., None] * around
    return np.asarray(shapely.polygons(rings), dtype=object)


def places(zoom: int) -> list[TilePlace]:
    """Return some tiles of the county: the middle one and those around it."""
    middle = np.array([[WEST + SIDE_M / 2, SOUTH + SIDE_M / 2]])
    ((lon, lat),) = np.radians(to_lonlat(middle, CRS))
    x = int((lon / np.pi + 1) / 2 * 2**zoom)
    y = int((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 2**zoom)
    around = ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1))
    return [TilePlace(z=zoom, x=x + dx, y=y + dy) for dx, dy in around[:SHOWN]]


def main() -> None:
    """Print the table."""
    shapes = parcels()
    bounds = shapely.bounds(shapes)
    kinds = np.full(COUNT, "", dtype=object)
    print(f"{COUNT} parcels of {CORNERS} corners; tiles of {SCREEN} pixels")
    print("zoom  features  shown   kB  CPU ms (middle)  CPU ms (dearest)")
    for zoom in ZOOMS:
        spent, tiles = [], []
        for place in places(zoom):
            best = np.inf
            for _ in range(3):
                started = time.process_time()
                tile = tile_of(shapes, bounds, kinds, place=place, crs=CRS)
                best = min(best, time.process_time() - started)
            spent.append(best * 1000)
            tiles.append(tile)
        most = int(np.argmax(spent))
        told = tiles[most]
        print(
            f"{zoom:4d}  {told.there:8d} {told.shown:6d} {len(told.content) / 1e3:5.0f}"
            f"  {np.median(spent):14.0f}  {spent[most]:15.0f}"
        )


if __name__ == "__main__":
    main()
