"""What the report of a river-bank survey says; Word and page draw the same story."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields

from zoning.model import State
from zoning.report.blocks import (
    Block,
    FirstPage,
    Grid,
    GridRow,
    Paragraph,
    Section,
    Story,
)
from zoning.report.county_story import CountySubject, county_story
from zoning.report.linkage.words import decimal
from zoning.report.riverside.picture import riverside_picture
from zoning.report.riverside.tables import (
    RiverRow,
    break_rows,
    reach_rows,
    river_rows,
)
from zoning.report.riverside.words import (
    headline,
    remarks_of,
    riverside_text,
    why,
)
from zoning.riverside import RiversideReport

__all__ = ["first_rows", "state_of", "tell_riverside"]

_SHOWN = 30
_FIRST = 8
Row = tuple[object, ...]
_BELT = (
    "river",
    "bank_km",
    "belt_ha",
    "ridge_ha",
    "flat_ha",
    "cap_ha",
    "water_ha",
    "undrawn_km",
    "forest_pct",
    "plantable_ha",
    "farmland_ha",
)
_GREEN = (
    "river",
    "strip_by",
    "strip_m",
    "left_bank_km",
    "left_continuity_pct",
    "left_longest_km",
    "right_bank_km",
    "right_continuity_pct",
    "right_longest_km",
)
_DRY = ("river", "drawdown_ha", "edge_error_m", "edge_error_p90_m")
_NAMES = (
    "river",
    "belt_ha",
    "forest_pct",
    "farmland_ha",
    "left_continuity_pct",
    "right_continuity_pct",
)


def tell_riverside(report: RiversideReport, digest: str, *, lang: str) -> Story:
    """Return everything the report says, in order."""
    subtitle = riverside_text(
        "subtitle",
        lang,
        base=report.base.name,
        count=len(report.rivers),
        as_of=report.as_of.isoformat(),
    )
    first = FirstPage(
        state=str(state_of(report)),
        headline=headline(report, lang),
        why=why(report, lang),
        picture=riverside_picture(report, lang=lang),
        table=_columns(report, _NAMES, lang, most=_FIRST),
    )
    subject = CountySubject(
        say=riverside_text,
        base=report.base,
        anchor="riverside",
        subtitle=subtitle,
        digest=digest,
    )
    return county_story(subject, first, _sections(report, lang), lang=lang)


def state_of(report: RiversideReport) -> State:
    """Return the state of a check in whose colour the answer is shown."""
    return State.NOTICE if report.complete else State.NOT_CHECKED


def first_rows(
    report: RiversideReport, lang: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and cells of all rivers."""
    grid = _columns(report, _NAMES, lang)
    return grid.columns, [row.cells for row in grid.rows]


def _told(value: object) -> str:
    if value is None:
        return decimal(None, 0)
    return decimal(value, 1) if isinstance(value, float) else str(value)


def _heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(riverside_text(f"column_{name}", lang) for name in names)


def _columns(
    report: RiversideReport, names: Sequence[str], lang: str, *, most: int | None = None
) -> Grid:
    """Return some columns of the rivers' rows."""
    places = [[one.name for one in fields(RiverRow)].index(name) for name in names]
    rows: list[Row] = [astuple(row) for row in river_rows(report, lang)[:most]]
    return _grid(names, [tuple(row[k] for k in places) for row in rows], lang)


def _grid(names: Sequence[str], rows: Sequence[Row], lang: str) -> Grid:
    words = {"river", "side", "cover", "strip_by"}
    return Grid(
        columns=_heads(names, lang),
        rows=tuple(GridRow(cells=tuple(map(_told, row))) for row in rows),
        widths=tuple(2.2 if name in words else 1.4 for name in names),
        numeric=tuple(k for k, name in enumerate(names) if name not in words),
        small=True,
    )


def _sections(report: RiversideReport, lang: str) -> Iterator[Section]:
    chapters: tuple[tuple[str, Sequence[Block]], ...] = (
        ("belt", [_columns(report, _BELT, lang)]),
        ("green", [_columns(report, _GREEN, lang)]),
        ("reaches", _reaches(report, lang)),
        ("breaks", _breaks(report, lang)),
        ("drawdown", [_columns(report, _DRY, lang)]),
        ("data", _remarks(report, lang)),
        ("reading", _reading(report, lang)),
    )
    for key, blocks in chapters:
        title = riverside_text(f"chapter_{key}", lang)
        yield Section(key=key, title=title, blocks=tuple(blocks))


def _reaches(report: RiversideReport, lang: str) -> list[Block]:
    rows = reach_rows(report, lang)
    worst = sorted(
        rows,
        key=lambda one: (one.continuity_pct is None, one.continuity_pct or 0.0),
    )
    names = ("river", "side", "start_km", "end_km", "bank_m", "continuity_pct")
    cells: list[Row] = [
        (
            one.river,
            one.side,
            one.start_km,
            one.end_km,
            decimal(one.bank_m, 0),
            one.continuity_pct,
        )
        for one in worst[:_SHOWN]
    ]
    return _listed(names, cells, len(rows), more="reaches_worst", lang=lang)


def _breaks(report: RiversideReport, lang: str) -> list[Block]:
    rows = break_rows(report, lang)
    names = ("river", "side", "length_m", "cover")
    cells: list[Row] = [
        (one.river, one.side, decimal(one.length_m, 0), one.cover)
        for one in rows[:_SHOWN]
    ]
    return _listed(names, cells, len(rows), more="breaks_more", lang=lang)


def _listed(
    names: Sequence[str], cells: Sequence[Row], count: int, *, more: str, lang: str
) -> list[Block]:
    if not cells:
        return [Paragraph(text=riverside_text("nothing", lang))]
    grid = _grid(names, cells, lang)
    if count <= len(cells):
        return [grid]
    note = riverside_text(more, lang, shown=len(cells), count=count)
    return [grid, Paragraph(text=note, style="note")]


def _remarks(report: RiversideReport, lang: str) -> list[Block]:
    told = [
        riverside_text(
            "gap",
            lang,
            name=name,
            part=riverside_text(f"part_{part}", lang) if part else report.base.name,
            line=problem.line(lang),
        )
        for name, part, problem in remarks_of(report)
    ]
    if not told:
        return [Paragraph(text=riverside_text("nothing", lang))]
    return [Paragraph(text=line, style="warning") for line in told]


def _reading(report: RiversideReport, lang: str) -> list[Block]:
    table, belt = report.table, report.table.belt
    rule = "management_line" if table.by_management_line else "width"
    told = [
        riverside_text(
            "reading_belt",
            lang,
            prominence=f"{belt.prominence_m:g}",
            cap=f"{belt.cap_m:g}",
            gentle=f"{belt.gentle_width_m:g}",
            rise=f"{belt.gentle_rise_m:g}",
            spacing=f"{belt.spacing_m:g}",
            smooth=f"{belt.smooth_m:g}",
        ),
        riverside_text(
            "reading_green",
            lang,
            rule=riverside_text(f"rule_{rule}", lang),
            share=f"{table.green_from:g}",
            reach=f"{table.reach_m:g}",
        ),
        riverside_text("reading_drawdown_none", lang)
        if table.levels is None
        else riverside_text(
            "reading_drawdown",
            lang,
            low=f"{table.levels.low_m:g}",
            high=f"{table.levels.high_m:g}",
            datum=table.levels.datum,
        ),
        riverside_text("reading_area", lang),
    ]
    return [Paragraph(text=text) for text in told]
