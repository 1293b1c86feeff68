"""``ledger.xlsx`` and its CSV twins: the tables an office files and filters."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

from zoning.model import Report, State
from zoning.report.archive import repacked
from zoning.report.document import clean
from zoning.report.ledger_sheets import CsvSheet, Looks, Page, Shape, guarded
from zoning.report.tables import (
    FindingRow,
    GapRow,
    LayerRow,
    ResidueRow,
    ReviewRow,
    SiteRow,
    findings_table,
    gaps_table,
    layers_table,
    residue_table,
    reviews_table,
    sites_table,
)
from zoning.report.texts import text
from zoning.report.wording import STATE_ORDER

__all__ = [
    "ROWS",
    "SAFE",
    "Sheets",
    "csv_bytes",
    "csv_twins",
    "guarded",
    "ledger_bytes",
    "say_what_it_is",
    "workbook_bytes",
]

Sheets = Sequence[tuple[Shape, Sequence[Any]]]

_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)

SAFE = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""Options of a workbook in which text stays text."""

ROWS: Mapping[str, type[Any]] = {
    "sites": SiteRow,
    "findings": FindingRow,
    "not_checked": GapRow,
    "reviews": ReviewRow,
    "residue": ResidueRow,
    "layers": LayerRow,
}


def ledger_bytes(report: Report, *, lang: str = "zh") -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    title = text("report.title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def workbook_bytes(sheets: Sheets, *, title: str, lang: str) -> bytes:
    """Return a workbook of sheets; the same rows give the same bytes."""
    import xlsxwriter

    packed = BytesIO()
    with xlsxwriter.Workbook(packed, SAFE | {"in_memory": True}) as book:
        say_what_it_is(book, title, lang)
        looks = Looks(book)
        for shape, rows in sheets:
            page = Page(book, shape, looks, lang=lang)
            for number, row in enumerate(rows, start=1):
                page.write(shape.cells(number, row, lang), shape.state_of(row))
            page.close()
    return repacked(packed.getvalue())


def say_what_it_is(book: Any, title: str, lang: str) -> None:
    """Write title and footer into the properties of a workbook; its day is fixed."""
    said = clean(text("report.footer", lang))
    book.set_properties({"title": clean(title), "created": _CREATED, "comments": said})


def csv_twins(report: Report, *, lang: str = "zh") -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name, UTF-8 with a mark for Excel."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def csv_bytes(sheets: Sheets, *, lang: str) -> Mapping[str, bytes]:
    """Return sheets as CSV by file name."""
    return {f"{shape.key}.csv": _csv(shape, rows, lang) for shape, rows in sheets}


def _sheets(report: Report, lang: str) -> Sheets:
    tables: dict[str, Sequence[Any]] = {
        "sites": sites_table(report, lang=lang),
        "findings": _sorted(findings_table(report, lang=lang)),
        "not_checked": gaps_table(report, lang=lang),
        "reviews": reviews_table(report, lang=lang),
        "residue": residue_table(report, lang=lang),
        "layers": layers_table(report, lang=lang),
    }
    return tuple((Shape.of(key, ROWS[key]), rows) for key, rows in tables.items())


def _sorted(rows: list[FindingRow]) -> list[FindingRow]:
    """Return findings worst first, CLEAR ones last; equals keep their order."""
    return sorted(rows, key=lambda row: -STATE_ORDER.index(State(row.state)))


def _csv(shape: Shape, rows: Sequence[Any], lang: str) -> bytes:
    written = StringIO(newline="")
    sheet = CsvSheet(written, shape, lang=lang)
    for number, row in enumerate(rows, start=1):
        sheet.write(shape.cells(number, row, lang))
    return written.getvalue().encode()
