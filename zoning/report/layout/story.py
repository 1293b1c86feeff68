"""What the report of a layout audit says; Word and the page draw the same story."""

from collections.abc import Iterator, Sequence

from zoning.corridors.layout.values import (
    GRAVITY,
    LINEAR,
    CorridorState,
    FeatureAudit,
    LayoutReport,
)
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
from zoning.report.layout.chapters import (
    graph_chapter,
    layer_chapter,
    overlap_chapter,
    reach_chapter,
    reading_chapter,
)
from zoning.report.layout.picture import NUMBERED, layout_picture
from zoning.report.layout.tables import gap_rows, narrow_rows
from zoning.report.layout.words import (
    STATE_OF,
    axis_told,
    called,
    headline,
    heads,
    layout_text,
    percents,
    state_both,
    why,
)
from zoning.report.numbers import fixed, thousands

__all__ = ["first_rows", "tell_layout"]

_LISTED = 60
_HECTARE = 1e4


def tell_layout(report: LayoutReport, digest: str, *, lang: str) -> Story:
    """Return everything the report says, in order."""
    states = report.states
    worst = next((state for state in GRAVITY if states[state]), CorridorState.WHOLE)
    if not report.complete and worst is CorridorState.WHOLE:
        worst = CorridorState.NOT_AUDITED
    first = FirstPage(
        state=str(STATE_OF[worst]),
        headline=headline(report, lang),
        why=why(report, lang),
        picture=layout_picture(report, lang=lang),
        table=_first_table(report, lang),
    )
    subtitle = layout_text(
        "subtitle",
        lang,
        base=report.base.name,
        as_of=report.as_of.isoformat(),
        features=len(report.features),
    )
    subject = CountySubject(
        say=layout_text,
        base=report.base,
        anchor="layout",
        subtitle=subtitle,
        digest=digest,
    )
    return county_story(subject, first, _sections(report, lang), lang=lang)


