"""The banks of a river of a base, surveyed by a table.

Each part stands on its own: what a missing layer, raster or datum keeps from
being made is a gap with the cure, and the rest is made all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.check.terrain import known_heights
from zoning.corridors.bank_belt import BankBelt, bank_belt, belt_cover
from zoning.corridors.banks import bank_stations, sides_of
from zoning.corridors.drawdown import drawdown_belt
from zoning.corridors.green_banks import green_banks, strip_along
from zoning.corridors.grid import Grid
from zoning.corridors.ridges import bank_profiles
from zoning.errors import LayerError, Problem, UsageError
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.overlay import measure_overlaps, sum_by_site
from zoning.partition.trust import required_layer, trust_problems
from zoning.riverside.table import RiversideTable
from zoning.riverside.values import Gap, RiverSide
from zoning.topology import polygonal

__all__ = ["rivers_of", "survey_river"]

RIVER, FARMLAND = "river", "permanent_basic_farmland"
DEM, LAND_COVER = "dem", "land_cover"


def rivers_of(base: Base) -> tuple[str, ...]:
    """Return the names of rivers whose water is drawn, main stems first.

    Raises
    ------
    LayerError
        When the base has no rivers that can be relied on.
    """
    layer = required_layer(base, RIVER)
    if layer is None:
        return ()
    wet = _column(layer, "outline") == "water_polygon"
    names, ranks = _column(layer, "name")[wet], _column(layer, "rank")[wet]
    order = np.lexsort((np.arange(len(names)), ranks != "main_stem"))
    return tuple(dict.fromkeys(str(one) for one in names[order]))


def survey_river(
    base: Base, name: str, *, table: RiversideTable, options: CheckOptions
) -> RiverSide:
    """Survey the banks of one river.

    Parameters
    ----------
    base : Base
        With ``river``; ``dem``, ``land_cover`` and ``permanent_basic_farmland``
        for the parts that need them.
    name : str
        As `rivers_of` gives it.
    table : RiversideTable
    options : CheckOptions
        The day on which layers must be valid.

    Returns
    -------
    RiverSide

    Raises
    ------
    LayerError
        ``BELT_NO_BANK``; when the rivers of the base can't be relied on.
    UsageError
        ``RIVER_UNKNOWN`` with the names there are.
    """
    ground = _ground(base, name)
    strip, rule, width = _strip(ground, table)
    found = RiverSide(
        name=name,
        rank=ground.rank,
        water=ground.water,
        axis=ground.axis,
        strip=strip,
        strip_rule=rule,
        strip_m=width,
        problems=trust_problems(ground.layer, options),
    )
    survey = _Survey(base=base, ground=ground, table=table, options=options)
    for part, make in (
        ("belt", survey.belt),
        ("cover", survey.cover),
        ("farmland", survey.farmland),
        ("green_corridor", survey.green),
        ("drawdown", survey.drawdown),
    ):
        found = _with(found, part, make)
    return found


def _with(
    found: RiverSide, part: str, make: Callable[[RiverSide], RiverSide]
) -> RiverSide:
    """Make a part; what keeps it from being made becomes a gap."""
    try:
        return make(found)
    except LayerError as error:
        gaps = tuple(Gap(part=part, problem=problem) for problem in error.problems)
        return replace(found, gaps=(*found.gaps, *gaps))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """A river as its layer draws it, in the working plane."""

    layer: Layer
    rank: str
    water: BaseGeometry
    axis: BaseGeometry
    limit: BaseGeometry
    others: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Survey:
    """Makes the parts of a survey, each from what the base has for it."""

    base: Base
    ground: _Ground
    table: RiversideTable
    options: CheckOptions

    def belt(self, found: RiverSide) -> RiverSide:
        """Add profiles and belt."""
        water, county = self.ground.water, self.base.county
        dem = _heights(self.base)
        profiles = bank_profiles(water, dem, self.table.belt, county=county)
        belt = bank_belt(profiles, water, crs=self.base.crs, county=county)
        return replace(found, profiles=profiles, belt=belt)

    def cover(self, found: RiverSide) -> RiverSide:
        """Add what grows in the belt; nothing is planted on basic farmland."""
        belt = _needed(found.belt)
        kept = [self.ground.water]
        farmland = required_layer(self.base, FARMLAND)
        if farmland is not None:
            kept += list(_near(farmland, belt.ground))
        cover = belt_cover(
            belt.ground,
            _raster(self.base, LAND_COVER),
            forest=self.table.forest,
            plantable=self.table.plantable,
            kept=np.array(kept, dtype=object),
        )
        return replace(found, cover=cover)

    def farmland(self, found: RiverSide) -> RiverSide:
        """Add the permanent basic farmland in the belt."""
        belt = _needed(found.belt)
        farmland = required_layer(self.base, FARMLAND)
        if farmland is None:
            return replace(found, farmland_m2=0.0)
        sites = np.array([belt.ground], dtype=object)
        rows = measure_overlaps(
            sites, farmland.geometry, self.options, crs=self.base.crs
        )
        sums = sum_by_site(rows, sites, self.options, crs=self.base.crs)
        doubts = trust_problems(farmland, self.options)
        return replace(
            found,
            farmland_m2=float(sums.deduplicated_m2[0]),
            problems=(*found.problems, *doubts),
        )

    def green(self, found: RiverSide) -> RiverSide:
        """Add how green the banks are."""
        stations = bank_stations(
            self.ground.water, self.table.belt.spacing_m, county=self.base.county
        )
        sides = np.full(len(stations.ring), "", dtype="<U5")
        if not shapely.is_empty(self.ground.axis):
            sides = sides_of(stations.xy, self.ground.axis, _heights(self.base))
        green = green_banks(
            stations,
            sides,
            found.strip,
            cover=_raster(self.base, LAND_COVER),
            green=self.table.green,
            green_from=self.table.green_from,
        )
        return replace(found, stations=stations, green=green)

    def drawdown(self, found: RiverSide) -> RiverSide:
        """Add the drawdown belt."""
        levels, dem = self.table.levels, _heights(self.base)
        datum = self.base.rasters[DEM].info.vertical_datum
        if levels is None:
            values = {"found": datum or "-", "expected": "-"}
            raise LayerError(Problem(code="VERTICAL_DATUM", values=values))
        belt = drawdown_belt(
            dem,
            self.ground.water,
            levels,
            dem_datum=datum,
            dem_error_m=self.table.dem_error_m,
            others=self.ground.others,
        )
        return replace(found, drawdown=belt)


def _needed(belt: BankBelt | None) -> BankBelt:
    if belt is None:
        raise LayerError  # its own gap says why
    return belt


def _ground(base: Base, name: str) -> _Ground:
    """Return a river by its name."""
    names = rivers_of(base)
    if name not in names:
        values = {"name": name, "names": "、".join(names) or "-"}
        raise UsageError(Problem(code="RIVER_UNKNOWN", values=values))
    layer = base.layers[RIVER]
    mine, outline = _column(layer, "name") == name, _column(layer, "outline")
    shapes = np.asarray(layer.geometry, dtype=object)
    wet = outline == "water_polygon"
    water = shapely.union_all(shapes[mine & wet])
    limit = shapely.union_all(shapes[mine & (outline == "management_limit")])
    areal = polygonal(np.array([water, limit], dtype=object))
    return _Ground(
        layer=layer,
        rank=str(_column(layer, "rank")[mine][0]),
        water=areal[0],
        axis=shapely.union_all(shapes[mine & (outline == "center_line")]),
        limit=areal[1],
        others=_each(names, name, of=_column(layer, "name")[wet], shapes=shapes[wet]),
    )


def _each(
    names: tuple[str, ...],
    name: str,
    *,
    of: NDArray[np.object_],
    shapes: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Return the water of each river but one, as `_ground` has its own."""
    found = [shapely.union_all(shapes[of == one]) for one in names if one != name]
    return polygonal(np.array([*found, None], dtype=object)[:-1])


