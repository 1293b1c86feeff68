"""`geopandas.overlay`: the shape of every pair, then its area."""

import warnings
from pathlib import Path
from typing import Any

import geopandas
import shapely

from benchmarks.peers.clock import Contender, Found, compete


def _read(path: Path) -> Any:
    frame = geopandas.read_parquet(path)
    return frame.rename(columns={"row": path.stem.partition("_")[0]})


def _measure(left: Any, right: Any) -> Found:
    names = left.columns[0], right.columns[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that it dropped lines and points
        both = geopandas.overlay(  # noqa: TID251 - the peer measured
            left, right, how="intersection", keep_geom_type=True
        )
    rows = [both[name].to_numpy() for name in names]
    return rows[0], rows[1], both.geometry.area.to_numpy()


if __name__ == "__main__":
    compete(
        Contender(
            name="geopandas_overlay",
            versions=lambda: (
                f"geopandas {geopandas.__version__}, GEOS {shapely.geos_version_string}"
            ),
            read=_read,
            measure=_measure,
        )
    )