def first_rows(report: LayoutReport, lang: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of belts and corridors, the gravest first, for a screen."""
    names = ("name", "state_word", "length_km", "continuity_pct", "gaps", "gap_m")
    rank = {state: number for number, state in enumerate(GRAVITY)}
    linear = [one for one in report.features if one.kind in LINEAR]
    linear.sort(key=lambda one: (rank[one.state], -one.broken_m, one.row))
    return list(heads(names, lang)), [
        [
            called(one),
            state_both(one.state),
            _kilometres(one),
            percents(one.continuity_share),
            str(len(one.broken_at)),
            thousands(one.broken_m, 0),
        ]
        for one in linear
    ]


def _kilometres(one: FeatureAudit) -> str:
    return fixed(None if one.length_m is None else one.length_m / 1000, 2)


def _first_table(report: LayoutReport, lang: str) -> Grid | None:
    gaps = gap_rows(report, lang)[:NUMBERED]
    if not gaps:
        return None
    broken = str(STATE_OF[CorridorState.BROKEN])
    return Grid(
        columns=heads(("gap_id", "name", "start_m", "length_m", "cause", "plan"), lang),
        rows=tuple(
            GridRow(
                cells=(
                    gap.gap_id,
                    gap.name,
                    thousands(gap.start_m, 0),
                    thousands(gap.length_m, 0),
                    gap.cause,
                    gap.plan,
                ),
                state=broken,
            )
            for gap in gaps
        ),
        widths=(1.2, 3, 1.6, 1.4, 2.8, 3.4),
        state_column=0,
        numeric=(2, 3),
    )


def _sections(report: LayoutReport, lang: str) -> Iterator[Section]:
    yield _section("corridors", [_corridors(report, lang)], lang)
    yield _section("gaps", _gaps(report, lang), lang)
    yield _section("narrow", _narrow(report, lang), lang)
    yield _section("reaches", reach_chapter(report, lang), lang)
    yield _section("graph", graph_chapter(report, lang), lang)
    yield _section("overlaps", [overlap_chapter(report, lang)], lang)
    yield _section("layer", layer_chapter(report, lang), lang)
    yield _section("table", reading_chapter(report, lang), lang)


def _section(key: str, blocks: Sequence[Block], lang: str) -> Section:
    title = layout_text(f"chapter_{key}", lang)
    return Section(key=key, title=title, blocks=tuple(blocks))


def _corridors(report: LayoutReport, lang: str) -> Grid:
    names = (
        "name",
        "state_word",
        "axis",
        "length_km",
        "target_width_m",
        "continuity_pct",
        "least_m",
        "tenth_m",
        "median_m",
        "gaps",
        "narrow",
    )
    rows = []
    for one in report.features:
        if one.kind not in LINEAR:
            continue
        room = one.permeable_m
        widths = (room.least_m, room.tenth_m, room.median_m) if room else (None,) * 3
        rows.append(
            GridRow(
                cells=(
                    called(one),
                    state_both(one.state),
                    axis_told(one, lang),
                    _kilometres(one),
                    thousands(one.target_m, 0),
                    percents(one.continuity_share),
                    *(thousands(width, 0) for width in widths),
                    str(len(one.broken_at)),
                    str(len(one.narrow)),
                ),
                state=str(STATE_OF[one.state]),
            )
        )
    return Grid(
        columns=heads(names, lang),
        rows=tuple(rows),
        widths=(3, 2.3, 2.6, 1.3, 1.2, 1.4, 1.3, 1.4, 1.3, 1, 1),
        state_column=1,
        numeric=(3, 4, 5, 6, 7, 8, 9, 10),
        small=True,
    )


def _gaps(report: LayoutReport, lang: str) -> list[Block]:
    gaps = gap_rows(report, lang)
    if not gaps:
        return [Paragraph(text=layout_text("none_gaps", lang))]
    names = ("gap_id", "name", "gap_kind", "start_m", "end_m", "length_m", "fills")
    grid = Grid(
        columns=heads((*names, "plan"), lang),
        rows=tuple(
            GridRow(
                cells=(
                    gap.gap_id,
                    gap.name,
                    gap.gap_kind,
                    thousands(gap.start_m, 1),
                    thousands(gap.end_m, 1),
                    thousands(gap.length_m, 1),
                    gap.fills,
                    gap.plan,
                )
            )
            for gap in gaps[:_LISTED]
        ),
        widths=(1.2, 2.8, 1.2, 1.6, 1.6, 1.4, 4, 3),
        numeric=(3, 4, 5),
        small=True,
    )
    return [grid, *_more(len(gaps), lang)]


def _more(count: int, lang: str) -> list[Block]:
    if count <= _LISTED:
        return []
    told = layout_text("more", lang, count=count, shown=_LISTED)
    return [Paragraph(text=told, style="note")]


def _narrow(report: LayoutReport, lang: str) -> list[Block]:
    """List the narrow stretches, those that lack most first."""
    rows = narrow_rows(report)
    if not rows:
        return [Paragraph(text=layout_text("none_narrow", lang))]
    rows.sort(key=lambda row: row.least_width_m / (row.target_width_m or 1.0))
    names = ("name", "start_m", "end_m", "length_m", "target_width_m")
    grid = Grid(
        columns=heads((*names, "least_width_m", "at_m"), lang),
        rows=tuple(
            GridRow(
                cells=(
                    row.name,
                    thousands(row.start_m, 0),
                    thousands(row.end_m, 0),
                    thousands(row.length_m, 0),
                    thousands(row.target_width_m, 0),
                    thousands(row.least_width_m, 1),
                    thousands(row.at_m, 0),
                )
            )
            for row in rows[:_LISTED]
        ),
        widths=(3, 1.6, 1.6, 1.4, 1.6, 1.4, 1.8),
        numeric=(1, 2, 3, 4, 5, 6),
        small=True,
    )
    return [grid, *_more(len(rows), lang)]
