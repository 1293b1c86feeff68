"""The chapter on site selection: the three control lines, one after another.

Order and phrases follow the site-selection reference of a planning bureau:
basic farmland by township, the red line's four cases, the urban boundary.
"""

from collections.abc import Mapping

from zoning.model import (
    Base,
    ConflictShape,
    Finding,
    SiteResult,
    State,
    Verdict,
)
from zoning.report.blocks import Block, Grid, GridRow, Paragraph, Section
from zoning.report.numbers import hectares, metres, mu, square_metres
from zoning.report.texts import text
from zoning.report.wording import (
    Context,
    LineSummary,
    basis,
    capital,
    extent,
    heading,
    is_not_applicable,
    line_summary,
    needs_of,
    ruling,
    words,
)
from zoning.terms import label

__all__ = [
    "THREE_LINES",
    "area_columns",
    "finding_grid",
    "line_extent",
    "line_sections",
    "line_word",
    "met_rows",
    "state_words",
]

THREE_LINES = (
    "permanent_basic_farmland",
    "ecological_redline",
    "urban_development_boundary",
)

FEATURES_PRINTED = 20
"""Features listed per line; the ledger and result.gpkg hold them all."""

_RED_LINE_CASES = ("outside", "crossing", "allowed", "national")
_INVOLVED = {State.PROHIBITED, State.CONDITIONAL, State.NOTICE, State.REVIEW}


def state_words(state: str, lang: str) -> str:
    """Return the word for a finding's state, as it stands in a cell."""
    return heading("state", state, lang)


def met_rows(result: SiteResult, context: Context) -> tuple[GridRow, ...]:
    """Return the first page's rows: three lines, then every other line met.

    Cells: item, state, how far, basis.
    """
    summaries = [line_summary(result, layer) for layer in THREE_LINES]
    others = dict.fromkeys(
        finding.layer
        for finding in result.findings
        if finding.state in _INVOLVED and finding.layer not in THREE_LINES
    )
    summaries += [line_summary(result, layer) for layer in others]
    return tuple(_met_row(line, context) for line in summaries)


def _met_row(line: LineSummary, context: Context) -> GridRow:
    lang = context.lang
    finding = line.finding
    source = finding.source if finding is not None else None
    return GridRow(
        cells=(
            _item(line, lang),
            line_word(line, lang),
            line_extent(line, context),
            basis(source, lang, short=True) if source else "—",
        ),
        state=line.state,
        rule=finding.rule_id if finding is not None else "",
    )


def _item(line: LineSummary, lang: str) -> str:
    """Return the layer's name; a rule on attributes alone is named by its chapter."""
    if line.layer or line.finding is None:
        return heading("layer", line.layer, lang)
    return heading("scope", line.finding.scope, lang)


def line_word(line: LineSummary, lang: str) -> str:
    """Return the word for a line: 不涉及 only where the site does not touch it."""
    if line.state != State.CLEAR or not line.touched:
        return state_words(line.state, lang)
    if all(is_not_applicable(finding) for finding in line.findings):
        return capital(text("ruling.not_applicable", lang))
    return heading("verdict", Verdict.CLEAR, lang)


def line_extent(line: LineSummary, context: Context) -> str:
    """Return how far a line is concerned: area, or the distance of the nearest."""
    base, lang = context.base, context.lang
    absence = base.absent.get(line.layer)
    if absence is not None and line.state == State.CLEAR:
        return text("extent.declared_absent", lang, statement=absence.statement)
    if line.gaps and line.state == State.NOT_CHECKED:
        return line.gaps[0].problem.text(lang)
    if line.finding is None:
        return text("extent.no_rule", lang)
    if line.state != State.CLEAR:
        return extent(line.finding, context)
    reach = extent(line.finding, context) if line.touched else _distance(line, context)
    return reach + _doubt(line, context)


