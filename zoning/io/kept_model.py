"""What a run of `zoning corridors build` keeps of a model, read for further use."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from zoning.errors import Problem, UsageError
from zoning.io.gdal_reading import read_gdal
from zoning.io.reader_lost import ReaderLostError
from zoning.linkage.impact.standing import KeptModel
from zoning.linkage.table import model_table_of
from zoning.linkage.values import BuildOptions
from zoning.model import Base

__all__ = ["KEPT_FILES", "changed_layers", "read_kept_model", "require_same_layers"]

_DOCUMENT, _TABLE, _PACKAGE = "corridors.json", "resistance.yaml", "corridors.gpkg"
KEPT_FILES = (_DOCUMENT, _TABLE, _PACKAGE)
"""The files of a run folder that a model is taken up from."""
_SCHEMA = "zoning/corridors/1"
_NUMBER = {"sources": "source", "links": "link", "corridors": "link"}
_NOT_UNDERSTOOD = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    CRSError,
    ReaderLostError,
)

Shapes = NDArray[np.object_]


def read_kept_model(folder: Path, crs: str) -> KeptModel:
    """Return the model of a run folder.

    Parameters
    ----------
    folder : Path
        With `KEPT_FILES`.
    crs : str
        The working plane of the base; that of the model must be the same.

    Raises
    ------
    UsageError
        ``IMPACT_MODEL_WANTED`` when it is no such folder; ``RESISTANCE_TABLE``.
    """
    try:
        document = json.loads((folder / _DOCUMENT).read_bytes())
        if document["schema"] != _SCHEMA:
            raise ValueError(document["schema"])
        table = model_table_of((folder / _TABLE).read_bytes().decode("utf-8"))
        return KeptModel(
            digest=str(document["digest"]),
            table=table,
            options=_options(document["options"]),
            layers={
                str(one["id"]): str(one["sha256"]) for one in document["base"]["layers"]
            },
            sources=_shapes(folder, "sources", crs),
            paths=_shapes(folder, "links", crs),
            swaths=_shapes(folder, "corridors", crs),
            ends=tuple((int(a), int(b)) for a, b in _ends(document["links"])),
        )
    except _NOT_UNDERSTOOD as error:
        values = {"path": folder.name}
        raise UsageError(Problem(code="IMPACT_MODEL_WANTED", values=values)) from error


def _options(asked: dict[str, Any]) -> BuildOptions:
    return BuildOptions(
        cell_m=asked["cell_m"],
        samples=asked["samples"],
        spread=asked["spread"],
        seed=asked["seed"],
    )


def _ends(links: list[dict[str, Any]]) -> list[list[int]]:
    return [one["sources"] for one in links]


def _shapes(folder: Path, layer: str, crs: str) -> Shapes:
    """Return the shapes of a layer, in the order of their numbers."""
    found = read_gdal(str(folder / _PACKAGE), driver="GPKG", layer=layer)
    if CRS.from_user_input(found.crs) != CRS.from_user_input(crs):
        raise ValueError(found.crs)
    shapes = np.asarray(shapely.from_wkb(found.shapes.values()), dtype=object)
    numbers = np.array([int(n) for n in found.columns[_NUMBER[layer]]])
    order = np.argsort(numbers, kind="stable")
    if (numbers[order] != np.arange(1, len(order) + 1)).any():
        raise ValueError(layer)
    ordered: Shapes = shapes[order]
    return ordered


def changed_layers(kept: KeptModel, base: Base) -> tuple[str, ...]:
    """Return the layers of a model that the base has no longer, or in other files."""
    held = {name: layer.info.sha256 for name, layer in base.layers.items()}
    held |= {name: raster.info.sha256 for name, raster in base.rasters.items()}
    return tuple(sorted(n for n, own in kept.layers.items() if held.get(n) != own))


def require_same_layers(kept: KeptModel, base: Base) -> None:
    """Refuse a model that was made from other files than those of the base.

    Raises
    ------
    UsageError
        ``IMPACT_MODEL_OLD`` with the layers.
    """
    other = changed_layers(kept, base)
    if other:
        values = {"layers": ", ".join(other)}
        raise UsageError(Problem(code="IMPACT_MODEL_OLD", values=values))
