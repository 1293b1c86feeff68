"""Makes the Word templates that an office may edit: `templates/report.*.docx`.

The templates are committed; run ``python -m zoning.report.template`` to make
them anew. Tags are those of docxtpl: ``{%p %}`` drops its paragraph, ``{%tr %}``
its row, ``{%tc %}`` its cell. Styles carry all looks, so that an office changes
fonts and spacing in Word and leaves the tags alone.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from zoning import strict_yaml
from zoning.report.archive import repacked
from zoning.report.texts import text
from zoning.terms import LANGUAGES

__all__ = ["build_template", "template_bytes"]


_LATIN = "Times New Roman"
_HEI, _SONG = "黑体", "仿宋"
_GREY = "5A6068"
_LINE = "A9B0B8"

Look = Mapping[str, str]


def _looks(lang: str) -> Iterator[tuple[str, Look]]:
    """Yield the paragraph styles; of paired values the one for `lang`."""
    raw = files("zoning").joinpath("report/templates/looks.yaml")
    loaded: Any = strict_yaml.load_text(raw.read_text(encoding="utf-8"))
    side = LANGUAGES.index(lang)
    for name, entry in loaded.items():
        look = {
            key: value.split()[side % len(value.split())]
            for key, value in entry.items()
        }
        if lang == "en":
            look.pop("indent", None)
        yield name, look


def build_template(lang: str) -> bytes:
    """Return the template for `lang`; the same code gives the same bytes."""
    from docx import Document

    document: Any = Document()
    _page(document)
    for name, look in _looks(lang):
        _style(document, name, look)
    writer = _Writer(document)
    _macro(writer)
    _summary(writer)
    _sites(writer, lang)
    _closing(writer)
    _running_lines(document, lang)
    packed = BytesIO()
    document.save(packed)
    return repacked(packed.getvalue())


def template_bytes(lang: str) -> bytes:
    """Return the committed template for `lang`."""
    return files("zoning").joinpath(f"report/templates/report.{lang}.docx").read_bytes()


class _Writer:
    """Appends paragraphs and the one table to the template."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def line(self, words: str, style: str = "Zoning Body") -> Any:
        return self.document.add_paragraph(words, style=style)

    def tags(self, *tags: str) -> None:
        for tag in tags:
            self.line(f"{{%p {tag} %}}")


def _macro(writer: _Writer) -> None:
    """Write the macro that draws blocks: text, tables, pictures."""
    writer.tags("macro draw(blocks)", "for block in blocks")
    for number, (kind, style) in enumerate(
        (name, name.capitalize())
        for name in ("body", "item", "remark", "warning", "note")
    ):
        writer.tags(f"{'el' if number else ''}if block.kind == '{kind}'")
        writer.line("{{ block.text }}", f"Zoning {style}")
    writer.tags("elif block.kind == 'picture'")
    writer.line("{{ block.image }}", "Zoning Figure")
    writer.line("{{ block.caption }}", "Zoning Figure Caption")
    writer.tags("elif block.kind == 'grid'", "if block.new_page")
    writer.line("{{ block.caption }}", "Zoning Caption Page")
    writer.tags("elif block.caption")
    writer.line("{{ block.caption }}", "Zoning Caption")
    writer.tags("endif")
    _table(writer.document)
    writer.line("", "Zoning Gap")
    writer.tags("endif", "endfor", "endmacro")


def _table(document: Any) -> None:
    """Write the table: a repeated head row, and one row that is looped."""
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    _soften(table)
    described = _element("w:tblDescription", val="{{ block.number }}")
    table._tbl.tblPr.append(described)  # noqa: SLF001 (python-docx has no call for alt text)
    head = ("{%tc for column in block.columns %}", "{{ column }}", "{%tc endfor %}")
    cells = ("{%tc for cell in row %}", "", "{%tc endfor %}")
    for cell, words in zip(table.rows[0].cells, head, strict=True):
        _fill(cell, words, "Zoning Cell Head")
    _fill(table.rows[1].cells[0], "{%tr for row in block.rows %}", "Zoning Cell")
    for cell, words in zip(table.rows[2].cells, cells, strict=True):
        _fill(cell, words, "Zoning Cell")
    _fill(table.rows[3].cells[0], "{%tr endfor %}", "Zoning Cell")
    value = table.rows[2].cells[1]
    value.paragraphs[0].text = "{%p if cell.right %}"
    value.add_paragraph("{{ cell.text }}", style="Zoning Cell Number")
    value.add_paragraph("{%p else %}", style="Zoning Cell")
    value.add_paragraph("{{ cell.text }}", style="Zoning Cell")
    value.add_paragraph("{%p endif %}", style="Zoning Cell")
    _shade(table.rows[0].cells[1], "EEF1F4")
    for row, flag in ((0, "w:tblHeader"), (0, "w:cantSplit"), (2, "w:cantSplit")):
        table.rows[row]._tr.get_or_add_trPr().append(_element(flag))  # noqa: SLF001 (no call for these flags)


