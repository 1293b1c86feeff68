"""Layers with every mistake of coordinates: not checked and named, or harmless."""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
import small_base
from numpy.typing import NDArray
from plots import ROAD, check_plot
from pyproj import CRS, Transformer

from zoning.errors import Problem
from zoning.georeference.web_maps import WebMap, from_wgs84
from zoning.io.base import open_base
from zoning.model import Base, Verdict

FARMLAND, UNITS = "permanent_basic_farmland", "control_unit"
SUFFIXES = (".geojson", ".gpkg", ".shp", ".fgb", ".parquet")
TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
TO_UTM = Transformer.from_crs("EPSG:4546", "EPSG:32649", always_xy=True)
GRS80 = "+proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
Points = NDArray[np.float64]
Carry = Callable[[Points], Points]


def as_they_are(xy: Points) -> Points:
    return xy


def prefixed(xy: Points) -> Points:
    return np.add(xy, (37e6, 0.0))


def swapped(xy: Points) -> Points:
    return xy[:, ::-1]


def degrees(xy: Points) -> Points:
    return np.column_stack(TO_DEGREES.transform(xy[:, 0], xy[:, 1]))


def swapped_degrees(xy: Points) -> Points:
    return swapped(degrees(xy))


def off_gaode(xy: Points) -> Points:
    return from_wgs84(degrees(xy), WebMap.GCJ02)


def off_baidu(xy: Points) -> Points:
    return from_wgs84(degrees(xy), WebMap.BD09)


def utm(xy: Points) -> Points:
    return np.column_stack(TO_UTM.transform(xy[:, 0], xy[:, 1]))


