"""The layout of a base on trial, from its folder to a run folder."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zoning.cli.console import progress, say, text
from zoning.corridors.layout.table import LayoutTable, house_table, layout_table
from zoning.corridors.layout.trial import ModelGiven, audit_layout
from zoning.corridors.layout.values import LayoutReport
from zoning.errors import Problem, UsageError

__all__ = ["AuditWish", "carry_out", "model_files", "model_given"]

_RUNS = "zoning-runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """What the caller chose.

    Parameters
    ----------
    table : Path or None
        A file; None: the table of the package.
    model : Path or None
        A run folder of ``zoning corridors build`` to compare with.
    """

    base: Path
    table: Path | None
    model: Path | None
    as_of: date
    out: Path | None
    as_json: bool
    lang: str


def carry_out(wish: AuditWish) -> int:
    """Open the base, audit its layout, write the folder, print; return the exit code.

    Raises
    ------
    BaseError, UsageError, OutputError
        What is wrong with base, table or folder.
    """
    from zoning.io.base import open_base

    table = _table(wish.table)
    base = open_base(wish.base)
    model = model_given(wish.model, base.crs)
    with progress(text("layout_progress", wish.lang)) as tick:
        report = audit_layout(base, table, as_of=wish.as_of, model=model, progress=tick)
    stem = wish.base.resolve().name or "base"
    folder = wish.out or (None if wish.as_json else Path(_RUNS) / f"layout-{stem}")
    if folder is not None:
        from zoning.report.folder import next_free
        from zoning.report.layout import write_layout

        say(text("writing", wish.lang))
        place = folder if wish.out else next_free(folder)
        written = write_layout(
            report, place, model=model_files(wish.model), lang=wish.lang
        )
        say(text("written", wish.lang, path=written))
    if wish.as_json:
        from zoning.cli.printing import print_json
        from zoning.report.layout.record import layout_document

        print_json(layout_document(report))
    else:
        _print(report, wish.lang)
    return report.exit_code


def model_given(folder: Path | None, crs: str) -> ModelGiven:
    """Return what a run folder of a model says; nothing without one."""
    if folder is None:
        return ModelGiven()
    from zoning.io.corridor_model import read_corridor_model

    paths, resistance, current, kept = read_corridor_model(folder, crs)
    return ModelGiven(paths=paths, resistance=resistance, current=current, kept=kept)


def model_files(folder: Path | None) -> dict[str, bytes]:
    """Return the files of a model that an audit reads, by name."""
    if folder is None:
        return {}
    from zoning.io.corridor_model import MODEL_FILES

    return {
        name: (folder / name).read_bytes()
        for name in MODEL_FILES
        if (folder / name).is_file()
    }


def _table(path: Path | None) -> LayoutTable:
    if path is None:
        return house_table()
    try:
        return layout_table(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        values = {"faults": f"{path.name}: not UTF-8"}
        raise UsageError(Problem(code="LAYOUT_TABLE", values=values)) from error


def _print(report: LayoutReport, lang: str) -> None:
    """Print belts and corridors, the gravest first, what was not seen, the headline."""
    from zoning.cli.printing import print_lines, print_rows
    from zoning.report.layout.story import first_rows
    from zoning.report.layout.tables import notes_told
    from zoning.report.layout.words import headline, layout_sensitivity, layout_text

    print_rows(*first_rows(report, lang))
    stamp = "demo_stamp" if report.base.demo else "reference"
    name = layout_text("name", lang, base=report.base.name)
    said = (name, report.as_of.isoformat(), headline(report, lang), text(stamp, lang))
    notes = notes_told(report, lang)
    notes += [layout_sensitivity(report, lang)] * bool(report.model_paths)
    print_lines([*notes, " · ".join(said)])
