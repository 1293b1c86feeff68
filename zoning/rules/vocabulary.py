"""What can be said of a project: attributes, activities, kinds of evidence.

Data from `zoning/data/project_attributes.yaml` and terms.yaml ``evidence``;
project files, access lists and rule packs are held to the same words.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml

__all__ = [
    "activities",
    "attributes",
    "class_values",
    "evidence_fields",
    "no_number",
    "site_fields",
    "values_of",
]


@cache
def attributes() -> Mapping[str, Mapping[str, Any]]:
    """Return every attribute: id → type, zh, en, and values of a choice."""
    found: Mapping[str, Mapping[str, Any]] = _vocabulary()["attributes"]
    return found


@cache
def activities() -> Mapping[str, Mapping[str, str]]:
    """Return every activity: id → zh, en."""
    found: Mapping[str, Mapping[str, str]] = _vocabulary()["activities"]
    return found


@cache
def evidence_fields() -> Mapping[str, tuple[str, ...]]:
    """Return what is said of a paper: id → the words for it, the usual one first."""
    return {
        key: (entry["zh"], key, *entry["also"])
        for key, entry in _vocabulary()["evidence_fields"].items()
    }


@cache
def no_number() -> tuple[str, ...]:
    """Return the words that stand in place of a paper's number, lower case."""
    return tuple(word.casefold() for word in _vocabulary()["no_number"])


@cache
def site_fields() -> tuple[str, ...]:
    """Return the names of the column that says which site a row is of."""
    return tuple(_vocabulary()["site_fields"])


def values_of(attribute: str) -> Mapping[str, Mapping[str, str]] | None:
    """Return the values of a choice or of the activity; None of other types."""
    entry = attributes()[attribute]
    return activities() if entry["type"] == "activity" else entry.get("values")


@cache
def class_values(layer: str, column: str) -> tuple[str, ...]:
    """Return the values a layer's column can have; none where it takes any."""
    path = files("zoning").joinpath("data/layers.yaml")
    layers: Mapping[str, Any] = _loaded(path.read_text(encoding="utf-8"))
    field = layers.get(layer, {}).get("fields", {}).get(column) or {}
    return tuple(dict.fromkeys(field.get("values", {}).values()))


@cache
def _loaded(text: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = strict_yaml.load_text(text)
    return loaded


@cache
def _vocabulary() -> Mapping[str, Any]:
    path = files("zoning").joinpath("data/project_attributes.yaml")
    loaded: Mapping[str, Any] = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return loaded
