"""Seals: the hash and count of each layer, written into ``zoning.yaml``.

A seal says "this is the file that we looked at". A layer whose file no longer
agrees with its seal is not read (`zoning.io.layers.sealed_sha256`), so a seal is
put only on a layer that was read whole, and renewed only when asked.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from zoning import strict_yaml
from zoning.errors import BaseError, Problem
from zoning.io.base import COUNTY, base_of
from zoning.io.config import CONFIG_NAME, BaseConfig, LayerEntry, read_config
from zoning.model import Base, LayerInfo

__all__ = ["Sealed", "Standing", "seal", "standings"]

_UNSEALED: dict[str, Any] = {"sha256": None, "features": None}


class Standing(StrEnum):
    """How a layer stands to its seal."""

    NEW = "new"
    """Sealed just now for the first time."""
    KEPT = "kept"
    """Sealed before, and the file is that one."""
    RENEWED = "renewed"
    """Sealed again, on request, for a file that had changed."""
    CHANGED = "changed"
    """The file is no longer the sealed one; the seal was left."""
    OPEN = "open"
    """Readable and without a seal."""
    UNREAD = "unread"
    """Cannot be relied on; see `problems`. Never sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One layer: its standing, and what it is now.

    Parameters
    ----------
    layer : str
        Layer id; ``county`` for the outline.
    path : str
        As in zoning.yaml.
    standing : Standing
        Before sealing from `standings`, after it from `seal`.
    sha256 : str
        Of the files as they are; '' when unread.
    features : int or None
        Of vector layers.
    info : LayerInfo or None
        What is known of a layer that could be read.
    problems : tuple of Problem
        What keeps the layer from being relied on.
    """

    layer: str
    path: str
    standing: Standing
    sha256: str = ""
    features: int | None = None
    info: LayerInfo | None = None
    problems: tuple[Problem, ...] = ()


def standings(folder: Path) -> tuple[Sealed, ...]:
    """Return how every layer of a base stands to its seal; nothing is written.

    Raises
    ------
    BaseError
        When zoning.yaml or the county outline cannot be used.
    """
    config = read_config(folder)
    base = base_of(_without_seals(config), folder, verify=True)
    return tuple(_standing(name, entry, base) for name, entry in _entries(config))


def seal(
    folder: Path, *, only: Collection[str] = (), again: bool = False
) -> tuple[Sealed, ...]:
    """Seal the layers of a base in its zoning.yaml; comments and order stay.

    Parameters
    ----------
    folder : Path
        Base folder.
    only : collection of str
        Layer ids; all layers when empty.
    again : bool
        Whether a layer that changed since it was sealed is sealed anew.

    Returns
    -------
    tuple of Sealed
        The layers asked for, in the order of zoning.yaml.

    Raises
    ------
    BaseError
        As `standings`; or when the file cannot be edited without changing
        what else it says.
    """
    done = []
    with (folder / CONFIG_NAME).open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    edited = text
    for found in standings(folder):
        if only and found.layer not in only:
            continue
        one = _decided(found, again=again)
        done.append(one)
        if one.standing in {Standing.NEW, Standing.RENEWED}:
            edited = _with_seal(edited, one)
    if edited != text:
        _replace(folder / CONFIG_NAME, edited)
    return tuple(done)


def _decided(found: Sealed, *, again: bool) -> Sealed:
    if found.standing is Standing.OPEN:
        return replace(found, standing=Standing.NEW)
    if found.standing is Standing.CHANGED and again:
        return replace(found, standing=Standing.RENEWED)
    return found


def _entries(config: BaseConfig) -> Iterator[tuple[str, LayerEntry]]:
    yield COUNTY, config.county
    for name, entry in config.layers.items():
        if isinstance(entry, LayerEntry):
            yield name, entry


def _without_seals(config: BaseConfig) -> BaseConfig:
    """Return the settings as if nothing was sealed, so that all is read anew."""
    layers = {
        name: entry.model_copy(update=_UNSEALED)
        if isinstance(entry, LayerEntry)
        else entry
        for name, entry in config.layers.items()
    }
    county = config.county.model_copy(update=_UNSEALED)
    return config.model_copy(update={"county": county, "layers": layers})


def _standing(name: str, entry: LayerEntry, base: Base) -> Sealed:
    found = Sealed(layer=name, path=entry.place, standing=Standing.UNREAD)
    info, problems = _opened(name, base)
    if info is None or problems:
        return replace(found, info=info, problems=problems)
    vector = name in base.layers
    now = replace(
        found,
        sha256=info.sha256,
        features=info.features if vector else None,
        info=info,
    )
    if entry.sha256 is None:
        return replace(now, standing=Standing.OPEN)
    counted = entry.features in {None, info.features} or not vector
    same = entry.sha256 == info.sha256 and counted
    return replace(now, standing=Standing.KEPT if same else Standing.CHANGED)


def _opened(name: str, base: Base) -> tuple[LayerInfo | None, tuple[Problem, ...]]:
    if name in base.missing:
        return None, base.missing[name]
    if name in base.layers:
        return base.layers[name].info, base.layers[name].problems
    if name in base.rasters:
        return base.rasters[name].info, base.rasters[name].problems
    return base.tables.get(name), ()


# ------------------------------------------------------------- editing the text
def _with_seal(text: str, one: Sealed) -> str:
    """Return the text with hash and count of one layer; nothing else changes.

    The places come from the parser. What the edited text says is compared with
    what it must say, so that a form of YAML not thought of is refused.
    """
    place = (COUNTY,) if one.layer == COUNTY else ("layers", one.layer)
    values = {"sha256": one.sha256}
    if one.features is not None:
        values["features"] = str(one.features)
    edited = _edited(text, _mapping_at(text, place), values)
    wanted = strict_yaml.load_text(text)
    entry = wanted
    for key in place:
        entry = entry[key]
    entry.update(values)
    if strict_yaml.read_document(edited).value != wanted:
        raise BaseError(Problem(code="SEAL_NOT_WRITTEN", values={"layer": one.layer}))
    return edited


def _mapping_at(text: str, place: tuple[str, ...]) -> yaml.MappingNode:
    node: Any = yaml.compose(text, Loader=yaml.BaseLoader)
    for key in place:
        node = next(value for name, value in node.value if name.value == key)
    found: yaml.MappingNode = node
    return found


def _edited(text: str, entry: yaml.MappingNode, values: dict[str, str]) -> str:
    """Replace the values that stand there; put the others behind path or table."""
    nodes = {key.value: (key, value) for key, value in entry.value}
    edits = []
    for name in values.keys() & nodes.keys():
        start, stop = (mark.index for mark in _marks(nodes[name][1]))
        gap = " " if start == stop else ""  # `sha256:` with nothing behind it
        edits.append((start, stop, gap + values[name]))
    key, path = nodes["path" if "path" in nodes else "table"]
    end = path.end_mark.index
    fresh = [f"{name}: {value}" for name, value in values.items() if name not in nodes]
    if entry.flow_style:
        added = "".join(f", {line}" for line in fresh)
    else:
        newline = "\r\n" if "\r\n" in text else "\n"
        end = text.find(newline, end) if newline in text[end:] else len(text)
        indent = newline + " " * key.start_mark.column
        added = "".join(indent + line for line in fresh)
    for start, stop, value in sorted([*edits, (end, end, added)], reverse=True):
        text = text[:start] + value + text[stop:]
    return text


def _marks(node: yaml.Node) -> tuple[yaml.Mark, yaml.Mark]:
    return node.start_mark, node.end_mark


def _replace(path: Path, text: str) -> None:
    """Put the new file in place of the old one, which stays as ``.bak``."""
    backup = path.with_name(path.name + ".bak")
    backup.write_bytes(path.read_bytes())
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
