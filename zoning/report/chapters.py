"""Chapters on one site beside the three lines: facts, control, layout, terrain."""

from zoning.model import (
    Base,
    Clause,
    DeclaredEvidence,
    Finding,
    LayoutHit,
    SiteResult,
    State,
)
from zoning.report.blocks import Block, Grid, GridRow, Paragraph, Section
from zoning.report.numbers import (
    area_with_units,
    fixed,
    hectares,
    metres,
    percent,
    square_metres,
)
from zoning.report.texts import text
from zoning.report.three_lines import (
    THREE_LINES,
    finding_grid,
)
from zoning.report.verdict import warnings_of
from zoning.report.wording import Context, heading, ruling, words, worst_first
from zoning.terms import group, label

__all__ = [
    "clause_of",
    "control_section",
    "declared_sentence",
    "facts_section",
    "layout_section",
    "terrain_section",
    "units_section",
]

_CLOSE_M2 = 0.5
_CLOSE_SHARE = 1e-5
"""A declared area agrees when it differs by no more than its own rounding
(0.0001 ha printed, half of it is 0.5 m²) or 1 in 100 000."""

_LEVELS = ("city", "county", "unit")


# ----------------------------------------------------------------- the project
def facts_section(result: SiteResult, context: Context) -> Section:
    """Return what was checked: project, source, CRS, areas, date, warnings."""
    site, lang = result.site, context.lang
    unknown = text("value.unknown", lang)
    project = site.project.get("name") or site.name or site.id
    rows = [
        ("name", project),
        *([("site_name", site.name)] if site.name not in {"", project} else []),
        ("site_id", site.id),
        ("source_file", f"{_file_name(site.source.path)} · {site.source.sha256[:16]}…"),
        ("crs", site.crs or unknown),
        ("as_of", context.options.as_of.isoformat()),
        ("base", context.base.name),
        ("area_ellipsoid", area_with_units(result.area_m2, lang)),
        ("area_plane", area_with_units(result.area_plane_m2, lang)),
        ("area_declared", area_with_units(site.area_declared_m2, lang)),
    ]
    if result.length_m:
        rows.append(("length", text("value.metres", lang, n=metres(result.length_m))))
    facts = [(text(f"fact.{key}", lang), value) for key, value in rows]
    facts += [
        (heading("attribute", key, lang), _attribute(key, site.project[key], lang))
        for key in group("attribute")
        if site.project.get(key) and key != "name"
    ]
    grid = _paired(facts, ("item", "content"), lang)
    blocks: list[Block] = [grid]
    declared = declared_sentence(result, lang)
    if declared:
        blocks.append(Paragraph(text=declared, style="item"))
    blocks += [
        Paragraph(text=_paper(paper, context), style="item") for paper in site.evidence
    ]
    blocks += [
        Paragraph(text=problem.line(lang), style="warning")
        for problem in warnings_of(result)
    ]
    return Section(key="facts", title=text("chapter.facts", lang), blocks=tuple(blocks))


def _paper(paper: DeclaredEvidence, context: Context) -> str:
    """Say which paper is declared, and whether it counts on the day."""
    lang, as_of = context.lang, context.options.as_of
    issuer = text("paper.issuer", lang, issuer=paper.issuer) if paper.issuer else ""
    return text(
        "paper.later" if paper.date > as_of else "paper.declared",
        lang,
        kind=heading("evidence", paper.kind, lang),
        number=paper.number,
        date=paper.date.isoformat(),
        issuer=issuer,
        as_of=as_of.isoformat(),
    )


def declared_sentence(result: SiteResult, lang: str) -> str:
    """Say which measured area the declared one agrees with; '' when undeclared.

    Survey files usually carry the plane area, so both are compared and only a
    declared area that agrees with neither is a warning.
    """
    declared = result.site.area_declared_m2
    if declared is None or result.area_m2 is None or result.area_plane_m2 is None:
        return ""
    ellipsoid, plane = declared - result.area_m2, declared - result.area_plane_m2
    close = max(_CLOSE_M2, _CLOSE_SHARE * declared)
    fits = (abs(ellipsoid) <= close, abs(plane) <= close)
    key = {
        (True, True): "both",
        (True, False): "ellipsoid",
        (False, True): "plane",
        (False, False): "neither",
    }[fits]
    return text(
        f"declared.{key}",
        lang,
        declared=square_metres(declared),
        ellipsoid=fixed(ellipsoid, 2),
        plane=fixed(plane, 2),
    )


