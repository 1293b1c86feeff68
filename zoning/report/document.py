"""``report.docx``: the story set in the office's Word template.

The template is data that an office may edit, so it runs in a sandbox, and all
text is escaped: a name with ``<`` in it stays a name. Widths and colours of
table cells are set after rendering, on the tables that the template marked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from zoning.model import State, Verdict
from zoning.report.archive import repacked
from zoning.report.blocks import Block, Grid, Paragraph, Picture, SitePages, Story
from zoning.report.styles import state_colour, verdict_colour
from zoning.report.template import template_bytes

__all__ = ["clean", "colour_of", "document_bytes", "tint"]

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TEXT_WIDTH_MM = 162.0
_CHAPTER = "Heading 1"
_LONG_TITLE = 60
_LONG_TITLE_PT = 13
"""A name of several lines must leave room for the verdict on its page."""
_PICTURE_MM = {True: 108.0, False: 104.0}
"""Picture width on the first page, which must hold a table too, and later."""


def document_bytes(story: Story, template: bytes | None = None) -> bytes:
    """Return the Word file; the same story gives the same bytes.

    Parameters
    ----------
    template : bytes or None
        An office's own template; None takes the one that ships for the
        story's language.
    """
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    packed = BytesIO(template or template_bytes(story.lang))
    document: Any = DocxTemplate(packed)
    document.init_docx()
    setting = _Setting(document=document)
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document.render(setting.context(story), environment, autoescape=True)
    _finish_tables(document, setting.grids)
    _describe_pictures(document, setting.pictures)
    _fit_titles(document)
    _turn_pages(document, story)
    properties = document.core_properties
    properties.title, properties.comments = clean(story.title), ""
    properties.author = properties.last_modified_by = "zoning"
    properties.subject = clean(story.footer)
    written = BytesIO()
    document.save(written)
    return repacked(written.getvalue())


def clean(words: str) -> str:
    """Return `words` without characters that XML cannot hold."""
    if words.isprintable():  # nearly all; no control sign is
        return words
    broken = words.replace("\r\n", "\n")
    for blank in "\r\f\v":
        broken = broken.replace(blank, " ")
    return _FORBIDDEN.sub("\ufffd", broken)


def tint(colour: str, strength: float = 0.2) -> str:
    """Return ``RRGGBB`` of a colour thinned with white."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    thinned = (round(255 - (255 - channel) * strength) for channel in channels)
    return "".join(f"{channel:02X}" for channel in thinned)


def colour_of(state: str) -> str:
    """Return the colour of a finding's state or a site's verdict."""
    if state in set(State):
        return state_colour(State(state))
    return verdict_colour(Verdict(state))


@dataclass(slots=True)
class _Setting:
    """Turns blocks into what the template reads; remembers tables and pictures."""

    document: Any
    grids: list[Grid] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def context(self, story: Story) -> dict[str, Any]:
        """Return the names of the template, in the order of the document."""
        summary = story.summary
        return {
            "title": clean(story.title),
            "subtitle": clean(story.subtitle),
            "stamp": clean(story.stamp),
            "footer": clean(story.footer),
            "digest": clean(story.digest),
            "summary": summary and self.section(summary.title, summary.blocks),
            "pages": [self.site(s) for s in story.pages if s.only != "html"],
            "closing": [
                self.section(part.title, part.blocks, part.level)
                for part in story.closing
            ],
        }

    def site(self, site: SitePages) -> dict[str, Any]:
        """Return the first page by name, then the chapters."""
        from docxtpl import RichText

        first = site.first
        colour = colour_of(first.state).lstrip("#")
        return {
            "name": clean(site.name),
            "subtitle": clean(site.subtitle),
            "headline": RichText(clean(first.headline), color=colour),
            "why": clean(first.why),
            "image": first.picture and self.image(first.picture, first=True),
            "table": [self.block(first.table)] if first.table else [],
            "needs": [clean(need) for need in first.needs],
            "follows": site.follows,
            "sections": [
                self.section(part.title, part.blocks, part.level)
                for part in site.sections
                if part.only != "html"
            ],
        }

    def section(
        self, title: str, blocks: Sequence[Block], level: int = 1
    ) -> dict[str, Any]:
        """Return a chapter."""
        drawn = [self.block(block) for block in blocks]
        return {"title": clean(title), "level": level, "blocks": drawn}

    def block(self, block: Block) -> dict[str, Any]:
        """Return one block with its kind."""
        if isinstance(block, Paragraph):
            return {"kind": block.style, "text": clean(block.text)}
        if isinstance(block, Picture):
            caption = clean(block.caption)
            image = self.image(block, first=False)
            return {"kind": "picture", "image": image, "caption": caption}
        self.grids.append(block)
        return {
            "kind": "grid",
            "number": len(self.grids),
            "caption": clean(block.caption),
            "new_page": block.new_page,
            "columns": [clean(column) for column in block.columns],
            "rows": [
                [
                    {"text": clean(cell), "right": column in block.numeric}
                    for column, cell in enumerate(row.cells)
                ]
                for row in block.rows
            ],
        }

    def image(self, picture: Picture, *, first: bool) -> Any:
        """Return an inline picture of the width that suits its place."""
        from docx.shared import Mm
        from docxtpl import InlineImage

        self.pictures.append(picture)
        width = Mm(_PICTURE_MM[first])
        return InlineImage(self.document, BytesIO(picture.png), width=width)


