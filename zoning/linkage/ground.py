"""The ground of a model: rasters and layers of a base on one grid of cells.

The grid is that of the land cover, cut to the county, or coarser where a cell
size is asked for; each cell takes the class at its centre. Beyond the county
nothing is known, so that nothing is modelled there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import strict_yaml
from zoning.check.terrain import known_heights
from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid
from zoning.corridors.resistance import distance_m, slope_degrees
from zoning.errors import LayerError, Problem, UsageError
from zoning.linkage.table import ModelTable
from zoning.model import Base, CheckOptions, Layer, Raster
from zoning.model.problems import layer_problem
from zoning.partition.trust import required_layer, trust_problems

__all__ = ["PROTECTED", "Ground", "layers_read", "read_ground"]

PROTECTED = ("ecological_redline", "protected_area")
LAND_COVER, DEM = "land_cover", "dem"
_GAP_TOLD = 0.01
"""Cells of the county without a value that a model may have and be whole."""

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What a model is built on.

    Parameters
    ----------
    factors : mapping of str to Grid
        By the names of the resistance table, on the same cells; nan outside the
        county and where a raster is missing.
    county : Grid
        1 within the county, 0 elsewhere.
    habitat : Grid
        1 where a class of the land cover is habitat, 0 elsewhere, nan outside
        the county and where the class is missing.
    protected : ndarray of object, shape (m,)
        Pieces of red line and protected areas, joined, in the working plane.
    cover_cells : mapping of float to int
        Cells of the county by land-cover code.
    problems : tuple of Problem
        What keeps the model from being whole.
    remarks : tuple of Problem
        What is to be said and keeps nothing.
    """

    factors: Mapping[str, Grid]
    county: Grid
    habitat: Grid
    protected: Shapes
    cover_cells: Mapping[float, int]
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()


def layers_read(table: ModelTable) -> tuple[str, ...]:
    """Return the layers and rasters of a base that a table asks for, sorted."""
    names = set(PROTECTED)
    for factor in table.resistance.factors:
        row = _known().get(factor.name, {})
        names |= set(row.get("layers", ()))
        names |= {row["raster"]} if "raster" in row else set()
    return tuple(sorted(names | {LAND_COVER}))


