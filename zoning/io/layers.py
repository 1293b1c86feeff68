"""One vector layer of a base, from its entry in zoning.yaml to a `Layer`."""

import contextlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure, store
from zoning.errors import LayerError, Problem
from zoning.io.catalogue import LayerDefinition
from zoning.io.columns import joined_columns
from zoning.io.config import LayerEntry
from zoning.io.geodatabase import is_geodatabase
from zoning.io.hashing import being_edited
from zoning.io.known_hashes import KnownHashes
from zoning.io.layer_content import (
    LayerContent,
    arrays_of,
    from_stored,
    header_of,
)
from zoning.io.layer_doubts import expected_count, wrong_kind
from zoning.io.layer_notes import listed, notes_of, twofold
from zoning.io.layer_place import (
    AWAY_M,
    REACH_M,
    LayerPlace,
    beside_county,
    first_point,
    located_here,
    out_of_place,
    unplaced_layer,
)
from zoning.io.raw_layer import RawLayer
from zoning.io.repairs import repairs_of, two_areas
from zoning.model import Layer, LayerInfo, Repair
from zoning.model.problems import layer_problem
from zoning.overlay import ragged_edges
from zoning.topology import oriented, repair_polygons

__all__ = ["layer_info", "read_layer", "sealed_sha256"]

