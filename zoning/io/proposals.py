"""The layers of a proposal: cut ones carried back, the others as they are."""

import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from zoning import measure, store
from zoning.errors import OutputError, Problem, RulePackError, SiteError
from zoning.io.base import open_base
from zoning.io.config import LayerEntry, read_config
from zoning.io.originals import Original, copied_files, entry_of, read_original
from zoning.io.text import decode
from zoning.model import Base, CheckOptions
from zoning.partition.rules import control_lines
from zoning.reconcile import (
    Precedence,
    Proposal,
    ProposedLayer,
    carried_back,
    left_overlaps,
    precedence_of,
)
from zoning.strict_yaml import YamlError, load_text

__all__ = ["proposed_layers", "read_precedence", "recheck"]

_CLOSES_M2 = 0.01
_ENTRY_FIELDS = (
    *("path", "source", "table", "geometry", "layer", "layers"),
    *("edition", "valid_from", "valid_to", "authority", "coverage", "encoding", "crs"),
    *("fields", "vertical_datum", "sha256", "features", "beyond_county"),
)
_OF_THE_OLD_FILE = {
    "source": None,
    "table": None,
    "geometry": None,
    "layer": None,
    "layers": (),
    "encoding": "auto",
    "crs": None,
    "sha256": None,
    "features": None,
}


def read_precedence(path: Path) -> tuple[Precedence, ...]:
    """Read an office's own table of precedence.

    Raises
    ------
    RulePackError
        When it is malformed.
    """
    try:
        document = load_text(decode(path.read_bytes(), path.name).text)
    except (YamlError, SiteError) as error:
        values = {"detail": f"{path.name}: {error}"}
        problem = Problem(code="PRECEDENCE_MALFORMED", values=values)
        raise RulePackError(problem) from error
    listed = document.get("precedence") if isinstance(document, dict) else None
    return precedence_of(listed)


def proposed_layers(
    base: Base, folder: Path, proposal: Proposal, *, rules: Sequence[Precedence]
) -> dict[str, ProposedLayer]:
    """Return the layers of a proposal: a base of its own.

    Parameters
    ----------
    base : Base
        As opened from `folder`.
    proposal : Proposal
        Of this base.
    rules : sequence of Precedence
        Layers they name go along, unchanged.

    Returns
    -------
    dict of str to ProposedLayer
        The county first. Lines are marked ``authority: draft``.

    Raises
    ------
    LayerError
        When a file is no longer what was opened.
    """
    named = {key for rule in rules for key in (rule.yields, rule.to)}
    wanted = dict.fromkeys(("county", *control_lines(), "township", *sorted(named)))
    layers = {}
    for key in wanted:
        one = _proposed(base, folder, key, proposal=proposal)
        if one is not None:
            layers[key] = one
    return layers


def _proposed(
    base: Base, folder: Path, key: str, *, proposal: Proposal
) -> ProposedLayer | None:
    if key in base.absent:
        said = base.absent[key]
        told = {"statement": said.statement, "source": said.source, "date": said.date}
        return ProposedLayer(entry={"absent": True, **told})
    entry = entry_of(read_config(folder), key)
    if entry is None or key not in base.layers:
        return None
    if key in control_lines():
        entry = entry.model_copy(update={"authority": "draft"})
    if proposal.changed(key):
        original = read_original(folder, base.layers[key], base.crs)
        return _cut(original, key, entry, proposal=proposal)
    copied = copied_files(folder, key, entry)
    return ProposedLayer(entry=_told(copied.entry), files=copied.files)


def _cut(
    original: Original, key: str, entry: LayerEntry, *, proposal: Proposal
) -> ProposedLayer:
    """Return the rows of a layer that was cut; the others as their file has them."""
    raw, shapes = original.raw, proposal.geometry[key]
    geometry = np.array([*raw.geometry, None], dtype=object)[:-1]
    touched = {cut.feature for cut in proposal.cuts if cut.layer == key}
    columns = {name: _typed(raw.columns[name], name, original) for name in raw.columns}
    gone = []
    for row, shape, feature in zip(
        original.row.tolist(), shapes, proposal.ids[key].tolist(), strict=True
    ):
        if feature not in touched:
            continue
        if shape.is_empty:
            gone.append(row)
            continue
        planes = proposal.crs, raw.crs
        geometry[row] = carried_back(shape, geometry[row], planes=planes)
        if original.declared_area is not None:
            area = measure.area_m2(np.array([shape], dtype=object), proposal.crs)[0]
            columns[original.declared_area][row] = round(float(area), 2)
    kept = np.setdiff1d(np.arange(len(geometry)), gone)
    own = entry.model_copy(update={**_OF_THE_OLD_FILE, "path": f"{key}.gpkg"})
    return ProposedLayer(
        entry=_told(own),
        geometry=geometry[kept],
        columns={name: column[kept] for name, column in columns.items()},
        crs=raw.crs,
    )


def _typed(column: Any, name: str, original: Original) -> Any:
    """Return numbers of a column that the catalogue knows for one, else its text."""
    if name not in original.numbers:
        return column.copy()
    try:
        return np.array([float(v) if v.strip() else math.nan for v in column])
    except ValueError:
        return column.copy()


def _told(entry: LayerEntry) -> dict[str, Any]:
    """Return what an entry says, without what it leaves at its default."""
    plain = LayerEntry(path="-")
    return {
        name: value
        for name in _ENTRY_FIELDS
        if (value := getattr(entry, name)) != getattr(plain, name)
    }


def recheck(folder: Path, proposal: Proposal, options: CheckOptions) -> None:
    """Read a written proposal back and compare it with its ledger.

    Raises
    ------
    OutputError
        When a layer cannot be read, lines still overlap, or the areas are not
        those of the ledger within 0.01 m².
    """
    try:
        opened = open_base(folder)
    finally:
        shutil.rmtree(folder / store.FOLDER, ignore_errors=True)
    problems = [*left_overlaps(opened, options), *_differences(opened, proposal)]
    if problems:
        raise OutputError(*problems)


def _differences(opened: Base, proposal: Proposal) -> Iterator[Problem]:
    for key, (_, after) in proposal.totals.items():
        layer = opened.layers.get(key)
        if layer is None:
            if after > 0:
                yield _unsound(f"{key}: -")
            continue
        area = math.fsum(measure.area_m2(layer.geometry, opened.crs).tolist())
        if abs(area - after) > _CLOSES_M2:
            yield _unsound(f"{key}: {area:.4f} / {after:.4f} m²")
        shapes = proposal.geometry.get(key)
        if shapes is not None:
            count = int((~shapely.is_empty(shapes)).sum())
            if count != len(layer.geometry):
                yield _unsound(f"{key}: {len(layer.geometry)} / {count}")


def _unsound(detail: str) -> Problem:
    return Problem(code="PROPOSAL_UNSOUND", values={"detail": detail})
