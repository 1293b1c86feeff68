"""Polygon to rules: every finding of a run that names a feature."""

from collections.abc import Iterator
from dataclasses import dataclass

from zoning.errors import Problem, UsageError
from zoning.model import FeatureOverlap, Finding, State
from zoning.report.explain_facts import FEATURES_LISTED
from zoning.report.numbers import metres, square_metres
from zoning.report.recorded import RecordedSite, Run
from zoning.report.rule_wording import rule_text, state_both
from zoning.report.wording import words, worst_first
from zoning.terms import label

__all__ = ["FeatureName", "explain_feature", "feature_named"]

_UNIT_LAYERS = {"control_unit": {"control_unit", "access_list"}}
"""Clauses of the access list name control units as their features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureName:
    """A feature by layer and id."""

    layer: str
    id: str


def feature_named(text: str, run: Run) -> FeatureName:
    """Read ``layer:id``.

    Raises
    ------
    UsageError
        When it is not of that form, or the run knows no such layer.
    """
    layer, colon, identity = text.partition(":")
    known = {f.layer for s in run.sites for f in s.findings} | set(run.layers)
    if not colon or not identity or layer not in known:
        values = {"value": text, "layers": "、".join(sorted(known - {""}))}
        raise UsageError(Problem(code="FEATURE_MISWRITTEN", values=values))
    return FeatureName(layer=layer, id=identity)


def explain_feature(
    name: FeatureName, sites: tuple[RecordedSite, ...], lang: str
) -> Iterator[str]:
    """Yield, site by site, the findings that name the feature, worst first."""
    layer = label("layer", name.layer, lang)
    yield ""
    yield rule_text("feature.heading", lang, layer=f"{layer} {name.layer}", id=name.id)
    told = [line for site in sites for line in _of_site(name, site, lang)]
    if told:
        yield from told
        return
    cut = any(
        len(finding.features) >= FEATURES_LISTED and _reads(name, finding)
        for site in sites
        for finding in site.findings
    )
    key = "none_known" if cut else "none"
    yield f"  {rule_text(f'feature.{key}', lang, count=FEATURES_LISTED)}"


def _of_site(name: FeatureName, site: RecordedSite, lang: str) -> Iterator[str]:
    reading = worst_first(f for f in site.findings if _reads(name, f))
    groups = {
        "met": [
            _row(finding, _extent(feature, lang), lang)
            for finding in reading
            for feature in finding.features
            if feature.id == name.id
        ],
        "within": _rows_near(name, reading, lang, within=True),
        "near": _rows_near(name, reading, lang, within=False),
        "residue": [
            rule_text(
                "feature.sliver",
                lang,
                area=square_metres(residue.overlap_m2),
                width=metres(residue.width_m),
            )
            for residue in site.residue
            if (residue.layer, residue.feature) == (name.layer, name.id)
        ],
    }
    if not any(groups.values()):
        return
    yield f"{site.id} {site.name}".rstrip()
    for key, rows in groups.items():
        if rows:
            yield f"  {rule_text(f'feature.{key}', lang)}"
            yield from (f"    {row}" for row in rows)


def _rows_near(
    name: FeatureName, reading: list[Finding], lang: str, *, within: bool
) -> list[str]:
    """Return the findings whose nearest feature it is, though it is not met."""
    return [
        _row(finding, _away(finding, lang), lang)
        for finding in reading
        if finding.nearest is not None
        and finding.nearest.id == name.id
        and all(feature.id != name.id for feature in finding.features)
        and _is_within(finding) is within
    ]


def _is_within(finding: Finding) -> bool:
    """Say whether the nearest feature lies within the distance of the rule."""
    limit, near = finding.threshold.get("distance_m"), finding.nearest
    return limit is not None and near is not None and near.distance_m <= limit


def _reads(name: FeatureName, finding: Finding) -> bool:
    return finding.layer in _UNIT_LAYERS.get(name.layer, {name.layer})


def _row(finding: Finding, extent: str, lang: str) -> str:
    state = state_both(finding.state)
    if finding.state is State.CLEAR and finding.reason == "CONDITION_NOT_MET":
        state += rule_text("feature.spared", lang)
    return rule_text(
        "feature.row",
        lang,
        rule=finding.rule_id,
        state=state,
        title=words(finding.title, lang),
        extent=extent,
    )


def _extent(feature: FeatureOverlap, lang: str) -> str:
    if feature.overlap_m2 > 0:
        area = square_metres(feature.overlap_m2)
        return rule_text("feature.area", lang, area=area)
    if feature.length_m:
        return rule_text("feature.length", lang, length=metres(feature.length_m))
    return label("overlap_class", feature.overlap_class, lang)


def _away(finding: Finding, lang: str) -> str:
    distance = None if finding.nearest is None else finding.nearest.distance_m
    return rule_text("feature.away", lang, distance=metres(distance))
