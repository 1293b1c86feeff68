"""This package: areas summed from edges that lie ready, no shape built."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import shapely

from benchmarks.peers.clock import Contender, Found, compete
from benchmarks.warming import warm
from zoning.overlay import PieceTree, ragged_edges, shared_areas
from zoning.overlay.density import PLAIN


def _read(path: Path) -> Any:
    warm()
    table = pyarrow.parquet.read_table(path, columns=["geometry"])
    return shapely.from_wkb(table["geometry"].to_numpy())


def _prepare(layer: Any) -> PieceTree:
    side = PieceTree(ragged_edges(layer))
    side.grow()
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