OUTSIDE, NO_COLUMN = "LAYER_OUTSIDE_COUNTY", "FIELD_MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a layer is read from: its hash, its parts, doubts about the rest."""

    digest: str
    parts: Callable[[], Sequence[RawLayer]] = field(compare=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_layer(
    entry: LayerEntry, definition: LayerDefinition, place: LayerPlace
) -> Layer:
    """Read one layer whole.

    Parameters
    ----------
    entry : LayerEntry
        Its part of zoning.yaml.
    definition : LayerDefinition
        Its part of the catalogue.
    place : LayerPlace
        Base folder and working plane; `county` None while the county itself
        is read.

    Returns
    -------
    Layer
        Features in the order of their ids; doubts in `problems`.

    Raises
    ------
    LayerError
        When nothing of the layer can be relied on (missing, seal broken,
        unreadable, CRS unknown, empty).
    """
    opened = _files if entry.source is None else _table
    source = opened(entry, definition, place)
    content = _prepared_content(entry, definition, place, source=source)
    count = len(content.geometry)
    if count == 0:
        lost = [one for one in content.problems if one.code != NO_COLUMN]
        empty = [layer_problem("LAYER_EMPTY", definition.id)]
        raise LayerError(*(source.problems or lost or empty))
    info = layer_info(entry, definition.id, source.digest, features=count)
    info = replace(
        info,
        crs=content.crs,
        encoding=content.encoding,
        area_m2=content.area_m2,
        repairs=content.repairs,
        notes=content.notes,
    )
    return Layer(
        info=info,
        geometry=content.geometry,
        feature_ids=content.ids,
        attributes=content.attributes,
        coverage=None,
        problems=(
            *source.problems,
            *content.problems,
            *expected_count(entry, definition.id, len(content.geometry)),
            *out_of_place(
                content.geometry,
                content.ids,
                definition.id,
                beyond_county=entry.beyond_county,
                place=place,
                crs=content.crs,
            ),
            *wrong_kind(content, definition),
        ),
    )


def _files(
    entry: LayerEntry, definition: LayerDefinition, place: LayerPlace
) -> _Source:
    digest = sealed_sha256(entry, definition.id, place.folder, hashes=place.hashes)

    def parts() -> Sequence[RawLayer]:
        from zoning.io.vector import read_raw

        return [
            read_raw(
                place.folder / entry.path,
                definition.id,
                sublayer=sublayer,
                crs=entry.crs,
                encoding=entry.encoding,
            )
            for sublayer in (entry.layers or (entry.layer,))
        ]

    return _Source(digest=digest, parts=parts)


def _table(
    entry: LayerEntry, definition: LayerDefinition, place: LayerPlace
) -> _Source:
    """Read a table, since its seal is over what it holds."""
    from zoning.io.database_layer import Surroundings, read_database

    around = None
    if place.county is not None:
        around = Surroundings(
            county=place.county, crs=place.crs, near_m=AWAY_M, reach_m=REACH_M
        )
    found = read_database(entry, definition, around)
    _require_seal(entry, definition.id, found.sha256)
    return _Source(
        digest=found.sha256, parts=lambda: [found.raw], problems=found.problems
    )


def _prepared_content(
    entry: LayerEntry,
    definition: LayerDefinition,
    place: LayerPlace,
    *,
    source: _Source,
) -> LayerContent:
    """Take the content from the store, or read it and put it there.

    The key covers the files, the settings, the catalogue's definition and the
    county: a changed class table must not leave old classes behind, nor a
    changed outline the doubts about the old one.
    """
    shaping = json.dumps(
        [entry.layer, entry.layers, entry.encoding, entry.crs, entry.fields]
    )
    county = "" if place.county is None else sha256(place.county.wkb).hexdigest()
    key = store.store_key(source.digest, place.crs, shaping, repr(definition), county)

    def read() -> LayerContent:
        content = _read_content(entry, definition, place, raws=source.parts())
        doubts = located_here(content.problems, place, content.crs)
        if definition.geometry == "polygon":
            doubts += beside_county(
                content.geometry, definition.id, place=place, crs=content.crs
            )
        return replace(content, problems=doubts)

    def save(content: LayerContent) -> store.StoredFile | None:
        header, arrays = header_of(content), arrays_of(content)
        return store.save(
            place.folder, definition.id, key, header=header, arrays=arrays
        )

    def mend() -> store.StoredFile | None:
        """Make the file anew while its source is still what it was made from."""
        anew = replace(place, hashes=KnownHashes(place.folder, verify=True))
        if entry.source is not None or _files(entry, definition, anew) != source:
            return None
        return save(read())

    stored = store.load(place.folder, definition.id, key, mend=mend)
    if stored is not None:
        with contextlib.suppress(store.DamagedError, KeyError, ValueError, TypeError):
            return from_stored(stored)
    content = read()
    stored = save(content)
    return content if stored is None else from_stored(stored)


def sealed_sha256(
    entry: LayerEntry,
    layer_id: str,
    folder: Path,
    *,
    hashes: KnownHashes | None = None,
) -> str:
    """Return the hash of the layer's files, having compared it with the seal.

    Without `hashes` it is computed.
    """
    path = folder / entry.path
    if not (path.is_file() or is_geodatabase(path)):
        raise LayerError(layer_problem("LAYER_MISSING", layer_id))
    if being_edited(path):
        raise LayerError(layer_problem("BEING_EDITED", layer_id))
    known = hashes or KnownHashes(folder, verify=True)
    digest = known.sha256(entry.path)
    _require_seal(entry, layer_id, digest)
    return digest


def _require_seal(entry: LayerEntry, layer_id: str, digest: str) -> None:
    if entry.sha256 is not None and entry.sha256 != digest:
        raise LayerError(layer_problem("SEAL_BROKEN", layer_id))


def layer_info(
    entry: LayerEntry, layer_id: str, digest: str, *, features: int
) -> LayerInfo:
    """Return what zoning.yaml says of a layer, with its hash and count."""
    return LayerInfo(
        id=layer_id,
        path=entry.place,
        sha256=digest,
        features=features,
        edition=entry.edition,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        authority=entry.authority,
        coverage=entry.coverage or "",
        vertical_datum=entry.vertical_datum,
        sealed=entry.sha256 is not None,
    )


def _read_content(
    entry: LayerEntry,
    definition: LayerDefinition,
    place: LayerPlace,
    *,
    raws: Sequence[RawLayer],
) -> LayerContent:
    shapes, repairs, problems = [], list[tuple[int, Repair]](), list[Problem]()
    notes, areas = list[Problem](), list[float]()
    start = 0
    for raw in raws:
        repaired = repair_polygons(raw.geometry, raw.crs)
        names = _row_names(raw, start)
        unread = ~repaired.usable & ~repaired.ambiguous
        problems += _doubts("UNREADABLE_ROWS", names[unread], definition.id)
        told = two_areas(repaired, names)
        problems += _doubts("NUMBERS_DISAGREE", told, definition.id)
        problems += _doubts("BOUNDS_DISAGREE", names[raw.beside], definition.id)
        if raw.expected not in {-1, len(raw.geometry)}:
            problems.append(
                layer_problem(
                    "COUNT_MISMATCH",
                    definition.id,
                    found=str(len(raw.geometry)),
                    expected=str(raw.expected) if raw.expected >= 0 else "?",
                )
            )
        repairs += [(start + row, repair) for row, repair in repairs_of(repaired)]
        shapes.append(measure.project(repaired.geometry, raw.crs, place.crs))
        drawn = measure.area_m2(repaired.geometry, raw.crs)
        areas.append(math.fsum(drawn[np.isfinite(drawn)]))
        notes += [note for note in raw.notes if note not in notes]
        start += len(raw.geometry)
    geometry = np.concatenate(shapes) if shapes else np.zeros(0, dtype=object)
    columns = joined_columns(
        [raw.columns for raw in raws],
        definition,
        entry.fields,
        sizes=[len(raw.geometry) for raw in raws],
    )
    usable = ~shapely.is_missing(geometry) & _carried(geometry)
    if usable.sum() < (~shapely.is_missing(geometry)).sum():
        problems.append(
            unplaced_layer(
                OUTSIDE,
                definition.id,
                first_point(raws[0].geometry),
                detail="inf",
            )
        )
    keep = np.flatnonzero(usable)
    order = keep[np.argsort(columns.ids[keep].astype(str), kind="stable")]
    shaped, ids = oriented(geometry[order]), columns.ids[order]
    log = [replace(r, feature=str(columns.ids[row])) for row, r in repairs]
    edges = ragged_edges(shaped)
    double = twofold(shaped, place.crs, edges)
    return LayerContent(
        geometry=shaped,
        ids=ids,
        attributes={name: col[order] for name, col in columns.attributes.items()},
        crs=raws[0].crs,
        encoding=raws[0].encoding,
        area_m2=math.fsum([*areas, -double.excess_m2]),
        repairs=tuple(log),
        notes=(*notes, *notes_of(definition, ids, double, repairs=log)),
        problems=(*problems, *columns.problems),
        edges=edges,
    )


def _carried(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say whether projection left all coordinates finite."""
    bounds = shapely.bounds(geometry)
    return np.asarray(np.isfinite(bounds).all(axis=1))


def _row_names(raw: RawLayer, start: int) -> NDArray[np.object_]:
    """Return what the rows of a part that starts at `start` are called, shape (n,)."""
    if raw.labels is not None:
        return raw.labels
    numbers = range(start + 1, start + len(raw.geometry) + 1)
    return np.array([*(f"#{number}" for number in numbers), None], dtype=object)[:-1]


def _doubts(code: str, rows: NDArray[np.object_], layer_id: str) -> list[Problem]:
    """Return the problem that names rows."""
    if len(rows) == 0:
        return []
    count, shown = listed(rows)
    return [layer_problem(code, layer_id, count=count, rows=shown)]
