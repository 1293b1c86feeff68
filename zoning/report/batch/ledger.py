"""``ledger.xlsx`` and its CSV twins of a batch: what stands against the sites.

Sheets of sites, of findings that stand or remark, and of residue have a row
for each site. What was not checked, and the clauses for a person, stand once,
with the number of sites they concern: twenty thousand sites share a few
hundred. ``findings.parquet`` has them site by site.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from zoning.model import Report
from zoning.report.archive import repack_file
from zoning.report.ledger import ROWS, SAFE, say_what_it_is
from zoning.report.ledger_sheets import CsvSheet, Looks, Page, Shape
from zoning.report.statements import (
    KEPT,
    said_alike,
    shares_not_covered,
    with_share,
)
from zoning.report.tables import (
    GapRow,
    ReviewRow,
    findings_table,
    gaps_table,
    layers_table,
    residue_table,
    reviews_table,
    sites_table,
)
from zoning.report.texts import text

__all__ = ["LedgerSink"]

_NAMED = 5
"""Sites named beside an entry that concerns many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenRow:
    """Something not checked, at how many sites."""

    rule_id: str
    layer: str
    layer_name: str
    number: str
    where: str
    problem: str
    cure: str
    site_count: int
    first_sites: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedRow:
    """A clause for a person to judge, at how many sites."""

    rule_id: str
    level: str
    dimension: str
    unit_code: str
    requirement: str
    document: str
    clause: str
    site_count: int
    first_sites: str


_ROWS = {**ROWS, "not_checked": _OpenRow, "reviews": _JudgedRow}


class _Concerned:
    """Sites that share an entry: how many, the first by name, what is uncovered."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []
        self._least = self._most = ""

    def add(self, site: str, share: str | None = None) -> None:
        """Count a site once, however often it has the entry in a row."""
        if share is not None:
            self._least = min(self._least or share, share, key=_percent)
            self._most = max(self._most or share, share, key=_percent)
        if self.first and self.count <= _NAMED and self.first[-1] == site:
            return
        self.count += 1
        if len(self.first) < _NAMED:
            self.first.append(site)

    @property
    def share(self) -> str:
        """Share of the sites that is not covered, from the least to the most."""
        return "–".join(dict.fromkeys((self._least, self._most)))

    def columns(self, lang: str) -> dict[str, Any]:
        """Return the columns that tell of the sites."""
        more = " …" if self.count > len(self.first) else ""
        listed = text("mark.listing", lang).join(self.first)
        return {"site_count": self.count, "first_sites": f"{listed}{more}"}


def _percent(share: str) -> float:
    return float(share.rstrip("%"))


class LedgerSink:
    """Writes workbook and CSV sheets row by row; nothing of a site is kept.

    Parameters
    ----------
    folder : Path
        Gets ``ledger.xlsx`` and ``ledger/``; the rows of the workbook wait
        there too.
    """

    def __init__(self, folder: Path, *, lang: str) -> None:
        import xlsxwriter

        self._lang = lang
        self._target = folder / "ledger.xlsx"
        self._raw = folder / "ledger.xlsx.rows"
        twins = folder / "ledger"
        twins.mkdir()
        options = SAFE | {"constant_memory": True, "tmpdir": str(folder)}
        self._book = xlsxwriter.Workbook(str(self._raw), options)
        say_what_it_is(self._book, text("report.title", lang), lang)
        looks = Looks(self._book)
        self._shapes = {key: Shape.of(key, row) for key, row in _ROWS.items()}
        self._pages = {
            key: Page(self._book, shape, looks, lang=lang)
            for key, shape in self._shapes.items()
        }
        self._files = ExitStack()
        self._twins = {
            key: CsvSheet(self._opened(twins / f"{key}.csv"), shape, lang=lang)
            for key, shape in self._shapes.items()
        }
        self._numbers = dict.fromkeys(_ROWS, 0)
        self._open: dict[tuple[str, ...], tuple[GapRow, _Concerned]] = {}
        self._judged: dict[tuple[str, ...], tuple[ReviewRow, _Concerned]] = {}

    def _opened(self, path: Path) -> IO[str]:
        file = path.open("w", encoding="utf-8", newline="")
        return self._files.enter_context(file)

    def add(self, group: Report) -> None:
        """Write the rows of the next sites; gather what they share."""
        lang = self._lang
        self._write("sites", sites_table(group, lang=lang))
        self._write("findings", findings_table(group, lang=lang, states=KEPT))
        self._write("residue", residue_table(group, lang=lang))
        for gap, share in _gaps(group, lang):
            known = gap.rule_id, gap.layer, gap.number, gap.where, gap.problem
            self._open.setdefault(known, (gap, _Concerned()))[1].add(gap.site_id, share)
        for review in reviews_table(group, lang=lang):
            asked = review.rule_id, review.unit_code, review.requirement
            self._judged.setdefault(asked, (review, _Concerned()))[1].add(
                review.site_id
            )

    def _write(self, key: str, rows: Sequence[Any]) -> None:
        shape = self._shapes[key]
        for row in rows:
            self._numbers[key] += 1
            cells = shape.cells(self._numbers[key], row, self._lang)
            self._pages[key].write(cells, shape.state_of(row))
            self._twins[key].write(cells)

    def finish(self, layers: Report) -> None:
        """Write what the sites share and the layers; close all files."""
        lang = self._lang
        self._write("not_checked", [self._open_row(*e) for e in self._open.values()])
        self._write("reviews", [self._judged_row(*e) for e in self._judged.values()])
        self._write("layers", layers_table(layers, lang=lang))
        for page in self._pages.values():
            page.close()
        self.close()
        repack_file(self._raw, self._target)
        self._raw.unlink()

    def close(self) -> None:
        """Close the files, also of a ledger that is given up."""
        self._files.close()
        if not self._book.fileclosed:
            self._book.close()

    def _open_row(self, gap: GapRow, concerned: _Concerned) -> _OpenRow:
        return _OpenRow(
            rule_id=gap.rule_id,
            layer=gap.layer,
            layer_name=gap.layer_name,
            number=gap.number,
            where=gap.where,
            problem=with_share(gap.problem, concerned.share),
            cure=gap.cure,
            **concerned.columns(self._lang),
        )

    def _judged_row(self, review: ReviewRow, concerned: _Concerned) -> _JudgedRow:
        return _JudgedRow(
            rule_id=review.rule_id,
            level=review.level,
            dimension=review.dimension,
            unit_code=review.unit_code,
            requirement=review.requirement,
            document=review.document,
            clause=review.clause,
            **concerned.columns(self._lang),
        )


def _gaps(group: Report, lang: str) -> Iterator[tuple[GapRow, str | None]]:
    """Yield what was not checked, with the share not covered that it names."""
    for result in group.sites:
        alone = replace(group, sites=(said_alike(result),))
        rows = gaps_table(alone, lang=lang)
        shares = shares_not_covered(result)
        rejection: list[str | None] = [None] * (len(rows) - len(shares))
        yield from zip(rows, rejection + shares, strict=True)
