"""A report as tables: one frozen row per site, finding, gap, clause, layer.

The ledger, its CSV twins and ``findings.parquet`` read these rows and nothing
else. Numbers stay numbers (m², m, shares 0 to 1); words are in one language.
Row order: sites as handed in, findings and gaps in their own order.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass

from zoning.errors import Problem
from zoning.model import Base, Finding, LayerInfo, Report, SiteResult, State
from zoning.report.chapters import clause_of
from zoning.report.numbers import round_half_up
from zoning.report.reasons import reason_words, why
from zoning.report.verdict import relative_path
from zoning.report.wording import Context, headline, not_checked_count, ruling, words
from zoning.terms import label

__all__ = [
    "FindingRow",
    "GapRow",
    "LayerRow",
    "ResidueRow",
    "ReviewRow",
    "SiteRow",
    "findings_table",
    "gaps_table",
    "layers_table",
    "residue_table",
    "reviews_table",
    "sites_table",
]

M2_PER_HA = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One site; rows out = rows in, rejected ones included."""

    site_id: str
    site_name: str
    verdict: str
    verdict_word: str
    complete: bool
    not_checked: int
    prohibited: int
    conditional: int
    notice: int
    review: int
    residue: int
    area_ha: float | None
    area_m2: float | None
    area_plane_m2: float | None
    area_declared_m2: float | None
    length_m: float | None
    why: str
    source_path: str
    source_row: int
    crs: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One rule's finding on one site, with its numbers and its article."""

    site_id: str
    site_name: str
    rule_id: str
    scope: str
    title: str
    state: str
    state_word: str
    severity: str
    layer: str
    layer_name: str
    view: str
    relation: str
    overlap_m2: float
    overlap_m2_deduplicated: float
    overlap_ha: float
    share: float
    length_m: float | None
    distance_m: float | None
    feature_ids: str
    nearest_id: str
    nearest_name: str
    nearest_m: float | None
    witness_lon: float | None
    witness_lat: float | None
    reason: str
    needs: str
    questions: str
    notes: str
    document: str
    document_number: str
    clause: str
    effective_from: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Something not checked, why, and what to do about it."""

    site_id: str
    site_name: str
    rule_id: str
    layer: str
    layer_name: str
    number: str
    reason: str
    where: str
    problem: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A clause that only a person can judge, with room for the judgement."""

    site_id: str
    site_name: str
    rule_id: str
    level: str
    dimension: str
    unit_code: str
    requirement: str
    document: str
    clause: str
    judgement: str = ""
    reviewer: str = ""
    reviewed_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidueRow:
    """An overlap within the printed boundary tolerance."""

    site_id: str
    site_name: str
    layer: str
    layer_name: str
    feature: str
    overlap_m2: float
    width_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """A layer of the base: in use, doubtful, missing or declared absent."""

    layer_id: str
    layer_name: str
    layer_kind: str
    standing: str
    path: str = ""
    edition: str = ""
    valid_from: str = ""
    valid_to: str = ""
    authority: str = ""
    coverage: str = ""
    features: int | None = None
    crs: str = ""
    encoding: str = ""
    sealed: bool | None = None
    repairs: int | None = None
    remarks: str = ""
    problem: str = ""
    sha256: str = ""


def sites_table(report: Report, *, lang: str = "zh") -> list[SiteRow]:
    """Return one row per site, in input order."""
    context = Context(base=report.base, options=report.options, lang=lang)
    return [_site_row(result, context) for result in report.sites]


def findings_table(
    report: Report, *, lang: str = "zh", states: Collection[State] = frozenset(State)
) -> list[FindingRow]:
    """Return every finding of every site; of some `states` alone when given."""
    return [
        _finding_row(result, finding, lang)
        for result in report.sites
        for finding in result.findings
        if finding.state in states
    ]


def gaps_table(report: Report, *, lang: str = "zh") -> list[GapRow]:
    """Return everything in scope that was not checked, and rejected sites."""
    rows: list[GapRow] = []
    for result in report.sites:
        if result.site.rejection is not None:
            rows.append(_gap_row(result, ("", ""), result.site.rejection, lang=lang))
        rows += [
            _gap_row(result, (gap.rule_id, gap.layer), gap.problem, lang=lang)
            for gap in result.gaps
        ]
    return rows


def reviews_table(report: Report, *, lang: str = "zh") -> list[ReviewRow]:
    """Return the clauses for a person to judge, site by site."""
    return [
        _review_row(result, finding, report.base, lang=lang)
        for result in report.sites
        for finding in result.findings
        if finding.state == State.REVIEW
    ]


def residue_table(report: Report, *, lang: str = "zh") -> list[ResidueRow]:
    """Return the overlaps within tolerance: listed, never dropped."""
    return [
        ResidueRow(
            site_id=result.site.id,
            site_name=result.site.name,
            layer_name=label("layer", residue.layer, lang),
            **asdict(residue),
        )
        for result in report.sites
        for residue in result.residue
    ]


def layers_table(report: Report, *, lang: str = "zh") -> list[LayerRow]:
    """Return every layer the base holds, lacks or declares absent, by id."""
    base = report.base
    rows = [*_held(base, lang), *_lacking(base, lang)]
    return sorted(rows, key=lambda row: (row.layer_id, row.layer_kind))


