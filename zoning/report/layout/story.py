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
    SitePages,
    Story,
)
from zoning.report.layout.picture import NUMBERED, layout_picture
from zoning.report.layout.tables import gap_rows, narrow_rows, notes_told
from zoning.report.layout.words import (
    STATE_OF,
    axis_told,
    called,
    cause_word,
    headline,
    layout_text,
    percents,
    several,
    state_both,
    why,
)
from zoning.report.numbers import DASH, fixed, percent, thousands
from zoning.terms import label

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
    pages = SitePages(
        anchor="layout",
        name=layout_text("name", lang, base=report.base.name),
        subtitle=subtitle,
        first=first,
        sections=tuple(_sections(report, lang)),
    )
    return Story(
        lang=lang,
        title=layout_text("title", lang),
        subtitle=subtitle,
        stamp=layout_text("stamp", lang) if report.base.demo else "",
        footer=layout_text("footer", lang),
        digest=layout_text("digest", lang, digest=digest),
        summary=None,
        pages=(pages,),
        closing=(),
    )


def first_rows(report: LayoutReport, lang: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of belts and corridors, the gravest first, for a screen."""
    names = ("name", "state_word", "length_km", "continuity_pct", "gaps", "gap_m")
    rank = {state: number for number, state in enumerate(GRAVITY)}
    linear = [one for one in report.features if one.kind in LINEAR]
    linear.sort(key=lambda one: (rank[one.state], -one.broken_m, one.row))
    return list(_heads(names, lang)), [
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


def _heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(layout_text(f"column_{name}", lang) for name in names)


def _first_table(report: LayoutReport, lang: str) -> Grid | None:
    gaps = gap_rows(report, lang)[:NUMBERED]
    if not gaps:
        return None
    broken = str(STATE_OF[CorridorState.BROKEN])
    return Grid(
        columns=_heads(
            ("gap_id", "name", "start_m", "length_m", "cause", "plan"), lang
        ),
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
    yield _section("graph", _graph(report, lang), lang)
    yield _section("overlaps", [_overlaps(report, lang)], lang)
    yield _section("layer", _layer(report, lang), lang)
    yield _section("table", _reading(report, lang), lang)


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
        columns=_heads(names, lang),
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
        columns=_heads((*names, "plan"), lang),
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
        columns=_heads((*names, "least_width_m", "at_m"), lang),
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


def _graph(report: LayoutReport, lang: str) -> list[Block]:
    graph = report.graph
    told = [
        layout_text(
            "graph_planned",
            lang,
            places=graph.places,
            junctions=graph.junctions,
            links=graph.links,
            alpha=fixed(_known(graph.alpha), 3),
            beta=fixed(_known(graph.beta), 3),
            gamma=fixed(_known(graph.gamma), 3),
        ),
        layout_text(
            "graph_parts",
            lang,
            planned=len(graph.parts_planned),
            standing=len(graph.parts_standing),
            ec_planned=thousands(graph.ec_planned / _HECTARE, 1),
            ec_standing=thousands(graph.ec_standing / _HECTARE, 1),
            share=percent(
                graph.ec_standing / graph.ec_planned if graph.ec_planned > 0 else None
            ),
        ),
    ]
    alone = {part[0] for part in graph.parts_planned if len(part) == 1}
    held = {row for part in graph.parts_planned[:1] for row in part}
    still = {row for part in graph.parts_standing[:1] for row in part}
    for key, rows in (("graph_lost", held - still), ("graph_alone", alone)):
        if rows:
            names = [called(report.features[row]) for row in sorted(rows)]
            told.append(layout_text(key, lang, names=several(names, lang)))
    if report.missed:
        missed = several(report.missed, lang)
        told.append(layout_text("graph_missed", lang, names=missed))
    return [*(Paragraph(text=line) for line in told), _worths(report, lang)]


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  nan


def _worths(report: LayoutReport, lang: str) -> Grid:
    names = ("name", "joins", "critical", "bridges", "ec_without_ha")
    ranked = sorted(report.graph.worth, key=lambda one: (-one.loss_share, one.row))
    return Grid(
        columns=_heads((*names, "loss_pct", "gain_pct"), lang),
        rows=tuple(
            GridRow(
                cells=(
                    called(report.features[one.row]),
                    several([called(report.features[row]) for row in one.joins], lang),
                    layout_text("yes" if one.articulation else "no", lang),
                    str(one.bridges),
                    thousands(one.ec_without / _HECTARE, 1),
                    percents(one.loss_share, 2),
                    percents(one.gain_share, 2),
                )
            )
            for one in ranked
        ),
        widths=(3, 5, 1.2, 1, 2, 1.6, 1.8),
        numeric=(3, 4, 5, 6),
        small=True,
    )


def _overlaps(report: LayoutReport, lang: str) -> Grid:
    """Show for belts and corridors the share that each line or burden takes."""
    lines = [(name, label("layer", name, lang)) for name in report.table.overlaps]
    said = {word for _, word in lines}
    counted = [one.id for one in report.table.obstacles if one.effect == "counts"]
    burdens = [(name, cause_word(report, name, lang)) for name in counted]
    shown = [*lines, *(one for one in burdens if one[1] not in said)]
    rows = [
        GridRow(cells=(called(one), *(_taken(report, one, name) for name, _ in shown)))
        for one in report.features
        if one.kind in LINEAR
    ]
    return Grid(
        columns=(layout_text("column_name", lang), *(word for _, word in shown)),
        rows=tuple(rows),
        widths=(3, *(1.6 for _ in shown)),
        numeric=tuple(range(1, len(shown) + 1)),
        small=True,
    )


def _taken(report: LayoutReport, one: FeatureAudit, name: str) -> str:
    """Return a share; no zero where nobody looked, a least where few did."""
    found = next((s.share for s in (*one.burdens, *one.overlaps) if s.id == name), 0.0)
    subjects = {entry.id: entry.subject for entry in report.table.obstacles}
    known = name in report.base.layers or name in report.base.absent
    if name in subjects:
        known = subjects[name] not in {share.id for share in one.unseen}
    if known:
        return percent(found)
    return f"≥ {percent(found)}" if found > 0 else DASH


def _layer(report: LayoutReport, lang: str) -> list[Block]:
    joint = "、" if lang == "zh" else ", "

    def told(counts: dict[str, int]) -> str:
        parts = [f"{label('corridor_kind', k, lang)} {n}" for k, n in counts.items()]
        return joint.join(parts) or layout_text("counts_none", lang)

    first = layout_text(
        "counts_told",
        lang,
        found=told(dict(report.counts)),
        expected=told(dict(report.expected)),
    )
    lines = notes_told(report, lang)
    notes = [Paragraph(text=line, style="item") for line in lines]
    return [Paragraph(text=first), *(notes or [_nothing(lang)])]


def _nothing(lang: str) -> Paragraph:
    return Paragraph(text=layout_text("none_layer", lang))


def _reading(report: LayoutReport, lang: str) -> list[Block]:
    table = report.table
    told: list[Block] = [
        Paragraph(text=layout_text(f"reading_{key}", lang))
        for key in ("chainage", "gap", "continuity")
    ]
    graph = layout_text(
        "reading_graph",
        lang,
        distance=f"{table.dispersal_m:,g}",
        probability=f"{table.dispersal_probability:g}",
    )
    assumed = layout_text(
        "reading_assumed",
        lang,
        spacing=f"{table.spacing_m:g}",
        least=f"{table.least_width_m:g}",
        contact=f"{table.contact_m:g}",
    )
    told += [Paragraph(text=graph), Paragraph(text=assumed)]
    names = ("what", "layer_name", "effect", "plan", "source")
    grid = Grid(
        columns=_heads(names, lang),
        rows=tuple(
            GridRow(
                cells=(
                    one.word[lang],
                    label("layer", one.layer, lang),
                    layout_text(f"effect_{one.effect}", lang),
                    one.plan[lang],
                    one.source[lang],
                )
            )
            for one in table.obstacles
        ),
        widths=(2.4, 2, 1.2, 3, 5),
        small=True,
    )
    return [*told, grid]