def _paired(facts: list[tuple[str, str]], names: tuple[str, str], lang: str) -> Grid:
    """Return facts two to a row, read down the left half and then the right."""
    half = (len(facts) + 1) // 2
    right = [*facts[half:], ("", "")]
    head = tuple(text(f"column.{name}", lang) for name in names)
    return Grid(
        columns=(*head, *head),
        rows=tuple(
            GridRow(cells=(*fact, *right[index]))
            for index, fact in enumerate(facts[:half])
        ),
        widths=(2.2, 3.8, 2.4, 2.6),
        small=True,
    )


_UNITS = {"_m2": "square_metres", "_m3": "cubic_metres"}
_BOOLEANS = {"true", "false"}


def _attribute(key: str, value: str, lang: str) -> str:
    """Return the word for a coded value, numbers with their unit, else the value."""
    unit = _UNITS.get(key[-3:])
    if unit is not None:
        return text(f"value.{unit}", lang, n=value)
    if key in {"activity", "construction_nature", "approval_level", "park_level"}:
        return label(key, value, lang)
    return text(f"value.{value}", lang) if value in _BOOLEANS else value


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", maxsplit=1)[-1]


# --------------------------------------------------------------- other control
def control_section(result: SiteResult, context: Context) -> tuple[Section, ...]:
    """Return the rules outside the three lines and the list, scope by scope."""
    lang = context.lang
    opening = Section(key="control", title=text("chapter.control", lang))
    rest = [
        finding
        for finding in result.findings
        if finding.layer not in (*THREE_LINES, "access_list")
    ]
    scopes = dict.fromkeys([*context.base.scope, *(finding.scope for finding in rest)])
    parts: list[Section] = []
    for scope in scopes:
        found = worst_first(
            finding
            for finding in rest
            if finding.scope == scope and finding.state != State.CLEAR
        )
        if found:
            parts.append(
                Section(
                    key=f"control-{scope}",
                    title=f"{text(f'ordinal.{len(parts) + 1}', lang)}"
                    f"{heading('scope', scope, lang)}",
                    level=2,
                    blocks=_scope_blocks(found, context),
                )
            )
    if not parts:
        key = "control.all_clear" if rest else "control.nothing"
        nothing = Paragraph(text=text(key, lang))
        return (Section(key=opening.key, title=opening.title, blocks=(nothing,)),)
    return (opening, *parts)


def _scope_blocks(findings: list[Finding], context: Context) -> tuple[Block, ...]:
    lang = context.lang
    remarks = [
        Paragraph(
            text=text("control.remark", lang, rule=finding.rule_id, remark=remark),
            style="item",
        )
        for finding in findings
        if finding.state not in {State.CLEAR, State.NOT_CHECKED}
        and (remark := _remark(finding, lang))
    ]
    return (finding_grid(tuple(findings), context), *remarks)


def _remark(finding: Finding, lang: str) -> str:
    """Return needs and notes of a finding as one running text."""
    said = (words(one, lang).rstrip("。. ") for one in (*finding.needs, *finding.notes))
    return text("mark.semicolon", lang).join(said)


# --------------------------------------------------- control units, access list
def units_section(result: SiteResult, base: Base, *, lang: str) -> Section:
    """Return the unit table, then the clauses by level and dimension."""
    title = text("chapter.units", lang)
    open_gaps = [
        gap for gap in result.gaps if gap.layer in {"control_unit", "access_list"}
    ]
    blocks: list[Block] = [
        Paragraph(text=gap.problem.line(lang), style="warning") for gap in open_gaps
    ]
    if result.units:
        blocks.append(_unit_grid(result, lang))
    elif not open_gaps:
        blocks.append(Paragraph(text=text("units.none", lang)))
    clauses = [
        (finding, clause_of(finding, base))
        for finding in result.findings
        if finding.layer == "access_list" and finding.state != State.CLEAR
    ]
    for level in _LEVELS:
        rows = tuple(
            _clause_row(finding, clause, lang)
            for finding, clause in clauses
            if clause is not None and clause.level == level
        )
        if rows:
            blocks.append(_clause_grid(rows, level, lang))
    loose = tuple(_clause_row(f, None, lang) for f, clause in clauses if clause is None)
    if loose:
        blocks.append(_clause_grid(loose, "", lang))
    return Section(key="units", title=title, blocks=tuple(blocks))


def clause_of(finding: Finding, base: Base) -> Clause | None:
    """Return the access-list clause a finding speaks of, or None.

    Its rule id is the clause id, alone or after a prefix and a separator.
    """
    for clause in base.clauses or ():
        if finding.rule_id == clause.id or finding.rule_id.endswith(
            (f":{clause.id}", f"/{clause.id}", f"-{clause.id}")
        ):
            return clause
    return None


