"""Chapters of the layout report: the graph, what overlaps, the layer, how measured."""

from zoning.corridors.layout.values import LINEAR, FeatureAudit, LayoutReport
from zoning.report.blocks import Block, Grid, GridRow, Paragraph
from zoning.report.layout.tables import notes_told
from zoning.report.layout.words import (
    called,
    cause_word,
    heads,
    layout_sensitivity,
    layout_text,
    percents,
    several,
)
from zoning.report.layout.worth import ReachRow, ranked, reach_rows
from zoning.report.numbers import DASH, fixed, percent, thousands
from zoning.terms import label

__all__ = [
    "graph_chapter",
    "layer_chapter",
    "overlap_chapter",
    "reach_chapter",
    "reading_chapter",
]

_HECTARE = 1e4
_REACHES = 20


def graph_chapter(report: LayoutReport, lang: str) -> list[Block]:
    """Return how the layout holds together, in words and corridor by corridor."""
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
    blocks: list[Block] = [Paragraph(text=line) for line in told]
    blocks.append(_worths(report, lang))
    if report.model_paths:
        told_of = layout_sensitivity(report, lang)
        blocks.append(Paragraph(text=told_of, style="note"))
    return blocks


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  nan


def _worths(report: LayoutReport, lang: str) -> Grid:
    names = ["priority", "name", "joins", "critical", "bridges", "ec_without_ha"]
    names += ["loss_pct", "gain_pct"]
    place = {one.row: one.rank for one in report.priorities}
    modelled = any(one.current is not None for one in report.features)
    names += ["current_pct"] * modelled
    return Grid(
        columns=heads(names, lang),
        rows=tuple(
            GridRow(
                cells=(
                    str(place[one.row]),
                    called(report.features[one.row]),
                    several([called(report.features[row]) for row in one.joins], lang),
                    layout_text("yes" if one.articulation else "no", lang),
                    str(one.bridges),
                    thousands(one.ec_without / _HECTARE, 1),
                    percents(one.loss_share, 2),
                    percents(one.gain_share, 2),
                    *_carried(report.features[one.row], modelled=modelled),
                )
            )
            for one in ranked(report)
        ),
        widths=(1.2, 3, 4.6, 1.2, 1, 2, 1.6, 1.8, *(1.6,) * modelled),
        numeric=(0, *range(4, len(names))),
        small=True,
    )


def _carried(one: FeatureAudit, *, modelled: bool) -> tuple[str, ...]:
    if not modelled:
        return ()
    return (percents(None if one.current is None else one.current.share, 2),)


def reach_chapter(report: LayoutReport, lang: str) -> list[Block]:
    """Return the worst reaches of corridors along rivers."""
    rows = reach_rows(report, lang)
    if not rows:
        return [Paragraph(text=layout_text("none_reaches", lang))]

    def worst(row: ReachRow) -> tuple[float, float]:
        least = (row.continuity_pct, row.passable_pct)
        first, second = (100.0 if one is None else one for one in least)
        return first, second

    names = ("name", "axis", "start_m", "end_m", "passable_pct", "continuity_pct")
    grid = Grid(
        columns=heads(names, lang),
        rows=tuple(
            GridRow(
                cells=(
                    row.name,
                    row.axis,
                    thousands(row.start_m, 0),
                    thousands(row.end_m, 0),
                    fixed(row.passable_pct, 1),
                    fixed(row.continuity_pct, 1),
                )
            )
            for row in sorted(rows, key=worst)[:_REACHES]
        ),
        widths=(3, 3, 1.6, 1.6, 1.8, 1.8),
        numeric=(2, 3, 4, 5),
        small=True,
    )
    note = layout_text(
        "reaches_note",
        lang,
        count=len(rows),
        shown=min(len(rows), _REACHES),
        reach=f"{report.table.reach_m:g}",
    )
    return [grid, Paragraph(text=note, style="note")]


def overlap_chapter(report: LayoutReport, lang: str) -> Grid:
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


def layer_chapter(report: LayoutReport, lang: str) -> list[Block]:
    """Return what the layer has, what is wrong with it, and what was not audited."""
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


def reading_chapter(report: LayoutReport, lang: str) -> list[Block]:
    """Return how to read the report, and the table it rests on."""
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
    priority = layout_text(
        "reading_priority",
        lang,
        loss=f"{table.weight_loss:g}",
        gain=f"{table.weight_gain:g}",
        current=f"{table.weight_current:g}",
    )
    told += [Paragraph(text=text) for text in (graph, priority, assumed)]
    names = ("what", "layer_name", "effect", "plan", "source")
    grid = Grid(
        columns=heads(names, lang),
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
