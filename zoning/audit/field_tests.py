"""Tests of fields: codes, class digits, declared areas, required values, ids."""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome, lacking
from zoning.audit.scene import Scene
from zoning.model import AttributeColumn, Layer
from zoning.model.problems import layer_problem

__all__ = [
    "codes_of_other_form",
    "declared_areas",
    "digits_and_classes",
    "empty_values",
    "ids_twice",
    "net_areas",
    "unknown_classes",
]

UNITS = {"hm²": 1e4, "km²": 1e6, "亩": 2000.0 / 3.0}
REPEATED = re.compile(r"(.+)~\d+")
AS_READ = "_as_read"
UNNAMED = re.compile(r"#\d+")
ROUNDING_M2 = 0.011
"""Three areas rounded to centimetres differ by no more."""


def codes_of_other_form(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find codes that are not of the form; ``{county}`` is the county's code."""
    given = rule.parameters
    values = layer.attributes.get(given.field)
    if values is None:
        return lacking(layer.info.id, given.field)
    form = re.compile(_pattern(given.pattern, scene))
    wrong = [
        row for row, value in enumerate(values) if not form.fullmatch(_code(value))
    ]
    return _value_outcome(
        layer,
        wrong,
        lambda row: {"value": _code(values[row]) or "''", "field": given.field},
        code="AUDIT_PATTERN",
    )


def digits_and_classes(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find codes whose class digit says another class than the class field."""
    given = rule.parameters
    for column in (given.field, given.class_field):
        if column not in layer.attributes:
            return lacking(layer.info.id, column)
    form = re.compile(_pattern(given.pattern, scene))
    codes, classes = layer.attributes[given.field], layer.attributes[given.class_field]
    wrong = []
    for row, (code, stated) in enumerate(zip(codes, classes, strict=True)):
        match = form.fullmatch(_code(code))
        if match and given.classes.get(match["digit"], "") != stated:
            wrong.append(row)
    return _value_outcome(
        layer,
        wrong,
        lambda row: {"value": _code(codes[row]), "stated": str(classes[row]) or "''"},
        code="AUDIT_CODE_CLASS",
    )


def unknown_classes(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find values of class columns that their list does not have."""
    del scene, rule
    defects: list[Defect] = []
    examined = 0
    for column in sorted(layer.attributes):
        name = column.removesuffix(AS_READ)
        if name == column or name not in layer.attributes:
            continue
        known, read = layer.attributes[name], layer.attributes[column]
        examined += len(known)
        wrong = [row for row, value in enumerate(known) if value == ""]
        defects += _value_outcome(
            layer,
            wrong,
            _read_as(name, read),
            code="AUDIT_CLASS_UNKNOWN",
        ).defects
    return Outcome(layer=layer.info.id, examined=examined, defects=defects)


def declared_areas(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Compare the area field with the ellipsoidal and the plane area.

    It is right when it agrees with either, within the larger of the two
    tolerances; a field in another unit is a notice of its own.
    """
    given = rule.parameters
    if given.field not in layer.attributes:
        return lacking(layer.info.id, given.field)
    declared = layer.attributes[given.field].astype(np.float64)
    right = measure.area_m2(layer.geometry, scene.base.crs)
    plane = measure.plane_area_m2(layer.geometry, scene.base.crs)

    def agrees(stated: NDArray[np.float64]) -> NDArray[np.bool_]:
        slack = np.maximum(given.absolute_m2, given.relative * right)
        near = np.minimum(np.abs(stated - right), np.abs(stated - plane))
        return np.asarray(near <= slack)

    stated = np.isfinite(declared)
    fits = {"m²": agrees(declared)} | {
        unit: agrees(declared * size) for unit, size in UNITS.items()
    }
    unit = max(fits, key=lambda name: int(fits[name].sum()))
    off = np.flatnonzero(stated & ~fits[unit])
    size = UNITS.get(unit, 1.0)
    defects = [
        _area_defect(
            layer,
            int(row),
            declared=float(declared[row] * size),
            right=float(right[row]),
        )
        for row in off
    ]
    if unit != "m²":
        told = layer_problem("AUDIT_AREA_UNIT", layer.info.id, unit=unit)
        defects.append(Defect(problem=told))
    return Outcome(layer=layer.info.id, examined=int(stated.sum()), defects=defects)


def net_areas(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Compare area less deducted area with the net area, as declared."""
    del scene
    given = rule.parameters
    columns = (given.field, given.minus, given.equals)
    for column in columns:
        if column not in layer.attributes:
            return lacking(layer.info.id, column)
    whole, less, net = (layer.attributes[c].astype(np.float64) for c in columns)
    apart = whole - less - net
    defects = []
    for row in np.flatnonzero(np.abs(apart) > ROUNDING_M2):
        name = str(layer.feature_ids[row])
        told = layer_problem(
            "AUDIT_NET_AREA",
            layer.info.id,
            feature=name,
            net=f"{net[row]:,.2f}",
            right=f"{whole[row] - less[row]:,.2f}",
        )
        defects.append(
            Defect(
                problem=told,
                features=(name,),
                area_m2=abs(float(apart[row])),
                shape=layer.geometry[row],
            )
        )
    known = int(np.isfinite(apart).sum())
    return Outcome(layer=layer.info.id, examined=known, defects=defects)


def empty_values(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find features that leave a required field empty."""
    del scene
    column = rule.parameters.field
    values = layer.attributes.get(column)
    if values is None:
        return lacking(layer.info.id, column)
    empty = [row for row, blank in enumerate(_blank(values)) if blank]
    return _value_outcome(
        layer, empty, lambda _: {"field": column}, code="AUDIT_VALUE_EMPTY"
    )


def ids_twice(scene: Scene, rule: AuditRule, layer: Layer) -> Outcome:
    """Find features whose id another one bears, or that have none."""
    del scene, rule
    names = [str(name) for name in layer.feature_ids]
    known = set(names)
    defects = []
    for row, name in enumerate(names):
        match = REPEATED.fullmatch(name)
        if match and match[1] in known:
            told = layer_problem(
                "AUDIT_ID_REPEATED", layer.info.id, feature=match[1], name=name
            )
            features: tuple[str, ...] = (name, match[1])
        elif UNNAMED.fullmatch(name):
            told = layer_problem("AUDIT_ID_MISSING", layer.info.id, feature=name)
            features = (name,)
        else:
            continue
        defects.append(
            Defect(problem=told, features=features, shape=layer.geometry[row])
        )
    return Outcome(layer=layer.info.id, examined=len(names), defects=defects)


def _read_as(name: str, read: AttributeColumn) -> Callable[[int], dict[str, str]]:
    """Return what a message says of the value of a class column, by row."""
    return lambda row: {"field": name, "value": _code(read[row]) or "''"}


def _pattern(pattern: str, scene: Scene) -> str:
    return pattern.replace("{county}", re.escape(scene.base.admin_code))


def _code(value: object) -> str:
    return str(value).strip()


def _blank(values: AttributeColumn) -> list[bool]:
    if values.dtype == np.float64:
        return [bool(one) for one in np.isnan(values.astype(np.float64))]
    return [not _code(value) for value in values]


def _value_outcome(
    layer: Layer,
    rows: list[int],
    values: Callable[[int], dict[str, str]],
    *,
    code: str,
) -> Outcome:
    defects = []
    for row in rows:
        name = str(layer.feature_ids[row])
        told = layer_problem(code, layer.info.id, feature=name, **values(row))
        defects.append(
            Defect(problem=told, features=(name,), shape=layer.geometry[row])
        )
    return Outcome(layer=layer.info.id, examined=len(layer.geometry), defects=defects)


def _area_defect(layer: Layer, row: int, *, declared: float, right: float) -> Defect:
    name = str(layer.feature_ids[row])
    told = layer_problem(
        "AUDIT_DECLARED_AREA",
        layer.info.id,
        feature=name,
        declared=f"{declared:,.2f}",
        right=f"{right:,.2f}",
        apart=f"{declared - right:+,.2f}",
    )
    return Defect(
        problem=told,
        features=(name,),
        area_m2=abs(declared - right),
        shape=layer.geometry[row],
    )
