"""Chapters on what stays open and what the answer stands on.

Not checked with the cure, for a person to judge, residue, layers, packs,
options and software.
"""

from collections.abc import Mapping, Sequence

from zoning.model import Base, Finding, Gap, Report, SiteResult, State
from zoning.report.blocks import Block, Grid, GridRow, Paragraph, Section
from zoning.report.numbers import fixed, metres, square_metres
from zoning.report.texts import text
from zoning.report.three_lines import THREE_LINES
from zoning.report.verdict import relative_path, software
from zoning.report.wording import (
    Context,
    basis,
    capital,
    heading,
    is_not_applicable,
    not_checked_count,
    ruling,
    words,
)
from zoning.terms import group, label

__all__ = [
    "counts_section",
    "evidence_section",
    "judgement_section",
    "not_checked_section",
    "provenance_section",
    "residue_section",
    "scope_sentence",
]

_RESIDUE_PRINTED = 40
_IN_PLACE = {"intersects", "within_distance", "inside", "share_ge", "outside"}


# ---------------------------------------------------------------- what is open
def not_checked_section(result: SiteResult, base: Base, *, lang: str) -> Section:
    """Return what was not checked with reason and cure, and what is out of scope."""
    blocks: list[Block] = [_gap_grid(result, lang)] if result.gaps else []
    unread = [layer for layer in THREE_LINES if not _is_read(result, layer)]
    blocks += [
        Paragraph(text=text("open.no_rule", lang, layer=heading("layer", layer, lang)))
        for layer in unread
    ]
    if not blocks and not_checked_count(result):
        blocks.append(Paragraph(text=text("open.see_findings", lang), style="item"))
    elif not blocks:
        blocks.append(Paragraph(text=text("open.nothing", lang), style="item"))
    blocks += [
        Paragraph(
            text=text(
                "open.declared",
                lang,
                layer=heading("layer", name, lang),
                statement=absence.statement,
                source=absence.source,
                date=absence.date,
            ),
            style="item",
        )
        for name, absence in sorted(base.absent.items())
    ]
    blocks.append(Paragraph(text=scope_sentence(base, lang), style="note"))
    title = text("chapter.not_checked", lang)
    return Section(key="not-checked", title=title, blocks=tuple(blocks))


def _gap_grid(result: SiteResult, lang: str) -> Grid:
    """Return the gaps, those with one layer and one cause in a row together."""
    names = ("rule", "layer", "reason", "cure")
    alike: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in result.gaps:
        reason = gap.problem.text(lang)
        alike.setdefault((gap.layer, gap.problem.code, reason), []).append(gap)
    rows = tuple(
        GridRow(
            cells=(
                text("mark.listing", lang).join(gap.rule_id for gap in gaps),
                heading("layer", layer, lang) or "—",
                f"{gaps[0].problem.number} {reason}",
                gaps[0].problem.cure(lang),
            ),
            state=State.NOT_CHECKED,
        )
        for (layer, _, reason), gaps in alike.items()
    )
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(2.6, 1.8, 3.6, 3.6),
        caption=text("caption.gaps", lang, count=not_checked_count(result)),
    )


def _is_read(result: SiteResult, layer: str) -> bool:
    """Say whether any rule spoke of a layer, or a gap names it."""
    findings = any(finding.layer == layer for finding in result.findings)
    return findings or any(gap.layer == layer for gap in result.gaps)


def scope_sentence(base: Base, lang: str) -> str:
    """Name the chapters in scope and those left out."""
    inside = [label("scope", scope, lang) for scope in base.scope]
    outside = [
        label("scope", scope, lang)
        for scope in group("scope")
        if scope not in base.scope
    ]
    listing = text("mark.listing", lang)
    said = text("open.scope", lang, inside=listing.join(inside))
    if outside:
        said += text("open.out_of_scope", lang, outside=listing.join(outside))
    return said