def read_ground(
    base: Base,
    table: ModelTable,
    options: CheckOptions,
    *,
    cell_m: float | None = None,
) -> Ground:
    """Lay a base on cells.

    Parameters
    ----------
    base : Base
    table : ModelTable
    options : CheckOptions
        The day on which layers must be valid.
    cell_m : float, optional
        Side of a cell in metres, not below that of the land cover; its own
        cells by default.

    Raises
    ------
    LayerError
        When a raster or layer that the table asks for is missing, or a raster is
        in another plane than the base (``CORRIDOR_RASTER_CRS``).
    UsageError
        ``CORRIDOR_CELL``; ``RESISTANCE_FACTORS`` for a factor that is read from
        nothing in a base.
    """
    _require_known(table)
    shapes = {name: _layer(base, name) for name in _vector_names(table)}
    rasters = {name: _raster(base, name) for name in _raster_names(table)}
    cover = Grid.from_raster(rasters[LAND_COVER])
    like = _cells(base, cover, cell_m)
    county = _inside(like, np.array([base.county], dtype=object))
    outside = county.values == 0
    reader = _Reader(like=like, outside=outside, rasters=rasters, shapes=shapes)
    factors = {f.name: reader.grid(f.name) for f in table.resistance.factors}
    classes = reader.clipped(_taken(cover, like))
    present = [layer for layer in shapes.values() if layer is not None]
    problems = [p for layer in present for p in trust_problems(layer, options)]
    problems += [p for raster in rasters.values() for p in raster.problems]
    return Ground(
        factors=factors,
        county=county,
        habitat=_habitat(classes, table),
        protected=_joined([shapes[name] for name in PROTECTED]),
        cover_cells=_counted(classes),
        problems=(*problems, *_gaps(factors, outside)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reader:
    """Makes the grid of a factor."""

    like: Grid
    outside: NDArray[np.bool_]
    rasters: Mapping[str, Raster]
    shapes: Mapping[str, Layer | None]

    def grid(self, name: str) -> Grid:
        row = _known()[name]
        make: Mapping[str, Callable[[Mapping[str, Any]], Grid]] = {
            "class": self._class,
            "height": self._height,
            "slope": self._slope,
            "distance": self._distance,
            "inside": self._within,
        }
        return self.clipped(make[row["kind"]](row))

    def clipped(self, grid: Grid) -> Grid:
        """Return a grid that is missing outside the county."""
        return grid.with_values(np.where(self.outside, np.nan, grid.values))

    def _class(self, row: Mapping[str, Any]) -> Grid:
        return _taken(Grid.from_raster(self.rasters[row["raster"]]), self.like)

    def _height(self, row: Mapping[str, Any]) -> Grid:
        return _taken(_heights(self.rasters[row["raster"]]), self.like)

    def _slope(self, row: Mapping[str, Any]) -> Grid:
        return _taken(slope_degrees(_heights(self.rasters[row["raster"]])), self.like)

    def _distance(self, row: Mapping[str, Any]) -> Grid:
        return distance_m(self.like, self._geometry(row))

    def _within(self, row: Mapping[str, Any]) -> Grid:
        return _inside(self.like, self._geometry(row))

    def _geometry(self, row: Mapping[str, Any]) -> Shapes:
        without = set(row.get("without", ()))
        found = [np.array([], dtype=object)]
        for name in row["layers"]:
            layer = self.shapes[name]
            if layer is not None:
                found.append(_kept(layer, without))
        return np.concatenate(found)


def _kept(layer: Layer, without: set[str]) -> Shapes:
    geometry = np.asarray(layer.geometry, dtype=object)
    if not without or "outline" not in layer.attributes:
        return geometry
    outline = np.asarray(layer.attributes["outline"], dtype=object)
    return geometry[~np.isin(outline.astype(str), sorted(without))]


@cache
def _known() -> Mapping[str, Mapping[str, Any]]:
    text = files("zoning").joinpath("data/corridor_factors.yaml").read_text("utf-8")
    loaded: Mapping[str, Mapping[str, Any]] = strict_yaml.load_text(text)
    return loaded


def _require_known(table: ModelTable) -> None:
    strange = sorted(f.name for f in table.resistance.factors if f.name not in _known())
    if strange:
        values = {"missing": ", ".join(strange), "unused": "-"}
        raise UsageError(Problem(code="RESISTANCE_FACTORS", values=values))


def _vector_names(table: ModelTable) -> list[str]:
    return [name for name in layers_read(table) if name not in {LAND_COVER, DEM}]


def _raster_names(table: ModelTable) -> list[str]:
    return [name for name in layers_read(table) if name in {LAND_COVER, DEM}]


def _layer(base: Base, name: str) -> Layer | None:
    return required_layer(base, name)


def _raster(base: Base, name: str) -> Raster:
    raster = base.rasters.get(name)
    if raster is None:
        missing = base.missing.get(name, (layer_problem("LAYER_MISSING", name),))
        raise LayerError(*missing)
    if raster.crs != base.crs:
        values = {"layer": name, "found": raster.crs, "expected": base.crs}
        values["path"] = raster.info.path
        raise LayerError(Problem(code="CORRIDOR_RASTER_CRS", values=values))
    return raster


def _cells(base: Base, cover: Grid, cell_m: float | None) -> Grid:
    """Return the cells of the model, blank: the county's box on the lattice."""
    width, height = cover.cell_m
    if cell_m is not None and not max(width, height) * (1 - 1e-9) <= cell_m < np.inf:
        values = {"cell": f"{cell_m:g}", "least": f"{max(width, height):g}"}
        raise UsageError(Problem(code="CORRIDOR_CELL", values=values))
    a, e = (width, height) if cell_m is None else (cell_m, cell_m)
    west0, _, _, north0 = cover.extent
    west, south, east, north = base.county.bounds
    left, right = np.floor((west - west0) / a), np.ceil((east - west0) / a)
    top, bottom = np.floor((north0 - north) / e), np.ceil((north0 - south) / e)
    shape = int(bottom - top), int(right - left)
    return Grid(
        values=np.zeros(shape, dtype=np.uint8),
        transform=(a, 0.0, west0 + a * float(left), 0.0, -e, north0 - e * float(top)),
        crs=base.crs,
    )


def _taken(grid: Grid, like: Grid) -> Grid:
    return grid.aligned_to(like)


def _heights(raster: Raster) -> Grid:
    grid = Grid.from_raster(raster)
    return grid.with_values(known_heights(grid.floats()))


def _inside(like: Grid, shapes: Shapes) -> Grid:
    blank = like.with_values(np.zeros(like.shape))
    return burned(blank, shapes, np.ones(len(shapes)))


def _habitat(classes: Grid, table: ModelTable) -> Grid:
    codes = [one.code for one in table.cover if one.habitat]
    found = np.isin(classes.values, codes).astype(np.float64)
    found[np.isnan(classes.values)] = np.nan
    return classes.with_values(found)


def _joined(layers: list[Layer | None]) -> Shapes:
    """Return the pieces of protected land, each piece of ground once."""
    shapes = [np.asarray(one.geometry, dtype=object) for one in layers if one]
    if not shapes:
        return np.array([], dtype=object)
    parts = shapely.get_parts(shapely.union_all(np.concatenate(shapes)))
    return np.asarray(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004


def _counted(classes: Grid) -> dict[float, int]:
    codes, counts = np.unique(
        classes.values[~np.isnan(classes.values)], return_counts=True
    )
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


def _gaps(factors: Mapping[str, Grid], outside: NDArray[np.bool_]) -> list[Problem]:
    """Return a problem for each factor that much of the county has no value of."""
    cells = int((~outside).sum())
    problems = []
    for name, grid in factors.items():
        gap = float((grid.missing & ~outside).sum()) / max(cells, 1)
        if gap > _GAP_TOLD:
            values = {"factor": name, "share": f"{gap:.1%}"}
            problems.append(Problem(code="CORRIDOR_GAP", values=values))
    return problems
