"""Words of the GIS hand-over: field aliases, file headings, notes. No logic.

The table is `zoning/report/gis.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml

__all__ = ["Alias", "alias_of", "gis_text", "short_names"]

NAME_BYTES = 10
"""Room for a field name in a .dbf; the eleventh byte ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One field: its name in a .dbf, its words and its unit."""

    name: str
    short: str
    zh: str
    en: str
    unit: str


def gis_text(key: str, lang: str = "zh", **values: object) -> str:
    """Return a text of the hand-over with its placeholders filled."""
    entry: str = _table()["texts"][key][lang]
    return entry.format_map(values)


def alias_of(name: str) -> Alias:
    """Return the alias of a column; one that no table knows keeps its name."""
    entry: Mapping[str, str] = _table()["fields"].get(name, {})
    return Alias(
        name=name,
        short=entry.get("short", name),
        zh=entry.get("zh", name),
        en=entry.get("en", name),
        unit=entry.get("unit", ""),
    )


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return a name of at most 10 ASCII bytes for each column, in order.

    Those of the table come first; any other is cut, and numbered when another
    column, upper or lower case, has the name already.
    """
    taken: set[str] = set()
    made: dict[str, str] = {}
    for name in sorted(names, key=lambda name: name not in _table()["fields"]):
        plain = re.sub(r"\W", "_", alias_of(name).short, flags=re.ASCII)
        made[name] = _free(plain[:NAME_BYTES] or "field", taken)
        taken.add(made[name].lower())
    return tuple(made[name] for name in names)


def _free(wished: str, taken: set[str]) -> str:
    name, number = wished, 1
    while name.lower() in taken:
        number += 1
        ending = f"_{number}"
        name = wished[: NAME_BYTES - len(ending)] + ending
    return name


@cache
def _table() -> Mapping[str, Any]:
    text = files("zoning").joinpath("report/gis.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(text)
    return loaded
