"""Tests of outlines: slivers, small parts, vanishing holes, spikes, edges, breaks."""

from collections.abc import Callable

import numpy as np

from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome, lacking, told_m2
from zoning.audit.outlines import (
    Lengths,
    breaks,
    holes_that_vanish,
    mismatched_edges,
    sliver_parts,
    small_parts,
    spikes,
)
from zoning.audit.patches import Patches, mean_widths
from zoning.audit.scene import Scene
from zoning.model import Layer
from zoning.model.problems import layer_problem

__all__ = [
    "broken",
    "edges_apart",
    "holes",
    "parts_below_minimum",
    "parts_of_no_width",
    "spiky",
]

ANY_CLASS = "any"


def parts_of_no_width(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find parts of features that are slivers."""
    width = rule.parameters.sliver_width_m
    found = sliver_parts(layer.geometry, crs=scene.base.crs, sliver_m=width)
    return _patch_outcome(found, layer, "AUDIT_SLIVER_PART")


def parts_below_minimum(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find parts below the mapping minimum of their class."""
    given = rule.parameters
    classed = [head for head in given.minimum_m2 if head != ANY_CLASS]
    if classed and given.field not in layer.attributes:
        return lacking(layer.info.id, given.field)
    least = np.full(len(layer.geometry), given.minimum_m2.get(ANY_CLASS, 0.0))
    if classed:
        value = [str(one) for one in layer.attributes[given.field]]
        for head in sorted(classed, key=len):  # the longest beginning decides
            rows = [row for row, one in enumerate(value) if one.startswith(head)]
            least[rows] = given.minimum_m2[head]
    found = small_parts(
        layer.geometry, least, crs=scene.base.crs, sliver_m=given.sliver_width_m
    )
    minimum = [f"{least[row]:g}" for row in found.row]
    return _patch_outcome(
        found, layer, "AUDIT_SMALL_PART", more=lambda n: {"least": minimum[n]}
    )


def holes(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find holes that vanish at the scale of the map."""
    found = holes_that_vanish(
        layer.geometry,
        crs=scene.base.crs,
        most_m2=rule.parameters.most_m2,
        width_m=rule.parameters.width_m,
    )
    return _patch_outcome(found, layer, "AUDIT_HOLE")


def spiky(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find spikes of outlines."""
    del scene
    given = rule.parameters
    found = spikes(layer.geometry, angle_deg=given.angle_deg, least_m=given.least_m)
    return _length_outcome(found, layer, "AUDIT_SPIKE")


def edges_apart(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find shared edges that neighbours draw with other vertices."""
    kind = rule.parameters.control
    told = [scene.within(layer).shape]
    if scene.control(layer, kind) is not None:
        told.append(scene.gaps(layer, kind).shape)
    found = mismatched_edges(
        layer.geometry, np.concatenate(told), least_m=rule.parameters.least_m
    )
    return _length_outcome(found, layer, "AUDIT_EDGE")


def broken(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find features that should hang together and do not."""
    rows = scene.rows_of(rule, layer)
    if isinstance(rows, str):
        return lacking(layer.info.id, rows)
    found = breaks(layer.geometry, rows)
    outcome = _length_outcome(found, layer, "AUDIT_BREAK")
    return Outcome(
        layer=layer.info.id, examined=len(rows), defects=tuple(outcome.defects)
    )


def _patch_outcome(
    found: Patches,
    layer: Layer,
    code: str,
    *,
    more: Callable[[int], dict[str, str]] = lambda _: {},
) -> Outcome:
    width = mean_widths(found.shape)
    defects = []
    for number in range(len(found)):
        name = str(layer.feature_ids[found.row[number]])
        area = float(found.area_m2[number])
        told = layer_problem(
            code,
            layer.info.id,
            feature=name,
            area=told_m2(area),
            width=f"{width[number]:.3f}",
            **more(number),
        )
        defects.append(
            Defect(
                problem=told,
                features=(name,),
                area_m2=area,
                width_m=float(width[number]),
                shape=found.shape[number],
            )
        )
    return Outcome(layer=layer.info.id, examined=len(layer.geometry), defects=defects)


def _length_outcome(found: Lengths, layer: Layer, code: str) -> Outcome:
    defects = []
    for row, length, shape in zip(found.row, found.length_m, found.shape, strict=True):
        name = str(layer.feature_ids[row])
        told = layer_problem(code, layer.info.id, feature=name, length=f"{length:,.2f}")
        defects.append(
            Defect(problem=told, features=(name,), length_m=float(length), shape=shape)
        )
    return Outcome(layer=layer.info.id, examined=len(layer.geometry), defects=defects)
