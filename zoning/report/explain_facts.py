"""What a finding stands on, in sentences: facts, limit, project, article, data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoning.model import Finding, State
from zoning.report.numbers import area_with_units, metres, percent, square_metres
from zoning.report.recorded import RecordedSite, Run
from zoning.report.rule_wording import (
    PRODUCT,
    TOUCHING_M,
    cited,
    listing,
    plain_number,
    rule_text,
    value_words,
)
from zoning.report.texts import text
from zoning.rules.conditions import attributes_of
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule
from zoning.terms import label

__all__ = [
    "Asked",
    "area_words",
    "article_words",
    "data_words",
    "facts_of",
    "feature_lines",
    "layer_words",
    "limit_words",
    "outside_m2",
    "project_words",
]

FEATURES_LISTED = 50
"""Features a finding lists at most, the largest first."""
SMALL_M2 = 100
"""Below this, hectares and 亩 would be noughts."""
_HASH_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One site of a run, with the rules as they were when it was checked.

    `book` holds the packs whose text is still that of the check.
    """

    run: Run
    site: RecordedSite
    book: RuleBook
    lang: str

    def rule(self, finding: Finding) -> Rule | None:
        """Return the rule of a finding; None for clauses and changed packs."""
        return next((r for r in self.book.rules if r.id == finding.rule_id), None)


# ------------------------------------------------------------------------ facts
def facts_of(finding: Finding, asked: Asked) -> list[str]:
    """Return what was measured, most telling first; never empty."""
    lang = asked.lang
    absence = asked.run.absent.get(finding.layer)
    if absence is not None:
        said = rule_text(
            "fact.absent",
            lang,
            layer=layer_words(finding, asked),
            statement=absence.statement,
            source=absence.source,
            date=absence.date,
        )
        return [said]
    if finding.view.startswith("clause_"):
        return _clause_facts(finding, asked)
    if finding.relation == "attribute":
        return [rule_text("fact.attribute", lang)]
    return _place_facts(finding, asked) or [
        rule_text("fact.attribute", lang)
        if not finding.layer
        else rule_text("fact.unmeasured", lang)
    ]


def _place_facts(finding: Finding, asked: Asked) -> list[str]:
    lang, layer = asked.lang, layer_words(finding, asked)
    facts = list(_amounts(finding, asked))
    if finding.relation == "slope_ge":
        return facts
    if finding.nearest is not None and not (facts and finding.nearest.distance_m == 0):
        facts.append(_nearest_words(finding, layer, lang))
    elif finding.nearest is None and finding.distance_m is not None and not facts:
        away = metres(finding.distance_m)
        facts.append(rule_text("fact.distance_only", lang, layer=layer, distance=away))
    elif not facts and finding.state is not State.NOT_CHECKED:
        near = f"{asked.run.near_m:g}"
        facts.append(rule_text("fact.none_near", lang, layer=layer, distance=near))
    return facts


def _amounts(finding: Finding, asked: Asked) -> Iterator[str]:
    """Yield areas, lengths and shares that were measured."""
    lang, layer = asked.lang, layer_words(finding, asked)
    area, share = finding.overlap_m2_deduplicated, percent(finding.share)
    if finding.relation == "slope_ge":
        steep = plain_number(finding.threshold.get("slope_deg"))
        yield rule_text("fact.slope", lang, slope=steep, share=share)
    elif finding.relation == "outside":
        outer = outside_m2(finding, asked.site)
        key = "outside_line" if outer is None else "outside"
        said = area_words(outer, lang)
        yield rule_text(f"fact.{key}", lang, share=share, area=said, layer=layer)
    elif area > 0:
        said = area_words(area, lang)
        yield rule_text("fact.overlap", lang, layer=layer, area=said, share=share)
    if finding.length_m and finding.relation != "outside":
        length = metres(finding.length_m)
        yield rule_text("fact.length", lang, layer=layer, length=length)


def _nearest_words(finding: Finding, layer: str, lang: str) -> str:
    nearest = finding.nearest
    if nearest is None:
        return ""
    outline = label("outline", nearest.basis, lang)
    basis = rule_text("fact.measured_from", lang, outline=outline) if outline else ""
    return rule_text(
        "fact.distance" if nearest.distance_m > 0 else "fact.met",
        lang,
        layer=layer,
        name=rule_text("fact.named", lang, name=nearest.name) if nearest.name else "",
        id=nearest.id,
        basis=basis,
        distance=metres(nearest.distance_m),
    )


