"""Books of sheets: one PDF with all of them and a PNG of each, whole or not at all.

The same report and setting give the same bytes: no clock, no version, no chance.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from zoning.errors import Problem, UsageError
from zoning.model import Base, Report
from zoning.report.folder import Artefact, write_folder
from zoning.report.sheets import atlas, site_sheets
from zoning.report.sheets.making import Setting
from zoning.report.sheets.page import Page
from zoning.report.sheets.words import word

if TYPE_CHECKING:
    from matplotlib.backends.backend_pdf import PdfPages

__all__ = ["atlas_artefacts", "sheet_artefacts", "write_atlas", "write_sheets"]

_Leaf = tuple[str, Callable[[], Page]]
"""File name of a sheet and how it is made; made when its turn comes."""

_SHEETS_PDF = "sheets.pdf"
_ATLAS_PDF = "atlas.pdf"


def write_sheets(report: Report, folder: Path, *, setting: Setting) -> Path:
    """Write the sheets of all sites into a new folder; return it.

    Raises
    ------
    UsageError
        If no site can be drawn.
    OutputError
        As `zoning.report.folder.write_folder`.
    """
    return write_folder(folder, sheet_artefacts(report, setting=setting))


def write_atlas(base: Base, folder: Path, *, setting: Setting, as_of: date) -> Path:
    """Write the atlas of the three lines by township; return the folder.

    Raises
    ------
    UsageError
        If the base has no townships.
    OutputError
        As `zoning.report.folder.write_folder`.
    """
    return write_folder(folder, atlas_artefacts(base, setting=setting, as_of=as_of))


def sheet_artefacts(report: Report, *, setting: Setting) -> Iterator[Artefact]:
    """Yield ``s001-location.png`` … (site, sheet) and last ``sheets.pdf``.

    More than one site: ``index.png`` first. Rejected sites are named on the
    index; they have no place on a map.
    """
    if all(result.geometry is None for result in report.sites):
        raise UsageError(Problem(code="NOTHING_TO_DRAW"))
    leaves = _site_leaves(report, setting)
    return _book(_SHEETS_PDF, leaves, setting=setting, as_of=report.options.as_of)


def atlas_artefacts(base: Base, *, setting: Setting, as_of: date) -> Iterator[Artefact]:
    """Yield ``index.png``, ``t001.png`` … (townships by code), ``atlas.pdf``."""
    if not atlas.townships(base):
        raise UsageError(Problem(code="NO_TOWNSHIPS"))
    leaves = _atlas_leaves(base, setting, as_of)
    return _book(_ATLAS_PDF, leaves, setting=setting, as_of=as_of)


def _site_leaves(report: Report, setting: Setting) -> Iterator[_Leaf]:
    shown = site_sheets.chosen_sheets(report, setting)
    number = 0
    if len(report.sites) > 1:
        number += 1
        yield (
            "index.png",
            lambda: site_sheets.index_page(report, shown, setting=setting),
        )
    for place, result in enumerate(report.sites, start=1):
        if result.geometry is None:
            continue
        for plan in shown:
            number += 1
            # the values of this round, not of the last
            yield (
                f"s{place:03d}-{plan.key}.png",
                lambda r=result, p=plan, n=number: site_sheets.site_page(  # type: ignore[misc]
                    r, report, p, setting=setting, number=n
                ),
            )


def _atlas_leaves(base: Base, setting: Setting, as_of: date) -> Iterator[_Leaf]:
    yield "index.png", lambda: atlas.index_page(base, setting=setting, as_of=as_of)
    for township in atlas.townships(base):
        yield (
            f"t{township.number:03d}.png",
            lambda t=township: atlas.atlas_page(  # type: ignore[misc]
                t, base, setting=setting, as_of=as_of
            ),
        )


def _book(
    name: str, leaves: Iterator[_Leaf], *, setting: Setting, as_of: date
) -> Iterator[Artefact]:
    """Yield the pictures asked for, one page in memory at a time, then the PDF."""
    with TemporaryFile() as spool:
        with _pdf(spool, name, setting=setting, as_of=as_of) as pdf:
            for leaf, make in leaves:
                with _fixed_drawing():
                    page = make()
                    picture = _png(page, setting.dpi) if setting.pictures else b""
                    _add(pdf, page)
                if picture:
                    yield Artefact(name=leaf, make=lambda data=picture: data)  # type: ignore[misc]
        yield Artefact(name=name, draw=lambda path: _copy(spool, path))


def _add(pdf: "PdfPages", page: Page) -> None:
    save: Callable[..., None] = pdf.savefig
    save(page.figure)


def _copy(spool: IO[bytes], path: Path) -> None:
    spool.seek(0)
    with path.open("wb") as file:
        while block := spool.read(1 << 20):
            file.write(block)


def _png(page: Page, dpi: int) -> bytes:
    from io import BytesIO

    from matplotlib.backends.backend_agg import FigureCanvasAgg

    packed = BytesIO()
    metadata = {"Software": None}
    FigureCanvasAgg(page.figure).print_figure(
        packed, format="png", dpi=dpi, metadata=metadata
    )
    return packed.getvalue()


@contextmanager
def _pdf(
    spool: IO[bytes], name: str, *, setting: Setting, as_of: date
) -> "Iterator[PdfPages]":
    """Give a PDF whose only date is that of the check."""
    from matplotlib.backends.backend_pdf import PdfPages

    day = datetime.combine(as_of, time(), tzinfo=UTC)
    metadata = {
        "Title": word(f"book.{Path(name).stem}", setting.lang),
        "Author": setting.maker or None,
        "Creator": "zoning",
        "Producer": "zoning",
        "CreationDate": day,
        "ModDate": day,
    }
    pdf = PdfPages(spool, metadata=metadata)
    try:
        yield pdf
    finally:
        close: Callable[[], None] = pdf.close
        with _fixed_drawing():  # fonts and patterns are written at the end
            close()


@contextmanager
def _fixed_drawing() -> Iterator[None]:
    """Draw by the library's own settings, whatever the user's file of them says."""
    import matplotlib as mpl
    from matplotlib.style import context

    with context("default"), mpl.rc_context({"hatch.linewidth": 0.55}):
        yield