def opened(
    folder: Path,
    source: Path,
    layer_id: str,
    suffix: str,
    *,
    carry: Carry = as_they_are,
    crs: str | None = "EPSG:4546",
    declared: str = "",
) -> Base:
    """Open the small base with one layer written anew."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".zoning"))
    rows = small_base.LAYERS[layer_id]
    shapes = [shapely.segmentize(shape, 2000) for shape, _ in rows]
    columns = {key: [values[key] for _, values in rows] for key in rows[0][1]}
    made = shapely.transform(np.array([*shapes, None], dtype=object)[:-1], carry)
    table = geopandas.GeoDataFrame(columns, geometry=made, crs=crs)
    (folder / f"{layer_id}.geojson").unlink()
    path = folder / f"anew{suffix}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no CRS is the point
        table.to_parquet(path) if suffix == ".parquet" else table.to_file(path)
    config = folder / "zoning.yaml"
    text = config.read_text(encoding="utf-8")
    entry = path.name + (f", crs: {declared}" if declared else "")
    config.write_text(text.replace(f"{layer_id}.geojson", entry), encoding="utf-8")
    return open_base(folder)


def doubts(base: Base, layer_id: str) -> dict[str, Problem]:
    problems = base.missing.get(layer_id, ())
    if layer_id in base.layers:
        problems += base.layers[layer_id].problems
    return {problem.code: problem for problem in problems}


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_a_layer_without_crs_names_the_entry_that_brings_it_here(
    suffix: str, tmp_path: Path, base_folder: Path
) -> None:
    base = opened(tmp_path / "a", base_folder, FARMLAND, suffix, crs=None)

    (problem,) = base.missing[FARMLAND]
    assert problem.code == "CRS_MISSING"
    for lang in ("zh", "en"):
        assert "EPSG:32649" in problem.text(lang)
        assert "crs: EPSG:4546" in problem.cure(lang)
    mended = opened(
        tmp_path / "b", base_folder, FARMLAND, suffix, crs=None, declared="EPSG:4546"
    )
    assert doubts(mended, FARMLAND) == {}


@pytest.mark.parametrize(
    ("suffix", "carry", "crs", "code", "names"),
    [
        *(
            (suffix, as_they_are, "EPSG:4545", "OUTSIDE", "EPSG:4546")
            for suffix in SUFFIXES
        ),
        (".gpkg", as_they_are, "EPSG:4544", "OUTSIDE", "EPSG:4546"),
        (".gpkg", as_they_are, "EPSG:4547", "OUTSIDE", "EPSG:4546"),
        (".gpkg", as_they_are, "EPSG:4525", "OUTSIDE", "EPSG:4546"),
        (".shp", prefixed, "EPSG:4546", "OUTSIDE", "EPSG:4525"),
        (".gpkg", prefixed, "EPSG:4524", "OUTSIDE", "EPSG:4525"),
        (".gpkg", swapped, "EPSG:4546", "OUTSIDE", "对调"),
        (".geojson", swapped_degrees, "EPSG:4490", "OUTSIDE", "对调"),
        (".geojson", as_they_are, "EPSG:4326", "OUTSIDE", "EPSG:4546"),
        (".geojson", as_they_are, None, "OUTSIDE", "EPSG:4546"),
        (".gpkg", degrees, "EPSG:4546", "OUTSIDE", "EPSG:4490"),
        (".gpkg", as_they_are, "EPSG:2382", "UNSUPPORTED", "EPSG:2382"),
        (".shp", as_they_are, "EPSG:2434", "UNSUPPORTED", "EPSG:2434"),
        (".fgb", degrees, "EPSG:4610", "UNSUPPORTED", "EPSG:4610"),
        (".parquet", degrees, "EPSG:4214", "UNSUPPORTED", "EPSG:4214"),
        (".gpkg", as_they_are, "EPSG:3857", "UNSUPPORTED", "EPSG:3857"),
        (".gpkg", as_they_are, GRS80.replace("GRS80", "krass"), "UNSUPPORTED", ""),
    ],
)
def test_a_layer_in_a_wrong_system_is_not_checked_and_says_why(
    suffix: str,
    carry: Carry,
    crs: str | None,
    code: str,
    names: str,
    tmp_path: Path,
    base_folder: Path,
) -> None:
    base = opened(tmp_path / "a", base_folder, FARMLAND, suffix, carry=carry, crs=crs)

    found = doubts(base, FARMLAND)
    full = {"OUTSIDE": "LAYER_OUTSIDE_COUNTY", "UNSUPPORTED": "CRS_UNSUPPORTED"}[code]
    assert full in found
    assert names in found[full].line("zh")


@pytest.mark.parametrize(
    ("suffix", "crs"),
    [
        (".gpkg", "EPSG:4546+5737"),
        (".gpkg", "EPSG:4508"),
        (".shp", GRS80),
        (".gpkg", GRS80),
        (".parquet", CRS.from_epsg(4546).to_3d().to_wkt()),
        (".parquet", "EPSG:4546+5737"),
    ],
    ids=["compound", "6 degrees", "nameless shp", "nameless gpkg", "3-D", "parquet"],
)
def test_another_text_of_the_same_plane_does_no_harm(
    suffix: str, crs: str, tmp_path: Path, base_folder: Path, base: Base
) -> None:
    made = opened(tmp_path / "a", base_folder, FARMLAND, suffix, crs=crs)

    assert doubts(made, FARMLAND) == {}
    found, known = made.layers[FARMLAND], base.layers[FARMLAND]
    assert found.feature_ids.tolist() == known.feature_ids.tolist()
    apart = shapely.hausdorff_distance(found.geometry, known.geometry)
    assert apart.max() < 1e-6


@pytest.mark.parametrize(
    ("suffix", "carry", "crs", "names", "off_m"),
    [
        (".geojson", off_gaode, "EPSG:4326", "GCJ-02", 530),
        (".shp", off_gaode, "EPSG:4490", "GCJ-02", 530),
        (".gpkg", off_baidu, "EPSG:4490", "BD-09", 1146),
        (".parquet", utm, "EPSG:4546", "EPSG:32649", 1375),
        (".fgb", as_they_are, "EPSG:32649", "EPSG:4546", 1375),
    ],
)
def test_a_layer_beside_the_county_is_not_checked_and_names_the_system(
    suffix: str,
    carry: Carry,
    crs: str,
    names: str,
    off_m: float,
    tmp_path: Path,
    base_folder: Path,
) -> None:
    base = opened(tmp_path / "a", base_folder, UNITS, suffix, carry=carry, crs=crs)

    problem = doubts(base, UNITS)["LAYER_BESIDE_COUNTY"]
    for lang in ("zh", "en"):
        assert names in problem.line(lang)
    assert float(problem.values["off"]) == pytest.approx(off_m, abs=20)
    report = check_plot(base, shapely.box(392_000, 3_432_000, 392_100, 3_432_100), ROAD)
    (result,) = report.sites
    assert not result.complete
    assert result.verdict is not Verdict.CLEAR
    assert "LAYER_BESIDE_COUNTY" in {gap.problem.code for gap in result.gaps}


def test_a_layer_of_wgs84_in_its_place_is_read(
    tmp_path: Path, base_folder: Path
) -> None:
    base = opened(
        tmp_path / "a", base_folder, UNITS, ".geojson", carry=degrees, crs="EPSG:4326"
    )

    assert doubts(base, UNITS) == {}


def test_a_county_off_a_web_map_is_named_at_the_layers_that_tile_it(
    tmp_path: Path, base_folder: Path
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(base_folder, folder, ignore=shutil.ignore_patterns(".zoning"))
    path = folder / "county.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    shape = shapely.segmentize(small_base.LAYERS["county"][0][0], 2000)
    moved = shapely.transform(shape, off_gaode)
    document["features"][0]["geometry"] = json.loads(shapely.to_geojson(moved))
    document["crs"]["properties"]["name"] = "EPSG:4490"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    base = open_base(folder)

    for layer_id in (UNITS, "township"):
        problem = doubts(base, layer_id)["LAYER_BESIDE_COUNTY"]
        assert "县界取自网络地图" in problem.text("zh")
        assert "county" in problem.cure("en")
    assert "LAYER_BESIDE_COUNTY" not in doubts(base, FARMLAND)


def test_a_prepared_layer_is_judged_anew_when_the_county_changes(
    tmp_path: Path, base_folder: Path
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(base_folder, folder)
    assert doubts(open_base(folder), UNITS) == {}
    path = folder / "county.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    shape = shapely.segmentize(small_base.LAYERS["county"][0][0], 2000)
    shape = shapely.transform(shape, off_gaode)
    document["crs"]["properties"]["name"] = "EPSG:4490"
    document["features"][0]["geometry"] = json.loads(shapely.to_geojson(shape))
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    again = doubts(open_base(folder), UNITS)

    assert set(again) == {"LAYER_BESIDE_COUNTY"}
