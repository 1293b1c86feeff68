"""The usual loop of those who know shapely: STRtree, intersection, area."""

from pathlib import Path
from typing import Any

import pyarrow.parquet
import shapely

from benchmarks.peers.clock import Contender, Found, compete


def _read(path: Path) -> Any:
    table = pyarrow.parquet.read_table(path, columns=["geometry"])
    return shapely.from_wkb(table["geometry"].to_numpy())


def _measure(left: Any, right: Any) -> Found:
    i, j = shapely.STRtree(right).query(left, predicate="intersects")
    return i, j, shapely.area(shapely.intersection(left[i], right[j]))


if __name__ == "__main__":
    compete(
        Contender(
            name="shapely_tree",
            versions=lambda: (
                f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"
            ),
            read=_read,
            measure=_measure,
        )
    )
