"""Tiles below the layers of a map: only when asked for, never from a shifted service.

A page with tiles is the one page of the product that asks the network. Its
policy names the hosts it may ask for pictures, and nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from zoning import strict_yaml
from zoning.errors import Problem, UsageError
from zoning.terms import LANGUAGES

__all__ = ["TileSource", "key_variable", "tile_source"]

_PLACES = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[A-Za-z0-9.{}-]+(:\d+)?")
_REQUIRED = {"x", "y", "z"}
_KNOWN = _REQUIRED | {"s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSource:
    """Tiles of one service.

    Parameters
    ----------
    urls : tuple of str
        Templates in Leaflet's form, lowest first; Web Mercator, XYZ order.
    hosts : tuple of str
        Origins that the page may ask for pictures.
    label, credit : tuple of str
        For the legend and for the map's corner; Chinese, English.
    subdomains : str
        What ``{s}`` stands for; '' without.
    deepest : int
        The last zoom that the service has; deeper ones enlarge it.
    carries_key : bool
        True when the page holds the user's own key.
    """

    urls: tuple[str, ...]
    hosts: tuple[str, ...]
    label: tuple[str, str]
    credit: tuple[str, str]
    subdomains: str
    deepest: int
    carries_key: bool


def key_variable() -> str:
    """Return the name of the environment variable of Tianditu's key."""
    return str(_table()["key_variable"])


def tile_source(wanted: str, environment: Mapping[str, str]) -> TileSource:
    """Return the tiles named `wanted`: a service of the table, or a template.

    Parameters
    ----------
    wanted : str
        ``tianditu-vec``, ``tianditu-img``, ``tianditu-ter``, or a template
        ``http(s)://host/…{z}…{x}…{y}…``.
    environment : mapping of str to str
        Where the key is looked up.

    Raises
    ------
    UsageError
        TILES_UNKNOWN, TILES_KEY_MISSING, or TILES_SHIFTED: tiles in GCJ-02 or
        BD-09 show a site hundreds of metres away from where it lies.
    """
    services = _table()["services"]
    if wanted in services:
        return _service(services[wanted], environment)
    if not wanted.startswith(("http://", "https://")):
        known = "、".join(services)
        raise UsageError(
            Problem(code="TILES_UNKNOWN", values={"tiles": wanted, "known": known})
        )
    return _template(wanted)


def _service(entry: Mapping[str, Any], environment: Mapping[str, str]) -> TileSource:
    table = _table()
    key = environment.get(table["key_variable"], "").strip()
    if not key:
        values = {"variable": table["key_variable"]}
        raise UsageError(Problem(code="TILES_KEY_MISSING", values=values))
    made = [
        table["template"].replace("{layer}", layer).replace("{key}", quote(key))
        for layer in entry["layers"]
    ]
    return TileSource(
        urls=tuple(made),
        hosts=_origins(made[0], table["subdomains"]),
        label=_pair(entry["label"]),
        credit=_pair(table["credit"]),
        subdomains=table["subdomains"],
        deepest=table["deepest"],
        carries_key=True,
    )


def _template(url: str) -> TileSource:
    host = urlsplit(url).netloc
    named = set(_PLACES.findall(url))
    rest = _PLACES.sub("", url)
    sound = named >= _REQUIRED and named <= _KNOWN and not set("{}") & set(rest)
    if not sound or not _HOST.fullmatch(host):
        raise UsageError(Problem(code="TILES_TEMPLATE", values={"tiles": url}))
    _refuse_shifted(host)
    table = _table()
    return TileSource(
        urls=(url,),
        hosts=_origins(url, table["subdomains"]),
        label=(host, host),
        credit=(host, host),
        subdomains=table["subdomains"] if "s" in named else "",
        deepest=table["deepest"],
        carries_key=False,
    )


def _refuse_shifted(host: str) -> None:
    name = host.partition(":")[0].lower().rstrip(".")
    for shifted in _table()["shifted_hosts"]:
        if name == shifted or name.endswith(f".{shifted}"):
            raise UsageError(Problem(code="TILES_SHIFTED", values={"host": name}))


def _origins(url: str, subdomains: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if "{s}" not in origin:
        return (origin,)
    return tuple(origin.replace("{s}", one) for one in subdomains)


def _pair(words: Mapping[str, str]) -> tuple[str, str]:
    chinese, english = (words[lang] for lang in LANGUAGES)
    return chinese, english


@cache
def _table() -> dict[str, Any]:
    raw = files("zoning").joinpath("report/tiles.yaml")
    loaded: dict[str, Any] = strict_yaml.load_text(raw.read_text(encoding="utf-8"))
    return loaded
