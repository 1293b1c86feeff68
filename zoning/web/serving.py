"""A desk in the foreground: started, opened in the browser, stopped by Ctrl-C."""

import contextlib
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoning.errors import Problem, UsageError
from zoning.web.settings import DeskSettings, hosts_of

if TYPE_CHECKING:  # of the extra `serve`
    import uvicorn
    from fastapi import FastAPI

__all__ = ["held", "is_loopback", "listening", "serve", "server_of"]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LOCK = "desk.lock"
_GRACE_SECONDS = 3
_IDLE_SECONDS = 20
"""Longer than clients keep a connection: who closes last loses no request."""


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine and nobody else."""
    return host in _LOOPBACK


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises
    ------
    UsageError
        ``DESK_PORT_TAKEN``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sends answers at once (TCP_NODELAY).
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there it would let a second desk in
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except (OSError, OverflowError) as error:
        bound.close()
        detail = getattr(error, "strerror", None) or type(error).__name__
        values = {"port": str(port), "detail": detail}
        raise UsageError(Problem(code="DESK_PORT_TAKEN", values=values)) from error
    return bound


@contextlib.contextmanager
def held(place: Path) -> Iterator[None]:
    """Hold the folder of a desk, so that no second one writes into it.

    Raises
    ------
    UsageError
        ``DESK_PLACE_IN_USE``, ``DESK_PLACE_UNWRITABLE``.
    """
    import psutil

    lock = place / _LOCK
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        detail = error.strerror or type(error).__name__
        values = {"folder": place.name, "detail": detail}
        raise UsageError(
            Problem(code="DESK_PLACE_UNWRITABLE", values=values)
        ) from error
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        number, born = lock.read_text(encoding="ascii").split()
        if psutil.Process(int(number)).create_time() == float(born):
            values = {"folder": place.name}
            raise UsageError(Problem(code="DESK_PLACE_IN_USE", values=values))
    own = psutil.Process()
    lock.write_text(f"{own.pid} {own.create_time()!r}", encoding="ascii")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def serve(
    settings: DeskSettings,
    *,
    host: str,
    bound: socket.socket,
    browser: bool,
    told: Callable[[str], object],
) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    settings : DeskSettings
        Its `hosts` are set here.
    host : str
        As the user named it.
    bound : socket
        Of `listening`.
    browser : bool
        Open the page.
    told : callable
        Given the address of the page, once it is served.

    The page opens in the language of `settings` where that is not Chinese.
    """
    from zoning.web.app import make_app

    port = int(bound.getsockname()[1])
    settings = replace(settings, hosts=hosts_of(host, port))
    address = _address(host, port, settings)
    with held(settings.place):
        server = server_of(make_app(settings), settings)
        told(address)
        if browser:
            threading.Thread(
                target=webbrowser.open, args=(address,), daemon=True
            ).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[bound])


def server_of(app: "FastAPI", settings: DeskSettings) -> "uvicorn.Server":
    """Return the server of a desk, with its bounds."""
    import uvicorn

    from zoning.web.patience import patient_protocol

    config = uvicorn.Config(
        app,
        http=patient_protocol(settings.body_seconds),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=512,
        ws="none",
    )
    return uvicorn.Server(config)


def _address(host: str, port: int, settings: DeskSettings) -> str:
    """Return the address of the page; a browser never sends what follows #."""
    name = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104
    name = f"[{name}]" if ":" in name else name
    lang = "" if settings.lang == "zh" else f"&lang={settings.lang}"
    return f"http://{name}:{port}/#token={settings.token}{lang}"