def _soften(table: Any) -> None:
    """Give the table grey lines and a little air above and below the text."""
    borders, margins = _element("w:tblBorders"), _element("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = _element(f"w:{side}", val="single", sz="4", space="0", color=_LINE)
        borders.append(line)
    for side, width in (("top", 35), ("left", 85), ("bottom", 35), ("right", 85)):
        margins.append(_element(f"w:{side}", w=str(width), type="dxa"))
    look = table._tbl.tblPr.find(_qualified("w:tblLook"))  # noqa: SLF001 (python-docx has no call for borders)
    look.addprevious(borders)
    look.addprevious(margins)


def _summary(writer: _Writer) -> None:
    writer.tags("if summary")
    writer.line("{{ title }}", "Zoning Title")
    writer.line("{{ subtitle }}", "Zoning Subtitle")
    writer.line("{{ summary.title }}", "Heading 1")
    writer.line("{{p draw(summary.blocks) }}")
    writer.tags("endif")


def _sites(writer: _Writer, lang: str) -> None:
    """Write the first page of a site by name, then its chapters in a loop."""
    writer.tags("for site in pages", "if site.follows")
    writer.line("{{ site.name }}", "Zoning Title Follow")
    writer.tags("else")
    writer.line("{{ site.name }}", "Zoning Title")
    writer.tags("endif")
    writer.line("{{ title }} · {{ site.subtitle }}", "Zoning Subtitle")
    writer.line("{{r site.headline }}", "Zoning Headline")
    writer.line("{{ site.why }}", "Zoning Lead")
    writer.tags("if site.image")
    writer.line("{{ site.image }}", "Zoning Figure")
    writer.tags("endif")
    writer.line("{{p draw(site.table) }}")
    writer.tags("if site.needs")
    writer.line(text("report.needs", lang), "Zoning Caption")
    writer.tags("for need in site.needs")
    writer.line("{{ loop.index }}. {{ need }}", "Zoning Need")
    writer.tags("endfor", "endif")
    _sections(writer, "site.sections")
    writer.tags("endfor")


def _closing(writer: _Writer) -> None:
    _sections(writer, "closing")
    writer.line("{{ digest }}", "Zoning Note")


def _sections(writer: _Writer, name: str) -> None:
    """Write the loop over chapters; they follow one another without a break."""
    writer.tags(f"for section in {name}", "if section.level == 1")
    writer.line("{{ section.title }}", "Heading 1")
    writer.tags("else")
    writer.line("{{ section.title }}", "Heading 2")
    writer.tags("endif")
    writer.line("{{p draw(section.blocks) }}")
    writer.tags("endfor")


def _running_lines(document: Any, lang: str) -> None:
    """Write the stamp above and the footer with the page number below."""
    section = document.sections[0]
    stamp = section.header.paragraphs[0]
    stamp.text = "{{ stamp }}"
    stamp.alignment = _alignment("right")
    _font(stamp.runs[0].font, _HEI, size=12, colour="B40F2E")
    before, after = text("report.page", lang, page="\0").split("\0")
    footer = section.footer.paragraphs[0]
    footer.alignment = _alignment("center")
    footer.add_run("{{ footer }} · " + before)
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        footer.add_run()._r.append(_field(kind, words))  # noqa: SLF001 (python-docx has no call for fields)
    footer.add_run(after)
    for run in footer.runs:
        _font(run.font, _SONG, size=9, colour=_GREY)


def _page(document: Any) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(24)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(11)


def _style(document: Any, name: str, look: Look) -> None:
    """Add or change one paragraph style."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt

    known = {style.name for style in document.styles}
    if name not in known:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style = document.styles[name]
    style.base_style = document.styles["Normal"]
    _font(
        style.font,
        look["fonts"],
        size=float(look["size"]),
        colour=look.get("colour", "000000"),
    )
    style.font.bold = False
    shape = style.paragraph_format
    shape.line_spacing = float(look["line"])
    shape.space_before = Pt(float(look.get("before", "0")))
    shape.space_after = Pt(float(look.get("after", "0")))
    shape.keep_with_next = "keep" in look
    shape.page_break_before = "page" in look
    if "align" in look:
        shape.alignment = _alignment(look["align"])
    if "indent" in look:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), look["indent"])
        characters = float(look["indent"]) / 100
        indent.set(qn("w:firstLine"), str(round(characters * float(look["size"]) * 20)))


def _font(font: Any, east_asian: str, *, size: float, colour: str) -> None:
    """Set Latin and East Asian names; Word ignores 仿宋 without the latter."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font.name, font.size = _LATIN, Pt(size)
    font.color.rgb = RGBColor.from_string(colour)
    fonts = font.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), east_asian)
    fonts.set(qn("w:hAnsi"), _LATIN)


def _fill(cell: Any, words: str, style: str) -> None:
    cell.paragraphs[0].text = words
    cell.paragraphs[0].style = style


def _shade(cell: Any, colour: str) -> None:
    shade = _element("w:shd", val="clear", color="auto", fill=colour)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 (python-docx has no call for shading)


def _alignment(name: str) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return getattr(WD_ALIGN_PARAGRAPH, name.upper())


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _qualified(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))


def _field(kind: str | None, words: str | None) -> Any:
    if kind is not None:
        return _element("w:fldChar", fldCharType=kind)
    instruction = _element("w:instrText")
    instruction.text = words
    return instruction


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "zoning/report/templates")
    for language in ("zh", "en"):
        (target / f"report.{language}.docx").write_bytes(build_template(language))
