"""Grids of a model as cloud-optimised GeoTIFFs, and as colours of a picture.

The same classes of colour serve page, paper and legend.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.linkage.values import CorridorModel
from zoning.report.linkage.words import ramp

__all__ = ["NODATA", "Coloured", "coloured_current", "grids_of", "write_grid"]

Floats = NDArray[np.float64]
NODATA = -9999.0
_BLOCK = 256
_MILLI = 1000.0
_SHOWN = 0.4
"""Share of the ground with current that is shown at all."""


def grids_of(model: CorridorModel) -> Mapping[str, Floats]:
    """Return the grids of a model by name, nan where there is no value."""
    mosaic = np.where(np.isinf(model.mosaic), np.nan, model.mosaic)
    return {
        "resistance": model.resistance.values,
        "corridor_cost": mosaic,
        "current": model.current,
        "pinch_current": model.pinch,
        "barrier_gain": model.barrier,
    }


def write_grid(path: Path, values: Floats, like: Grid) -> Path:
    """Write values on the cells of a grid as a COG, float32; return `path`."""
    import rasterio
    from rasterio.transform import Affine

    filled = np.where(np.isnan(values), NODATA, values).astype(np.float32)
    profile = {
        "driver": "COG",
        "dtype": "float32",
        "count": 1,
        "height": filled.shape[0],
        "width": filled.shape[1],
        "crs": like.crs,
        "transform": Affine(*like.transform),
        "nodata": NODATA,
        "compress": "deflate",
        "predictor": "yes",
        "blocksize": _BLOCK,
        "overview_resampling": "average",
        "num_threads": "1",
    }
    with rasterio.open(path, "w", **profile) as target:  # noqa: TID251  written here
        target.write(filled, 1)
    return path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coloured:
    """Values sorted into classes.

    Parameters
    ----------
    limits : tuple of float
        Lower limits of the classes, ascending.
    colours : tuple of str
        Of the classes.
    classes : ndarray of int8, shape (rows, columns)
        From 0; -1 below the first limit and where there is no value.
    """

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    classes: NDArray[np.int8]

    def labels(self) -> tuple[str, ...]:
        """Return what each class holds, as figures."""
        told = [f"{limit:g}" for limit in self.limits]
        pairs = pairwise(told)
        return (*(f"{low} – {high}" for low, high in pairs), f"≥ {told[-1]}")

    def pixels(self) -> NDArray[np.uint8]:
        """Return colour and opacity of each cell, shape (rows, columns, 4)."""
        table = np.zeros((len(self.colours) + 1, 4), dtype=np.uint8)
        for k, colour in enumerate(self.colours):
            table[k] = [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [255]
        return table[self.classes]  # -1 is the last row: nothing


def coloured_current(model: CorridorModel) -> Coloured:
    """Return the current over all ground outside the sources, in milliamperes.

    Classes hold equal ground in a series that halves: the last one is where the
    current crowds most. The faint part is left out, so that the ground shows.
    """
    colours = ramp("current")
    values = np.nan_to_num(model.current, nan=0.0) * _MILLI
    values[model.labels > 0] = 0.0
    positive = values[values > 0]
    if not len(positive):
        nothing = np.full(values.shape, -1, dtype=np.int8)
        return Coloured(limits=(0.0,), colours=colours[-1:], classes=nothing)
    shares = 1 - _SHOWN / 2.0 ** np.arange(len(colours))
    limits = tuple(
        float(f"{limit:.3g}") for limit in np.quantile(positive, shares).tolist()
    )
    found = np.searchsorted(limits, values, side="right") - 1
    return Coloured(limits=limits, colours=colours, classes=found.astype(np.int8))