def _unit_grid(result: SiteResult, lang: str) -> Grid:
    rows = tuple(
        GridRow(
            cells=(
                unit.code,
                unit.name,
                heading("unit_class", unit.unit_class, lang),
                hectares(unit.overlap_m2),
                percent(unit.share),
            )
        )
        for unit in result.units
    )
    names = ("unit_code", "unit_name", "unit_class", "area_ha", "share")
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(3.2, 3.4, 2.4, 1.8, 1.5),
        numeric=(3, 4),
        caption=text("caption.units", lang),
    )


def _clause_row(finding: Finding, clause: Clause | None, lang: str) -> GridRow:
    dimension = "—" if clause is None else heading("dimension", clause.dimension, lang)
    wording = words(finding.title, lang) if clause is None else clause.text
    said = [words(need, lang) for need in (*finding.needs, *finding.notes)]
    return GridRow(
        cells=(
            dimension,
            f"{finding.rule_id}  {wording}",
            "；".join(said) if said else "—",
            ruling(finding, lang),
        ),
        state=finding.state,
        rule=finding.rule_id,
    )


def _clause_grid(rows: tuple[GridRow, ...], level: str, lang: str) -> Grid:
    names = ("dimension", "requirement", "this_project", "conformity")
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(2, 5.4, 2.6, 1.7),
        state_column=3,
        caption=text("caption.clauses", lang, level=_level(level, lang)),
    )


def _level(level: str, lang: str) -> str:
    return label("list_level", level, lang) if level else text("value.unknown", lang)


# ------------------------------------------------------ layout and the terrain
def layout_section(result: SiteResult, *, lang: str) -> Section | None:
    """Return belts, screens, corridors and patches met, with widths and trim."""
    if not result.layout:
        return None
    names = ("layout", "kind", "area_ha", "width_before", "width_after", "width_target")
    grid = Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=tuple(
            GridRow(
                cells=(
                    hit.name or hit.feature,
                    heading("corridor_kind", hit.kind, lang),
                    hectares(hit.overlap_m2),
                    metres(hit.width_m),
                    metres(hit.width_left_m),
                    metres(hit.target_width_m),
                )
            )
            for hit in result.layout
        ),
        widths=(3.4, 1.2, 1.8, 2, 2, 2),
        numeric=(2, 3, 4, 5),
    )
    sentences = [
        Paragraph(text=_width_sentence(hit, lang), style="item")
        for hit in result.layout
    ]
    return Section(
        key="layout", title=text("chapter.layout", lang), blocks=(grid, *sentences)
    )


def _width_sentence(hit: LayoutHit, lang: str) -> str:
    name = hit.name or hit.feature
    if hit.width_m is None or hit.width_left_m is None:
        share = percent(hit.share)
        return text("layout.no_width", lang, name=name, share=share)
    said = text(
        "layout.width",
        lang,
        name=name,
        before=metres(hit.width_m),
        after=metres(hit.width_left_m),
        share=percent(hit.width_left_m / hit.width_m if hit.width_m else None),
    )
    if hit.trim_m2 is not None and hit.target_width_m is not None:
        return said + text(
            "layout.trim",
            lang,
            target=metres(hit.target_width_m),
            area=area_with_units(hit.trim_m2, lang),
        )
    short = hit.target_width_m is not None and hit.width_left_m < hit.target_width_m
    return said + (text("layout.no_trim", lang) if short else "")


def terrain_section(result: SiteResult, *, lang: str) -> Section | None:
    """Return elevation, slope and cover, with the vertical datum."""
    terrain = result.terrain
    if terrain is None:
        return None
    datum = terrain.vertical_datum or text("value.unknown", lang)
    rows = [
        ("elevation_min", metres(terrain.elevation_min_m)),
        ("elevation_mean", metres(terrain.elevation_mean_m)),
        ("elevation_max", metres(terrain.elevation_max_m)),
        ("slope_mean", fixed(terrain.slope_mean_deg, 2)),
        ("slope_max", fixed(terrain.slope_max_deg, 2)),
        ("slope_ge_25", percent(terrain.slope_ge_25_share)),
    ]
    cells = [(text(f"terrain.{key}", lang, datum=datum), v) for key, v in rows]
    cells += [
        (text("terrain.cover", lang, code=code), percent(terrain.cover[code]))
        for code in sorted(terrain.cover)
    ]
    grid = _paired(cells, ("item", "value"), lang)
    return Section(key="terrain", title=text("chapter.terrain", lang), blocks=(grid,))
