"""The county as a whole: every step in order, held in one value."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.samples.districts import draw_townships, draw_units
from zoning.samples.frame import Frame
from zoning.samples.ground import Ground, survey
from zoning.samples.land import FARMLAND, FOREST, Land, cover_land, place_farmland
from zoning.samples.mosaic import Mosaic, lay_mosaic
from zoning.samples.nature import Nature, draw_redline, place_protected
from zoning.samples.opening import Opening, choose_opening
from zoning.samples.outline import county_mask
from zoning.samples.rivers import River, carve, trace_rivers
from zoning.samples.terrain import Relief, make_relief
from zoning.samples.towns import Towns, place_towns, place_villages

__all__ = ["SURVEYED", "County", "make_county"]

Labels = NDArray[np.int32]

SURVEYED = (1, 3)
"""Townships with land parcels: that of the county town, that of the inland town."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class County:
    """Everything the layers are written from; geometry in EPSG:4546."""

    frame: Frame
    relief: Relief
    ground: Ground
    towns: Towns
    nature: Nature
    land: Land
    opening: Opening
    mosaic: Mosaic
    outline: BaseGeometry
    rivers: tuple[River, ...]


def make_county(seed: int) -> County:
    """Make the county of a seed."""
    frame = Frame(seed=seed)
    grid = frame.grid(60.0)
    relief = make_relief(frame)
    inside = county_mask(frame, grid, relief)
    rivers = trace_rivers(frame, relief, inside, grid=grid)
    relief = carve(relief, rivers)
    ground = survey(frame, relief, inside, rivers=rivers)
    towns = place_towns(ground)
    townships = draw_townships(ground, towns)
    opening = choose_opening(frame, ground, towns, township=townships == SURVEYED[1])
    nature, land, villages = _cover(ground, towns, opening)
    units = draw_units(ground, towns, nature, opening=opening.cells)
    labels = _labels(ground, towns, (nature, land), places=(villages, townships, units))
    mosaic = lay_mosaic(grid, labels, [river.water for river in rivers])
    return County(
        frame=frame,
        relief=relief,
        ground=ground,
        towns=towns,
        nature=nature,
        land=land,
        opening=opening,
        mosaic=mosaic,
        outline=shapely.coverage_union_all(mosaic.faces),
        rivers=tuple(rivers),
    )


def _cover(
    ground: Ground, towns: Towns, opening: Opening
) -> tuple[Nature, Land, Labels]:
    open_near = ground.away_from(opening.cells)
    villages = place_villages(ground, towns, open_near > 900)
    protected = place_protected(ground, towns)
    protected = np.where(open_near < 1500, 0, protected).astype(np.int32)
    closed = np.isin(protected, (1, 2, 3, 5)) | (villages > 0) | (open_near < 80)
    basic, other = place_farmland(ground, towns, closed)
    taken = basic | other | (villages > 0) | (open_near < 700)
    nature = draw_redline(ground, protected, taken, towns=towns)
    land = cover_land(
        ground,
        towns,
        (basic, other, villages),
        openings=opening.cells,
        strict=(nature.redline > 0) | (protected > 0),
    )
    return nature, land, villages


def _labels(
    ground: Ground,
    towns: Towns,
    cover: tuple[Nature, Land],
    *,
    places: tuple[Labels, Labels, Labels],
) -> dict[str, Labels]:
    nature, land = cover
    villages, townships, units = places
    parcelled = (land.cover == FARMLAND) | np.isin(townships, SURVEYED)
    return {
        "county": ground.county.astype(np.int32),
        "township": townships,
        "unit": units,
        "cover": land.cover,
        "zone": towns.zone,
        "village": villages,
        "redline": nature.redline,
        "protected": nature.protected,
        "kind": land.forest_kind,
        "field": np.where(parcelled, land.field, 0).astype(np.int32),
        "stand": np.where(land.cover == FOREST, land.stand, 0).astype(np.int32),
    }
