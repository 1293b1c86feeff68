"""What a desk is started with."""

import socket
from dataclasses import dataclass, field
from pathlib import Path

from zoning.web.uploads import UploadLimits

__all__ = ["LOOPBACK", "DeskSettings", "hosts_of"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Settings of a desk.

    Parameters
    ----------
    base : Path
        Folder of the base.
    place : Path
        Own folder of the desk: uploads, runs and the log.
    token : str
        Whoever calls must know it.
    corridors : Path or None
        Run folder of ``zoning corridors build``: impacts can be asked for then.
    hosts : frozenset of str
        Values of ``Host`` under which it may be called, port included.
    workers : int
        Processes that read and check.
    waiting : int
        Jobs that may wait beside those under way; more are told to come back.
    waiting_each : int
        Jobs of one caller that may wait or be under way.
    job_seconds, tile_seconds : float
        A job that takes longer is ended, with its process.
    body_seconds : float
        Time in which a request must have come in whole.
    most_bytes, most_json_bytes : int
        Largest upload, and largest other request.
    most_tile_bytes : int
        Of tiles that are kept.
    uploads : UploadLimits
    least_free_bytes : int
        Room on the disk below which nothing new is taken in.
    lang : str
        In which the page opens.
    remote : bool
        It listens beyond this machine.
    """

    base: Path
    place: Path
    token: str
    corridors: Path | None = None
    hosts: frozenset[str] = field(default_factory=frozenset)
    workers: int = 2
    waiting: int = 256
    waiting_each: int = 128
    job_seconds: float = 900.0
    tile_seconds: float = 60.0
    body_seconds: float = 30.0
    most_bytes: int = 64 * _MEGABYTE
    most_json_bytes: int = 8 * _MEGABYTE
    most_tile_bytes: int = 1024 * _MEGABYTE
    uploads: UploadLimits = field(default_factory=UploadLimits)
    least_free_bytes: int = 256 * _MEGABYTE
    lang: str = "zh"
    remote: bool = False


def hosts_of(host: str, port: int) -> frozenset[str]:
    """Return the values of ``Host`` that mean this desk and nothing else."""
    everywhere = host in {"0.0.0.0", "::", ""}  # noqa: S104  told apart only
    named = _own_names() if everywhere else {host}
    bracketed = {f"[{name}]" if ":" in name else name for name in named}
    return frozenset(f"{name.lower()}:{port}" for name in {*LOOPBACK, *bracketed})


def _own_names() -> set[str]:
    """Return the names and addresses of this machine."""
    import psutil

    addresses = {
        one.address.partition("%")[0]
        for listed in psutil.net_if_addrs().values()
        for one in listed
        if one.family in {socket.AF_INET, socket.AF_INET6}
    }
    return addresses | {socket.gethostname()}