def _doubt(line: LineSummary, context: Context) -> str:
    """Return what to think of before a clear line is believed: an unknown edition."""
    layer = context.base.layers.get(line.layer)
    if layer is None or layer.info.edition:
        return ""
    return text("extent.no_edition", context.lang)


def _distance(line: LineSummary, context: Context) -> str:
    lang, nearest = context.lang, line.nearest
    if nearest is None:
        near = f"{context.options.near_m:g}"
        return text("extent.none_near", lang, distance=near)
    name, distance = nearest.name or nearest.id, metres(nearest.distance_m)
    return text("extent.nearest", lang, name=name, distance=distance)


def line_sections(result: SiteResult, context: Context) -> tuple[Section, ...]:
    """Return the chapter heading and one part for each of the three lines."""
    lang = context.lang
    opening = Section(key="lines", title=text("chapter.lines", lang))
    parts = [
        Section(
            key=f"line-{layer}",
            title=f"{text(f'ordinal.{number}', lang)}{heading('layer', layer, lang)}",
            level=2,
            blocks=_line_blocks(line_summary(result, layer), result, context),
        )
        for number, layer in enumerate(THREE_LINES, start=1)
    ]
    return (opening, *parts)


def _line_blocks(
    line: LineSummary, result: SiteResult, context: Context
) -> tuple[Block, ...]:
    base, lang = context.base, context.lang
    blocks: list[Block] = [Paragraph(text=_sentence(line, context), style="item")]
    if line.layer == "ecological_redline" and _is_open(line):
        blocks.append(_red_line_cases(line, result.site.project, lang))
    shapes = [shape for shape in result.conflicts if shape.layer == line.layer]
    if line.layer == "permanent_basic_farmland":
        blocks += _by_township(shapes, base, lang)
    blocks += _feature_grid(shapes, lang)
    found = tuple(f for f in line.findings if f.state != State.CLEAR)
    if found:
        blocks.append(finding_grid(found, context))
    blocks += [
        Paragraph(text=text("line.need", lang, need=need), style="item")
        for need in needs_of(line.findings, lang)
    ]
    return tuple(blocks)


def _is_open(line: LineSummary) -> bool:
    """Say whether a line needs more than the sentence that it is not affected."""
    return line.state != State.CLEAR or line.touched


def _sentence(line: LineSummary, context: Context) -> str:
    """Return the opening sentence: concerned, not concerned, or not checked."""
    lang = context.lang
    name = heading("layer", line.layer, lang)
    reach = line_extent(line, context)
    if line.state == State.CLEAR:
        return _clear_sentence(line, reach, lang)
    if line.state == State.NOT_CHECKED:
        if not line.gaps:
            return text("line.no_reason", lang, layer=name, reason=reach)
        cure = line.gaps[0].problem.cure(lang)
        return text("line.not_checked", lang, layer=name, reason=reach, cure=cure)
    said = text(
        "line.involved",
        lang,
        layer=name,
        state=label("state", line.state, lang),
        extent=reach,
    )
    return said + (text("line.also_open", lang) if line.gaps else "")


def _clear_sentence(line: LineSummary, reach: str, lang: str) -> str:
    name = heading("layer", line.layer, lang)
    if line.touched:
        word = line_word(line, lang)
        return text("line.touched", lang, layer=name, word=word, extent=reach)
    said = text("line.clear", lang, layer=name, extent=reach)
    if line.layer == "ecological_redline":
        case = text("red_line.outside", lang)
        said += text("line.case", lang, case=case)
    return said


