"""Tests of sums: parts against their control area, shares against a hundred."""

import math

import numpy as np

from zoning import measure
from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome, lacking
from zoning.audit.scene import Scene
from zoning.model import Layer
from zoning.model.problems import layer_problem

__all__ = ["parts_to_whole", "shares_to_hundred"]


def parts_to_whole(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Add features up and compare with the area that they must tile.

    The row says how much of the difference the overlaps and the gaps explain:
    what is left lies outside of the control area.
    """
    given = rule.parameters
    control = scene.control(layer, given.control)
    if control is None:
        told = layer_problem("COVERAGE_UNKNOWN", layer.info.id)
        return Outcome(layer=layer.info.id, lacking=(told,))
    crs = scene.base.crs
    whole = float(measure.area_m2(np.array([control], dtype=object), crs)[0])
    total = math.fsum(measure.area_m2(layer.geometry, crs))
    apart = total - whole
    defects = []
    if abs(apart) > max(given.absolute_m2, given.relative * whole):
        told = layer_problem(
            "AUDIT_SUM",
            layer.info.id,
            total=f"{total:,.2f}",
            whole=f"{whole:,.2f}",
            apart=f"{apart:+,.2f}",
            twice=f"{math.fsum(scene.within(layer).area_m2):,.2f}",
            bare=f"{math.fsum(scene.gaps(layer, given.control).area_m2):,.2f}",
        )
        defects.append(Defect(problem=told, area_m2=abs(apart)))
    return Outcome(layer=layer.info.id, examined=len(layer.geometry), defects=defects)


def shares_to_hundred(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Add the shares of the classes of a layer up to a hundred per cent."""
    given = rule.parameters
    if given.field not in layer.attributes:
        return lacking(layer.info.id, given.field)
    crs = scene.base.crs
    county = np.array([scene.base.county], dtype=object)
    whole = float(measure.area_m2(county, crs)[0])
    area = measure.area_m2(layer.geometry, crs)
    value = layer.attributes[given.field].astype(str)
    shares = {
        name: 100 * math.fsum(area[value == name]) / whole
        for name in sorted(set(value) - {""})
    }
    total = math.fsum(shares.values())
    defects = []
    if abs(total - 100) > given.slack_percent:
        told = layer_problem(
            "AUDIT_SHARES",
            layer.info.id,
            total=f"{total:.2f}",
            shares="、".join(f"{name} {share:.2f} %" for name, share in shares.items()),
        )
        defects.append(Defect(problem=told))
    return Outcome(layer=layer.info.id, examined=len(shares), defects=defects)