def _strip(ground: _Ground, table: RiversideTable) -> tuple[BaseGeometry, str, float]:
    """Return the green corridor, the rule it was drawn by, and its width."""
    if table.by_management_line and not shapely.is_empty(ground.limit):
        strip = strip_along(ground.water, management_line=ground.limit)
        return strip, "management_line", 0.0
    width = table.width_m[ground.rank]
    return strip_along(ground.water, width_m=width), "width", width


def _heights(base: Base) -> Grid:
    """Return the heights; values that no ground has are missing."""
    dem = _raster(base, DEM)
    return dem.with_values(known_heights(dem.floats()))


def _raster(base: Base, name: str) -> Grid:
    """Return a raster in the working plane of the base."""
    if name not in base.rasters:
        missing = base.missing.get(name, (layer_problem("LAYER_MISSING", name),))
        raise LayerError(*missing)
    raster = base.rasters[name]
    if raster.crs != base.crs:
        values = {"found": raster.crs, "expected": base.crs}
        raise LayerError(layer_problem("RIVERSIDE_RASTER_CRS", name, **values))
    return Grid.from_raster(raster)


def _near(layer: Layer, ground: BaseGeometry) -> NDArray[np.object_]:
    """Return the shapes of a layer whose boxes meet that of some ground."""
    shapes = np.asarray(layer.geometry, dtype=object)
    tree = shapely.STRtree(shapes)
    met: NDArray[np.object_] = shapes[np.sort(tree.query(shapely.envelope(ground)))]
    return met


def _column(layer: Layer, name: str) -> NDArray[np.object_]:
    values = layer.attributes.get(name)
    if values is None:
        return np.full(len(layer.feature_ids), "", dtype=object)
    return np.asarray(values, dtype=object)
