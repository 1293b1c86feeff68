"""What each sheet shows, on which paper, at which scale: `sheets.yaml`, read.

A scale is always one of the table, so that a planner's ruler reads it; the map
frame then shows exactly the ground that the scale gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import strict_yaml

__all__ = [
    "NameStyle",
    "Paper",
    "Placed",
    "Plan",
    "batch_above",
    "batch_sheets",
    "book_plan",
    "default_marks",
    "name_style",
    "paper_named",
    "papers",
    "placed",
    "plans",
]

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A sheet of paper; `text` multiplies the size of its letters."""

    name: str
    short_mm: float
    long_mm: float
    text: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one sheet shows.

    Parameters
    ----------
    content : str
        What it is centred on: ``site``, ``base`` or ``township``.
    room : float
        The ground shown, in multiples of the content's bounds.
    least_m : float
        At least so much ground either way.
    main : tuple of str
        Layers the sheet is about; their edition and gaps are printed.
    layers : tuple of str
        All layers drawn.
    labels : tuple of str
        Layers whose features are named.
    """

    key: str
    content: str
    room: float
    least_m: float
    main: tuple[str, ...]
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    points: bool = False
    conflicts: bool = False
    near: bool = False
    layout: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameStyle:
    """How the names of a layer's features are lettered, and their column."""

    size: float
    colour: str
    most: int
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a map lies: `view` (working plane, metres) at 1 : `scale`."""

    view: BaseGeometry
    scale: int

    @property
    def metres_per_mm(self) -> float:
        """Ground metres (in the plane) per millimetre of paper."""
        return self.scale / 1000


def placed(bounds: Bounds, plan: Plan, frame_mm: tuple[float, float]) -> Placed:
    """Return the view round `bounds` at the largest scale that holds them.

    Parameters
    ----------
    bounds : (west, south, east, north)
        In metres of the working plane; may be a point.
    frame_mm : (width, height)
        Of the map frame on paper.
    """
    west, south, east, north = bounds
    ground = (
        max((east - west) * plan.room, plan.least_m),
        max((north - south) * plan.room, plan.least_m),
    )
    # 1 m on 1 mm is 1:1000
    needed = max(g / f * 1000 for g, f in zip(ground, frame_mm, strict=True))
    scale = _scale(needed)
    x, y = (west + east) / 2, (south + north) / 2
    half_width, half_height = (f * scale / 2000 for f in frame_mm)
    view = shapely.box(x - half_width, y - half_height, x + half_width, y + half_height)
    return Placed(view=view, scale=scale)


def _scale(needed: float) -> int:
    """Return the first denominator of the table that is not below `needed`.

    Beyond the table: 1, 2 or 5 times a power of ten.
    """
    fitting = [scale for scale in _table().scales if scale >= needed]
    if fitting:
        return fitting[0]
    power = 10.0 ** np.floor(np.log10(needed))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= needed))


def plans() -> Mapping[str, Plan]:
    """Return the sheets of a site, in the order of the book."""
    return _table().sheets


def book_plan(key: str) -> Plan:
    """Return a sheet that is not of one site: an index, or a page of the atlas."""
    return _table().books[key]


def papers() -> tuple[str, ...]:
    """Return the names of the papers."""
    return tuple(_table().papers)


def paper_named(name: str) -> Paper:
    """Return a paper by its name, such as ``A4``; KeyError if unknown."""
    return _table().papers[name]


def default_marks() -> tuple[str, ...]:
    """Return the marks that a sheet carries unless others are asked for."""
    return _table().marks


def batch_above() -> int:
    """Return the number of sites above which only `batch_sheets` are drawn."""
    return _table().batch_above


def batch_sheets() -> tuple[str, ...]:
    """Return the sheets drawn of each site of a large batch."""
    return _table().batch


def name_style(layer: str) -> NameStyle:
    """Return how the names of `layer` are lettered."""
    return _table().lettering[layer]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    papers: Mapping[str, Paper]
    scales: tuple[int, ...]
    marks: tuple[str, ...]
    batch_above: int
    batch: tuple[str, ...]
    sheets: Mapping[str, Plan]
    books: Mapping[str, Plan]
    lettering: Mapping[str, NameStyle]


@cache
def _table() -> _Table:
    path = files("zoning").joinpath("report/sheets/sheets.yaml")
    loaded: Any = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return _Table(
        papers={key: _paper(key, entry) for key, entry in loaded["papers"].items()},
        scales=tuple(int(part) for part in loaded["scales"].split()),
        marks=tuple(loaded["marks"].split()),
        batch_above=int(loaded["batch_above"]),
        batch=tuple(loaded["batch"].split()),
        sheets={key: _plan(key, entry) for key, entry in loaded["sheets"].items()},
        books={key: _plan(key, entry) for key, entry in loaded["books"].items()},
        lettering={k: _names(entry) for k, entry in loaded["lettering"].items()},
    )


def _paper(name: str, entry: Mapping[str, str]) -> Paper:
    return Paper(name=name, **{key: float(value) for key, value in entry.items()})


def _plan(key: str, entry: Mapping[str, str]) -> Plan:
    lists = {name: tuple(entry[name].split()) for name in ("main", "layers", "labels")}
    on = {name for name, value in entry.items() if value == "yes"}
    return Plan(
        key=key,
        content=entry["content"],
        room=float(entry["room"]),
        least_m=float(entry["least_m"]),
        **lists,
        points="points" in on,
        conflicts="conflicts" in on,
        near="near" in on,
        layout="layout" in on,
    )


def _names(entry: Mapping[str, str]) -> NameStyle:
    return NameStyle(
        size=float(entry["size"]),
        colour=entry["colour"],
        most=int(entry["most"]),
        column=entry.get("column", "name"),
    )
