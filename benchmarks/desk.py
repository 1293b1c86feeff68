"""The desk under load: 50 clients, 20 requests each, every twentieth hostile.

    python -m benchmarks.desk
    python -m benchmarks.desk --base county/ --site county/site.geojson

Prints latencies, refusals and memory, and counts answers that are not those of
their own request: each carries the hash of its site. With a base and a site: how
long one client waits for the verdict on that site, from drop to answer.
"""

import argparse
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
WARM = 5
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


def cpu_seconds() -> float:
    """Return the CPU seconds of this process, client included, and its own."""
    own = psutil.Process()
    times = [p.cpu_times() for p in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


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


async def drop(url: str, token: str, content: bytes) -> None:
    """Send a site and ask for its verdict, again and again; print the median."""
    headers = {"authorization": f"Bearer {token}"}
    octets = {"content-type": "application/octet-stream"}
    seconds, inside, spent = list[float](), list[float](), 0.0
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=600) as client:
        for turn in range(ALONE + WARM):
            if turn == WARM:
                seconds, inside, spent = [], [], cpu_seconds()
            started = time.perf_counter()
            sent = await client.post(
                "/api/sites",
                params={"name": "s.geojson"},
                content=content,
                headers=octets,
            )
            body = {"uploads": [sent.json()["upload"]], "as_of": AS_OF}
            answer = await client.post("/api/check", json=body)
            seconds.append(time.perf_counter() - started)
            inside.append(float(answer.headers["x-zoning-milliseconds"]))
        spent = cpu_seconds() - spent
    print(
        f"drop to verdict: median {np.median(inside):.0f} ms in the server, from the "
        f"last byte of the file, as the page shows it; {np.median(seconds) * 1000:.0f} "
        f"ms for the client, both requests; {spent / ALONE * 1000:.0f} ms of CPU"
    )


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
    """Run it on the sample county, or one site on another base."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, default=sample_folder())
    parser.add_argument("--site", type=Path)
    asked = parser.parse_args()
    if asked.base is None:
        print("no sample base")
        return 1
    with (
        tempfile.TemporaryDirectory() as place,
        desk(asked.base, Path(place)) as (url, token),
    ):
        if asked.site is None:
            asyncio.run(load(url, token))
        else:
            asyncio.run(drop(url, token, asked.site.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
