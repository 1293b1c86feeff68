"""The Excel form of project attributes: one row per site.

The first column names the site (地块编号); a first row without a number, or
with 全部 or ``*``, holds for every site. The other columns are attributes by
their Chinese word or id, and papers in groups of four: 材料种类, 文号, 日期,
出具机关, each group with its number where there are several (材料种类2 …).

A form is filled by hand and copied about, so nothing is guessed: a column
nobody knows, a formula, a date that is a bare number or a second sheet stops
the reading, and all faults are told at once with sheet and cell.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoning.errors import Problem, SiteError
from zoning.io.declared_evidence import evidence_fault, joined, paper_of
from zoning.io.form_sheet import form_sheet, plain_heading
from zoning.io.project_values import canonical_entries, identifier, project_fault
from zoning.model import DeclaredEvidence
from zoning.rules.name_hint import likely
from zoning.rules.vocabulary import attributes, evidence_fields

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "ALL_SITES",
    "Form",
    "FormRow",
    "read_form",
]

ALL_SITES = ("全部", "全部地块", "所有地块", "*", "all")
"""What the first cell of the row for every site may say; it may be empty too."""
_GROUP = re.compile(r"\s*(.*?)\s*[（(]?([0-9]*)[)）]?\s*")
_ZEROS = re.compile(r"0{2,}")
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """What a row says: attribute id → value, and declared papers."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[DeclaredEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form: what holds for every site, and rows by site."""

    default: FormRow = FormRow()
    by_site: Mapping[str, FormRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Columns from 1: attribute by its word, papers by group and field."""

    attributes: Mapping[int, str]
    papers: Mapping[str, Mapping[str, int]]


def read_form(content: bytes, *, file: str) -> Form:
    """Read a filled form.

    Parameters
    ----------
    content : bytes
        An .xlsx.
    file : str
        Its name; places read ``file!sheet!B3``.

    Raises
    ------
    SiteError
        With every fault: ``PROJECT_FORM_UNREADABLE`` for the workbook,
        ``PROJECT_FORM_CELL`` for a cell, and the faults of attributes and
        papers that a YAML file would have.
    """
    page, header = form_sheet(content, file)
    reader = _Reader(page, header, f"{file}!{page.title}")
    form = reader.read()
    if reader.faults:
        raise SiteError(*reader.faults)
    return form


# --------------------------------------------------------------------- its rows
class _Reader:
    """Walks the rows below the header and gathers faults."""

    def __init__(self, page: "Worksheet", header: int, label: str) -> None:
        self.page = page
        self.header = header
        self.label = label
        self.faults: list[Problem] = []
        self.site_column = next(
            cell.column for cell in page[header] if cell.value is not None
        )
        self.columns = self._columns()
        self.spans = self._spans()

    def read(self) -> Form:
        """Return what is sound; `faults` holds the rest."""
        default = FormRow()
        by_site: dict[str, FormRow] = {}
        first = True
        for number in range(self.header + 1, self.page.max_row + 1):
            if not any(
                self._value(number, k) is not None for k in self._read_columns()
            ):
                continue
            site = self._text(number, self.site_column)
            row = self._row(number)
            if first and (not site or site in ALL_SITES):
                default = row
            elif not site or site in ALL_SITES:
                self._cell_fault(
                    (number, self.site_column),
                    "这一行没有写地块编号；对全部地块生效的行只能放在第一行",
                    "the row names no site; only the first row may hold for all",
                )
            elif site in by_site:
                self._cell_fault(
                    (number, self.site_column),
                    f"地块 {site} 有两行",
                    f"site {site} has two rows",
                )
            else:
                by_site[site] = row
            first = False
        return Form(default=default, by_site=by_site)

    # ------------------------------------------------------------- the columns
    def _columns(self) -> _Columns:
        known: dict[int, str] = {}
        papers: dict[str, dict[str, int]] = {}
        taken: dict[str, int] = {}
        for cell in self.page[self.header][self.site_column :]:
            if cell.value is None:
                self._require_empty(int(cell.column or 0))
                continue
            attribute = _attribute(cell.value)
            part = _paper_part(cell.value)
            if attribute is None and part is None:
                self._unknown_column(cell)
            elif attribute is not None and attribute in taken:
                self._repeated(cell)
            elif attribute is not None:
                taken[attribute] = cell.column
                known[cell.column] = attribute
            elif part is not None:
                group, name = part
                if name in papers.setdefault(group, {}):
                    self._repeated(cell)
                papers[group].setdefault(name, cell.column)
        return _Columns(attributes=known, papers=papers)

    def _require_empty(self, column: int) -> None:
        """Refuse values in a column that has no heading."""
        for number in range(self.header + 1, self.page.max_row + 1):
            if self.page.cell(number, column).value is not None:
                self._cell_fault(
                    (number, column),
                    "这一列没有表头",
                    "the column has no heading",
                )
                return

    def _unknown_column(self, cell: "Cell") -> None:
        words = [entry["zh"] for entry in attributes().values()]
        words += [*attributes(), *(names[0] for names in evidence_fields().values())]
        heading = " ".join(str(cell.value).split())
        close = likely(heading, words)
        self._cell_fault(
            (cell.row, cell.column),
            f"不认得的列 {heading}" + (f"（是否应为 {close}？）" if close else ""),
            f"unknown column {heading}"
            + (f" (did you mean {close}?)" if close else ""),
        )

    def _repeated(self, cell: "Cell") -> None:
        heading = " ".join(str(cell.value).split())
        self._cell_fault(
            (cell.row, cell.column),
            f"列 {heading} 重复；多份材料的表头加序号，如 文号2",
            f"column {heading} is repeated; number the papers, as in 文号2",
        )

    def _read_columns(self) -> list[int]:
        groups = (tuple(group.values()) for group in self.columns.papers.values())
        return [self.site_column, *self.columns.attributes, *sum(groups, ())]

    def _spans(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """Return, for cells of a merged column, the cell that holds the value.

        A value over several columns, or over several site numbers, has no one
        meaning.
        """
        holders: dict[tuple[int, int], tuple[int, int]] = {}
        for merged in self.page.merged_cells.ranges:
            corner = (int(merged.min_row), int(merged.min_col))
            if int(merged.max_row) <= self.header:
                continue
            wide = merged.max_col > merged.min_col
            if wide or merged.min_row <= self.header or corner[1] == self.site_column:
                self._cell_fault(
                    corner,
                    f"合并单元格 {merged.coord} 的含义不明确",
                    f"the merged cells {merged.coord} have no one meaning",
                )
            for number in range(corner[0], int(merged.max_row) + 1):
                holders[number, corner[1]] = corner
        return holders

    # --------------------------------------------------------------- the values
    def _row(self, number: int) -> FormRow:
        given = {
            name: (column, self._shown(number, column))
            for column, name in self.columns.attributes.items()
        }
        found = canonical_entries(
            {name: value for name, (_, value) in given.items()},
            lambda name, zh, en: self.faults.append(
                project_fault(self._place(number, given[name][0]), zh, en)
            ),
        )
        papers = (self._paper(number, group) for group in self.columns.papers.values())
        return FormRow(attributes=found, evidence=joined(p for p in papers if p))

    def _paper(self, number: int, group: Mapping[str, int]) -> DeclaredEvidence | None:
        entry = {name: self._shown(number, column) for name, column in group.items()}
        if all(value is None for value in entry.values()):
            return None
        anchor = next(iter(group.values()))

        def tell(key: tuple[str, ...], chinese: str, english: str) -> None:
            place = self._place(number, group[key[0]] if key else anchor)
            self.faults.append(evidence_fault(place, chinese, english))

        return paper_of(entry, tell)

    def _text(self, number: int, column: int) -> str:
        value = self._shown(number, column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else " ".join(str(value).split())

    def _shown(self, number: int, column: int) -> Any:
        """Return a value as the cell shows it; a formula or an error is told."""
        value = self._value(number, column)
        cell = self.page.cell(*self.spans.get((number, column), (number, column)))
        if cell.data_type in {"f", "e"}:
            self._cell_fault(
                (number, column),
                f"单元格是公式或错误值（{str(value)[:_SHOWN]}）",
                f"the cell is a formula or an error ({str(value)[:_SHOWN]})",
            )
            return None
        if isinstance(value, datetime):
            return value.date() if value.time() == time() else value
        whole = isinstance(value, int | float) and not isinstance(value, bool)
        if whole and _ZEROS.fullmatch(cell.number_format) and value == int(value):
            return f"{int(value):0{len(cell.number_format)}d}"
        return value

    def _value(self, number: int, column: int) -> Any:
        """Return a value; blanks and line ends around a text do not count."""
        held = self.spans.get((number, column), (number, column))
        value = self.page.cell(*held).value
        if isinstance(value, str):
            return unicodedata.normalize("NFC", value).strip() or None
        return value

    def _place(self, number: int, column: int) -> str:
        return f"{self.label}!{self.page.cell(number, column).coordinate}"

    def _cell_fault(self, at: tuple[int, int], chinese: str, english: str) -> None:
        values = {"detail_zh": chinese, "detail_en": english}
        where = self._place(*at)
        self.faults.append(
            Problem(code="PROJECT_FORM_CELL", where=where, values=values)
        )


def _attribute(heading: Any) -> str | None:
    """Return the attribute that a heading names."""
    plain = plain_heading(heading)
    words = {plain_heading(entry["zh"]): key for key, entry in attributes().items()}
    words |= {plain_heading(key): key for key in attributes()}
    return words.get(plain) or identifier(plain, attributes())


def _paper_part(heading: Any) -> tuple[str, str] | None:
    """Return the group and field of a heading such as 文号2."""
    match = _GROUP.fullmatch(plain_heading(heading))
    return (
        (match[2] or "1", _PAPER_WORDS[match[1]])
        if match and match[1] in _PAPER_WORDS
        else None
    )


_PAPER_WORDS = MappingProxyType(
    {
        plain_heading(word): key
        for key, names in evidence_fields().items()
        for word in names
    }
)
