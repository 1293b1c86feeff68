"""Which layer of the catalogue a file is: by its name, its fields, its values.

Every point of the answer has a reason that a person can check. Two layers that
fit nearly as well leave the file unnamed: a layer taken for another one would
decide by the wrong rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import strict_yaml
from zoning.io.catalogue import LayerDefinition, catalogue, same_name
from zoning.io.refused_files import RefusedFile
from zoning.terms import label

__all__ = [
    "Guess",
    "Traits",
    "may_hold_layers",
    "packs_for",
    "recognise",
    "word_of_age",
]

_MOST_VALUES = 40
_KNOWN_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traits:
    """What is seen of a dataset.

    Parameters
    ----------
    names : tuple of str
        Names of file, folder and table, without suffix.
    geometry : str
        ``polygon``, ``line``, ``point``, ``mixed``, ``raster`` or ``table``.
    columns : mapping of str to ndarray of object, each shape (n,)
        Text, as `zoning.io.vector.RawLayer.columns`; empty of rasters, tables.
    """

    names: tuple[str, ...]
    geometry: str
    columns: Mapping[str, NDArray[np.object_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A layer that a dataset may be.

    Parameters
    ----------
    layer : str
        Layer id.
    score : int
        By ``recognition.yaml``.
    content : int
        The part of `score` that fields and values give, the name left out.
    reasons : tuple of str
        What speaks for it, in Chinese.
    """

    layer: str
    score: int
    content: int
    reasons: tuple[str, ...]


def recognise(traits: Traits) -> tuple[Guess | None, tuple[Guess, ...]]:
    """Return the layer that a dataset is, or None, and all it may be, best first."""
    guesses = sorted(
        (guess for guess in _guesses(traits) if guess.score > 0),
        key=lambda guess: (-guess.score, guess.layer),
    )
    table = _table()
    least, lead = int(table["least"]), int(table["lead"])
    best = guesses[0] if guesses else None
    second = guesses[1].score if len(guesses) > 1 else 0
    if best is None or best.score < least or best.score < second + lead:
        return None, tuple(guesses)
    return best, tuple(guesses)


def word_of_age(names: Iterable[str]) -> str:
    """Return the word by which a name says that it is out of date, '' for none."""
    words: list[str] = _table()["out_of_date"]
    held = (word for word in words for name in names if _holds(name, word))
    return next(held, "")


def may_hold_layers(kind: RefusedFile) -> bool:
    """Say whether a kind of file that is not read may hold a layer all the same."""
    return kind.id in _table()["suspects"]


def packs_for(admin_code: str) -> tuple[str, ...]:
    """Return the built-in packs for a county, by its province."""
    table = _table()
    province = admin_code[:2]
    if province in table["packs"]:
        return tuple(table["packs"][province])
    return ("national", "yangtze") if province in table["yangtze"] else ("national",)


def _guesses(traits: Traits) -> Iterable[Guess]:
    named = _named(traits.names)
    for layer, definition in catalogue().items():
        if not _fits(definition.geometry, traits.geometry):
            continue
        if any(
            word in name
            for word in _table()["refused"].get(layer, ())
            for name in (*traits.names, *_texts(traits))
        ):
            continue
        inside = [*_by_fields(definition, traits), *_by_values(definition, traits)]
        parts = [*((named[layer],) if layer in named else ()), *inside]
        yield Guess(
            layer=layer,
            score=sum(points for points, _ in parts),
            content=sum(points for points, _ in inside),
            reasons=tuple(reason for _, reason in parts),
        )


def _fits(wanted: str, found: str) -> bool:
    flat = {"raster", "table"}
    if wanted in flat or found in flat:
        return wanted == found
    return wanted == found or "mixed" in {wanted, found}


def _named(names: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Return the layers that a name speaks for; a longer word beats a shorter."""
    points = _table()["points"]
    found: dict[str, tuple[int, str, int]] = {}
    for layer, definition in catalogue().items():
        words = [(word, int(points["word"])) for word in _table()["words"][layer]]
        codes = [(code, int(points["code"])) for code in definition.files]
        for word, worth in (*words, *codes):
            held = any(_holds(name, word) for name in names)
            if held and len(word) > found.get(layer, (0, "", 0))[2]:
                found[layer] = (worth, f"名称含“{word}”", len(word))
    longest = max((entry[2] for entry in found.values()), default=0)
    return {
        layer: (worth, reason)
        for layer, (worth, reason, length) in found.items()
        if length == longest
    }


def _holds(name: str, word: str) -> bool:
    """Say whether a name holds a word; a Latin code must stand by itself."""
    if not word.isascii():
        return word in name
    parts = "".join(c if c.isascii() and c.isalpha() else " " for c in name)
    plain = name.casefold()
    return word.casefold() in {plain, *parts.casefold().split()}


def _by_fields(
    definition: LayerDefinition, traits: Traits
) -> Iterable[tuple[int, str]]:
    points, common = _table()["points"], set(_table()["common_fields"])
    aliases = {
        alias
        for field in definition.fields.values()
        for alias in field.aliases
        if alias.upper() not in common and not alias.islower()
    }
    aliases |= {name for name in definition.id_aliases if name.upper() not in common}
    found = sorted(
        alias
        for alias in aliases
        if any(same_name(alias, column) for column in traits.columns)
    )
    if found:
        worth = len(found) * int(points["field"])
        yield worth, f"字段 {'、'.join(found)}"
    required = [field for field in definition.fields.values() if field.required]
    if required and found and all(_column(f.aliases, traits) for f in required):
        yield int(points["required"]), "必需字段齐全"


def _by_values(
    definition: LayerDefinition, traits: Traits
) -> Iterable[tuple[int, str]]:
    for field in definition.fields.values():
        column = _column(field.aliases, traits)
        if column is None or not field.values:
            continue
        seen = [value for value in _distinct(traits.columns[column]) if value]
        known = [value for value in seen if value in field.values]
        if seen and len(known) >= _KNOWN_SHARE * len(seen):
            worth = int(_table()["points"]["values"])
            yield worth, f"{column} 的取值（{'、'.join(known[:3])}）"


def _column(aliases: Iterable[str], traits: Traits) -> str | None:
    for alias in aliases:
        for column in traits.columns:
            if same_name(alias, column):
                return column
    return None


def _distinct(values: NDArray[np.object_]) -> list[str]:
    return sorted({str(value).strip() for value in values})[:_MOST_VALUES]


def _texts(traits: Traits) -> Iterable[str]:
    """Yield what the name columns say, where the traps lie."""
    for column, values in traits.columns.items():
        if column.upper().endswith("MC"):
            yield from _distinct(values)


@cache
def _table() -> dict[str, Any]:
    raw = files("zoning").joinpath("data/recognition.yaml")
    loaded: dict[str, Any] = strict_yaml.load_text(raw.read_text(encoding="utf-8"))
    for layer in catalogue():
        loaded["words"].setdefault(layer, [label("layer", layer, "zh")])
    return loaded
