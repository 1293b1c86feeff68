"""Tests of ground: who covers it twice, who leaves it bare, who goes beyond."""

import math
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.audit.book import AuditRule
from zoning.audit.defects import (
    Defect,
    Outcome,
    area_defects,
    joined_names,
    lacking,
    told_m2,
)
from zoning.audit.gaps import beyond
from zoning.audit.overlaps import overlaps_between, overlaps_of_edges
from zoning.audit.patches import Patches, narrow
from zoning.audit.scene import Scene
from zoning.errors import Problem
from zoning.model import Layer
from zoning.model.problems import layer_problem
from zoning.terms import LANGUAGES, label

__all__ = ["beyond_county", "doubled", "gaps_left", "overlap", "self_overlap"]

Rows = NDArray[np.int64]


def overlap(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Lay a layer over another; one defect for each feature that meets it.

    A pair that shares but a sliver is a defect of its own.
    """
    other = scene.layer(rule.other)
    if other is None:
        return Outcome(layer=layer.info.id, other_layer=rule.other, missing=True)
    left = scene.selected(layer, rule.select)
    right = scene.selected(other, rule.other_select)
    if isinstance(left, str):
        return lacking(layer.info.id, left)
    if isinstance(right, str):
        return lacking(rule.other, right)
    found = _meeting(scene, (layer, left), (other, right))
    thin = narrow(found.shape, rule.parameters.sliver_width_m)
    merged, members = _by_feature(found.only(~thin), scene.base.crs)
    slivers = found.only(thin)
    merged = merged.joined(slivers)
    members += [slivers.other[number : number + 1] for number in range(len(slivers))]

    def names(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        others = tuple(str(other.feature_ids[row]) for row in members[number])
        return (str(layer.feature_ids[merged.row[number]]),), others

    def describe(number: int) -> Problem:
        features, others = names(number)
        return layer_problem(
            "AUDIT_OVERLAP",
            layer.info.id,
            **_other_names(rule.other),
            feature=features[0],
            others=joined_names(others),
            area=told_m2(float(merged.area_m2[number])),
        )

    return Outcome(
        layer=layer.info.id,
        other_layer=rule.other,
        examined=len(left) + len(right),
        defects=area_defects(merged, rule, names, describe=describe),
    )


def self_overlap(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Lay a layer over itself; exact duplicates are told of apart."""
    rows = scene.rows_of(rule, layer)
    if isinstance(rows, str):
        return lacking(layer.info.id, rows)
    column = rule.parameters.field
    if rule.parameters.pairs != "any" and column not in layer.attributes:
        return lacking(layer.info.id, column)
    found = scene.within(layer)
    first = np.arange(len(layer.geometry))
    again, kept = scene.duplicates(layer)
    first[again] = kept
    keep = first[found.row] != first[found.other]
    keep &= np.isin(found.row, rows) & np.isin(found.other, rows)
    if rule.parameters.pairs != "any":
        value = layer.attributes[column].astype(str)
        same = value[found.row] == value[found.other]
        keep &= same if rule.parameters.pairs == "same" else ~same
    found = found.only(keep)
    return Outcome(
        layer=layer.info.id,
        examined=len(rows),
        defects=_pair_defects(found, rule, layer),
    )


def doubled(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find features whose geometry another one has too."""
    del rule
    again, kept = scene.duplicates(layer)
    area = measure.area_m2(layer.geometry[again], scene.base.crs)
    defects = []
    for row, first, size in zip(again, kept, area, strict=True):
        pair = (str(layer.feature_ids[row]), str(layer.feature_ids[first]))
        defects.append(
            Defect(
                problem=layer_problem(
                    "AUDIT_DUPLICATE", layer.info.id, feature=pair[0], other=pair[1]
                ),
                features=pair,
                area_m2=float(size) if size > 0 else None,
                shape=layer.geometry[row],
            )
        )
    return Outcome(
        layer=layer.info.id, examined=len(layer.geometry), defects=tuple(defects)
    )


def gaps_left(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find ground that a layer which must tile leaves bare."""
    kind = rule.parameters.control
    if scene.control(layer, kind) is None:
        told = layer_problem("COVERAGE_UNKNOWN", layer.info.id)
        return Outcome(layer=layer.info.id, lacking=(told,))
    found = scene.gaps(layer, kind)

    def names(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rows = (found.row[number], found.other[number])
        return tuple(str(layer.feature_ids[row]) for row in rows if row >= 0), ()

    def describe(number: int) -> Problem:
        return layer_problem(
            "AUDIT_GAP",
            layer.info.id,
            features=joined_names(names(number)[0]) or "-",
            area=told_m2(float(found.area_m2[number])),
        )

    defects = area_defects(found, rule, names, describe=describe)
    return Outcome(
        layer=layer.info.id, examined=len(layer.geometry), defects=tuple(defects)
    )


def beyond_county(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find what features cover outside of the county."""
    found = beyond(layer.geometry, scene.base.county, crs=scene.base.crs)

    def names(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (str(layer.feature_ids[found.row[number]]),), ()

    def describe(number: int) -> Problem:
        return layer_problem(
            "AUDIT_BEYOND_COUNTY",
            layer.info.id,
            feature=names(number)[0][0],
            area=told_m2(float(found.area_m2[number])),
        )

    return Outcome(
        layer=layer.info.id,
        examined=len(layer.geometry),
        defects=area_defects(found, rule, names, describe=describe),
    )


def _meeting(
    scene: Scene, left: tuple[Layer, Rows], right: tuple[Layer, Rows]
) -> Patches:
    """Return what selected features of two layers share, by their own rows."""
    crs = scene.base.crs
    whole = all(len(rows) == len(one.geometry) for one, rows in (left, right))
    (first, left_rows), (second, right_rows) = left, right
    if whole:
        sides = (scene.edges(first), scene.edges(second))
        return overlaps_of_edges(first.geometry, second.geometry, sides, crs=crs)
    found = overlaps_between(
        first.geometry[left_rows], second.geometry[right_rows], crs=crs
    )
    return Patches(
        row=left_rows[found.row],
        other=right_rows[found.other],
        area_m2=found.area_m2,
        shape=found.shape,
    )


def _by_feature(found: Patches, crs: str) -> tuple[Patches, list[Rows]]:
    """Return one patch for each row, and the others it meets, largest first.

    Ground that two of the others share counts once.
    """
    rows, start = np.unique(found.row, return_index=True)
    groups = np.split(np.arange(len(found)), start[1:]) if len(rows) else []
    members, shapes, areas = [], [], []
    for group in groups:
        largest = group[np.argsort(-found.area_m2[group], kind="stable")]
        members.append(found.other[largest])
        shape, area = _joined(found.only(group), crs)
        shapes.append(shape)
        areas.append(area)
    return (
        Patches(
            row=rows,
            other=np.array([of[0] for of in members], dtype=np.int64),
            area_m2=np.array(areas, dtype=np.float64),
            shape=np.array([*shapes, None], dtype=object)[:-1],
        ),
        members,
    )


def _joined(found: Patches, crs: str) -> tuple[BaseGeometry, float]:
    if len(found) == 1:
        return found.shape[0], float(found.area_m2[0])
    shape = shapely.union_all(found.shape)
    total = math.fsum(found.area_m2)
    twice = shapely.area(found.shape).sum() - shape.area
    if twice <= 0.01:  # noqa: PLR2004  m², none shared: the sum is the more exact
        return shape, total
    return shape, float(measure.area_m2(np.array([shape], dtype=object), crs)[0])


def _pair_defects(found: Patches, rule: AuditRule, layer: Layer) -> list[Defect]:
    def names(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rows = (found.row[number], found.other[number])
        return tuple(str(layer.feature_ids[row]) for row in rows), ()

    def describe(number: int) -> Problem:
        pair, _ = names(number)
        return layer_problem(
            "AUDIT_SELF_OVERLAP",
            layer.info.id,
            feature=pair[0],
            other=pair[1],
            area=told_m2(float(found.area_m2[number])),
        )

    return area_defects(found, rule, names, describe=describe)


def _other_names(layer: str) -> Mapping[str, str]:
    return {f"other_{lang}": label("layer", layer, lang) for lang in LANGUAGES}
