"""Built-up land against a cap: used, committed, drawn by sites, left."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem, UsageError
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.overlay import own_areas, ragged_edges, shared_areas
from zoning.overlay.areas import NOISE_M2
from zoning.partition.rules import grouped
from zoning.partition.trust import covered_twice, trust_problems

__all__ = ["M2_PER_KM2", "Headroom", "Indicator", "as_cap", "headroom"]

M2_PER_KM2 = 1_000_000.0
_PARCELS, _BUILT = "land_parcel", "built"
_KM2 = {"km2", "km²", "平方千米", "平方公里"}
_WHOLE = 1e-9
_FILLED = 0.999
"""Parcels that add up to less of the county leave land of unknown use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One row of the plan's indicator table; values in `unit`, None when blank."""

    code: str
    name: str
    name_en: str
    unit: str
    base_year: str
    base_value: float | None
    target_year: str
    target_value: float | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What is left of a cap, square metres.

    Parameters
    ----------
    used_m2 : float
        Built-up land there is.
    measured : bool
        Whether `used_m2` is measured on parcels that cover the county; else it
        is the base-year value of the indicator.
    measured_m2 : float or None
        Built-up land on the parcels there are.
    committed_m2 : float
        Land of projects that are approved and not yet built.
    draw_m2 : float
        What the sites add: their ground less what is built-up already.
    built_on_site_m2 : float
        Ground of the sites that is built-up already.
    """

    indicator: Indicator
    cap_m2: float
    used_m2: float
    measured: bool
    measured_m2: float | None
    committed_m2: float
    draw_m2: float
    built_on_site_m2: float
    problems: tuple[Problem, ...] = ()

    @property
    def left_m2(self) -> float:
        """Cap less all that is taken; below zero: over the cap."""
        return math.fsum(
            [self.cap_m2, -self.used_m2, -self.committed_m2, -self.draw_m2]
        )

    @property
    def over(self) -> bool:
        """Whether more is taken than the cap allows."""
        return self.left_m2 < 0


def as_cap(table: Mapping[str, Indicator], code: str) -> Indicator:
    """Return the indicator that caps built-up land.

    Raises
    ------
    UsageError
        When there is none of this code, or it is no area with a target.
    """
    if code not in table:
        values = {"code": code, "known": "、".join(table)}
        raise UsageError(Problem(code="INDICATOR_UNKNOWN", values=values))
    found = table[code]
    if found.unit.lower() not in _KM2 or found.target_value is None:
        raise _unfit(found)
    return found


def _unfit(found: Indicator) -> UsageError:
    detail = f"{found.unit or '-'}, {found.base_value} → {found.target_value}"
    values = {"code": found.code, "detail": detail}
    return UsageError(Problem(code="INDICATOR_UNFIT", values=values))


def headroom(
    base: Base,
    indicator: Indicator,
    *,
    committed_m2: float,
    sites: NDArray[np.object_],
    options: CheckOptions,
) -> Headroom:
    """Put built-up land, commitments and sites against an indicator as a cap.

    Parameters
    ----------
    base : Base
        Opened base; built-up land comes from its land parcels (建设用地).
    indicator : Indicator
        In km²; its target is taken for an upper limit.
    committed_m2 : float
        Land of projects that are approved and not yet built.
    sites : ndarray of object, shape (n,)
        Polygons in the working plane; ground they share counts once.

    Returns
    -------
    Headroom
        Where parcels do not cover the county, the base-year value stands for
        what is used, and a problem says so. Where they do not cover a site, the
        whole of it counts as new.

    Raises
    ------
    UsageError
        When parcels do not cover the county and the indicator has no base value.
    """
    parcels = base.layers.get(_PARCELS)
    ground = shapely.union_all(sites) if len(sites) else shapely.Polygon()
    measured = None if parcels is None else _built(parcels, base, options)
    problems = () if measured is None else measured.problems
    whole = measured is not None and measured.whole
    used = measured.area_m2 if measured is not None and whole else None
    if used is None:
        if indicator.base_value is None:
            raise _unfit(indicator)
        used = indicator.base_value * M2_PER_KM2
        problems = (*problems, _assumed(indicator, measured))
    area = float(measure.area_m2(np.array([ground], dtype=object), base.crs)[0])
    already = 0.0 if measured is None else measured.within(ground, base.crs)
    return Headroom(
        indicator=indicator,
        cap_m2=(indicator.target_value or 0.0) * M2_PER_KM2,
        used_m2=used,
        measured=whole,
        measured_m2=None if measured is None else measured.area_m2,
        committed_m2=committed_m2,
        draw_m2=area - already,
        built_on_site_m2=already,
        problems=problems,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Built:
    """Built-up parcels; `whole` says that the layer covers the county."""

    geometry: NDArray[np.object_]
    area_m2: float
    whole: bool
    problems: tuple[Problem, ...]

    def within(self, ground: BaseGeometry, crs: str) -> float:
        """Return how much of `ground` is built-up; never more than there is."""
        if ground.is_empty:
            return 0.0
        site = ragged_edges(np.array([ground], dtype=object))
        found = shared_areas(site, ragged_edges(self.geometry), crs=crs)
        area = math.fsum(found.area_m2[found.area_m2 > NOISE_M2].tolist())
        return min(area, float(own_areas(site, crs=crs)[0]))


def _built(parcels: Layer, base: Base, options: CheckOptions) -> _Built:
    use = grouped(parcels.attributes["land_class"].astype(object), "land_use")
    shapes = parcels.geometry[use == _BUILT]
    area = math.fsum(measure.area_m2(shapes, base.crs).tolist())
    every = math.fsum(measure.area_m2(parcels.geometry, base.crs).tolist())
    _, told = covered_twice(parcels, options, crs=base.crs)
    cover = parcels.coverage
    outside = base.county if cover is None else shapely.difference(base.county, cover)
    bare = measure.area_m2(np.array([outside, base.county], dtype=object), base.crs)
    return _Built(
        geometry=shapes,
        area_m2=area,
        whole=bool(bare[0] <= _WHOLE * bare[1] and every >= _FILLED * bare[1]),
        problems=(*trust_problems(parcels, options), *told),
    )


def _assumed(indicator: Indicator, measured: _Built | None) -> Problem:
    found = "—" if measured is None else f"{measured.area_m2 / M2_PER_KM2:.4f}"
    return layer_problem(
        "BUILT_LAND_ASSUMED",
        _PARCELS,
        year=indicator.base_year,
        value=f"{indicator.base_value or 0:g}",
        measured=found,
    )
