"""FlatGeobuf, GeoParquet, file geodatabases and archives of them as site files."""

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyogrio import raw

from zoning.io import gdal_sites
from zoning.io.flatgeobuf import count_flatgeobuf
from zoning.io.gdal_reading import GdalTable, read_gdal
from zoning.io.native.packing import open_bytes, pack_bytes
from zoning.io.sites import read_sites
from zoning.model import Site

SHAPES = [
    shapely.box(395030 + 300 * i, 3440364, 395130 + 300 * i, 3440444) for i in range(20)
]
DRIVERS = {".fgb": "FlatGeobuf", ".gdb": "OpenFileGDB"}
each_suffix = pytest.mark.parametrize("suffix", [".fgb", ".gdb", ".parquet"])


def table(crs: int | None = 4546) -> geopandas.GeoDataFrame:
    columns = {
        "DKBH": [f"地块{i}" for i in range(20)],
        "XH": np.arange(20, dtype=np.int32),
    }
    return geopandas.GeoDataFrame(columns, geometry=SHAPES, crs=crs)


def written(folder: Path, suffix: str, *, layer: str = "选址") -> Path:
    path = folder / f"选址{suffix}"
    if suffix == ".parquet":
        table().to_parquet(path)
    else:
        table().to_file(path, driver=DRIVERS[suffix], layer=layer)
    return path


def codes(sites: tuple[Site, ...]) -> set[str | None]:
    return {None if s.rejection is None else s.rejection.code for s in sites}


def shape_of(site: Site) -> shapely.Geometry:
    assert site.geometry is not None
    return site.geometry


# ------------------------------------------------------------------ good twins
@each_suffix
def test_every_row_is_read_with_its_columns(tmp_path: Path, suffix: str) -> None:
    sites = read_sites([written(tmp_path, suffix)])

    by_id = {site.id: site for site in sites}
    assert sorted(by_id) == sorted(f"地块{i}" for i in range(20))
    for i, shape in enumerate(SHAPES):
        site = by_id[f"地块{i}"]
        assert site.crs == "EPSG:4546"
        # A geodatabase keeps coordinates on a grid of a tenth of a millimetre.
        assert shapely.hausdorff_distance(shape_of(site), shape) < 2e-4
        assert site.attributes["XH"] == str(i)
        assert site.problems == ()


@each_suffix
def test_heights_are_dropped_with_a_note(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    high = table().set_geometry(shapely.force_3d(SHAPES, 200.0), crs=4546)
    if suffix == ".parquet":
        high.to_parquet(path)
    else:
        high.to_file(path, driver=DRIVERS[suffix])

    (codes_of,) = {tuple(p.code for p in s.problems) for s in read_sites([path])}

    assert codes_of == ("Z_DROPPED",)


# ------------------------------------------------------------------ FlatGeobuf
@pytest.mark.parametrize("index", ["YES", "NO"])
@pytest.mark.parametrize("count", [1, 2, 16, 17, 257])
def test_a_flatgeobuf_is_counted_with_and_without_index(
    tmp_path: Path, index: str, count: int
) -> None:
    path = tmp_path / "a.fgb"
    shapes = [shapely.Point(395000 + i, 3440000) for i in range(count)]
    points = geopandas.GeoDataFrame({"n": range(count)}, geometry=shapes, crs=4546)
    points.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX=index)
    content = path.read_bytes()

    assert count_flatgeobuf(content) == count
    for end in (len(content) - 1, len(content) // 2, 20):
        with pytest.raises(ValueError, match="FlatGeobuf"):
            count_flatgeobuf(content[:end])


def test_a_flatgeobuf_cut_between_two_features_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ".fgb")
    content = path.read_bytes()
    last = next(
        place
        for place in range(len(content) - 8, 0, -1)
        if struct.unpack_from("<I", content, place) == (len(content) - place - 4,)
    )
    path.write_bytes(content[:last])

    assert codes(read_sites([path])) == {"SITE_FILE_DAMAGED"}


