"""This package: the shape of every pair, then its area."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import shapely

from benchmarks.peers.clock import Contender, Found, compete
from benchmarks.warming import warm, warm_shapes
from zoning.overlay import PieceTree, ragged_edges, shared_shapes
from zoning.overlay.density import PLAIN


def _read(path: Path) -> Any:
    warm()
    warm_shapes()
    table = pyarrow.parquet.read_table(path, columns=["geometry"])
    return shapely.from_wkb(table["geometry"].to_numpy())


def _prepare(layer: Any) -> Any:
    side = PieceTree(ragged_edges(layer))
    side.grow()
    side.keep_areas(PLAIN)
    return layer, side


def _measure(left: Any, right: Any) -> Found:
    found = shared_shapes(left[0], right[0], (left[1], right[1]), crs=PLAIN)
    if not found.agrees.all():
        raise SystemExit("a shape has not its area")
    return found.left, found.right, shapely.area(found.shape)


if __name__ == "__main__":
    compete(
        Contender(
            name="zoning_shapes",
            versions=lambda: (
                f"numpy {np.__version__}, GEOS {shapely.geos_version_string}"
            ),
            read=_read,
            prepare=_prepare,
            measure=_measure,
        )
    )
