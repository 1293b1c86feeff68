"""An office's own Word template: what it may hold, and what it must not drop.

A template is a program of sorts: it runs in a sandbox, may not fetch or carry
anything that acts when the report is opened, and the report that comes out of it
must still hold the verdict of every site and what was not checked.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from zoning.errors import Problem, UsageError
from zoning.report.blocks import Grid, Paragraph, Story
from zoning.report.document import clean, document_bytes

__all__ = ["OfficeTemplate", "dropped_words", "office_document", "read_template"]

_MAX_BYTES = 20 << 20
_UNPACKED_BYTES = 60 << 20
_SHOWN = 4
_MAIN = "word/document.xml"
_ACTIVE = re.compile(r"vbaProject|activeX|embeddings/", re.IGNORECASE)
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_BLANKS = re.compile(r"\s+")
_PRINTED = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTemplate:
    """A template that may be used; `sha256` names it in the manifest."""

    name: str
    content: bytes
    sha256: str


def read_template(path: Path) -> OfficeTemplate:
    """Read a template and look at what it holds.

    Raises
    ------
    UsageError
        ``TEMPLATE_UNREADABLE`` or ``TEMPLATE_UNSAFE``: macros, embedded objects
        or parts that Word fetches from elsewhere.
    """
    try:
        content = path.read_bytes()
        if len(content) > _MAX_BYTES:
            raise _unreadable(path, f"> {_MAX_BYTES >> 20} MB")
        with zipfile.ZipFile(BytesIO(content)) as archive:
            found = list(_unsafe(archive, path))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _unreadable(path, type(error).__name__) from error
    except ET.ParseError as error:
        raise _unreadable(path, str(error)) from error
    if found:
        values = {"name": path.name, "detail": "、".join(found), "en": ", ".join(found)}
        raise UsageError(Problem(code="TEMPLATE_UNSAFE", values=values))
    digest = hashlib.sha256(content).hexdigest()
    return OfficeTemplate(name=path.name, content=content, sha256=digest)


def office_document(story: Story, template: OfficeTemplate) -> bytes:
    """Return the Word file set in an office's template.

    Raises
    ------
    UsageError
        ``TEMPLATE_SYNTAX`` with the tag, or ``TEMPLATE_DROPS`` with what the
        report would leave unsaid.
    """
    try:
        made = document_bytes(story, template.content)
    except Exception as error:  # a template is a program: it may fail in any way
        detail = (str(error) or type(error).__name__).splitlines()[0]
        values = {"name": template.name, "detail": detail[:160]}
        raise UsageError(Problem(code="TEMPLATE_SYNTAX", values=values)) from error
    dropped = dropped_words(made, story)
    if dropped:
        shown = "；".join(words[:40] for words in dropped[:_SHOWN])
        values = {"name": template.name, "words": shown}
        raise UsageError(Problem(code="TEMPLATE_DROPS", values=values))
    return made


def dropped_words(document: bytes, story: Story) -> tuple[str, ...]:
    """Return what a report must say and the document made of it does not.

    Must be there: the stamp of demo data, the verdict of every site told on
    paper, what was not checked of it, and the digest.

    Parameters
    ----------
    document : bytes
        A Word file.
    """
    printed = _printed(document)
    return tuple(words for words in _required(story) if _plain(words) not in printed)


def _required(story: Story) -> Iterator[str]:
    yield from filter(None, (story.stamp, story.digest))
    if story.summary is not None:
        for block in story.summary.blocks:
            yield from _said(block)
    for site in story.pages:
        if site.only == "html":
            continue
        yield site.first.headline
        for section in site.sections:
            if section.key in {"not-checked", "rejection"}:
                yield from (said for block in section.blocks for said in _said(block))


def _said(block: object) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Grid):
        yield from (cell for row in block.rows for cell in row.cells if cell)


def _printed(document: bytes) -> str:
    with zipfile.ZipFile(BytesIO(document)) as archive:
        parts = [
            _paragraphs(archive.read(name))
            for name in archive.namelist()
            if _PRINTED.fullmatch(name)
        ]
    return "\n".join(parts)


def _paragraphs(part: bytes) -> str:
    tree = ET.fromstring(part)  # noqa: S314  made by us from a template without entities
    return "\n".join(
        _plain("".join(node.text or "" for node in paragraph.iter(_WORDS)))
        for paragraph in tree.iter(_PARAGRAPH)
    )


def _plain(words: str) -> str:
    """Return words without what Word may set otherwise: blanks, breaks, controls."""
    return _BLANKS.sub("", clean(words))


def _unsafe(archive: zipfile.ZipFile, path: Path) -> Iterator[str]:
    """Yield what makes a template unfit to hand reports out with."""
    members = archive.infolist()
    if sum(member.file_size for member in members) > _UNPACKED_BYTES:
        raise _unreadable(path, f"> {_UNPACKED_BYTES >> 20} MB")
    names = {member.filename for member in members}
    if _MAIN not in names:
        raise _unreadable(path, _MAIN)
    for name in sorted(names):
        if _ACTIVE.search(name):
            yield PurePosixPath(name).name
        elif name.endswith((".rels", ".xml")):
            part = archive.read(name)
            if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                yield f"{PurePosixPath(name).name}: DOCTYPE"
            elif name.endswith(".rels"):
                yield from _fetched(part)


def _fetched(part: bytes) -> Iterator[str]:
    """Yield the targets outside the file; a hyperlink waits for a click."""
    for relation in ET.fromstring(part).iter(_RELATION):  # noqa: S314  no DOCTYPE, as just seen
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") == "External" and kind != "hyperlink":
            yield f"{kind} → {relation.get('Target', '')}"[:120]


def _unreadable(path: Path, detail: str) -> UsageError:
    values = {"name": path.name, "detail": detail}
    return UsageError(Problem(code="TEMPLATE_UNREADABLE", values=values))
