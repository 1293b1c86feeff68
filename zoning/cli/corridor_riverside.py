"""The banks of a base's rivers, from its folder to a run folder; and again."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zoning.cli.console import progress, say, text
from zoning.errors import OutputError, Problem
from zoning.model import Base, CheckOptions
from zoning.riverside import (
    RiversideReport,
    RiversideTable,
    rivers_of,
    riverside_table_of,
    survey_river,
)
from zoning.runs.stored import base_beside, refuse_altered

__all__ = ["RiversideWish", "carry_out", "surveyed_again"]

_RUNS = "zoning-runs"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiversideWish:
    """What the caller chose; no `rivers`: all whose water is drawn."""

    base: Path
    rivers: tuple[str, ...]
    table: str | None
    as_of: date
    out: Path | None
    as_json: bool
    lang: str


def carry_out(wish: RiversideWish) -> int:
    """Open the base, survey, write the folder, print; return the exit code.

    Raises
    ------
    BaseError, LayerError, UsageError, OutputError
        What is wrong with base, rivers, table or folder.
    """
    from zoning.io.base import open_base
    from zoning.io.riverside_table import read_riverside_table
    from zoning.report.folder import next_free, refuse_used
    from zoning.report.riverside.record import riverside_document
    from zoning.report.riverside.run import write_riverside

    if wish.out is not None:
        refuse_used(wish.out)
    say(text("opening", wish.lang, base=wish.base))
    base = open_base(wish.base)
    table = read_riverside_table(wish.table, base)
    names = wish.rivers or rivers_of(base)
    report = _survey(base, names, table, as_of=wish.as_of, lang=wish.lang)
    stem = wish.base.resolve().name or "base"
    folder = wish.out or (None if wish.as_json else Path(_RUNS) / f"riverside-{stem}")
    if folder is not None:
        say(text("writing", wish.lang))
        place = folder if wish.out else next_free(folder)
        written = write_riverside(report, place, lang=wish.lang)
        say(text("written", wish.lang, path=written))
    if wish.as_json:
        from zoning.cli.printing import print_json

        print_json(riverside_document(report))
    else:
        _print(report, wish.lang)
    return report.exit_code


def _survey(
    base: Base,
    names: tuple[str, ...],
    table: RiversideTable,
    *,
    as_of: date,
    lang: str,
) -> RiversideReport:
    day = CheckOptions(as_of=as_of)
    rivers = []
    with progress(text("riverside_progress", lang)) as tick:
        for done, name in enumerate(names, start=1):
            rivers.append(survey_river(base, name, table=table, options=day))
            tick(done, len(names))
    if table.assumption:
        values = {"table": table.name, "source": table.source}
        say(Problem(code="RIVERSIDE_ASSUMED", values=values).line(lang))
    return RiversideReport(base=base, as_of=as_of, table=table, rivers=tuple(rivers))


def _print(report: RiversideReport, lang: str) -> None:
    """Print the rivers, what was not made, the headline."""
    from zoning.cli.printing import print_lines, print_rows
    from zoning.report.riverside.story import first_rows
    from zoning.report.riverside.words import headline, remarks_of, riverside_text

    print_rows(*first_rows(report, lang))
    remarks = [
        f"{name}{text('colon', lang)}{problem.line(lang)}"
        for name, _, problem in remarks_of(report)
    ]
    stamp = "demo_stamp" if report.base.demo else "reference"
    name = riverside_text("name", lang, base=report.base.name)
    said = (name, report.as_of.isoformat(), headline(report, lang), text(stamp, lang))
    print_lines([*remarks, " · ".join(said)])


def surveyed_again(
    folder: Path, base: Path | None, *, lang: str
) -> tuple[Json, Json, Path]:
    """Return the document of a run, that of surveying again, and the base used.

    Raises
    ------
    OutputError
        When document or table are not as written, or are not understood.
    UsageError
        When no base is found.
    """
    from zoning.io.base import open_base
    from zoning.report.manifest import RIVERSIDE
    from zoning.report.riverside.record import SCHEMA, riverside_document
    from zoning.report.riverside.run import TABLE
    from zoning.report.verdict import json_bytes

    refuse_altered(folder, RIVERSIDE, TABLE)
    before: Json = json.loads((folder / RIVERSIDE).read_bytes())
    if before["schema"] != SCHEMA:
        values = {"detail": f"{RIVERSIDE}, {before['schema']}"}
        raise OutputError(Problem(code="RUN_MANIFEST_BROKEN", values=values))
    place = base_beside(folder, str(before["base"]["name"]), base)
    table = riverside_table_of((folder / TABLE).read_bytes().decode("utf-8"))
    opened = open_base(place)
    there = set(rivers_of(opened))
    names = tuple(one["name"] for one in before["rivers"] if one["name"] in there)
    day = date.fromisoformat(before["as_of"])
    report = _survey(opened, names, table, as_of=day, lang=lang)
    return before, json.loads(json_bytes(riverside_document(report))), place
