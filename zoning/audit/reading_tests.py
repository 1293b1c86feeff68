"""What reading the base brought to light: rows of the same ledger."""

from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome
from zoning.audit.scene import Scene
from zoning.errors import Problem
from zoning.model import AuditedLayer, AuditSeverity, Layer
from zoning.model.problems import layer_problem

__all__ = ["layers_read", "read_problems", "repaired"]

REFUSED = ("UNREADABLE_ROWS", "NUMBERS_DISAGREE")
"""Problems that say how many rows are not among the features."""


def read_problems(scene: Scene, rule: AuditRule) -> list[Outcome]:
    """Return every problem that the loaders raised, layer by layer.

    What is not there at all could not be audited; what is there in doubt is
    an error, but for the codes that the rule lists as notices. Notes are
    notices, unless another rule tells of them feature by feature.
    """
    base = scene.base
    outcomes = []
    for name in rule.layers:
        missing = base.missing.get(name, ())
        held = base.layers.get(name) or base.rasters.get(name)
        doubts = held.problems if held is not None else ()
        severity = AuditSeverity.NOT_AUDITED
        defects = [_told(one, severity) for one in missing]
        for problem in doubts:
            mild = problem.code in rule.parameters.notices
            defects.append(_told(problem, AuditSeverity.NOTICE if mild else None))
        info = held.info if held is not None else base.tables.get(name)
        defects += [
            _told(note, AuditSeverity.NOTICE)
            for note in (info.notes if info is not None else ())
            if not _told_by_feature(rule, note.code, name)
        ]
        there = held is not None or name in base.tables
        outcomes.append(Outcome(layer=name, examined=int(there), defects=defects))
    return outcomes


def repaired(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Return every repair that reading had to make, with its change of area."""
    del scene, rule
    places = {str(name): row for row, name in enumerate(layer.feature_ids)}
    defects = []
    for repair in layer.info.repairs:
        told = layer_problem(
            "AUDIT_REPAIRED",
            layer.info.id,
            feature=repair.feature,
            change=f"{repair.area_change_m2:+,.2f}",
        )
        row = places.get(repair.feature)
        defects.append(
            Defect(
                problem=told,
                features=(repair.feature,),
                area_m2=abs(repair.area_change_m2),
                shape=None if row is None else layer.geometry[row],
            )
        )
    return Outcome(layer=layer.info.id, examined=len(layer.geometry), defects=defects)


def layers_read(scene: Scene) -> tuple[AuditedLayer, ...]:
    """Return the count of every vector layer: audited, refused, repaired."""
    return tuple(
        AuditedLayer(
            id=name,
            features=len(layer.geometry),
            refused=sum(
                int(problem.values["count"])
                for problem in layer.problems
                if problem.code in REFUSED
            ),
            repaired=len(layer.info.repairs),
            area_m2=layer.info.area_m2,
            edition=layer.info.edition or "",
        )
        for name, layer in scene.base.layers.items()
    )


def _told_by_feature(rule: AuditRule, code: str, layer: str) -> bool:
    """Say whether other rules tell of it feature by feature."""
    layers = rule.parameters.told_by_feature.get(code)
    return layers is not None and (not layers or layer in layers)


def _told(problem: Problem, severity: AuditSeverity | None) -> Defect:
    cure = {lang: problem.cure(lang) for lang in ("zh", "en")}
    return Defect(problem=problem, severity=severity, cure=cure)
