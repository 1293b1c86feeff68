"""The run folder of something told of a county: record, outputs, manifest.

Audit, layout and model write the same kinds of files; each brings what they hold.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zoning.report.blocks import Story
from zoning.report.folder import Artefact, staged, store
from zoning.report.manifest import MANIFEST, manifest_bytes
from zoning.report.verdict import json_bytes

__all__ = ["project_beside", "told_artefacts", "write_county_run"]

Json = dict[str, Any]


def write_county_run(
    folder: Path,
    record: tuple[str, Json],
    artefacts: Iterable[Artefact],
    *,
    kind: str,
    named: Sequence[str],
    lang: str,
) -> Path:
    """Write a record, what belongs to it and the manifest, whole or not at all.

    Parameters
    ----------
    record : tuple of str and dict
        File name and content of the record; it has a ``digest``.
    artefacts : iterable of Artefact
        Made and written one after the other, after the record.
    named : sequence of str
        Keys of the record that the manifest repeats.

    Raises
    ------
    OutputError
        If the folder cannot be written; nothing is left half-written then.
    """
    name, document = record
    facts = {"kind": kind, "lang": lang} | {key: document[key] for key in named}
    with staged(folder) as stage:
        store(stage, Artefact.of(name, json_bytes(document)))
        for artefact in artefacts:
            store(stage, artefact)
        store(stage, Artefact.of(MANIFEST, manifest_bytes(stage, facts)))
    return folder


def told_artefacts(
    story: Story, ledger: Callable[[], bytes], twins: Mapping[str, bytes]
) -> Iterator[Artefact]:
    """Yield Word, page, workbook, and the sheets of the workbook as CSV."""
    from zoning.report.document import document_bytes
    from zoning.report.page import page_bytes

    yield Artefact(name="report.docx", make=lambda: document_bytes(story))
    yield Artefact(name="report.html", make=lambda: page_bytes(story))
    yield Artefact(name="ledger.xlsx", make=ledger)
    for name, data in twins.items():
        yield Artefact.of(f"ledger/{name}", data)


def project_beside(package: str, *, base: str, title: str, lang: str) -> Artefact:
    """Return the QGIS project of a GeoPackage in the same folder.

    Parameters
    ----------
    package : str
        Name of the GeoPackage; the project has its stem.
    base : str
        Name of the base.
    title : str
        Key of the project's title.
    """
    from zoning.report.project_file import write_project

    return Artefact(
        name=Path(package).with_suffix(".qgs").name,
        draw=lambda path: write_project(
            path.with_name(package), path, base=base, lang=lang, title=title
        ),
    )
