"""The committed sample base is the county that its manifest and texts promise."""

import hashlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
import yaml
from geopandas import GeoDataFrame
from pyproj import Geod

from zoning.io.catalogue import catalogue
from zoning.io.site_folder import site_files
from zoning.samples.places import sample_folder
from zoning.samples.writing import layer_digest

PLANE = "EPSG:4546"


@pytest.fixture(scope="module")
def base() -> Path:
    folder = sample_folder()
    assert folder is not None
    return folder


def layer(base: Path, file: str, table: str | None = None) -> GeoDataFrame:
    encoding = "GBK" if file.endswith(".shp") else None
    return geopandas.read_file(base / file, layer=table, encoding=encoding)


def plane(base: Path, file: str, table: str | None = None) -> GeoDataFrame:
    return layer(base, file, table).to_crs(PLANE)


def geodesic_km2(shape: shapely.Geometry) -> float:
    """Area with geodesic edges: an oracle that shares no code with the product."""
    lonlat = geopandas.GeoSeries([shape], crs=PLANE).to_crs(4490).iloc[0]
    return float(abs(Geod(ellps="GRS80").geometry_area_perimeter(lonlat)[0]) / 1e6)


def config(base: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((base / "zoning.yaml").read_text("utf-8"))
    return loaded


def test_the_county_has_the_area_and_extent_of_its_model(base: Path) -> None:
    county = layer(base, "county.gpkg")
    west, south, east, north = county.to_crs(4490).total_bounds

    assert len(county) == 1
    assert 2940 < geodesic_km2(shapely.orient_polygons(county.geometry.iloc[0])) < 2960
    assert west > 109.56
    assert east < 110.20
    assert south > 30.76
    assert north < 31.48


@pytest.mark.parametrize("file", ["XZQ.gpkg", "HJGKDY.gpkg"])
def test_townships_and_units_tile_the_county(base: Path, file: str) -> None:
    county = plane(base, "county.gpkg").geometry.iloc[0]
    cells = plane(base, file).geometry

    cells = cells.set_axis(range(len(cells)))
    assert bool(shapely.coverage_is_valid(shapely.set_precision(cells, 0.001)))
    united = shapely.coverage_union_all(shapely.set_precision(cells, 0.001))
    assert united.symmetric_difference(county).area < 1
    assert cells.area.sum() == pytest.approx(county.area, abs=1)


def test_counts_are_those_of_the_plan(base: Path) -> None:
    assert len(layer(base, "XZQ.gpkg")) == 26
    classes = layer(base, "HJGKDY.gpkg")["ZHGKDYFL"].value_counts().to_dict()
    assert classes == {"优先保护单元": 12, "重点管控单元": 4, "一般管控单元": 3}
    kinds = layer(base, "GJ.gpkg")["GJLX"].value_counts().to_dict()
    assert kinds == {"带": 2, "屏": 4, "廊": 22, "块": 40}
    lines = layer(base, "HL.gpkg", "river_line")
    assert len(lines) == 25
    assert (lines["HLDJ"] == "干流").sum() == 1
    assert len(layer(base, "HL.gpkg", "river_water")) == 25
    assert set(layer(base, "CZKFBJ.shp")["GHFQMC"]) == {
        "城镇集中建设区",
        "城镇弹性发展区",
        "特别用途区",
    }


def test_unit_codes_carry_their_class(base: Path) -> None:
    units = layer(base, "HJGKDY.gpkg")
    digit = {"优先保护单元": "1", "重点管控单元": "2", "一般管控单元": "3"}

    for code, kind in zip(units["HJZHGKDYBM"], units["ZHGKDYFL"], strict=True):
        assert re.fullmatch(r"ZH500237[123]\d{4}", code)
        assert code[8] == digit[kind]
    assert "空间布局约束\n" in units.columns


def test_priority_and_key_units_have_their_shares(base: Path) -> None:
    units = plane(base, "HJGKDY.gpkg")
    share = units.area.groupby(units["ZHGKDYFL"]).sum() / units.area.sum()

    assert 0.37 < share["优先保护单元"] < 0.43
    assert 0.03 < share["重点管控单元"] < 0.05


def test_red_line_is_a_quarter_with_holes_and_many_vertices(base: Path) -> None:
    line = plane(base, "STBHHX.gpkg")
    rings = sum(
        shapely.get_num_interior_rings(p) for p in shapely.get_parts(line.geometry)
    )

    assert 0.25 < line.area.sum() / plane(base, "county.gpkg").area.sum() < 0.30
    assert rings > 20
    assert shapely.get_num_coordinates(line.geometry).max() > 1000
    assert "核心保护区" in set(line["ZRBHDFQ"])


def test_every_layer_is_valid_and_on_the_millimetre_grid(base: Path) -> None:
    for file in sorted(base.glob("*.gpkg")):
        with sqlite3.connect(file) as store:
            rows = store.execute("SELECT table_name FROM gpkg_contents").fetchall()
            assert store.execute("PRAGMA user_version").fetchone() == (10200,)
        for (table,) in rows:
            shapes = plane(base, file.name, table).geometry
            assert shapely.is_valid(shapes).all(), table
            assert not shapely.is_empty(shapes).any(), table
            xy = shapely.get_coordinates(shapes)
            assert np.abs(xy - np.round(xy, 3)).max() < 1e-5, table


def test_three_lines_overlap_only_where_planted(base: Path) -> None:
    farmland = plane(base, "YJJBNTTB.shp")
    planted = [500237200500000000 + len(farmland) - k for k in (1, 0)]
    for file in ("CZKFBJ.shp", "STBHHX.gpkg"):
        other = plane(base, file)
        left, right = other.sindex.query(farmland.geometry, predicate="intersects")
        common = shapely.area(
            shapely.intersection(
                farmland.geometry.to_numpy()[left], other.geometry.to_numpy()[right]
            )
        )
        hit = {int(farmland["BSM"].iloc[i]) for i in left[common > 0.01]}
        assert len(hit) == 1
        assert hit <= set(planted)
    red = shapely.union_all(plane(base, "STBHHX.gpkg").geometry)
    urban = shapely.union_all(plane(base, "CZKFBJ.shp").geometry)
    assert red.intersection(urban).area < 0.01


def test_planted_overlaps_have_the_listed_area(base: Path) -> None:
    faults = np.genfromtxt(
        base / "planted_faults.csv",
        delimiter=",",
        dtype=str,
        encoding="utf-8-sig",
        skip_header=1,
    )
    farmland = plane(base, "YJJBNTTB.shp").set_index("BSM").geometry
    files = {
        "urban_development_boundary": "CZKFBJ.shp",
        "ecological_redline": "STBHHX.gpkg",
    }
    overlaps = [row for row in faults if row[1] == "overlap"]

    assert len(overlaps) == 2
    for row in overlaps:
        other = shapely.union_all(plane(base, files[row[4]]).geometry)
        common = shapely.orient_polygons(farmland[row[3]].intersection(other))
        assert geodesic_km2(common) * 1e6 == pytest.approx(float(row[6]), abs=0.05)


def test_planted_area_fields_are_wrong_and_all_others_right(base: Path) -> None:
    farmland = layer(base, "YJJBNTTB.shp").to_crs(PLANE)
    ratio = farmland["YJJBNTTBMJ"] / farmland.area

    wrong = farmland["BSM"][np.abs(ratio - 1) > 0.01]

    assert list(wrong) == ["500237200500000121"]
    assert (base / "planted_faults.csv").read_text("utf-8-sig").count(
        wrong.iloc[0]
    ) == 1
    line = plane(base, "STBHHX.gpkg")
    off = line["BSM"][np.abs(line["MJ"] / line.area - 1) > 0.01]
    assert list(off) == ["500237200600000004"]


def test_the_old_township_edition_has_the_listed_gap(base: Path) -> None:
    county = plane(base, "county.gpkg").geometry.iloc[0]
    old = shapely.union_all(plane(base, "vintages/XZQ_2018.gpkg").geometry)
    rows = (base / "planted_faults.csv").read_text("utf-8-sig").splitlines()
    listed = float(next(r for r in rows if ",gap," in r).split(",")[6])

    gap = county.difference(old)

    assert gap.area == pytest.approx(listed, rel=1e-3)


def test_planted_corridor_gaps_break_the_corridor(base: Path) -> None:
    corridors = plane(base, "GJ.gpkg").set_index("BSM").geometry
    lines = plane(base, "HL.gpkg", "river_line").geometry
    rows = [
        row.split(",")
        for row in (base / "planted_faults.csv").read_text("utf-8-sig").splitlines()
        if ",corridor_gap," in row
    ]

    assert len(rows) == 5
    for row in rows:
        corridor = corridors[row[3]]
        river = max(lines, key=lambda line: line.intersection(corridor).length)
        bare = shapely.get_parts(river.difference(corridor))
        lengths = [part.length for part in bare]
        assert any(abs(length - float(row[7])) < 1.0 for length in lengths)


def test_rivers_run_downhill_in_the_dem(base: Path) -> None:
    county = plane(base, "county.gpkg").geometry.iloc[0].buffer(-200)
    with rasterio.open(base / "dem.tif") as dem:
        for line in plane(base, "HL.gpkg", "river_line").geometry:
            for part in shapely.get_parts(line.intersection(county)):
                along = np.arange(0, part.length, 30)
                xy = shapely.get_coordinates(
                    shapely.line_interpolate_point(part, along)
                )
                height = np.array([value[0] for value in dem.sample(xy)])
                rise = height - np.minimum.accumulate(height)
                assert rise.max() < 12  # one cell diagonal on a steep reach


def test_water_lies_below_its_surroundings(base: Path) -> None:
    water = plane(base, "HL.gpkg", "river_water").geometry
    everything = shapely.union_all(water)
    county = plane(base, "county.gpkg").geometry.iloc[0]
    with rasterio.open(base / "dem.tif") as dem:
        for shape in water:
            ring = (shape.buffer(400) - shape.buffer(250) - everything) & county
            inner = _heights(dem, shape)
            outer = _heights(dem, ring)
            assert np.median(inner) < np.median(outer) - 15


def _heights(dem: Any, shape: shapely.Geometry) -> np.ndarray[Any, Any]:
    from rasterio.features import geometry_mask

    inside = geometry_mask([shape], dem.shape, dem.transform, invert=True)
    return np.asarray(dem.read(1)[inside])


def test_relief_spans_gorge_and_peak(base: Path) -> None:
    with rasterio.open(base / "dem.tif") as dem:
        inside = _heights(dem, plane(base, "county.gpkg").geometry.iloc[0])
        assert dem.crs.to_epsg() == 4546
        assert dem.res == (90.0, 90.0)

    assert 165 < inside.min() < 176
    assert 2300 < inside.max() < 2700


def test_land_cover_agrees_with_the_vectors(base: Path) -> None:
    codes = {"YJJBNTTB.shp": 10, "LD.gpkg": 20, "JMD.gpkg": 80}
    with rasterio.open(base / "land_cover.tif") as cover:
        assert cover.res == (30.0, 30.0)
        for file, code in codes.items():
            found = _heights(cover, shapely.union_all(plane(base, file).geometry))
            assert (found == code).mean() > 0.99, file
        stem = plane(base, "HL.gpkg", "river_water").geometry.iloc[0]
        assert (_heights(cover, stem) == 60).mean() > 0.99


def test_manifest_tells_the_bytes_and_the_content(base: Path) -> None:
    manifest = json.loads((base / "manifest.json").read_text("utf-8"))
    found = {
        path.relative_to(base).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in base.rglob("*")
        if path.is_file()
        and ".zoning" not in path.parts
        and path.name != "manifest.json"
    }
    found.pop(".gitkeep", None)

    assert found == {name: entry["sha256"] for name, entry in manifest["files"].items()}
    for entry in manifest["layers"]:
        digest = layer_digest(base / entry["path"], sublayer=entry["sublayer"])
        assert digest == entry["content_sha256"], entry["path"]


def test_every_catalogue_layer_is_there_or_declared_absent(base: Path) -> None:
    loaded = config(base)
    declared = {"county", *loaded["layers"]}
    absent = {k for k, v in loaded["layers"].items() if v.get("absent")}

    assert declared == set(catalogue())
    assert len(absent) == 1
    for layer_id, entry in loaded["layers"].items():
        if layer_id in absent:
            assert all(entry[key] for key in ("statement", "source", "date"))
        else:
            assert (base / entry["path"]).is_file()
            assert entry["authority"] == "statutory"


def test_first_aliases_of_the_catalogue_are_the_field_names(base: Path) -> None:
    for layer_id, entry in config(base)["layers"].items():
        if layer_id in {"dem", "land_cover", "access_list"} or entry.get("absent"):
            continue
        for table in entry.get("layers", [None]):
            columns = {
                str(c).strip() for c in layer(base, entry["path"], table).columns
            }
            definition = catalogue()[layer_id]
            assert definition.id_aliases[0] in columns
            for field in definition.fields.values():
                if field.required:
                    assert field.aliases[0] in columns, (layer_id, field.aliases)


def test_farmland_table_is_gbk_without_a_code_page_file(base: Path) -> None:
    content = (base / "YJJBNTTB.dbf").read_bytes()

    assert not (base / "YJJBNTTB.cpg").exists()
    assert content[29] == 0x4D
    assert "示范数据".encode("gbk") in content
    assert "示范数据".encode() not in content
    assert (base / "CZKFBJ.cpg").read_text("ascii") == "GBK"


def test_coordinate_systems_are_mixed_as_in_practice(base: Path) -> None:
    wanted = {
        "YJJBNTTB.shp": 4525,
        "STBHHX.gpkg": 4490,
        "HJGKDY.gpkg": 4546,
        "CZKFBJ.shp": 4546,
        "WWBHDW.geojson": 4490,
        "DLTB.gpkg": 4525,
    }
    for file, code in wanted.items():
        crs = layer(base, file).crs
        assert crs is not None
        assert crs.to_epsg(min_confidence=60) == code, file
    assert layer(base, "YJJBNTTB.shp").total_bounds[0] > 37_000_000


def test_land_parcels_fill_the_two_surveyed_townships(base: Path) -> None:
    surveyed = plane(base, "DLTB_coverage.gpkg").geometry.iloc[0]
    parcels = plane(base, "DLTB.gpkg")

    assert parcels.area.sum() == pytest.approx(surveyed.area, abs=1)
    assert {"0103", "0201K", "05H1", "08H2A", "1101"} <= set(parcels["DLBM"])
    net = parcels["TBMJ"] - parcels["KCMJ"] - parcels["TBDLMJ"]
    assert np.abs(net).max() < 0.006
    assert parcels["KCMJ"].max() > 0


def test_the_base_and_its_sites_stay_small(base: Path) -> None:
    size = sum(
        path.stat().st_size
        for path in base.rglob("*")
        if path.is_file() and ".zoning" not in path.parts
    )

    assert size < 25e6


def test_sites_come_in_every_format_with_an_expected_verdict(base: Path) -> None:
    files = site_files(base / "sites")
    expected = yaml.safe_load((base / "sites" / "expected.yaml").read_text("utf-8"))

    assert {path.name for path in files} == set(expected)
    assert {path.suffix for path in files} == {
        ".txt",
        ".geojson",
        ".zip",
        ".kml",
        ".dxf",
        ".xlsx",
    }
    assert {entry["verdict"] for entry in expected.values()} == {
        "CLEAR",
        "NOTICE",
        "CONDITIONAL",
        "PROHIBITED",
        "UNDETERMINED",
        "REJECTED",
    }
    assert (base / "sites" / "clear.txt").read_bytes().decode("gbk")[:6] == "[属性描述]"
