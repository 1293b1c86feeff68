"""Vector tiles of the benchmark county, zoom by zoom: CPU time, bytes, waiting.

    python -m benchmarks.tiles [FOLDER] [--size 0.02] [--layers land_parcel,...]

FOLDER holds a base of `benchmarks.county_files`; it is written where it is not
there. Zooms are those of the page, whose tiles are twice as wide as those of the
pyramid. ``made``: CPU milliseconds of a tile that was never asked for, in a
worker; ``kept``: milliseconds by the clock of one that was, from the desk.
"""

import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.county_files import asked_county
from benchmarks.desk import desk
from zoning.io.base import open_base
from zoning.measure import to_lonlat
from zoning.model import Base
from zoning.web.engine import Engine
from zoning.web.tile_place import SCREEN

LAYERS = "land_parcel,permanent_basic_farmland,ecological_redline"
PAGE_ZOOMS = range(8, 18)
MOST, ALONG = 12, 7
Place = tuple[int, int, int]


def places(zoom: int, base: Base) -> list[Place]:
    """Return some tiles of the county, spread over it."""
    west, south, east, north = base.county.bounds
    share = np.linspace(0.03, 0.97, ALONG)
    across, along = np.meshgrid(
        west + share * (east - west), south + share * (north - south)
    )
    xy = np.column_stack([across.ravel(), along.ravel()])
    lonlat = np.radians(to_lonlat(xy, base.crs))
    x = (lonlat[:, 0] / np.pi + 1) / 2 * 2**zoom
    y = (1 - np.arcsinh(np.tan(lonlat[:, 1])) / np.pi) / 2 * 2**zoom
    found = sorted(
        set(zip(x.astype(int).tolist(), y.astype(int).tolist(), strict=True))
    )
    chosen = np.unique(np.linspace(0, len(found) - 1, MOST).astype(int))
    return [(zoom, *found[k]) for k in chosen]


def made(engine: Engine, layer: str, where: list[Place]) -> list[dict[str, Any]]:
    """Draw tiles; return what each is and costs."""
    rows = []
    for z, x, y in where:
        started = time.process_time()
        asked = {"job": "tile", "layer": layer, "z": z, "x": x, "y": y}
        tile = engine.answer(asked, lambda _: None)
        spent = (time.process_time() - started) * 1000
        rows.append({**tile.header, "ms": spent, "kb": len(tile.buffers[0]) / 1e3})
    return rows


def kept(
    client: httpx.Client, layer: str, key: str, *, where: list[Place]
) -> list[float]:
    """Fetch tiles twice; return how long the second time took."""
    waited = []
    for z, x, y in where:
        path = f"/tiles/{layer}/{key}/{z}/{x}/{y}"
        client.get(path).raise_for_status()
        started = time.perf_counter()
        client.get(path).raise_for_status()
        waited.append((time.perf_counter() - started) * 1000)
    return waited


def table(base: Path, place: Path, *, layers: list[str]) -> None:
    """Print the table of some layers."""
    engine, county = Engine(base), open_base(base)
    print(
        f"tiles of {SCREEN} pixels; the dearest tile's features, and those drawn singly"
    )
    print(
        "zoom  tiles  made p50  p95  max   kept p50  p95   kB p50   max"
        "  features  singly"
    )
    with desk(base, place) as (url, token):
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
            listed = client.get("/api/layers").json()["layers"]
            keys = {one["id"]: one.get("key", "") for one in listed}
            for layer in layers:
                engine.answer(
                    {"job": "tile", "layer": layer, "z": 4, "x": 0, "y": 0}, print
                )
                print(layer)
                for zoom in PAGE_ZOOMS:
                    where = places(zoom - 1, county)
                    rows = made(engine, layer, where)
                    again = kept(client, layer, keys[layer], where=where)
                    line(zoom, rows, again)


def line(zoom: int, rows: list[dict[str, Any]], again: list[float]) -> None:
    """Print one zoom."""
    ms, kb = [row["ms"] for row in rows], [row["kb"] for row in rows]
    dearest = rows[int(np.argmax(ms))]
    p50, p95 = np.percentile(ms, [50, 95])
    waited = np.percentile(again, [50, 95])
    print(
        f"{zoom:4d}  {len(rows):5d}  {p50:8.0f} {p95:4.0f} {max(ms):4.0f}"
        f"   {waited[0]:8.1f} {waited[1]:4.1f}  {np.median(kb):7.0f} {max(kb):5.0f}"
        f"  {dearest['there']:8d}  {dearest['shown']:6d}"
    )


def main() -> None:
    """Print the table."""
    with asked_county(__doc__, LAYERS) as (asked, base, place):
        table(base, place, layers=asked.layers.split(","))


if __name__ == "__main__":
    main()