def _site_row(result: SiteResult, context: Context) -> SiteRow:
    site, counts = result.site, _state_counts(result)
    area = result.area_m2
    hectares = None if area is None else float(round_half_up(area / M2_PER_HA, 4))
    return SiteRow(
        site_id=site.id,
        site_name=site.name,
        verdict=str(result.verdict),
        verdict_word=headline(result, context.lang),
        complete=result.complete,
        not_checked=not_checked_count(result),
        prohibited=counts[State.PROHIBITED],
        conditional=counts[State.CONDITIONAL],
        notice=counts[State.NOTICE],
        review=counts[State.REVIEW],
        residue=len(result.residue),
        area_ha=hectares,
        area_m2=area,
        area_plane_m2=result.area_plane_m2,
        area_declared_m2=site.area_declared_m2,
        length_m=result.length_m,
        why=why(result, context),
        source_path=relative_path(site.source.path),
        source_row=site.source.row + 1,
        crs=site.crs or "",
        sha256=site.source.sha256,
    )


def _state_counts(result: SiteResult) -> Mapping[State, int]:
    states = [finding.state for finding in result.findings]
    return {state: states.count(state) for state in State}


def _finding_row(result: SiteResult, finding: Finding, lang: str) -> FindingRow:
    source, nearest, witness = finding.source, finding.nearest, finding.witness
    area = finding.overlap_m2_deduplicated
    return FindingRow(
        site_id=result.site.id,
        site_name=result.site.name,
        rule_id=finding.rule_id,
        scope=label("scope", finding.scope, lang),
        title=words(finding.title, lang),
        state=str(finding.state),
        state_word=ruling(finding, lang),
        severity=label("severity", finding.severity, lang),
        layer=finding.layer,
        layer_name=label("layer", finding.layer, lang),
        view=finding.view,
        relation=label("relation", finding.relation, lang),
        overlap_m2=finding.overlap_m2,
        overlap_m2_deduplicated=area,
        overlap_ha=float(round_half_up(area / M2_PER_HA, 4)),
        share=finding.share,
        length_m=finding.length_m,
        distance_m=finding.distance_m,
        feature_ids=" ".join(feature.id for feature in finding.features),
        nearest_id=nearest.id if nearest else "",
        nearest_name=nearest.name if nearest else "",
        nearest_m=nearest.distance_m if nearest else None,
        witness_lon=witness.lon if witness else None,
        witness_lat=witness.lat if witness else None,
        reason=reason_words(result, finding, lang),
        needs=_lines(finding.needs, lang),
        questions=_lines(finding.questions, lang),
        notes=_lines(finding.notes, lang),
        document=source.document if source else "",
        document_number=source.number if source else "",
        clause=source.clause if source else "",
        effective_from=(source.effective_from or "") if source else "",
        confidence=label("confidence", source.confidence, lang) if source else "",
    )


def _gap_row(
    result: SiteResult, rule_layer: tuple[str, str], problem: Problem, *, lang: str
) -> GapRow:
    rule_id, layer = rule_layer
    return GapRow(
        site_id=result.site.id,
        site_name=result.site.name,
        rule_id=rule_id,
        layer=layer,
        layer_name=label("layer", layer, lang),
        number=problem.number,
        reason=problem.code,
        where=problem.where,
        problem=problem.text(lang),
        cure=problem.cure(lang),
    )


def _review_row(
    result: SiteResult, finding: Finding, base: Base, *, lang: str
) -> ReviewRow:
    clause, source = clause_of(finding, base), finding.source
    return ReviewRow(
        site_id=result.site.id,
        site_name=result.site.name,
        rule_id=finding.rule_id,
        level=label("list_level", clause.level, lang) if clause else "",
        dimension=label("dimension", clause.dimension, lang) if clause else "",
        unit_code=clause.unit_code if clause else "",
        requirement=clause.text if clause else words(finding.title, lang),
        document=source.document if source else "",
        clause=source.clause if source else "",
    )


def _held(base: Base, lang: str) -> Iterator[LayerRow]:
    vectors = [("vector", layer.info, layer.problems) for layer in base.layers.values()]
    rasters = [("raster", grid.info, grid.problems) for grid in base.rasters.values()]
    tables = [("table", info, ()) for info in base.tables.values()]
    for kind, info, problems in (*vectors, *rasters, *tables):
        yield _held_row(kind, info, problems, lang=lang)


def _held_row(
    kind: str, info: LayerInfo, problems: tuple[Problem, ...], *, lang: str
) -> LayerRow:
    return LayerRow(
        layer_id=info.id,
        layer_name=label("layer", info.id, lang),
        layer_kind=kind,
        standing="doubtful" if problems else "used",
        path=relative_path(info.path),
        edition=info.edition or "",
        valid_from=info.valid_from.isoformat() if info.valid_from else "",
        valid_to=info.valid_to.isoformat() if info.valid_to else "",
        authority=info.authority,
        coverage=info.coverage,
        features=info.features,
        crs=info.crs or "",
        encoding=info.encoding or "",
        sealed=info.sealed,
        repairs=len(info.repairs),
        remarks=" ".join(note.line(lang) for note in info.notes),
        problem=" ".join(problem.line(lang) for problem in problems),
        sha256=info.sha256,
    )


def _lacking(base: Base, lang: str) -> Iterator[LayerRow]:
    missing = {
        name: ("missing", " ".join(problem.line(lang) for problem in problems))
        for name, problems in base.missing.items()
    }
    absent = {
        name: ("absent", f"{said.statement} ({said.source}, {said.date})")
        for name, said in base.absent.items()
    }
    for name, (standing, problem) in (missing | absent).items():
        yield LayerRow(
            layer_id=name,
            layer_name=label("layer", name, lang),
            layer_kind="",
            standing=standing,
            problem=problem,
        )


def _lines(said: tuple[Mapping[str, str], ...], lang: str) -> str:
    return "\n".join(words(entry, lang) for entry in said)
