"""Layers as GeoParquet, file geodatabases and zips: whole, named or refused."""

import json
import shutil
import struct
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
import small_base
from pyogrio import raw

from zoning.errors import LayerError
from zoning.io.base import open_base
from zoning.io.hashing import file_sha256
from zoning.io.raw_layer import RawLayer
from zoning.io.shapefile_sites import made_index
from zoning.io.vector import read_raw

FARMLAND = "permanent_basic_farmland"
SHAPES = [shape for shape, _ in small_base.LAYERS[FARMLAND]]
NAMES = ["永久基本农田一", "永久基本农田二"]
DRIVERS = {".gdb": "OpenFileGDB", ".fgb": "FlatGeobuf", ".shp": "ESRI Shapefile"}


def table() -> geopandas.GeoDataFrame:
    columns = {"BSM": ["F1", "F2"], "DLBM": ["0103", "0101"], "TBBH": NAMES}
    return geopandas.GeoDataFrame(columns, geometry=SHAPES, crs="EPSG:4546")


def written(folder: Path, suffix: str, *, layer: str = "YJJBNTTB") -> Path:
    path = folder / f"YJJBNTTB{suffix}"
    if suffix == ".parquet":
        table().to_parquet(path)
    elif suffix == ".zip":
        inner = written(folder, ".gdb")
        with zipfile.ZipFile(path, "w") as archive:
            for member in sorted(inner.iterdir()):
                archive.write(member, f"{inner.name}/{member.name}")
        shutil.rmtree(inner)
    else:
        encoding = "gb18030" if suffix == ".shp" else None
        table().to_file(path, driver=DRIVERS[suffix], layer=layer, encoding=encoding)
    return path


def refusal(
    path: Path, *, sublayer: str | None = None, crs: str | None = None
) -> tuple[str, str]:
    with pytest.raises(LayerError) as caught:
        read_raw(path, FARMLAND, sublayer=sublayer, crs=crs)
    return caught.value.problem.code, caught.value.problem.line("zh")


def outcome(path: Path) -> tuple[str, str]:
    """Return how the reading of a spoilt file ends, and what is said of it."""
    try:
        layer = read_raw(path, FARMLAND)
    except LayerError as error:
        return error.problem.code, error.problem.line("zh")
    return "miscounted" if layer.expected != len(layer.geometry) else "whole", ""


def require_whole(layer: RawLayer) -> None:
    order = np.argsort(layer.columns["BSM"].astype(str))
    assert layer.expected == len(layer.geometry) == 2
    assert layer.crs == "EPSG:4546"
    assert layer.columns["TBBH"][order].tolist() == NAMES
    assert layer.columns["DLBM"][order].tolist() == ["0103", "0101"]
    apart = shapely.hausdorff_distance(layer.geometry[order], np.array(SHAPES))
    assert apart.max() < 2e-4


@pytest.mark.parametrize("suffix", [".parquet", ".gdb", ".zip", ".fgb"])
def test_the_whole_layer_is_read(tmp_path: Path, suffix: str) -> None:
    require_whole(read_raw(written(tmp_path, suffix), FARMLAND))


@pytest.mark.parametrize("suffix", [".parquet", ".gdb", ".zip"])
def test_a_base_takes_it_and_its_seal(tmp_path: Path, suffix: str) -> None:
    folder = small_base.write_base(tmp_path / "base")
    path = written(folder, suffix)
    line = f"  {FARMLAND}: {{path: {path.name}, coverage: county, sha256: {{}}}}"
    config = folder / "zoning.yaml"
    others = [
        old
        for old in config.read_text(encoding="utf-8").splitlines()
        if not old.startswith(f"  {FARMLAND}:")
    ]
    digest = file_sha256(path)

    def opened(seal: str) -> tuple[bool, str]:
        text = "\n".join([*others, line.replace("{}", seal)])
        config.write_text(text + "\n", encoding="utf-8")
        base = open_base(folder)
        missing = base.missing.get(FARMLAND)
        return FARMLAND in base.layers, missing[0].code if missing else ""

    assert opened(digest) == (True, "")
    assert opened("0" * 64) == (False, "SEAL_BROKEN")


def test_every_file_of_a_geodatabase_counts_for_its_seal(tmp_path: Path) -> None:
    path = written(tmp_path, ".gdb")
    before = file_sha256(path)
    (path / "a.PC.1.sr.lock").write_bytes(b"")
    locked = file_sha256(path)
    (path / "timestamps").write_bytes(b"x")

    assert locked == before
    assert file_sha256(path) != before


