"""The tables of the one map, from `zoning/data/one_map.yaml`. No logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import strict_yaml

__all__ = [
    "SCHEMES",
    "UNKNOWN_CLASS",
    "ForestRule",
    "class_column",
    "code_group",
    "control_lines",
    "forest_rule",
    "grouped",
    "one_map_table",
]

UNKNOWN_CLASS = "unknown"
"""Group of a code that no row of the table holds."""

SCHEMES = ("land_class", "land_use")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRule:
    """Which land classes count as forest cover, and which may."""

    counted: tuple[str, ...]
    doubtful: tuple[str, ...]
    source: Mapping[str, str]


def control_lines() -> tuple[str, ...]:
    """Return the layer ids of the control lines, highest precedence first."""
    return tuple(one_map_table()["lines"])


def class_column(layer_id: str) -> str | None:
    """Return the column that tells the classes of a layer."""
    column: str | None = one_map_table()["class_column"].get(layer_id)
    return column


def code_group(scheme: str) -> Mapping[str, Mapping[str, str]]:
    """Return the groups of ``land_class`` or ``land_use``, with their words."""
    groups: Mapping[str, Mapping[str, str]] = one_map_table()[scheme]
    return groups


def grouped(codes: NDArray[np.object_], scheme: str) -> NDArray[np.object_]:
    """Return the group of each DLBM; the longest row that begins it decides.

    Parameters
    ----------
    codes : ndarray of object, shape (n,)
        Text, as in 三调, with suffix letters.
    scheme : str
        ``land_class`` or ``land_use``.

    Returns
    -------
    ndarray of object, shape (n,)
        Keys of `code_group`, or `UNKNOWN_CLASS`.
    """
    known = {
        code: key
        for key, entry in code_group(scheme).items()
        for code in entry["codes"].split()
    }
    lengths = sorted({len(code) for code in known}, reverse=True)
    words, which = np.unique(codes.astype(str), return_inverse=True)
    found = [
        next((known[w[:n]] for n in lengths if w[:n] in known), UNKNOWN_CLASS)
        for w in words
    ]
    return np.array([*found, None], dtype=object)[:-1][which]


def forest_rule() -> ForestRule:
    """Return the land classes of forest cover."""
    entry = one_map_table()["forest_cover"]
    return ForestRule(
        counted=tuple(entry["counted"].split()),
        doubtful=tuple(entry["doubtful"].split()),
        source=entry["source"],
    )


@cache
def one_map_table() -> Any:
    """Return the whole table."""
    text = files("zoning").joinpath("data/one_map.yaml").read_text(encoding="utf-8")
    return strict_yaml.load_text(text)
