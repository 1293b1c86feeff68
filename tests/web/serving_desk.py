"""A desk served on a port of this machine, for tests that call it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import shapely

from zoning.web.app import make_app
from zoning.web.desk import Desk
from zoning.web.serving import listening, server_of
from zoning.web.settings import DeskSettings, hosts_of

TOKEN = "a-token-for-tests-only"  # noqa: S105  of no desk that stays
AS_OF = "2026-11-23"
JSON = {"content-type": "application/json"}
BYTES = {"content-type": "application/octet-stream"}
FARMLAND = shapely.box(400_100, 3_435_050, 400_300, 3_435_150)
QUIET = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A desk that is served, and a client that knows its token."""

    url: str
    port: int
    desk: Desk
    client: httpx.Client

    def send(self, path: Path, **query: str) -> dict[str, Any]:
        """Upload a file."""
        answer = self.client.post(
            "/api/sites",
            params={"name": path.name, **query},
            content=path.read_bytes(),
            headers=BYTES,
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def start(self, *uploads: str, **inputs: Any) -> httpx.Response:
        """Start a check that keeps its run."""
        body = {"inputs": {"uploads": uploads, "as_of": AS_OF, **inputs}}
        headers = {"prefer": "respond-async"}
        return self.client.post(
            "/processes/check/execution", json=body, headers=headers
        )

    def finished(self, job: str, *, seconds: float = 120.0) -> dict[str, Any]:
        """Wait for a job."""
        until = time.monotonic() + seconds
        told: dict[str, Any] = {}
        while time.monotonic() < until:
            told = self.client.get(f"/jobs/{job}").json()
            if told["status"] in {"successful", "failed", "dismissed"}:
                return told
            time.sleep(0.05)
        raise AssertionError(told)


@contextmanager
def served(base: Path, place: Path, **changes: Any) -> Iterator[Served]:
    """Serve a desk until the end of the block."""
    bound = listening("127.0.0.1", 0)
    port = bound.getsockname()[1]
    settings = DeskSettings(
        base=base,
        place=place,
        token=TOKEN,
        hosts=hosts_of("127.0.0.1", port),
        workers=1,
    )
    settings = replace(settings, **changes)
    app = make_app(settings)
    server = server_of(app, settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    url = f"http://127.0.0.1:{port}"
    headers = {"authorization": f"Bearer {TOKEN}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
            while not server.started:
                time.sleep(0.01)
            yield Served(url=url, port=port, desk=app.state.desk, client=client)
    finally:
        server.should_exit = True
        thread.join()
        bound.close()