def test_a_geodatabase_with_several_layers_must_be_told_which(tmp_path: Path) -> None:
    path = written(tmp_path, ".gdb")
    written(tmp_path, ".gdb", layer="旧2019")

    code, line = refusal(path)
    assert code == "LAYER_UNREADABLE"
    assert "YJJBNTTB, 旧2019" in line
    assert refusal(path, sublayer="none")[0] == "LAYER_UNREADABLE"
    require_whole(read_raw(path, FARMLAND, sublayer="YJJBNTTB"))


def test_features_that_the_reader_leaves_out_are_missed(tmp_path: Path) -> None:
    """A row struck from the index: GDAL reads one feature, the table has two."""
    path = written(tmp_path, ".gdb")
    index = path / "a00000009.gdbtablx"
    content = bytearray(index.read_bytes())
    content[16:21] = bytes(5)
    index.write_bytes(bytes(content))

    assert read_raw(path, FARMLAND).expected == -2


@pytest.mark.parametrize("suffix", [".parquet", ".fgb", ".zip"])
@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
def test_a_cut_file_is_never_read_short(
    tmp_path: Path, suffix: str, share: float
) -> None:
    path = written(tmp_path, suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    found, line = outcome(path)

    assert found in {"LAYER_UNREADABLE", "miscounted"}
    assert str(tmp_path) not in line


def test_a_geoparquet_without_crs_needs_the_declaration(tmp_path: Path) -> None:
    path = written(tmp_path, ".parquet")
    content = pq.read_table(path)
    geo = json.loads(content.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["crs"] = None
    metadata = {b"geo": json.dumps(geo).encode()}
    pq.write_table(content.replace_schema_metadata(metadata), path)

    assert refusal(path)[0] == "CRS_MISSING"
    require_whole(read_raw(path, FARMLAND, crs="EPSG:4546"))


def test_a_declaration_over_another_crs_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ".parquet")

    assert refusal(path, crs="EPSG:4545")[0] == "CRS_CONTRADICTION"


def test_a_shapefile_without_index_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, ".shp")
    path.with_suffix(".shx").unlink()
    files = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    require_whole(read_raw(path, FARMLAND))

    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == files


@pytest.mark.parametrize("end", [-8, -90])
def test_a_cut_shapefile_without_index_is_never_read_short(
    tmp_path: Path, end: int
) -> None:
    path = written(tmp_path, ".shp")
    path.with_suffix(".shx").unlink()
    path.write_bytes(path.read_bytes()[:end])

    assert read_raw(path, FARMLAND).expected == -2


def test_an_index_made_here_is_the_one_that_was_there(tmp_path: Path) -> None:
    path = written(tmp_path, ".shp")

    made = made_index(path.read_bytes())

    assert made == path.with_suffix(".shx").read_bytes()


def test_arcs_of_a_layer_are_drawn_within_a_centimetre(tmp_path: Path) -> None:
    points = [(-500, 0), (0, 500), (500, 0), (0, -500), (-500, 0)]
    flat = b"".join(struct.pack("<2d", 395000 + x, 3440000 + y) for x, y in points)
    ring = struct.pack("<BII", 1, 8, 5) + flat
    circle = np.array([struct.pack("<BII", 1, 10, 1) + ring], dtype=object)
    path = tmp_path / "a.gpkg"
    names = [np.array(["A"], dtype=object)]
    raw.write(path, circle, names, ["BSM"], geometry_type="Unknown", crs="EPSG:4546")

    (shape,) = read_raw(path, FARMLAND).geometry

    assert 0 < np.pi * 500**2 - shape.area < 2 * np.pi * 500 * 0.01


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("红线.dwg", b"AC1032", "DXF"),
        ("红线.mdb", b"\x00\x01\x00\x00Standard Jet DB", "GeoPackage"),
        ("红线.wp", b"WMAP", "MapGIS"),
        ("红线.rar", b"Rar!\x1a\x07", "zip"),
    ],
)
def test_a_layer_in_a_known_format_is_refused_with_its_cure(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    code, line = refusal(path)

    assert code == "LAYER_FORMAT_REFUSED"
    assert words in line


@pytest.mark.parametrize("members", [["a.txt"], ["a.shp", "b.shp"], ["a.zip"]])
def test_an_archive_without_one_set_is_refused(
    tmp_path: Path, members: list[str]
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, "x")

    assert refusal(path)[0] == "LAYER_UNREADABLE"


def test_an_empty_layer_without_crs_is_asked_for_its_crs(tmp_path: Path) -> None:
    table = geopandas.GeoDataFrame({"A": []}, geometry=[], crs=4546)
    path = tmp_path / "a.shp"
    table.to_file(path, geometry_type="Polygon")
    path.with_suffix(".prj").unlink()

    with pytest.raises(LayerError, match="E220"):
        read_raw(path, "river")
