"""Editions of a layer as they are read: a file, or an entry of a base."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zoning import measure
from zoning.check.editions import LayerChanges, LayerEdition, compare_editions
from zoning.errors import LayerError, Problem, UsageError
from zoning.io.catalogue import catalogue, same_name
from zoning.io.config import LayerEntry, read_config
from zoning.io.geodatabase import is_geodatabase
from zoning.io.raw_layer import RawLayer
from zoning.model.problems import layer_problem
from zoning.topology import repair_polygons

__all__ = ["DiffOptions", "LayerPair", "diff_layers", "read_edition"]

_UNSTABLE_IDS = {"FID"}
"""Row numbers that every export gives anew."""

_PARCEL_IDS = ("地块编号", "DKBH")
_TABULAR = {"raster", "table"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffOptions:
    """What the user asked for.

    Parameters
    ----------
    only : tuple of str
        Layer ids of two bases; all when empty.
    table : str or None
        Of files that hold several.
    crs : str or None
        Of files that state none.
    id_field : str or None
        The field that tells features.
    """

    only: tuple[str, ...] = ()
    table: str | None = None
    crs: str | None = None
    id_field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerPair:
    """One layer of both sides: its differences, or why there are none to tell.

    `standing` is ``compared``, ``unreadable``, or ``only_old``, ``only_new``
    where one base alone lists the layer.
    """

    layer: str
    standing: str
    changes: LayerChanges | None = None
    problems: tuple[Problem, ...] = ()


def diff_layers(old: Path, new: Path, options: DiffOptions) -> tuple[LayerPair, ...]:
    """Compare two files, or the vector layers of two bases.

    Parameters
    ----------
    old, new : Path
        Two datasets that a base may hold, or two folders with ``zoning.yaml``.

    Returns
    -------
    tuple of LayerPair
        One for two files; for two bases in the order of the new one, then the
        layers that only the old one lists.

    Raises
    ------
    UsageError
        When a base is put beside a file, a layer is in neither base, or the
        id field does not tell features apart.
    LayerError
        When one of two files cannot be read whole.
    BaseError
        When a ``zoning.yaml`` cannot be used.
    """
    bases = [path.is_dir() and not is_geodatabase(path) for path in (old, new)]
    if bases[0] != bases[1]:
        raise UsageError(Problem(code="DIFF_UNLIKE"))
    if bases[0]:
        return _bases(old, new, options)
    sides = [
        _read(path, path.name, _entry_of(path, options), layers=(options.table,))
        for path in (old, new)
    ]
    return (_pair(new.name, sides[0], sides[1], aliases=_known_ids(), options=options),)


def read_edition(path: Path, options: DiffOptions) -> LayerEdition:
    """Read one file that a base may hold, as it is.

    Raises
    ------
    LayerError
        When it cannot be read whole.
    """
    entry = _entry_of(path, options)
    return _read(path, path.name, entry, layers=(options.table,))


def _bases(old: Path, new: Path, options: DiffOptions) -> tuple[LayerPair, ...]:
    entries = [_vectors(folder) for folder in (old, new)]
    names = [*entries[1], *(name for name in entries[0] if name not in entries[1])]
    for name in options.only:
        if name not in names:
            values = {"layer": name, "known": "、".join(names)}
            raise UsageError(Problem(code="LAYER_NOT_LISTED", values=values))
    return tuple(
        _of_bases(name, (old, new), entries, options=options)
        for name in names
        if name in (options.only or names)
    )


def _vectors(folder: Path) -> dict[str, LayerEntry]:
    config = read_config(folder)
    named = {"county": config.county, **config.layers}
    return {
        name: entry
        for name, entry in named.items()
        if isinstance(entry, LayerEntry) and catalogue()[name].geometry not in _TABULAR
    }


def _of_bases(
    name: str,
    folders: tuple[Path, Path],
    entries: Sequence[dict[str, LayerEntry]],
    *,
    options: DiffOptions,
) -> LayerPair:
    if name not in entries[0]:
        return LayerPair(layer=name, standing="only_new")
    if name not in entries[1]:
        return LayerPair(layer=name, standing="only_old")
    sides, problems = [], list[Problem]()
    for folder, own in zip(folders, entries, strict=True):
        entry = own[name]
        try:
            found = _of_entry(folder, name, entry)
        except LayerError as error:
            problems += error.problems
        else:
            sides.append(found)
    if problems:
        return LayerPair(layer=name, standing="unreadable", problems=tuple(problems))
    declared = [own[name].fields.get("id") for own in entries]
    aliases = [*filter(None, declared), *catalogue()[name].id_aliases]
    return _pair(name, sides[0], sides[1], aliases=aliases, options=options)


def _of_entry(folder: Path, name: str, entry: LayerEntry) -> LayerEdition:
    """Read a layer of a base: its file, or the whole of its table."""
    if entry.source is None:
        tables = entry.layers or (entry.layer,)
        return _read(folder / entry.path, name, entry, layers=tables)
    from zoning.io.database_layer import read_database

    found = read_database(entry, catalogue()[name], None)
    edition = _edition(name, entry.place, [found.raw])
    return replace(edition, problems=(*found.problems, *edition.problems))


def _entry_of(path: Path, options: DiffOptions) -> LayerEntry:
    return LayerEntry.model_construct(path=path.name, crs=options.crs)


def _read(
    path: Path, name: str, entry: LayerEntry, *, layers: Sequence[str | None]
) -> LayerEdition:
    from zoning.io.vector import read_raw

    raws = [
        read_raw(path, name, sublayer=table, crs=entry.crs, encoding=entry.encoding)
        for table in layers
    ]
    return _edition(name, path.name, raws)


def _edition(name: str, place: str, raws: Sequence[RawLayer]) -> LayerEdition:
    repaired = [repair_polygons(raw.geometry, raw.crs) for raw in raws]
    counts = [len(raw.geometry) for raw in raws]
    lost = [
        layer_problem(
            "COUNT_MISMATCH", name, found=str(count), expected=str(raw.expected)
        )
        for raw, count in zip(raws, counts, strict=True)
        if raw.expected not in {-1, count}
    ]
    columns = dict.fromkeys(column for raw in raws for column in raw.columns)
    crs = raws[0].crs
    return LayerEdition(
        path=place,
        crs=crs,
        encoding=raws[0].encoding,
        geometry=np.concatenate(
            [
                measure.project(one.geometry, raw.crs, crs)
                for one, raw in zip(repaired, raws, strict=True)
            ]
        ),
        columns={
            column: np.concatenate(
                [
                    raw.columns.get(column, np.full(count, "", dtype=object))
                    for raw, count in zip(raws, counts, strict=True)
                ]
            )
            for column in columns
        },
        area_m2=np.concatenate(
            [
                np.nan_to_num(measure.area_m2(one.geometry, raw.crs))
                for one, raw in zip(repaired, raws, strict=True)
            ]
        ),
        repaired=sum(int(one.repaired.sum()) for one in repaired),
        problems=tuple(lost),
    )


def _pair(
    name: str,
    old: LayerEdition,
    new: LayerEdition,
    *,
    aliases: Sequence[str],
    options: DiffOptions,
) -> LayerPair:
    wanted = [options.id_field] if options.id_field else aliases
    pairs = [
        (one, other)
        for alias in wanted
        if alias not in _UNSTABLE_IDS or options.id_field
        for one in _columns(old, alias)
        for other in _columns(new, alias)
    ]
    changes = compare_editions(old, new, pairs)
    if options.id_field and changes.id_fields is None:
        values = {"field": options.id_field}
        raise UsageError(Problem(code="DIFF_ID_UNUSABLE", where=name, values=values))
    return LayerPair(
        layer=name,
        standing="compared",
        changes=changes,
        problems=(*old.problems, *new.problems),
    )


def _columns(edition: LayerEdition, alias: str) -> list[str]:
    return [name for name in edition.columns if same_name(alias, name)]


def _known_ids() -> tuple[str, ...]:
    found = dict.fromkeys(
        alias for known in catalogue().values() for alias in known.id_aliases
    )
    return (*found, *_PARCEL_IDS)
