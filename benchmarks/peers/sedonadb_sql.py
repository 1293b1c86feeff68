"""SedonaDB: a spatial join in SQL, layers in its own memory tables."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import sedonadb

from benchmarks.peers.clock import Contender, Found, compete

_ENGINE = sedonadb.connect()
_JOIN = """
SELECT l.row AS left_row, r.row AS right_row,
       ST_Area(ST_Intersection(l.geometry, r.geometry)) AS area_m2
FROM {left} AS l JOIN {right} AS r ON ST_Intersects(l.geometry, r.geometry)
"""


def _read(path: Path) -> str:
    _ENGINE.read_parquet(str(path)).to_memtable().to_view(path.stem)
    return path.stem


def _measure(left: str, right: str) -> Found:
    query = _JOIN.format(left=left, right=right)  # names of our own files
    table = _ENGINE.sql(query).to_arrow_table()
    left_row, right_row = (
        table[name].to_numpy().astype(np.int64) for name in ("left_row", "right_row")
    )
    return left_row, right_row, table["area_m2"].to_numpy()


if __name__ == "__main__":
    compete(
        Contender(
            name="sedonadb_sql",
            versions=lambda: f"SedonaDB {version('sedonadb')}",
            read=_read,
            measure=_measure,
        )
    )
