"""The area that a file declares, against the area of its outline.

The ministry form asks for hectares; exporters also write square metres or
mu, with or without saying so. The unit is the one whose reading agrees with
the geometry; survey files usually carry the plane area, so both count.
"""

import re
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem
from zoning.io.boundary_points import number
from zoning.io.crs import obstacle

__all__ = ["DeclaredArea", "read_area"]

_SQUARE_METRES = {"公顷 ha": 10_000.0, "平方米 m²": 1.0, "亩 mu": 2000.0 / 3.0}
_UNIT_WORDS = (
    (re.compile(r"公顷|hm2|hm²|ha", re.IGNORECASE), "公顷 ha"),
    (re.compile(r"平方米|平米|㎡|m2|m²", re.IGNORECASE), "平方米 m²"),
    (re.compile(r"亩|mu", re.IGNORECASE), "亩 mu"),
)
_VALUE = re.compile(r"([0-9.]+)(.*)")
_ABSOLUTE_M2 = 1.0
_RELATIVE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredArea:
    """What the file says, in square metres, and remarks on it."""

    square_metres: float | None = None
    problems: tuple[Problem, ...] = ()


def read_area(
    text: str, geometry: BaseGeometry, crs: str, *, where: str, unit_hint: str = ""
) -> DeclaredArea:
    """Read a declared area and compare it with plane and ellipsoidal area.

    Parameters
    ----------
    text : str
        As written, such as ``0.8000`` or ``0.7655公顷``; may be empty.
    geometry : geometry
        The outline, in `crs`.
    unit_hint : str
        Words that may name the unit (a column heading).

    Returns
    -------
    DeclaredArea
        The reading that agrees within max(1 m², 0.1 %); in hectares, or in the
        unit written, with a warning, when none agrees.
    """
    text = text.strip()
    if not text:
        return DeclaredArea()
    match = _VALUE.fullmatch(text.replace(",", ""))
    value = number(match.group(1)) if match else None
    if match is None or value is None:
        problem = Problem(code="AREA_UNREADABLE", where=where, values={"value": text})
        return DeclaredArea(problems=(problem,))
    stated = _unit(match.group(2)) or _unit(unit_hint)
    if value == 0:
        return DeclaredArea()
    measured = _measured(geometry, crs)
    return _agreeing(value, stated, measured, text=text, where=where)


def _agreeing(
    value: float, stated: str | None, measured: list[float], *, text: str, where: str
) -> DeclaredArea:
    units = list(_SQUARE_METRES) if stated is None else [stated]
    for unit in units:
        declared = value * _SQUARE_METRES[unit]
        if any(
            abs(declared - area) <= max(_ABSOLUTE_M2, _RELATIVE * area)
            for area in measured
        ):
            unusual = stated is None and unit != units[0]
            note = Problem(code="AREA_UNIT_READ", where=where, values={"unit": unit})
            return DeclaredArea(
                square_metres=declared, problems=(note,) if unusual else ()
            )
    found = " / ".join(f"{area:.2f}" for area in measured)
    values = {"declared": f"{text} ({units[0]})", "found": found}
    problem = Problem(code="AREA_DECLARED_DIFFERS", where=where, values=values)
    return DeclaredArea(
        square_metres=value * _SQUARE_METRES[units[0]], problems=(problem,)
    )


def _unit(text: str) -> str | None:
    return next((unit for pattern, unit in _UNIT_WORDS if pattern.search(text)), None)


def _measured(geometry: BaseGeometry, crs: str) -> list[float]:
    """Return plane and ellipsoidal area; on other datums only the plane one."""
    column = np.array([geometry], dtype=object)
    areas = [float(measure.plane_area_m2(column, crs)[0])]
    if obstacle(crs, "") is None:
        areas.append(float(measure.area_m2(column, crs)[0]))
    return [area for area in areas if np.isfinite(area)]
