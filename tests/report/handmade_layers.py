"""The base 示范县 of the invented county, put together without reading a file."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import handmade_county as county
import numpy as np

from zoning.errors import Problem
from zoning.model import Absence, Base, Layer, LayerInfo

__all__ = ["CRS", "handmade_base", "make_layer"]

CRS = "EPSG:4546"
_SOURCES = {
    "permanent_basic_farmland": county.farmland,
    "ecological_redline": county.redlines,
    "urban_development_boundary": county.urban,
    "control_unit": county.units,
    "protected_area": county.reserves,
    "water_source_zone": county.water_sources,
    "river": county.rivers,
    "shoreline_zone": county.shorelines,
    "forest_land": county.forests,
    "facility": county.facilities,
    "road": county.roads,
    "corridor_layout": county.layout,
    "township": county.townships,
}


def make_layer(layer: str, rows: Sequence[county.Row]) -> Layer:
    """Return a layer of `rows`; numbers make number columns, text text columns."""
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [shape for shape, _ in rows]
    names = sorted({name for _, values in rows for name in values})
    return Layer(
        info=LayerInfo(
            id=layer,
            path=f"{layer}.gpkg",
            sha256=f"{sum(map(ord, layer)):064x}",
            features=len(rows),
            crs="EPSG:4490",
            edition="2023-06-30",
            authority="demo",
        ),
        geometry=geometry,
        feature_ids=np.array([f"{layer}-{i + 1}" for i in range(len(rows))], object),
        attributes={name: _column([v.get(name) for _, v in rows]) for name in names},
        coverage=county.COUNTY,
    )


def _column(values: Sequence[str | float | None]) -> np.ndarray[Any, Any]:
    if any(isinstance(value, float) for value in values):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return np.array(["" if v is None else v for v in values], dtype=object)


@cache
def handmade_base() -> Base:
    """Return the base 示范县 with 13 layers, one absent, one missing."""
    return Base(
        name="示范县",
        demo=True,
        admin_code="500237",
        crs=CRS,
        county=county.COUNTY,
        scope=("three_lines", "control_units", "yangtze", "water", "corridors"),
        packs=("national", "yangtze", "chongqing"),
        layers={key: make_layer(key, make()) for key, make in _SOURCES.items()},
        absent={
            "heritage_site": Absence(
                statement="本县无县级以上文物保护单位",
                source="县文物管理所函",
                date="2023-05-04",
            )
        },
        missing={
            "hazard_zone": (
                Problem(
                    code="LAYER_MISSING",
                    values={
                        "layer_zh": "灾害与水土流失区",
                        "layer_en": "hazard and erosion zones",
                    },
                ),
            )
        },
    )
