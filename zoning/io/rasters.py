"""Rasters of a base, read whole into arrays."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import store
from zoning.errors import LayerError, Problem
from zoning.io.config import LayerEntry
from zoning.io.crs import obstacle
from zoning.io.layer_place import LayerPlace, unplaced_layer
from zoning.io.layers import layer_info, sealed_sha256
from zoning.io.reader_lost import ReaderLostError
from zoning.io.reader_remarks import unreadable
from zoning.model import Raster
from zoning.model.problems import layer_problem

__all__ = ["read_raster"]

MAX_CELLS = 200_000_000


def read_raster(entry: LayerEntry, layer_id: str, place: LayerPlace) -> Raster:
    """Read a single-band, north-up grid.

    Raises
    ------
    LayerError
        When it is missing, sealed otherwise, unreadable, rotated, too large,
        or has no CRS.
    """
    digest = sealed_sha256(entry, layer_id, place.folder, hashes=place.hashes)
    key = store.store_key(digest, layer_id)
    header, values = _prepared(entry, place, layer_id=layer_id, key=key)
    crs = str(header["crs"])
    if entry.crs is not None and entry.crs != crs:
        raise LayerError(
            layer_problem("CRS_CONTRADICTION", layer_id, found=crs, declared=entry.crs)
        )
    if obstacle(crs, layer_id) is not None:
        raise LayerError(layer_problem("CRS_UNSUPPORTED", layer_id, crs=crs))
    a, b, c, d, e, f = header["transform"]
    info = layer_info(entry, layer_id, digest, features=int(values.size))
    problems = (
        (layer_problem("LAYER_EMPTY", layer_id),) if np.isnan(values).all() else ()
    )
    return Raster(
        info=replace(info, crs=crs),
        values=values,
        transform=(a, b, c, d, e, f),
        crs=crs,
        problems=problems,
    )


def _prepared(
    entry: LayerEntry, place: LayerPlace, *, layer_id: str, key: str
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Take header and values from the store, or read them and put them there.

    Values are kept as they are used, nan where there are none, so that a map of
    the file serves all who open it.
    """
    stored = store.load(place.folder, layer_id, key)
    if stored is not None:
        with contextlib.suppress(store.DamagedError):
            return stored.header, stored["values"].whole()
    header, grid = _read(place.folder / entry.path, layer_id)
    values = grid.astype(np.float64)
    if header["nodata"] is not None:
        values[values == header["nodata"]] = np.nan
    parts = [("values", [values])]
    store.save(place.folder, layer_id, key, header=header, arrays=parts)
    return header, values


def _read(path: Path, layer_id: str) -> tuple[dict[str, Any], NDArray[Any]]:
    from zoning.io.raster_reading import read_grid

    try:
        grid = read_grid(path, driver=_driver(path, layer_id), most_cells=MAX_CELLS)
    except ValueError as error:
        raise LayerError(_unreadable(layer_id, str(error))) from error
    except ReaderLostError as lost:
        raise LayerError(lost.of_layer(layer_id, path.name)) from lost
    transform, code = grid.transform, grid.code
    if code is None:
        corner = transform[2], transform[5]
        raise LayerError(unplaced_layer("CRS_MISSING", layer_id, corner))
    if transform[1] or transform[3] or transform[4] >= 0:
        raise LayerError(_unreadable(layer_id, "not north-up"))
    header = {
        "transform": transform,
        "crs": f"EPSG:{code}",
        "nodata": grid.nodata,
    }
    return header, grid.values


def _driver(path: Path, layer_id: str) -> str:
    """Pick the driver from the first bytes, so that a disguise is refused."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "GTiff"
    if head.lower().startswith(b"ncols"):
        return "AAIGrid"
    raise LayerError(_unreadable(layer_id, "unknown format"))


def _unreadable(layer_id: str, detail: str) -> Problem:
    return unreadable(layer_id, detail)
