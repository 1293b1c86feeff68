"""From columns as they arrive to the canonical columns of a layer."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning import terms
from zoning.errors import Problem
from zoning.io.catalogue import FieldDefinition, LayerDefinition, same_name
from zoning.model import AttributeColumn
from zoning.model.problems import layer_problem

__all__ = ["Columns", "canonical_columns", "joined_columns"]

UNKNOWN_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Canonical attributes, feature ids, and what was wrong with them."""

    ids: NDArray[np.object_]
    attributes: dict[str, AttributeColumn]
    problems: tuple[Problem, ...]


def canonical_columns(
    columns: Mapping[str, NDArray[np.object_]],
    definition: LayerDefinition,
    declared: dict[str, str],
    *,
    rows: int,
) -> Columns:
    """Map the columns of a table; see `joined_columns`, of which it is the one part."""
    return joined_columns([columns], definition, declared, sizes=[rows])


def joined_columns(
    parts: Sequence[Mapping[str, NDArray[np.object_]]],
    definition: LayerDefinition,
    declared: dict[str, str],
    *,
    sizes: Sequence[int],
) -> Columns:
    """Map the columns of a layer that lies in one table or several.

    Each table is asked for a field under its own names. A required field that
    one of them lacks is missing, whatever the others hold.

    Parameters
    ----------
    parts : sequence of mapping of str to ndarray, shape (rows,)
        Text columns of each table by the names they arrived under.
    definition : LayerDefinition
        Aliases, class values, requirements.
    declared : dict of str to str
        ``fields`` of zoning.yaml: canonical name (or ``id``) to column.
    sizes : sequence of int
        Rows of each table.

    Returns
    -------
    Columns
        Class columns hold the canonical value, '' where it is unknown; the
        text as read is kept as ``<name>_as_read``.
    """
    attributes: dict[str, AttributeColumn] = {}
    problems: list[Problem] = []
    for name, field in definition.fields.items():
        asked = field.aliases, declared.get(name)
        own = [_find(part, *asked) for part in parts]
        if field.required and any(column is None for column in own):
            problems.append(_missing(definition.id, name, field))
        found = _joined(own, sizes)
        if found is None:
            if name in declared and not field.required:
                problems.append(_missing(definition.id, name, field))
            continue
        if field.number:
            attributes[name], bad = _numbers(found)
        elif field.values is not None:
            attributes[name], bad = _classes(found, field.values)
            attributes[f"{name}_as_read"] = found
        else:
            attributes[name], bad = _codes(found, field.pattern)
        if bad and (field.required or not field.number):
            problems.append(_unknown(definition.id, name, bad))
    problems += _foreign({name for part in parts for name in part}, definition)
    ids = [_find(part, definition.id_aliases, declared.get("id")) for part in parts]
    return Columns(
        ids=_unique(_joined(ids, sizes), sum(sizes)),
        attributes=attributes,
        problems=tuple(problems),
    )


def _find(
    columns: Mapping[str, NDArray[np.object_]],
    aliases: tuple[str, ...],
    declared: str | None,
) -> NDArray[np.object_] | None:
    wanted = aliases if declared is None else (declared,)
    for alias in wanted:
        for column in columns:
            if same_name(alias, column):
                return columns[column]
    return None


def _joined(
    own: Sequence[NDArray[np.object_] | None], sizes: Sequence[int]
) -> NDArray[np.object_] | None:
    """Put a column of several tables under each other, '' where one lacks it."""
    if all(column is None for column in own):
        return None
    if len(own) == 1:
        return own[0]
    return np.concatenate(
        [
            np.full(size, "", dtype=object) if column is None else column
            for column, size in zip(own, sizes, strict=True)
        ]
    )


def _foreign(columns: Collection[str], definition: LayerDefinition) -> list[Problem]:
    """Find fields that tell of the file of another layer."""
    found = [
        name
        for name in definition.foreign
        if any(same_name(name, column) for column in columns)
    ]
    if not found:
        return []
    other = definition.foreign[found[0]]
    known = other in terms.group("layer")
    words = {
        f"other_{lang}": terms.label("layer", other, lang) if known else other
        for lang in terms.LANGUAGES
    }
    fields = ", ".join(found)
    return [layer_problem("LAYER_WRONG", definition.id, fields=fields, **words)]


def _numbers(text: NDArray[np.object_]) -> tuple[NDArray[np.float64], list[str]]:
    numbers = np.full(len(text), np.nan)
    bad: list[str] = []
    for row, value in enumerate(text):
        try:
            numbers[row] = float(value)
        except ValueError:
            bad.append(str(value))
    impossible = ~np.isfinite(numbers) | (numbers < 0)
    bad += [str(value) for value in text[impossible]]
    numbers[impossible] = np.nan
    return numbers, sorted(set(bad))


def _classes(
    text: NDArray[np.object_], table: Mapping[str, str]
) -> tuple[NDArray[np.object_], list[str]]:
    stripped = [_plain(value) for value in text]
    bad = sorted({value for value in stripped if value not in table})
    return np.array([table.get(value, "") for value in stripped], dtype=object), bad


def _codes(
    text: NDArray[np.object_], pattern: str | None
) -> tuple[NDArray[np.object_], list[str]]:
    """Return codes in half-width without blanks; free text stays as it is."""
    if pattern is None:
        return text, []
    codes = [_plain(value) for value in text]
    bad = sorted({code for code in codes if not re.fullmatch(pattern, code)})
    return np.array([*codes, None], dtype=object)[:-1], bad


def _plain(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip()


def _unique(ids: NDArray[np.object_] | None, rows: int) -> NDArray[np.object_]:
    """Return text ids; row numbers where missing, ``~2`` where repeated."""
    taken: dict[str, int] = {}
    result = []
    for row in range(rows):
        name = "" if ids is None else str(ids[row]).strip()
        name = name or f"#{row + 1}"
        taken[name] = taken.get(name, 0) + 1
        result.append(name if taken[name] == 1 else f"{name}~{taken[name]}")
    return np.array([*result, None], dtype=object)[:-1]


def _missing(layer_id: str, name: str, field: FieldDefinition) -> Problem:
    aliases = ", ".join(field.aliases)
    return layer_problem("FIELD_MISSING", layer_id, field=name, aliases=aliases)


def _unknown(layer_id: str, name: str, bad: list[str]) -> Problem:
    shown = "、".join(bad[:UNKNOWN_SHOWN]) + ("…" if len(bad) > UNKNOWN_SHOWN else "")
    found = shown or "''"
    return layer_problem("UNKNOWN_CLASS_VALUE", layer_id, field=name, values=found)