# ------------------------------------------------------- counts by another path
@pytest.mark.parametrize("suffix", [".fgb", ".gdb"])
def test_rows_that_the_reader_leaves_out_are_missed(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_gdal

    def short(*args: Any, **options: Any) -> GdalTable:
        found = whole(*args, **options)
        columns = {name: values[:-1] for name, values in found.columns.items()}
        shapes = open_bytes(*pack_bytes(found.shapes.values()[:-1]))
        return GdalTable(shapes=shapes, columns=columns, crs=found.crs)

    monkeypatch.setattr(gdal_sites, "read_gdal", short)

    assert codes(read_sites([written(tmp_path, suffix)])) == {"SITE_COUNT_MISMATCH"}


@pytest.mark.parametrize("suffix", [".fgb", ".parquet"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_never_read_short(
    tmp_path: Path, suffix: str, share: float
) -> None:
    path = written(tmp_path, suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    assert codes(read_sites([path])) == {"SITE_FILE_DAMAGED"}


# ------------------------------------------------------------------ GeoParquet
def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change what a GeoParquet says of its geometry column."""
    content = pq.read_table(path)
    geo = json.loads(content.schema.metadata[b"geo"])
    change(geo)
    metadata = {b"geo": json.dumps(geo).encode()}
    pq.write_table(content.replace_schema_metadata(metadata), path)
    return path


def column(geo: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = geo["columns"]["geometry"]
    return found


def test_a_null_crs_is_a_missing_one(tmp_path: Path) -> None:
    path = written(tmp_path, ".parquet")
    rewritten(path, lambda geo: column(geo).update(crs=None))

    assert codes(read_sites([path])) == {"SITE_CRS_MISSING"}
    assert {s.crs for s in read_sites([path], crs="EPSG:4546")} == {"EPSG:4546"}


def test_an_absent_crs_is_crs84_and_metres_do_not_fit_it(tmp_path: Path) -> None:
    metres = written(tmp_path, ".parquet")
    rewritten(metres, lambda geo: column(geo).pop("crs"))
    degrees = tmp_path / "度.parquet"
    table().to_crs(4326).to_parquet(degrees)
    rewritten(degrees, lambda geo: column(geo).pop("crs"))

    assert codes(read_sites([metres])) == {"DEGREES_OUT_OF_RANGE"}
    assert {s.crs for s in read_sites([degrees])} == {"EPSG:4326"}


def test_crs84_is_known_by_its_authority(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table().to_crs(4326).to_parquet(path)
    number = {"authority": "OGC", "code": "CRS84"}
    rewritten(path, lambda geo: column(geo).update(crs={"id": number}))

    assert {s.crs for s in read_sites([path])} == {"EPSG:4326"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda geo: geo.pop("columns"), "GEOPARQUET_METADATA"),
        (lambda geo: geo.update(primary_column="x"), "GEOPARQUET_METADATA"),
        (lambda geo: column(geo).update(encoding="polygon"), "GEOPARQUET_METADATA"),
        (lambda geo: column(geo).update(edges="spherical"), "GEOPARQUET_METADATA"),
        (lambda geo: column(geo).update(crs={"a": 1}), "SITE_CRS_UNSUPPORTED"),
        (lambda geo: column(geo).update(crs="local"), "SITE_CRS_UNSUPPORTED"),
        (lambda geo: column(geo).update(crs=4546), "SITE_CRS_UNSUPPORTED"),
        (lambda geo: column(geo).update(note="harmless"), None),
    ],
    ids=[
        "no columns",
        "no such column",
        "encoding",
        "edges",
        "broken crs",
        "unknown crs",
        "number for a crs",
        "a harmless word",
    ],
)
def test_metadata_out_of_order_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], code: str | None
) -> None:
    path = rewritten(written(tmp_path, ".parquet"), change)

    assert codes(read_sites([path])) == {code}


def test_a_parquet_without_geometry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": [1, 2]}), path)

    assert codes(read_sites([path])) == {"GEOPARQUET_METADATA"}


def test_a_null_geometry_rejects_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    shapes = np.array([*SHAPES[:19], None], dtype=object)
    table().set_geometry(shapes, crs=4546).to_parquet(path)

    sites = read_sites([path])

    assert len(sites) == 20
    assert [s.rejection.code for s in sites if s.rejection] == ["GEOMETRY_MISSING"]


# ------------------------------------------------------------ file geodatabases
def test_several_layers_are_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, ".gdb")
    written(tmp_path, ".gdb", layer="旧范围")

    (site,) = read_sites([path])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_SEVERAL_TABLES"
    assert "旧范围、选址" in site.rejection.text("zh")


@pytest.mark.parametrize(
    ("victim", "code"),
    [
        ("a00000001.gdbtable", "SITE_FILE_DAMAGED"),
        ("a00000009.gdbtable", "SITE_FILE_DAMAGED"),
        ("a00000009.gdbtablx", "SITE_FILE_DAMAGED"),
        ("a00000004.gdbtablx", "SITE_FILE_DAMAGED"),
        ("timestamps", None),
    ],
)
def test_a_geodatabase_that_lacks_a_file_is_refused(
    tmp_path: Path, victim: str, code: str | None
) -> None:
    path = written(tmp_path, ".gdb")
    (path / victim).unlink()

    assert codes(read_sites([path])) == {code}


def test_a_row_dropped_from_the_index_is_missed(tmp_path: Path) -> None:
    path = written(tmp_path, ".gdb")
    index = path / "a00000009.gdbtablx"
    content = bytearray(index.read_bytes())
    content[16:21] = bytes(5)  # the first row looks deleted
    index.write_bytes(bytes(content))

    assert codes(read_sites([path])) == {"SITE_FILE_DAMAGED"}


@pytest.mark.parametrize("lock", ["a.PC.1.ed.lock", "a.PC.1.sr.lock"])
def test_a_geodatabase_open_for_editing_is_refused(tmp_path: Path, lock: str) -> None:
    path = written(tmp_path, ".gdb")
    (path / lock).write_bytes(b"")

    expected = "SITE_BEING_EDITED" if ".ed." in lock else None
    assert codes(read_sites([path])) == {expected}


def test_an_empty_folder_named_like_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()

    assert codes(read_sites([tmp_path / "a.gdb"])) == {"SITE_FILE_DAMAGED"}


def test_arcs_are_drawn_within_a_centimetre(tmp_path: Path) -> None:
    """GDAL by itself would take 638 m² off a round site of 500 m radius."""
    points = [(-500, 0), (0, 500), (500, 0), (0, -500), (-500, 0)]
    flat = b"".join(struct.pack("<2d", 395000 + x, 3440000 + y) for x, y in points)
    ring = struct.pack("<BII", 1, 8, 5) + flat
    circle = np.array([struct.pack("<BII", 1, 10, 1) + ring], dtype=object)
    kinds = {".gdb": ("OpenFileGDB", "MultiPolygon"), ".gpkg": ("GPKG", "Unknown")}
    for suffix, (driver, kind) in kinds.items():
        raw.write(
            tmp_path / f"a{suffix}",
            circle,
            [np.array(["A"], dtype=object)],
            ["DKBH"],
            driver=driver,
            geometry_type=kind,
            crs="EPSG:4546",
        )

    sites = read_sites([tmp_path / "a.gdb", tmp_path / "a.gpkg"])

    for site in sites:
        lost = np.pi * 500**2 - shapely.area(shape_of(site))
        assert 0 < lost < 2 * np.pi * 500 * 0.01
    assert [p.code for p in sites[1].problems] == ["ARC_LINEARISED"]


# --------------------------------------------------------------------- archives
def packed(path: Path, *folders: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for folder in folders:
            for member in sorted(folder.iterdir()):
                archive.write(member, f"数据/{folder.name}/{member.name}")
    return path


def test_a_zipped_geodatabase_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", written(tmp_path, ".gdb"))

    sites = read_sites([path])

    assert len(sites) == 20
    assert codes(sites) == {None}


def test_several_sets_in_an_archive_are_refused_by_name(tmp_path: Path) -> None:
    database = written(tmp_path, ".gdb")
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    table().to_file(shapes / "范围.shp", encoding="utf-8")
    both = packed(tmp_path / "both.zip", database, shapes)
    alone = packed(tmp_path / "alone.zip", shapes)

    (site,) = read_sites([both])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_SEVERAL_TABLES"
    assert "数据/shapes/范围.shp、数据/选址.gdb" in site.rejection.text("zh")
    assert codes(read_sites([alone])) == {None}


def test_a_shapefile_in_gbk_without_index_and_code_page_is_read(tmp_path: Path) -> None:
    source = tmp_path / "范围.shp"
    table().to_file(source, encoding="gb18030")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for suffix in (".shp", ".dbf", ".prj"):
            archive.write(source.with_suffix(suffix), f"ABCD{suffix}")
            shutil.copy(source.with_suffix(suffix), tmp_path / f"裸{suffix}")
    # Chinese archivers write raw GBK names and leave the UTF-8 flag unset.
    zipped = tmp_path / "z.zip"
    zipped.write_bytes(stream.getvalue().replace(b"ABCD", "范围".encode("gb18030")))

    for path in (tmp_path / "裸.shp", zipped):
        sites = read_sites([path])
        assert [site.attributes["DKBH"] for site in sites] == list(table()["DKBH"])
        assert {site.source.encoding for site in sites} == {"gb18030"}


def test_every_document_of_a_kmz_is_read(tmp_path: Path) -> None:
    mark = "<kml><Document>{}</Document></kml>"
    point = "<Point><coordinates>110,31</coordinates></Point>"
    spot = f"<Placemark><name>{{}}</name>{point}</Placemark>"
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", mark.format("<NetworkLink/>"))
        archive.writestr("layers/a.kml", mark.format(spot.format("甲")))
        archive.writestr("layers/b.kml", mark.format(spot.format("乙")))

    assert [site.name for site in read_sites([path])] == ["甲", "乙"]