def _red_line_cases(line: LineSummary, project: Mapping[str, str], lang: str) -> Grid:
    """Return the four cases of red-line wording, with the one that applies.

    Which of cases three and four holds is for the provincial opinion to say.
    """
    chosen = ""
    open_cases: tuple[str, ...] = ()
    if line.state == State.NOT_CHECKED:
        pass  # no case is ticked for a line that nobody looked at
    elif project.get("crosses_without_land") == "true":
        chosen = "crossing"
    else:
        open_cases = _RED_LINE_CASES[2:]
    marks = dict.fromkeys(_RED_LINE_CASES, "☐") | ({chosen: "☑"} if chosen else {})
    rows = tuple(
        GridRow(
            cells=(
                marks[case],
                text(f"red_line.{case}", lang),
                text("red_line.to_judge", lang) if case in open_cases else "",
            )
        )
        for case in _RED_LINE_CASES
    )
    return Grid(
        columns=(
            text("column.applies", lang),
            text("column.red_line_case", lang),
            text("column.remark", lang),
        ),
        rows=rows,
        widths=(1, 6, 3),
        caption=text("caption.red_line", lang),
    )


def _by_township(shapes: list[ConflictShape], base: Base, lang: str) -> list[Block]:
    """Return basic farmland taken, township by township, when named."""
    layer = base.layers.get("permanent_basic_farmland")
    names = None if layer is None else layer.attributes.get("township_name")
    if layer is None or names is None or not shapes:
        return []
    township = dict(zip(layer.feature_ids, names, strict=True))
    areas: dict[str, float] = {}
    for shape in shapes:
        name = str(township.get(shape.feature) or text("value.unnamed", lang))
        areas[name] = areas.get(name, 0.0) + shape.overlap_m2
    rows = tuple(
        GridRow(cells=(name, hectares(area), mu(area), square_metres(area)))
        for name, area in areas.items()
    )
    return [
        Grid(
            columns=(text("column.township", lang), *area_columns(lang)),
            rows=rows,
            widths=(4, 2, 2, 2.4),
            numeric=(1, 2, 3),
            caption=text("caption.by_township", lang),
        )
    ]


def _feature_grid(shapes: list[ConflictShape], lang: str) -> list[Block]:
    """Return the features met, largest first."""
    if not shapes:
        return []
    ordered = sorted(shapes, key=lambda shape: -shape.overlap_m2)
    rows = tuple(
        GridRow(
            cells=(
                shape.feature,
                shape.feature_name or "—",
                heading("overlap_class", shape.overlap_class, lang),
                hectares(shape.overlap_m2),
                mu(shape.overlap_m2),
                square_metres(shape.overlap_m2),
                metres(shape.length_m),
            ),
            state=shape.state,
            feature=f"{shape.layer}/{shape.feature}",
        )
        for shape in ordered[:FEATURES_PRINTED]
    )
    columns = ("feature", "feature_name", "overlap_class")
    grid = Grid(
        columns=(
            *(text(f"column.{name}", lang) for name in columns),
            *area_columns(lang),
            text("column.length_m", lang),
        ),
        rows=rows,
        widths=(2.2, 2.2, 1.8, 1.6, 1.4, 2, 1.6),
        numeric=(3, 4, 5, 6),
        caption=text("caption.features", lang),
    )
    left = len(ordered) - len(rows)
    more = Paragraph(text=text("line.more_features", lang, count=left), style="note")
    return [grid, more] if left else [grid]


def finding_grid(findings: tuple[Finding, ...], context: Context) -> Grid:
    """Return findings as a table: rule, state, how far, basis."""
    lang = context.lang
    rows = tuple(
        GridRow(
            cells=(
                f"{finding.rule_id} {capital(words(finding.title, lang))}",
                ruling(finding, lang),
                extent(finding, context),
                basis(finding.source, lang),
            ),
            state=finding.state,
            rule=finding.rule_id,
        )
        for finding in findings
    )
    names = ("rule", "state", "extent", "basis")
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(3.4, 1.5, 2.6, 3.4),
        state_column=1,
    )


def area_columns(lang: str) -> tuple[str, str, str]:
    """Return the headings of the three area columns: ha, 亩, m²."""
    return (
        text("column.area_ha", lang),
        text("column.area_mu", lang),
        text("column.area_m2", lang),
    )
