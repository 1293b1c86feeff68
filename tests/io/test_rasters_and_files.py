"""Layers and rasters of a base in the formats an office has them in."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
import small_base
from rasterio.transform import from_origin

from zoning.errors import LayerError, registry
from zoning.io.base import open_base
from zoning.io.vector import read_raw
from zoning.model import Base

FARMLAND = "permanent_basic_farmland"


def write_dem(path: Path, *, crs: str | None = "EPSG:4490") -> None:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=8,
        height=6,
        count=1,
        dtype="float32",
        crs=crs,
        transform=from_origin(109.9, 31.1, 0.01, 0.01),
        nodata=-9999,
    ) as target:
        grid = np.arange(48, dtype=np.float32).reshape(6, 8)
        grid[0, 0] = -9999
        target.write(grid, 1)


def base_with(folder: Path, line: str) -> Base:
    """Open the small base with one line added or replaced in zoning.yaml."""
    config = folder / "zoning.yaml"
    layer = line.split(":", 1)[0]
    lines = [
        old
        for old in config.read_text(encoding="utf-8").splitlines()
        if not old.startswith(f"  {layer}:")
    ]
    config.write_text("\n".join([*lines, f"  {line}"]) + "\n", encoding="utf-8")
    return open_base(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_base.write_base(tmp_path / "base")


def test_a_raster_is_read_with_its_gaps_and_datum(folder: Path) -> None:
    write_dem(folder / "dem.tif")

    base = base_with(folder, 'dem: {path: dem.tif, vertical_datum: "1985"}')

    dem = base.rasters["dem"]
    assert dem.crs == "EPSG:4490"
    assert np.isnan(dem.values[0, 0])
    assert dem.values[5, 7] == 47
    assert dem.transform == pytest.approx((0.01, 0, 109.9, 0, -0.01, 31.1))
    assert dem.info.vertical_datum == "1985"
    again = open_base(folder).rasters["dem"]  # prepared
    assert np.array_equal(again.values, dem.values, equal_nan=True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("dem: {path: nothing.tif}", "LAYER_MISSING"),
        ("dem: {path: no_crs.tif}", "CRS_MISSING"),
        ("dem: {path: text.tif}", "LAYER_UNREADABLE"),
        ("dem: {path: cut.tif}", "LAYER_UNREADABLE"),
        ("dem: {path: dem.tif, crs: EPSG:4546}", "CRS_CONTRADICTION"),
    ],
)
def test_a_raster_that_cannot_be_relied_on_is_missing(
    folder: Path, line: str, reason: str
) -> None:
    write_dem(folder / "dem.tif")
    (folder / "text.tif").write_text("not a raster", encoding="utf-8")
    (folder / "cut.tif").write_bytes((folder / "dem.tif").read_bytes()[:150])
    write_dem(folder / "no_crs.tif", crs=None)

    base = base_with(folder, line)

    assert base.missing["dem"][0].code == reason


def farmland() -> geopandas.GeoDataFrame:
    shapes = [shape for shape, _ in small_base.LAYERS[FARMLAND]]
    columns = {
        "BSM": ["F1", "F2"],
        "DLBM": ["0103", "0101"],
        "TBBH": ["永久基本农田一", "永久基本农田二"],
    }
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4546")


@pytest.mark.parametrize("cpg", [True, False], ids=["with cpg", "without cpg"])
def test_a_gbk_shapefile_is_read_in_chinese(folder: Path, *, cpg: bool) -> None:
    path = folder / "YJJBNTTB.shp"
    farmland().to_crs("EPSG:4525").to_file(path, encoding="gb18030")
    if not cpg:
        path.with_suffix(".cpg").unlink()

    base = base_with(folder, f"{FARMLAND}: {{path: YJJBNTTB.shp, coverage: county}}")

    layer = base.layers[FARMLAND]
    assert layer.attributes["name"].tolist() == ["永久基本农田一", "永久基本农田二"]
    assert layer.attributes["land_class"].tolist() == ["0103", "0101"]
    assert layer.info.crs == "EPSG:4525"
    assert (
        shapely.hausdorff_distance(layer.geometry[0], small_base.LAYERS[FARMLAND][0][0])
        < 1e-5
    )


@pytest.mark.parametrize("part", [".shx", ".dbf", ".shp"])
def test_a_cut_shapefile_is_never_read_short(folder: Path, part: str) -> None:
    path = folder / "YJJBNTTB.shp"
    farmland().to_file(path, encoding="gb18030")
    victim = path.with_suffix(part)
    victim.write_bytes(victim.read_bytes()[: int(victim.stat().st_size * 0.8)])

    base = base_with(folder, f"{FARMLAND}: {{path: YJJBNTTB.shp, coverage: county}}")

    layer = base.layers.get(FARMLAND)
    assert FARMLAND in base.missing or (layer is not None and layer.problems)


def test_a_geopackage_with_several_layers_must_be_told_which(folder: Path) -> None:
    for name in ("old_2019", "new_2023"):
        farmland().to_file(folder / "two.gpkg", layer=name, driver="GPKG")

    silent = base_with(folder, f"{FARMLAND}: {{path: two.gpkg, coverage: county}}")
    named = base_with(
        folder, f"{FARMLAND}: {{path: two.gpkg, layer: new_2023, coverage: county}}"
    )

    assert silent.missing[FARMLAND][0].code == "LAYER_UNREADABLE"
    assert "old_2019" in silent.missing[FARMLAND][0].text("zh")
    assert len(named.layers[FARMLAND].geometry) == 2


def test_a_geopackage_that_says_too_few_is_read_whole(folder: Path) -> None:
    """`feature_count` in the file can lag behind; GDAL would believe it."""
    import sqlite3

    path = folder / "stale.gpkg"
    farmland().to_file(path, driver="GPKG")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")

    base = base_with(folder, f"{FARMLAND}: {{path: stale.gpkg, coverage: county}}")

    layer = base.layers[FARMLAND]
    assert len(layer.geometry) == 2 or "COUNT_MISMATCH" in {
        problem.code for problem in layer.problems
    }


def test_a_disguised_file_is_refused(folder: Path) -> None:
    (folder / "vrt.shp").write_text("<OGRVRTDataSource/>", encoding="utf-8")

    base = base_with(folder, f"{FARMLAND}: {{path: vrt.shp, coverage: county}}")

    assert base.missing[FARMLAND][0].code == "LAYER_UNREADABLE"


def test_flatgeobuf_is_read(folder: Path) -> None:
    farmland().to_file(folder / "farmland.fgb", driver="FlatGeobuf")

    base = base_with(folder, f"{FARMLAND}: {{path: farmland.fgb, coverage: county}}")

    assert sorted(base.layers[FARMLAND].feature_ids) == ["F1", "F2"]


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LayerError) as caught:
        read_raw(tmp_path / "nothing.gpkg", FARMLAND)

    assert caught.value.problem.code == "LAYER_MISSING"
    assert caught.value.problem.number == registry()["LAYER_MISSING"].number


def test_a_coverage_file_bounds_what_may_be_clear(folder: Path) -> None:
    rows = [(shapely.box(399_000, 3_434_000, 401_000, 3_436_000), {"a": "1"})]
    small_base.write_geojson(folder / "bounds.geojson", rows)

    base = base_with(
        folder, f"{FARMLAND}: {{path: {FARMLAND}.geojson, coverage: bounds.geojson}}"
    )

    coverage = base.layers[FARMLAND].coverage
    assert coverage is not None
    assert shapely.area(coverage) == pytest.approx(4e6)


def test_an_absent_layer_is_declared_not_forgotten(folder: Path) -> None:
    base = base_with(
        folder,
        "heritage_site: "
        "{absent: true, statement: 无, source: 文旅委, date: 2025-01-31}",
    )

    assert base.absent["heritage_site"].source == "文旅委"
    assert "heritage_site" not in base.missing
    assert "heritage_site" not in base.layers
