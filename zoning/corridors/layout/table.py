"""The table of the audit: how to measure, and what stands in a corridor's way.

Data, written as ``zoning/data/layout.yaml``; an office may give its own.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.corridors.layout.obstacles import BLOCKS, COUNTS, ObstacleEntry
from zoning.errors import Problem, UsageError

__all__ = ["LayoutTable", "house_table", "layout_table"]

_NUMBERS = (
    "spacing_m",
    "least_width_m",
    "contact_m",
    "follow_share",
    "model_within_m",
    "model_share",
    "reach_m",
)
_SHARES = {"follow_share", "model_share"}
_TEXTS = ("word", "plan", "source")
_KNOWN = {"layer", "where", "effect", "width_m", "subject", "stated", *_TEXTS}
_PRIORITY = ("loss", "gain", "current")
_KEYS = {*_NUMBERS, "dispersal", "priority", "overlaps", "obstacles"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutTable:
    """How corridors are measured.

    Parameters
    ----------
    spacing_m : float
        Between cross-sections.
    least_width_m : float
        Ground narrower than this is a crack of the drawing, no way through.
    contact_m : float
        Features no farther apart than this touch.
    follow_share : float
        Of a corridor's area that its axis must run along.
    model_within_m, model_share : float
        How near a planned axis lies to a modelled path that it stands for, and
        over which share of the path.
    reach_m : float
        Length of the reaches by which riparian corridors are told.
    weight_loss, weight_gain, weight_current : float
        What counts how much in the priority of a corridor.
    dispersal_m, dispersal_probability : float
        Length of corridor, and the probability of getting through it.
    overlaps : tuple of str
        Layers whose common area with each feature is measured.
    obstacles : tuple of ObstacleEntry
        In the order of the table.
    """

    spacing_m: float
    least_width_m: float
    contact_m: float
    follow_share: float
    model_within_m: float
    model_share: float
    reach_m: float
    weight_loss: float
    weight_gain: float
    weight_current: float
    dispersal_m: float
    dispersal_probability: float
    overlaps: tuple[str, ...]
    obstacles: tuple[ObstacleEntry, ...]


def house_table() -> LayoutTable:
    """Return the table of the package."""
    text = files("zoning").joinpath("data/layout.yaml").read_text("utf-8")
    return layout_table(text)


def layout_table(text: str) -> LayoutTable:
    """Return a table from YAML, written as ``zoning/data/layout.yaml``.

    Raises
    ------
    UsageError
        ``LAYOUT_TABLE``, with every fault.
    """
    try:
        document = strict_yaml.load_text(text)
    except strict_yaml.YamlError as error:
        raise _faulty(str(error)) from error
    faults = list(_faults(document))
    if faults:
        raise _faulty("; ".join(faults))
    return LayoutTable(
        **{name: float(document[name]) for name in _NUMBERS},
        **{f"weight_{name}": float(document["priority"][name]) for name in _PRIORITY},
        dispersal_m=float(document["dispersal"]["at_m"]),
        dispersal_probability=float(document["dispersal"]["probability"]),
        overlaps=tuple(document["overlaps"]),
        obstacles=tuple(
            _entry(name, one) for name, one in document["obstacles"].items()
        ),
    )


def _faulty(faults: str) -> UsageError:
    return UsageError(Problem(code="LAYOUT_TABLE", values={"faults": faults}))


def _entry(name: str, one: Mapping[str, Any]) -> ObstacleEntry:
    return ObstacleEntry(
        id=name,
        layer=one["layer"],
        where={column: tuple(values) for column, values in one["where"].items()},
        effect=one["effect"],
        width_m=float(one.get("width_m", 0)),
        subject=one["subject"],
        stated=one.get("stated") == "true",
        word=one["word"],
        plan=one["plan"],
        source=one["source"],
    )


def _faults(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        yield "not a table"
        return
    yield from (f"{key} is missing" for key in sorted(_KEYS - document.keys()))
    yield from (f"{key} is not known" for key in sorted(document.keys() - _KEYS))
    for name in _NUMBERS:
        most = 1.0 if name in _SHARES else math.inf
        yield from _number(document, name, most)
    dispersal = document.get("dispersal")
    if isinstance(dispersal, dict):
        yield from _number(dispersal, "at_m", math.inf)
        yield from _number(dispersal, "probability", math.nextafter(1.0, 0.0))
    elif "dispersal" in document:
        yield "dispersal: at_m and probability are wanted"
    yield from _priority_faults(document.get("priority"))
    if not _is_texts(document.get("overlaps", [])):
        yield "overlaps: a list of layers is wanted"
    entries = document.get("obstacles", {})
    if not isinstance(entries, dict) or not entries:
        yield "obstacles: a table of entries is wanted"
        return
    for name, one in entries.items():
        yield from (f"obstacles.{name}: {fault}" for fault in _entry_faults(one))


def _priority_faults(weights: Any) -> Iterator[str]:
    if weights is None:
        return  # told as missing
    if not isinstance(weights, dict) or weights.keys() != set(_PRIORITY):
        yield f"priority: {', '.join(_PRIORITY)} are wanted"
        return
    for name in _PRIORITY:
        yield from _number(weights, name, math.inf)


def _number(document: Mapping[str, Any], name: str, most: float) -> Iterator[str]:
    if name not in document:
        yield from () if name in _NUMBERS else (f"{name} is missing",)
        return
    try:
        value = float(document[name])
    except (TypeError, ValueError):
        yield f"{name}: {document[name]} is no number"
        return
    if not (0 < value <= most and math.isfinite(value)):
        yield f"{name}: {document[name]} is out of range"


def _entry_faults(one: Any) -> Iterator[str]:
    if not isinstance(one, dict):
        yield "not a table"
        return
    needed = _KNOWN - {"width_m", "stated"}
    yield from (f"{key} is missing" for key in sorted(needed - one.keys()))
    yield from (f"{key} is not known" for key in sorted(one.keys() - _KNOWN))
    if one.get("effect", BLOCKS) not in {BLOCKS, COUNTS}:
        yield f"effect {one['effect']} is neither {BLOCKS} nor {COUNTS}"
    if "width_m" in one:
        yield from _number(one, "width_m", math.inf)
    where = one.get("where", {})
    if not isinstance(where, dict) or not all(map(_is_texts, where.values())):
        yield "where: columns with lists of values are wanted"
    for key in _TEXTS:
        if key in one and not (
            isinstance(one[key], dict) and {"zh", "en"} == one[key].keys()
        ):
            yield f"{key}: zh and en are wanted"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