def _finish_tables(document: Any, grids: Sequence[Grid]) -> None:
    """Set widths, colours and alternative text of the tables that are ours."""
    from docx.oxml.ns import qn

    for table in document.tables:
        described = table._tbl.tblPr.find(qn("w:tblDescription"))  # noqa: SLF001 (python-docx has no call for alt text)
        number = "" if described is None else described.get(qn("w:val"))
        if described is None or not number.isdigit():
            continue  # a table that the office put into its template
        grid = grids[int(number) - 1]
        described.set(qn("w:val"), clean(grid.caption or " · ".join(grid.columns)))
        _set_widths(table, grid)
        _colour_states(table, grid)
        if grid.small:
            _shrink(document, table)


def _set_widths(table: Any, grid: Grid) -> None:
    """Give each column its share of the text width; Word wants it in every cell."""
    from docx.oxml.ns import qn
    from docx.shared import Mm

    widths = [Mm(_TEXT_WIDTH_MM * w / sum(grid.widths)) for w in grid.widths]
    table.autofit = False
    columns = table._tbl.tblGrid.findall(qn("w:gridCol"))  # noqa: SLF001 (table.columns is slow on long tables)
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width.twips))
    for row in _rows(table):
        for cell, width in zip(row, widths, strict=True):
            cell.width = width


def _colour_states(table: Any, grid: Grid) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if grid.state_column is None:
        return
    _, *body = _rows(table)
    for cells, row in zip(body, grid.rows, strict=True):
        if row.state:
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:color"), "auto")
            shade.set(qn("w:fill"), tint(colour_of(row.state)))
            cells[grid.state_column].get_or_add_tcPr().append(shade)


def _shrink(document: Any, table: Any) -> None:
    """Set a table in the small cell styles, where the template has them."""
    from docx.oxml.ns import qn

    known = {style.style_id for style in document.styles}
    for margin in table._tbl.tblPr.iter(qn("w:top"), qn("w:bottom")):  # noqa: SLF001 (python-docx has no call for cell margins)
        if margin.getparent().tag == qn("w:tblCellMar"):
            margin.set(qn("w:w"), "0")
    for look in table._tbl.iter(qn("w:pStyle")):  # noqa: SLF001 (cell.paragraphs is slow on long tables)
        small = f"{look.get(qn('w:val'))}Small"
        if small in known:
            look.set(qn("w:val"), small)


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in table._tbl.tr_lst:  # noqa: SLF001 (row.cells is quadratic on long tables)
        yield row.tc_lst


def _fit_titles(document: Any) -> None:
    """Set the very long ones smaller; the style stays, for the office's own look."""
    from docx.shared import Pt

    for paragraph in document.paragraphs:
        titled = paragraph.style.name.startswith("Zoning Title")
        if titled and len(paragraph.text) > _LONG_TITLE:
            for run in paragraph.runs:
                run.font.size = Pt(_LONG_TITLE_PT)


def _turn_pages(document: Any, story: Story) -> None:
    """Begin the chapters on a page of their own: the first one is read alone."""
    first = {
        clean(site.sections[0].title)
        for site in story.pages
        if site.sections and site.first.table is not None
    }
    for paragraph in document.paragraphs:
        if paragraph.style.name == _CHAPTER and paragraph.text in first:
            paragraph.paragraph_format.page_break_before = True


def _describe_pictures(document: Any, pictures: Sequence[Picture]) -> None:
    """Give the pictures their alternative text, for readers who cannot see them."""
    said = {picture.png: picture.alt for picture in pictures}
    for shape in document.inline_shapes:
        inline = shape._inline  # noqa: SLF001 (python-docx has no call for alt text)
        part = document.part.related_parts[
            inline.graphic.graphicData.pic.blipFill.blip.embed
        ]
        if part.blob in said:
            inline.docPr.set("descr", clean(said[part.blob]))
