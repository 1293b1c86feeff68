"""A run folder of `zoning corridors build`, read again: paths and resistance."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid
from zoning.errors import LayerError, Problem
from zoning.io.cell_files import CellFile, read_cells
from zoning.io.gdal_reading import read_gdal
from zoning.io.reader_lost import ReaderLostError
from zoning.measure import project

__all__ = ["MODEL_FILES", "read_corridor_model"]

_PACKAGE, _LINKS, _NAME = "corridors.gpkg", "links", "link"
_SAMPLED = ("kept_pct", "same_pct")
_RESISTANCE = Path("grids/resistance.tif")
_CURRENT = Path("grids/current.tif")
MODEL_FILES = (_PACKAGE, _RESISTANCE.as_posix(), _CURRENT.as_posix())
"""The files of a run folder that are read."""


def read_corridor_model(
    folder: Path, crs: str
) -> tuple[
    dict[str, BaseGeometry], Grid | None, Grid | None, dict[str, tuple[float, float]]
]:
    """Return the least-cost paths of a model by link, its resistance and current.

    Parameters
    ----------
    folder : Path
        Of a run; its GeoPackage and the grid of resistance are read.
    crs : str
        The working plane into which the paths are carried.

    Returns
    -------
    paths : dict of str to geometry
        In the order of the file.
    resistance, current : Grid or None
        None where the run has no such grid, or one in another plane.
    kept : dict of str to tuple of float
        By link, the share of the samples that kept it, and of it that went the same
        way; empty where the table was not sampled.

    Raises
    ------
    LayerError
        ``LAYOUT_MODEL`` with the reason; ``CELLS_UNREADABLE``.
    """
    package = folder / _PACKAGE
    try:
        found = read_gdal(str(package), driver="GPKG", layer=_LINKS)
    except (OSError, ValueError, ReaderLostError) as error:
        raise _unreadable(folder, str(error)) from error
    names = found.columns.get(_NAME)
    if names is None or found.crs is None:
        raise _unreadable(folder, f"{_PACKAGE}: {_LINKS}.{_NAME}")
    drawn = np.asarray(shapely.from_wkb(found.shapes.values()), dtype=object)
    shapes = project(drawn, found.crs, crs)
    paths = {str(name): shape for name, shape in zip(names, shapes, strict=True)}
    resistance, current = (
        _grid(read_cells(folder / name), crs) if (folder / name).is_file() else None
        for name in (_RESISTANCE, _CURRENT)
    )
    return paths, resistance, current, _kept(found.columns)


def _kept(columns: Mapping[str, NDArray[np.object_]]) -> dict[str, tuple[float, float]]:
    """Return what became of each link under the sampled tables of the model."""
    if not set(_SAMPLED) <= set(columns):
        return {}
    table = zip(columns[_NAME], *(columns[name] for name in _SAMPLED), strict=True)
    return {
        str(name): (float(kept) / 100, float(same) / 100)
        for name, kept, same in table
        if _is_number(kept) and _is_number(same)
    }


def _is_number(value: object) -> bool:
    """Say whether a cell holds one; an empty one is text of no length."""
    try:
        return bool(np.isfinite(float(str(value))))
    except ValueError:
        return False


def _grid(cells: CellFile, crs: str) -> Grid | None:
    if cells.crs != crs:
        return None
    width, height = cells.cell
    north = cells.south + cells.shape[0] * height
    transform = (width, 0.0, cells.west, 0.0, -height, north)
    return Grid(values=cells.values, transform=transform, crs=crs)


def _unreadable(folder: Path, detail: str) -> LayerError:
    values = {"path": folder.name, "detail": detail}
    return LayerError(Problem(code="LAYOUT_MODEL", values=values))
