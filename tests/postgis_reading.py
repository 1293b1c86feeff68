"""The red line of the small base as a table of PostGIS, and how it is read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
import small_base
from postgis_server import Place
from shapely.geometry.base import BaseGeometry

from zoning.errors import LayerError
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.database_layer import DatabaseLayer, Surroundings, read_database

REDLINE = "ecological_redline"
ROWS = small_base.LAYERS[REDLINE]
SHAPES = [shape for shape, _ in ROWS]
Rows = Sequence[tuple[BaseGeometry | None, dict[str, Any]]]


def fill(place: Place, name: str = "redline", **settings: Any) -> None:
    """Make the table of the red line; see `Place.table`."""
    place.table(name, **{"rows": ROWS, **settings})


def around() -> Surroundings:
    county = small_base.LAYERS["county"][0][0]
    return Surroundings(
        county=county, crs="EPSG:4546", near_m=30_000.0, reach_m=1_000_000.0
    )


def read(**settings: Any) -> DatabaseLayer:
    said = {"source": "postgis:planning", "table": "public.redline", **settings}
    return read_database(LayerEntry(**said), catalogue()[REDLINE], around())


def refusal(**settings: Any) -> tuple[str, str]:
    with pytest.raises(LayerError) as caught:
        read(**settings)
    return caught.value.problem.code, caught.value.problem.line("zh")


def require_whole(layer: DatabaseLayer) -> None:
    assert layer.problems == ()
    assert layer.raw.crs == "EPSG:4546"
    assert layer.raw.columns["BSM"].tolist() == ["R1", "R2"]
    assert layer.raw.columns["HXMC"].tolist() == ["红线甲", "红线乙"]
    assert shapely.equals_exact(layer.raw.geometry, np.array(SHAPES, object)).all()
