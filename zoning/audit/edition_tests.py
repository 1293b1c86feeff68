"""Tests of editions: mixed, not stated, not valid, not sealed, mixed years."""

import numpy as np

from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome, lacking
from zoning.audit.scene import Scene
from zoning.errors import Problem
from zoning.model import AuditSeverity, Layer, LayerInfo
from zoning.model.problems import layer_problem
from zoning.terms import label

__all__ = ["editions_mixed", "in_force", "sealed", "years_mixed"]

STATUTORY = "statutory"


def editions_mixed(scene: Scene, rule: AuditRule) -> list[Outcome]:
    """Compare the editions of layers that belong together; one outcome in all.

    A layer without an edition cannot be compared: it is told of as such.
    """
    held = [scene.base.layers[n] for n in rule.layers if n in scene.base.layers]
    outcomes = [
        Outcome(
            layer=layer.info.id,
            lacking=(layer_problem("AUDIT_EDITION_MISSING", layer.info.id),),
        )
        for layer in held
        if not layer.info.edition
    ]
    dated = {one.info.id: str(one.info.edition) for one in held if one.info.edition}
    defects = []
    if len(set(dated.values())) > 1:
        told = {
            lang: "、".join(
                f"{label('layer', name, lang)} {day}" for name, day in dated.items()
            )
            for lang in ("zh", "en")
        }
        problem = Problem(
            code="AUDIT_EDITIONS_MIXED",
            values={"editions_zh": told["zh"], "editions_en": told["en"]},
        )
        defects.append(Defect(problem=problem))
    first = rule.layers[0]
    return [Outcome(layer=first, examined=len(dated), defects=defects), *outcomes]


def in_force(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find an edition that does not hold on the day, is not statutory, or unbounded."""
    del rule
    info = layer.info
    defects = []
    if not _holds(info, scene):
        told = layer_problem(
            "EDITION_NOT_VALID",
            info.id,
            as_of=scene.as_of.isoformat(),
            edition=info.edition or "-",
        )
        defects.append(Defect(problem=told, cure=_cure(told)))
    if layer.coverage is None:
        told = layer_problem("COVERAGE_UNKNOWN", info.id)
        defects.append(Defect(problem=told, cure=_cure(told)))
    demo = info.authority == "demo" and scene.base.demo
    if info.authority != STATUTORY and not demo:
        told = layer_problem(
            "AUTHORITY_NOT_STATUTORY", info.id, authority=info.authority
        )
        defects.append(Defect(problem=told, cure=_cure(told)))
    return Outcome(layer=info.id, examined=1, defects=defects)


def sealed(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find a layer whose file is not sealed."""
    del scene, rule
    defects = []
    if not layer.info.sealed:
        told = layer_problem("AUDIT_NOT_SEALED", layer.info.id)
        defects.append(Defect(problem=told))
    return Outcome(layer=layer.info.id, examined=1, defects=defects)


def years_mixed(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find features of another data year than most of their layer."""
    del scene
    column = rule.parameters.field
    if column not in layer.attributes:
        return lacking(layer.info.id, column)
    value = layer.attributes[column].astype(str)
    years, count = np.unique(value, return_counts=True)
    defects = []
    if len(years) > 1:
        told = layer_problem(
            "AUDIT_YEARS_MIXED",
            layer.info.id,
            years="、".join(
                f"{year or '-'}: {n}" for year, n in zip(years, count, strict=True)
            ),
        )
        few = np.flatnonzero(value != years[int(np.argmax(count))])
        defects.append(
            Defect(
                problem=told,
                features=tuple(str(layer.feature_ids[row]) for row in few),
                severity=AuditSeverity.NOTICE,
            )
        )
    return Outcome(layer=layer.info.id, examined=len(value), defects=defects)


def _holds(info: LayerInfo, scene: Scene) -> bool:
    began = info.valid_from is None or info.valid_from <= scene.as_of
    return began and (info.valid_to is None or scene.as_of <= info.valid_to)


def _cure(problem: Problem) -> dict[str, str]:
    return {lang: problem.cure(lang) for lang in ("zh", "en")}
