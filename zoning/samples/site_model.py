"""A project site of the demonstration, and what several of them need."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import SURVEYED
from zoning.samples.scout import Scout

__all__ = ["SampleSite", "cells_in", "project_of", "surveyed"]

Mask = NDArray[np.bool_]

_QUIET: Mapping[str, str] = {
    "approval_level": "county",
    "discharges_any": "false",
    "discharges_wastewater": "false",
    "new_outlet": "false",
    "temporary_land": "false",
    "linear": "false",
    "crosses_without_land": "false",
    "inside_compliant_park": "false",
    "park_level": "none",
    "high_energy_high_emission": "false",
    "land_permanent_m2": "0",
    "land_temporary_m2": "0",
    "earthwork_m3": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleSite:
    """One project site.

    Parameters
    ----------
    stem, form : str
        File name without suffix, and the key of its writer.
    geometry : geometry
        EPSG:4546.
    project : mapping of str to str
        Attributes; empty for the site that says nothing.
    verdict : str
        Expected verdict.
    findings : mapping of str to str
        Rule or clause id → state that must appear.
    complete : bool or None
        Expected completeness; None where the site is rejected.
    """

    stem: str
    form: str
    number: str
    name: str
    geometry: BaseGeometry
    verdict: str
    project: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)
    complete: bool | None = True

    @property
    def file(self) -> str:
        """File name."""
        return f"{self.stem}.{self.form.rpartition('.')[2]}"


def project_of(activity: str, code: str, nature: str, **other: str) -> dict[str, str]:
    """Return project attributes: a quiet project, but for what is said."""
    first = {"activity": activity, "industry_code": code, "construction_nature": nature}
    return {**first, **_QUIET, **other}


def cells_in(scout: Scout, shape: BaseGeometry) -> Mask:
    """Return the 60 m cells whose centre lies in a shape."""
    x, y = scout.grid.mesh()
    return np.asarray(shapely.contains_xy(shape, x, y))


def surveyed(scout: Scout) -> Mask:
    """Return the cells well inside the townships with land parcels."""
    mosaic = scout.county.mosaic
    chosen = np.isin(mosaic.labels["township"], SURVEYED)
    area = shapely.coverage_union_all(mosaic.faces[chosen]).buffer(-200)
    x, y = scout.grid.mesh()
    return np.asarray(shapely.contains_xy(area, x, y))
