"""A folder of the one map: document, tables, package, map; whole or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.errors import Problem
from zoning.model import Base, CheckOptions, Layer
from zoning.report.features import write_layers
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.manifest import MANIFEST, manifest_bytes
from zoning.report.one_map.book import Table, csv_bytes, workbook_bytes
from zoning.report.project_file import write_project
from zoning.report.texts import text
from zoning.report.verdict import (
    digest_of,
    json_bytes,
    layer_document,
    problem_document,
    software,
)

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Contents", "base_document", "signed", "write_contents"]

Json = dict[str, Any]
_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What goes into a folder.

    Parameters
    ----------
    name : str
        Of document, package and project: ``partition``.
    title : str
        Of the workbook.
    base : str
        Name of the base, for the project.
    document : mapping
        As made by `signed`.
    tables : sequence of Table
        Each also as CSV.
    layers : mapping of str to GeoDataFrame
        Of the package, in order; none when empty.
    draw : mapping of str to callable
        Further files, each drawn at a path.
    make : mapping of str to bytes
        Further files as they are.
    """

    name: str
    title: str
    base: str
    document: Json
    tables: Sequence[Table]
    layers: Mapping[str, "gpd.GeoDataFrame"] = field(default_factory=dict)
    draw: Mapping[str, Callable[[Path], object]] = field(default_factory=dict)
    make: Mapping[str, bytes] = field(default_factory=dict)


def write_contents(
    folder: Path,
    contents: Contents,
    *,
    lang: str,
    approve: Callable[[Path], None] | None = None,
) -> Path:
    """Write a folder, the manifest last; return `folder`.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty; parents are made.
    approve : callable, optional
        Gets the finished folder before it is put in place; what it raises
        leaves nothing behind.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written.
    """
    refuse_used(folder)
    with staged(folder) as stage:
        for artefact in _artefacts(stage, contents, lang):
            store(stage, artefact)
        facts = {"digest": contents.document["digest"], "lang": lang}
        data = manifest_bytes(stage, {"kind": contents.name, **facts})
        store(stage, Artefact.of(MANIFEST, data))
        if approve is not None:
            approve(stage)
    return folder


def _artefacts(stage: Path, contents: Contents, lang: str) -> Iterable[Artefact]:
    name, tables = contents.name, contents.tables
    yield Artefact(name=f"{name}.json", make=lambda: json_bytes(contents.document))
    for table in tables:
        yield Artefact(name=f"{table.name}.csv", make=lambda t=table: csv_bytes(t))  # type: ignore[misc]
    note = text("report.footer", lang)
    yield Artefact(
        name="tables.xlsx",
        make=lambda: workbook_bytes(tables, title=contents.title, note=note),
    )
    if contents.layers:
        package = f"{name}.gpkg"
        yield Artefact(name=package, draw=lambda p: write_layers(p, contents.layers))
        yield Artefact(
            name=f"{name}.qgs",
            draw=lambda p: write_project(
                stage / package, p, base=contents.base, lang=lang
            ),
        )
    for own, draw in contents.draw.items():
        yield Artefact(name=own, draw=draw)
    for own, content in contents.make.items():
        yield Artefact(name=own, make=lambda c=content: c)  # type: ignore[misc]


def signed(document: Json) -> Json:
    """Return a document with the versions that made it, and its digest."""
    return {
        **document,
        "software": dict(software()),
        "digest": digest_of(document),
    }


def base_document(
    base: Base,
    layers: Iterable[Layer],
    options: CheckOptions,
    *,
    problems: Sequence[Problem],
) -> Json:
    """Return what every document of the one map says of base, day and layers."""
    ordered = sorted(layers, key=lambda layer: layer.info.id)
    return {
        "base": {"name": base.name, "demo": base.demo, "crs": base.crs},
        "as_of": options.as_of.isoformat(),
        "tolerance": {
            "residue_area_m2": options.residue_area_m2,
            "residue_width_m": options.residue_width_m,
        },
        "complete": not problems,
        "problems": [problem_document(problem) for problem in problems],
        "layers": [layer_document("vector", one.info, one.problems) for one in ordered],
    }


def rounded(value: float) -> float:
    """Return a number without a platform's last bit."""
    return round(value, _PLACES) + 0.0
