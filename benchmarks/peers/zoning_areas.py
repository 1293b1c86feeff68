"""This package: areas summed from edges that lie ready, no shape built."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import shapely

from benchmarks.peers.clock import Contender, Found, compete
from zoning.overlay import PieceTree, areas, ragged_edges, shared_areas
from zoning.overlay.density import PLAIN


def _read(path: Path) -> Any:
    _warm()
    table = pyarrow.parquet.read_table(path, columns=["geometry"])
    return shapely.from_wkb(table["geometry"].to_numpy())


def _warm() -> None:
    """Have compiled code loaded, as in every check but the first of a process."""
    from zoning.overlay import kernel

    few = ragged_edges(np.array([shapely.box(0, 0, 1, 1)]))
    density = areas.local_densities(few.box, PLAIN)
    pairs = np.zeros((1, 2), dtype=np.int64)
    side = few, np.zeros(0)
    kernel.piece_areas(side, side, pairs, boxes=few.box, density=density)


def _prepare(layer: Any) -> PieceTree:
    side = PieceTree(ragged_edges(layer))
    _ = side.tree  # grown now
    side.keep_areas(PLAIN)
    return side


def _measure(left: PieceTree, right: PieceTree) -> Found:
    found = shared_areas(left, right, crs=PLAIN)
    return found.left, found.right, found.area_m2


if __name__ == "__main__":
    compete(
        Contender(
            name="zoning_areas",
            versions=lambda: f"numpy {np.__version__}",
            read=_read,
            prepare=_prepare,
            measure=_measure,
        )
    )