def _clause_facts(finding: Finding, asked: Asked) -> list[str]:
    lang = asked.lang
    level = finding.notes[0].get(lang, "") if finding.notes else ""
    units = [
        rule_text(
            "fact.unit",
            lang,
            id=unit.id,
            name=unit.name,
            area=area_words(unit.overlap_m2 or None, lang),
        )
        for unit in finding.features
    ]
    return [rule_text("fact.clause", lang, level=level), *units]


def area_words(area_m2: float | None, lang: str) -> str:
    """Return an area in hectares, 亩 and m²; a small one in m² alone."""
    if area_m2 is None or area_m2 >= SMALL_M2:
        return area_with_units(area_m2, lang)
    unit = rule_text("project.square_metres", lang)
    return f"{square_metres(area_m2)}{unit}"


def outside_m2(finding: Finding, site: RecordedSite) -> float | None:
    """Return the area of the site outside a view, m²; None for lines and points.

    From the site's ellipsoidal area and the share as recorded (6 decimals).
    """
    return None if not site.area_m2 else site.area_m2 * finding.share


def layer_words(finding: Finding, asked: Asked) -> str:
    """Return what the finding reads: the view's name, else the layer's."""
    view = asked.book.views.get(finding.view)
    if view is not None:
        return view.zh if asked.lang == "zh" else view.en
    return label("layer", finding.layer, asked.lang)


# ---------------------------------------------------------- features, data, law
def feature_lines(finding: Finding, lang: str, *, most: int) -> list[str]:
    """Return the features met, largest first, at most `most` of them."""
    if finding.view.startswith("clause_"):
        return []
    lines = []
    for feature in finding.features[:most]:
        key, values = "fact.feature", {"area": square_metres(feature.overlap_m2)}
        if feature.overlap_m2 == 0 and feature.length_m:
            key, values = "fact.feature_length", {"length": metres(feature.length_m)}
        named = f"{feature.id} {feature.name}".rstrip()
        said = rule_text(key, lang, feature=named, **values)
        if feature.overlap_class != "substantive":
            word = label("overlap_class", feature.overlap_class, lang)
            said += rule_text("fact.class", lang, word=word)
        lines.append(said)
    left = len(finding.features) - most
    if left > 0:
        lines.append(rule_text("fact.more", lang, count=left))
    if len(finding.features) >= FEATURES_LISTED:
        lines.append(rule_text("fact.cut", lang, count=FEATURES_LISTED))
    return lines


def limit_words(finding: Finding, lang: str) -> str:
    """Return when the relation holds, its limit included; '' without a place."""
    relation, limit = finding.relation, finding.threshold
    if relation == "attribute" or finding.view.startswith("clause_"):
        return ""
    if relation == "within_distance" and limit.get("distance_m", 0) <= TOUCHING_M:
        relation = "touching"
    return rule_text(
        f"limit.{relation}",
        lang,
        distance=plain_number(limit.get("distance_m")),
        share=percent(limit.get("share")),
        slope=plain_number(limit.get("slope_deg")),
    )


def project_words(finding: Finding, asked: Asked) -> str:
    """Return what the project file says of the attributes the rule reads."""
    rule = asked.rule(finding)
    if rule is None:
        return ""
    said = [
        f"{label('attribute', name, asked.lang)}="
        f"{value_words(name, asked.site.project[name], asked.lang)}"
        for name in attributes_of(rule.when)
        if asked.site.project.get(name)
    ]
    return listing(said, asked.lang)


def article_words(finding: Finding, lang: str) -> str:
    """Return the article with its start and whether its text was verified."""
    source = finding.source
    if source is None:
        return rule_text("basis.none", lang)
    article = cited(source.document, source.number, source.clause, lang=lang)
    if source.document == PRODUCT:
        return article
    since = (
        rule_text("basis.since", lang, date=source.effective_from)
        if source.effective_from
        else rule_text("basis.undated", lang)
    )
    remarks = (since, label("confidence", source.confidence, lang))
    inside = rule_text("mark.comma", lang).join(remarks)
    return article + rule_text("mark.bracketed", lang, inside=inside)


def data_words(finding: Finding, asked: Asked) -> Sequence[str]:
    """Return the layer a finding was drawn from, with edition and coverage."""
    layer, lang = asked.run.layers.get(finding.layer), asked.lang
    if layer is None:
        return ()
    unknown = rule_text("data.unknown", lang)
    county = layer.coverage == "county"
    coverage = text("coverage.county", lang) if county else layer.coverage
    said = rule_text(
        "data.layer",
        lang,
        name=label("layer", layer.id, lang),
        edition=layer.edition or unknown,
        count=layer.features,
        coverage=coverage or unknown,
        sha256=layer.sha256[:_HASH_SHOWN] or unknown,
    )
    return (said,)
