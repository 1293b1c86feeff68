"""Layers of a base as their files have them: rows, columns, own CRS, bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import LayerError
from zoning.io.catalogue import LayerDefinition, catalogue, same_name
from zoning.io.columns import canonical_columns
from zoning.io.config import BaseConfig, LayerEntry, read_config
from zoning.io.geodatabase import is_geodatabase
from zoning.io.hashing import files_of
from zoning.io.layers import sealed_sha256
from zoning.io.raw_layer import RawLayer
from zoning.io.reader_remarks import unreadable
from zoning.model import Layer
from zoning.model.problems import layer_problem
from zoning.topology import oriented, repair_polygons

__all__ = ["CopiedLayer", "Original", "copied_files", "entry_of", "read_original"]

COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Original:
    """A layer as its file or table has it.

    Parameters
    ----------
    raw : RawLayer
        All rows, in file order.
    row : ndarray of int, shape (n,)
        Row of each feature of the opened layer.
    numbers : frozenset of str
        Columns that the catalogue knows for numbers.
    declared_area : str or None
        The column that declares the area of a feature.
    entry : LayerEntry
        Its part of zoning.yaml.
    """

    raw: RawLayer
    row: NDArray[np.intp]
    numbers: frozenset[str]
    declared_area: str | None
    entry: LayerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedLayer:
    """Files of a layer under the name of its id, and the entry that names them."""

    entry: LayerEntry
    files: Mapping[str, bytes] = field(default_factory=dict)


def entry_of(config: BaseConfig, layer_id: str) -> LayerEntry | None:
    """Return the entry of a layer; None when it is absent or not listed."""
    entry = config.county if layer_id == COUNTY else config.layers.get(layer_id)
    return entry if isinstance(entry, LayerEntry) else None


def read_original(folder: Path, layer: Layer, crs: str) -> Original:
    """Read a layer of a base once more, as it is.

    Parameters
    ----------
    folder : Path
        The base.
    layer : Layer
        The layer as opened, in the working plane `crs`.

    Raises
    ------
    LayerError
        When it is not what was opened: the file changed on the way.
    """
    key = layer.info.id
    entry = entry_of(read_config(folder), key)
    if entry is None:
        raise LayerError(layer_problem("LAYER_MISSING", key))
    definition = catalogue()[key]
    raw = _raw(folder, entry, definition)
    repaired = repair_polygons(raw.geometry, raw.crs)
    shapes = measure.project(repaired.geometry, raw.crs, crs)
    found = canonical_columns(raw.columns, definition, entry.fields, rows=len(shapes))
    there = ~shapely.is_missing(shapes)
    there &= np.isfinite(shapely.bounds(shapes)).all(axis=1)
    kept = np.flatnonzero(there)
    row = kept[np.argsort(found.ids[kept].astype(str), kind="stable")]
    same = len(row) == len(layer.geometry)
    if not same or not (oriented(shapes[row]) == layer.geometry).all():
        raise LayerError(layer_problem("SEAL_BROKEN", key))
    fields = [f for f in definition.fields.values() if f.number]
    area = definition.fields.get("declared_area_m2")
    return Original(
        raw=raw,
        row=row,
        numbers=frozenset(_named(raw, [a for f in fields for a in f.aliases])),
        declared_area=next(iter(_named(raw, area.aliases if area else ())), None),
        entry=entry,
    )


def _raw(folder: Path, entry: LayerEntry, definition: LayerDefinition) -> RawLayer:
    if entry.source is not None:
        from zoning.io.database_layer import read_database

        return read_database(entry, definition, None).raw
    if len(entry.layers) > 1:
        detail = ", ".join(entry.layers)
        raise LayerError(unreadable(definition.id, f"layers: {detail}"))
    from zoning.io.vector import read_raw

    return read_raw(
        folder / entry.path,
        definition.id,
        sublayer=next(iter(entry.layers), entry.layer),
        crs=entry.crs,
        encoding=entry.encoding,
    )


def _named(raw: RawLayer, aliases: tuple[str, ...] | list[str]) -> list[str]:
    """Return the columns that one of the aliases names, in order of the aliases."""
    return [c for a in aliases for c in raw.columns if same_name(a, c)]


def copied_files(folder: Path, layer_id: str, entry: LayerEntry) -> CopiedLayer:
    """Return the bytes of a layer's files, named by its id, and their entry.

    Raises
    ------
    LayerError
        When the files are not as sealed.
    """
    if entry.source is not None:
        return CopiedLayer(entry=entry)
    sealed_sha256(entry, layer_id, folder)  # refuses what differs from its seal
    files, path = _renamed(folder / entry.path, layer_id)
    coverage = entry.coverage
    if coverage not in {None, COUNTY}:
        own, coverage = _renamed(folder / str(coverage), f"{layer_id}_coverage")
        files |= own
    update = {"path": path, "coverage": coverage}
    return CopiedLayer(files=files, entry=entry.model_copy(update=update))


def _renamed(path: Path, stem: str) -> tuple[dict[str, bytes], str]:
    """Return the files of a dataset under another stem, and its new path."""
    parts = files_of(path)
    if is_geodatabase(path):
        name = f"{stem}.gdb"
        return {f"{name}/{part.name}": part.read_bytes() for part in parts}, name
    files = {f"{stem}{part.suffix.lower()}": part.read_bytes() for part in parts}
    return files, f"{stem}{path.suffix.lower()}"
