"""The desk under load: 50 clients, 20 requests each, every twentieth hostile.

Prints latencies, refusals and memory, and counts answers that are not those of
their own request: each carries the hash of its site.
"""

import asyncio
import json
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil

from zoning.samples.places import sample_folder
from zoning.web.app import make_app
from zoning.web.serving import listening, server_of
from zoning.web.settings import DeskSettings, hosts_of

CLIENTS, REQUESTS = 50, 20
HOSTILE_EVERY = 20
ALONE = 40
AS_OF = "2026-11-23"
WEST, SOUTH, SIDE = 109.75, 31.0, 0.0008


def site(number: int) -> bytes:
    """Return a plot of its own as GeoJSON."""
    west = WEST + 0.002 * (number % 100)
    south = SOUTH + 0.002 * (number // 100)
    ring = [[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE], [0, 0]]
    geometry = {
        "type": "Polygon",
        "coordinates": [[[west + dx, south + dy] for dx, dy in ring]],
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    return json.dumps(document).encode()


@contextmanager
def desk(base: Path, place: Path) -> Iterator[tuple[str, str]]:
    """Serve a desk; give its address and token."""
    token = secrets.token_urlsafe(24)
    bound = listening("127.0.0.1", 0)
    port = bound.getsockname()[1]
    settings = DeskSettings(
        base=base, place=place, token=token, hosts=hosts_of("127.0.0.1", port)
    )
    server = server_of(make_app(settings), settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


def resident() -> int:
    """Return the memory of this process and its own, megabytes."""
    own = psutil.Process()
    return sum(p.memory_info().rss for p in (own, *own.children(recursive=True))) >> 20


async def one(client: httpx.AsyncClient, number: int, told: Counter[str]) -> float:
    """Make one request; return its seconds, nan for a hostile one."""
    if number % HOSTILE_EVERY == 0:
        headers = {"host": "evil.example"}
        answer = await client.get("/jobs", headers=headers)
        told[f"hostile {answer.status_code}"] += 1
        return float("nan")
    headers = {"content-type": "application/octet-stream"}
    sent = await client.post(
        "/api/sites",
        params={"name": "s.geojson"},
        content=site(number),
        headers=headers,
    )
    (read,) = sent.json()["sites"]
    body = {"uploads": [sent.json()["upload"]], "as_of": AS_OF}
    started = time.perf_counter()
    answer = await client.post("/api/check", json=body)
    seconds = time.perf_counter() - started
    told[str(answer.status_code)] += 1
    if answer.status_code == httpx.codes.OK:
        own = answer.json()["sites"][0]["source"]["sha256"]
        told["crossed"] += own != read["sha256"]
    return seconds


async def load(url: str, token: str) -> None:
    """Run all clients and print what came of it."""
    told: Counter[str] = Counter()
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=600,
        limits=httpx.Limits(max_connections=CLIENTS),
    ) as client:
        alone = [await one(client, number, Counter()) for number in range(1, ALONE)]

        async def many(start: int) -> list[float]:
            return [await one(client, start + k, told) for k in range(REQUESTS)]

        lists = await asyncio.gather(*(many(n * REQUESTS) for n in range(CLIENTS)))
        before = resident()  # the county has been seen once
        await asyncio.gather(*(many(n * REQUESTS) for n in range(CLIENTS)))
        after = resident()
    seconds = np.array([s for part in lists for s in part])
    p50, p99 = np.nanpercentile(seconds, [50, 99])
    print(f"one client: median {np.nanmedian(alone) * 1000:.0f} ms to the verdict")
    print(
        f"{CLIENTS} clients x {REQUESTS} requests, twice: {dict(sorted(told.items()))}"
    )
    print(f"p50 {p50:.2f} s, p99 {p99:.2f} s, ratio {p99 / p50:.2f} (demand 5)")
    grown = after / before - 1
    print(f"memory, second round: {before} -> {after} MB ({grown:+.1%}, demand 5 %)")


def main() -> int:
    """Run it on the sample county."""
    base = sample_folder()
    if base is None:
        print("no sample base")
        return 1
    with (
        tempfile.TemporaryDirectory() as place,
        desk(base, Path(place)) as (url, token),
    ):
        asyncio.run(load(url, token))
    return 0


if __name__ == "__main__":
    sys.exit(main())
