"""An empty project form to fill in: drop-down lists, notes, one row per site."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoning import terms
from zoning.io.form_sheet import HELP_SHEETS
from zoning.rules.vocabulary import (
    attributes,
    evidence_fields,
    site_fields,
    values_of,
)

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["blank_form", "write_project_form"]

PAPERS = 2
"""Groups of columns for declared papers."""
SPARE_ROWS = 200
TITLE = "项目属性"
ALL = "全部"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # no clock in the bytes
_WIDTH = 16
_NOTES = MappingProxyType(
    {
        "text": "文字",
        "code": "国民经济行业代码（GB/T 4754-2017），例如 C2614；按文本填写",
        "boolean": "填 是 或 否；不清楚的留空",
        "number": "数字，不带单位",
        "choice": "从下拉列表中选",
        "activity": "从下拉列表中选",
    }
)
_GUIDE = (
    "每个地块一行。首列写地块编号（或地块名称、选址文件名），与选址文件一致。",
    f"首列写“{ALL}”的一行对全部地块生效，必须是第一行；各地块自己的行优先。",
    "不清楚的格子留空：留空表示不知道，核查时会作为问题列出，不会当作“否”。",
    "证明材料填种类、文号、日期，出具机关可不填。材料只作为申报内容列出，不核验真伪。",
    "日期用日期格式或写成 2026-05-01。不要用公式，不要合并单元格，不要增加别的列。",
    "One row per site; a blank means not known. Papers are declared, not verified.",
)


def write_project_form(path: Path, site_ids: Sequence[str] = ()) -> None:
    """Write an empty project form.

    Parameters
    ----------
    path : Path
        Where to write the .xlsx; an existing file is overwritten.
    site_ids : sequence of str, optional
        Sites to give a row each, in this order.
    """
    path.write_bytes(blank_form(site_ids))


def blank_form(site_ids: Sequence[str] = ()) -> bytes:
    """Return an empty project form as the bytes of an .xlsx; always the same."""
    import xlsxwriter

    packed = BytesIO()
    plain = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(packed, plain) as book:
        book.set_properties({"title": TITLE, "created": _CREATED})
        form, guide, words = (
            book.add_worksheet(name) for name in (TITLE, *HELP_SHEETS)
        )
        words.hide()
        last = 1 + len(site_ids) + SPARE_ROWS
        _write_columns(book, form, words, last=last)
        for row, site in enumerate((ALL, *site_ids), start=1):
            form.write_string(row, 0, site)
        guide.set_column(0, 0, 90)
        for row, line in enumerate(_GUIDE):
            guide.write_string(row, 0, line)
    return packed.getvalue()


def _write_columns(
    book: "Workbook", form: "Worksheet", words: "Worksheet", *, last: int
) -> None:
    """Write the headings with a note each, and a drop-down list below."""
    heading = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E8EEF4"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    form.freeze_panes(1, 1)
    form.set_column(0, 0, _WIDTH, text)
    form.write_string(0, 0, site_fields()[0], heading)
    for column, (title, note, kind, choices) in enumerate(_columns(), start=1):
        looks = {"code": text, "text": text, "date": day}.get(kind)
        form.set_column(column, column, max(_WIDTH, 2 * len(title)), looks)
        form.write_string(0, column, title, heading)
        form.write_comment(0, column, note, {"author": ""})
        for row, word in enumerate(choices):
            words.write_string(row, column, word)
        if choices:
            letters = _letters(column)
            source = f"='{HELP_SHEETS[1]}'!${letters}$1:${letters}${len(choices)}"
            rule: dict[str, Any] = {"validate": "list", "source": source}
            form.data_validation(1, column, last, column, rule)


def _columns() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield heading, note, kind and choices of every column after the first."""
    for name, entry in attributes().items():
        kind = str(entry["type"])
        words = values_of(name)
        choices = tuple(word["zh"] for word in words.values()) if words else ()
        if kind == "boolean":
            choices = ("是", "否")
        yield entry["zh"], f"{_NOTES[kind]}（{name}）", kind, choices
    kinds = tuple(entry["zh"] for entry in terms.group("evidence").values())
    for number in range(1, PAPERS + 1):
        for name, titles in evidence_fields().items():
            kind = "date" if name == "date" else "text"
            choices = kinds if name == "kind" else ()
            yield f"{titles[0]}{number}", f"第 {number} 份证明材料", kind, choices


def _letters(column: int) -> str:
    """Return the letters of a column, from 0."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