def judgement_section(result: SiteResult, *, lang: str) -> Section | None:
    """Return the clauses a person must judge and the questions still open."""
    reviews = [f for f in result.findings if f.state == State.REVIEW]
    questions = dict.fromkeys(
        words(question, lang)
        for finding in result.findings
        for question in finding.questions
    )
    if not reviews and not questions:
        return None
    blocks: list[Block] = []
    if reviews:
        names = ("rule", "requirement", "reviewer_finding")
        blocks.append(
            Grid(
                columns=tuple(text(f"column.{name}", lang) for name in names),
                rows=tuple(
                    GridRow(
                        cells=(
                            finding.rule_id,
                            capital(words(finding.title, lang)),
                            "",
                        ),
                        state=finding.state,
                    )
                    for finding in reviews
                ),
                widths=(2, 6, 3),
                caption=text("caption.reviews", lang, count=len(reviews)),
            )
        )
    if questions:
        blocks.append(Paragraph(text=text("open.questions", lang), style="item"))
        blocks += [Paragraph(text=question, style="item") for question in questions]
    title = text("chapter.judgement", lang)
    return Section(key="judgement", title=title, blocks=tuple(blocks))


def residue_section(result: SiteResult, report: Report, *, lang: str) -> Section | None:
    """Return overlaps within the printed boundary tolerance."""
    if not result.residue:
        return None
    opening = text(
        "residue.opening",
        lang,
        area=f"{report.options.residue_area_m2:g}",
        width=f"{report.options.residue_width_m:g}",
    )
    names = ("layer", "feature", "area_m2", "width_m")
    grid = Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=tuple(
            GridRow(
                cells=(
                    heading("layer", residue.layer, lang),
                    residue.feature,
                    square_metres(residue.overlap_m2),
                    fixed(residue.width_m, 3),
                )
            )
            for residue in result.residue[:_RESIDUE_PRINTED]
        ),
        widths=(3, 4, 2, 2),
        numeric=(2, 3),
    )
    left = len(result.residue) - len(grid.rows)
    more = [Paragraph(text=text("residue.more", lang, count=left), style="note")]
    return Section(
        key="residue",
        title=text("chapter.residue", lang),
        blocks=(Paragraph(text=opening, style="item"), grid, *(more if left else [])),
    )


# ------------------------------------------------------------------ provenance
def evidence_section(result: SiteResult, context: Context) -> Section | None:
    """Return the evidence of every CLEAR rule in short; None when there is none."""
    lang = context.lang
    findings = [f for f in result.findings if f.state == State.CLEAR]
    if not findings:
        return None
    names = ("rule_id", "state", "nearest_short", "basis")
    grid = Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=tuple(_evidence_row(finding, context) for finding in findings),
        widths=(2.2, 1, 1.2, 6),
        numeric=(2,),
        small=True,
    )
    counts = Paragraph(text=_counts_sentence(findings, lang), style="note")
    title = text("chapter.evidence", lang)
    return Section(key="evidence", title=title, blocks=(counts, grid))


def _evidence_row(finding: Finding, context: Context) -> GridRow:
    nearest = finding.nearest
    if nearest is not None:
        distance = metres(nearest.distance_m)
    elif finding.relation in _IN_PLACE and finding.layer not in context.base.absent:
        near = f"{context.options.near_m:g}"
        distance = text("appendix.none_near", context.lang, near=near)
    else:
        distance = "—"
    return GridRow(
        cells=(
            finding.rule_id,
            ruling(finding, context.lang),
            distance,
            basis(finding.source, context.lang, short=True),
        ),
        state=finding.state,
    )


