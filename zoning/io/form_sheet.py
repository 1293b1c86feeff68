"""Which sheet of a workbook is the project form, and where its header stands."""

import io
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from zoning.errors import Problem, SiteError
from zoning.io import archives
from zoning.io.magic import OLD_WORKBOOK_MAGIC
from zoning.io.workbook_sites import DAMAGE
from zoning.rules.vocabulary import site_fields

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["HEADER_ROWS", "HELP_SHEETS", "form_sheet", "plain_heading"]

HELP_SHEETS = ("填写说明", "取值")
"""Sheets of the blank form that hold no attributes."""
HEADER_ROWS = 10


def form_sheet(content: bytes, file: str) -> tuple["Worksheet", int]:
    """Return the one sheet that holds a form, and the row of its header.

    Raises
    ------
    SiteError
        When the file is no workbook that can be read, or none of its sheets,
        more than one, or a hidden one holds a form.
    """
    if content.startswith(OLD_WORKBOOK_MAGIC):
        raise SiteError(_unreadable(file, "旧版 xls 格式", "the old xls format"))
    pages = [page for page in _sheets(content, file) if _filled(page)]
    headers = {page.title: _header(page) for page in pages}
    forms = [page for page in pages if headers[page.title]]
    others = [
        page.title
        for page in pages
        if page not in forms and page.title not in HELP_SHEETS
    ]
    faults: list[tuple[str, str]] = []
    if len(forms) > 1:
        names = "、".join(page.title for page in forms)
        faults.append((f"有多张项目属性表（{names}）", f"several forms ({names})"))
    if not forms:
        names = "、".join(site_fields()[:3])
        chinese = f"前 {HEADER_ROWS} 行里没有以地块编号（{names}…）开头的表头"
        english = (
            f"no header in the first {HEADER_ROWS} rows that begins with {names} …"
        )
        faults.append((chinese, english))
    elif others:
        names = "、".join(others)
        faults.append(
            (
                f"另有不是项目属性表的工作表（{names}）",
                f"further sheets that are no form ({names})",
            )
        )
    faults += [
        (f"工作表 {page.title} 是隐藏的", f"sheet {page.title} is hidden")
        for page in forms
        if page.sheet_state != "visible"
    ]
    if faults:
        raise SiteError(*(_unreadable(file, *fault) for fault in faults))
    return forms[0], int(headers[forms[0].title] or 0)


def _sheets(content: bytes, file: str) -> Sequence["Worksheet"]:
    import openpyxl

    def is_part(path: PurePosixPath) -> bool:
        return path.suffix == ".xml"

    parts = archives.members(content, file, wanted=is_part)
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise SiteError(Problem(code="XML_ENTITY_REFUSED", where=file))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on styles are of no concern
            return openpyxl.load_workbook(io.BytesIO(content)).worksheets
    except DAMAGE as error:
        kind = type(error).__name__
        fault = _unreadable(
            file, f"文件损坏（{kind}）", f"the file is damaged ({kind})"
        )
        raise SiteError(fault) from error


def _filled(page: "Worksheet") -> bool:
    return any(value is not None for row in page.values for value in row)


def _header(page: "Worksheet") -> int | None:
    """Return the row, from 1, whose first filled cell names the site column."""
    known = {plain_heading(name) for name in site_fields()}
    for row in page.iter_rows(max_row=HEADER_ROWS):
        first = next((cell for cell in row if cell.value is not None), None)
        if first is not None and plain_heading(first.value) in known:
            return int(first.row)
    return None


def _unreadable(file: str, chinese: str, english: str) -> Problem:
    values = {"detail_zh": chinese, "detail_en": english}
    return Problem(code="PROJECT_FORM_UNREADABLE", where=file, values=values)


def plain_heading(value: Any) -> str:
    """Return a heading without blanks and line ends, in half-width."""
    return "".join(unicodedata.normalize("NFKC", str(value)).split()).casefold()