def counts_section(result: SiteResult, *, lang: str) -> Section | None:
    """Return how many rules came out CLEAR, chapter by chapter, for the paper."""
    clear = [f for f in result.findings if f.state == State.CLEAR]
    if not clear:
        return None
    parts: list[str] = []
    for scope in dict.fromkeys(finding.scope for finding in clear):
        count = sum(finding.scope == scope for finding in clear)
        word = heading("scope", scope, lang)
        parts.append(text("appendix.chapter", lang, scope=word, count=count))
    listed = text("mark.semicolon", lang).join(parts)
    said = _counts_sentence(clear, lang)
    blocks = (
        Paragraph(text=said + text("appendix.elsewhere", lang), style="item"),
        Paragraph(text=text("appendix.chapters", lang, listed=listed), style="note"),
    )
    return Section(
        key="counts", title=text("chapter.counts", lang), blocks=blocks, only="docx"
    )


def _counts_sentence(findings: Sequence[Finding], lang: str) -> str:
    unfit = sum(is_not_applicable(finding) for finding in findings)
    return text(
        "appendix.counts",
        lang,
        count=len(findings),
        clear=len(findings) - unfit,
        not_applicable=unfit,
    )


def provenance_section(report: Report, *, lang: str, share: bool) -> Section:
    """Return layers, packs, options and software the answer stands on.

    A run for handing out (`share`) has no project to repeat the areas in.
    """
    blocks: list[Block] = [_layer_grid(report.base, lang)]
    blocks += [
        Paragraph(
            text=text("provenance.missing", lang, layer=label("layer", name, lang)),
            style="warning",
        )
        for name in sorted(report.base.missing)
    ]
    blocks.append(_pack_grid(report, lang))
    options = report.options
    blocks += [
        Paragraph(
            text=text(
                "provenance.options",
                lang,
                as_of=options.as_of.isoformat(),
                area=f"{options.residue_area_m2:g}",
                width=f"{options.residue_width_m:g}",
                near=f"{options.near_m:g}",
            ),
            style="item",
        ),
        Paragraph(
            text=text("provenance.measure", lang, crs=report.base.crs), style="item"
        ),
        *(
            []
            if share
            else [Paragraph(text=text("provenance.qgis", lang), style="item")]
        ),
        Paragraph(text=_software_sentence(software(), lang), style="note"),
    ]
    title = text("chapter.provenance", lang)
    return Section(key="provenance", title=title, blocks=tuple(blocks))


def _layer_grid(base: Base, lang: str) -> Grid:
    infos = [layer.info for layer in base.layers.values()]
    infos += [raster.info for raster in base.rasters.values()]
    infos += list(base.tables.values())
    names = ("layer", "path", "edition", "authority", "coverage", "features", "sha256")
    rows = tuple(
        GridRow(
            cells=(
                heading("layer", info.id, lang),
                relative_path(info.path),
                info.edition or text("mark.no_edition", lang),
                _authority(info.authority, lang),
                _coverage(info.coverage, lang),
                str(info.features),
                f"{info.sha256[:16]}…" if info.sha256 else "—",
            )
        )
        for info in sorted(infos, key=lambda info: info.id)
    )
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(2.3, 2.5, 1.7, 1.1, 1.4, 1.1, 2.2),
        numeric=(5,),
        caption=text("caption.layers", lang),
        small=True,
    )


def _authority(authority: str, lang: str) -> str:
    known = {"statutory", "draft", "demo"}
    return text(f"authority.{authority}", lang) if authority in known else authority


def _coverage(coverage: str, lang: str) -> str:
    return text("coverage.county", lang) if coverage == "county" else coverage


def _pack_grid(report: Report, lang: str) -> Grid:
    names = ("pack", "version", "rules", "sha256")
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=tuple(
            GridRow(
                cells=(pack.id, pack.version, str(pack.rules), f"{pack.sha256[:16]}…")
            )
            for pack in report.packs
        ),
        widths=(3, 2, 2, 3),
        numeric=(2,),
        caption=text("caption.packs", lang),
        small=True,
    )


def _software_sentence(versions: Mapping[str, str], lang: str) -> str:
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return text("provenance.software", lang, versions=listed)
