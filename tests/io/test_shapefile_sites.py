"""`zoning.io.shapefile_sites` and `dbf`: read as GDAL reads them, or refused."""

import struct
import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.errors import SiteError
from zoning.io.magic import COMPANIONS
from zoning.io.shapefile_sites import count_records, read_shapefile
from zoning.io.site_row import SiteRow

WEST, SOUTH = 37395030.0, 3440364.0
SHELL = shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 80)
HOLE = shapely.box(WEST + 30, SOUTH + 30, WEST + 50, SOUTH + 50)
APART = shapely.box(WEST + 300, SOUTH, WEST + 350, SOUTH + 40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def parts(
    folder: Path,
    geometries: list[BaseGeometry | None],
    *,
    crs: int | None = 4525,
    encoding: str = "GB18030",
    names: list[str] | None = None,
) -> dict[str, bytes]:
    """Write with GDAL and take the bytes back."""
    table = geopandas.GeoDataFrame(
        {"DKMC": names or [f"地块{i}" for i in range(len(geometries))]},
        geometry=geopandas.GeoSeries(np.array(geometries, dtype=object), crs=crs),
    )
    path = folder / "a.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL tells that no CRS is written
        table.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    found = {s: path.with_suffix(s) for s in COMPANIONS}
    return {s: p.read_bytes() for s, p in found.items() if p.exists()}


def read(files: Mapping[str, bytes], crs: str | None = None) -> tuple[SiteRow, ...]:
    return read_shapefile(files, file="a.shp", crs=crs)


def code(row: SiteRow) -> str | None:
    return None if row.rejection is None else row.rejection.code


def test_polygons_with_holes_and_parts_are_read(folder: Path) -> None:
    shapes: list[BaseGeometry | None] = [
        SHELL.difference(HOLE),
        shapely.MultiPolygon([SHELL, APART]),
    ]

    rows = read(parts(folder, shapes))

    for row, shape in zip(rows, shapes, strict=True):
        assert row.geometry is not None
        assert row.geometry.equals(shape)
        assert row.crs == "EPSG:4525"
    assert [row.name for row in rows] == ["地块0", "地块1"]


@pytest.mark.parametrize(
    "shape",
    [
        shapely.LineString([(WEST, SOUTH), (WEST + 9, SOUTH)]),
        shapely.MultiLineString(
            [
                [(WEST, SOUTH), (WEST + 9, SOUTH)],
                [(WEST, SOUTH + 1), (WEST + 9, SOUTH + 9)],
            ]
        ),
        shapely.Point(WEST, SOUTH),
        shapely.MultiPoint([(WEST, SOUTH), (WEST + 1, SOUTH)]),
    ],
)
def test_lines_and_points_are_read(folder: Path, shape: BaseGeometry) -> None:
    (row,) = read(parts(folder, [shape]))

    assert row.geometry is not None
    assert row.geometry.equals(shape)


def test_heights_are_dropped_with_a_note(folder: Path) -> None:
    (row,) = read(parts(folder, [shapely.force_3d(SHELL, 7.0)]))

    assert row.geometry is not None
    assert not row.geometry.has_z
    assert [p.code for p in row.problems] == ["Z_DROPPED"]


def test_a_null_shape_is_a_rejected_row(folder: Path) -> None:
    good, bad = read(parts(folder, [SHELL, None]))

    assert (code(good), code(bad)) == (None, "GEOMETRY_MISSING")


@pytest.mark.parametrize("keep_cpg", [True, False])
@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_text_is_read_in_its_encoding(
    folder: Path, encoding: str, *, keep_cpg: bool
) -> None:
    files = parts(folder, [SHELL], encoding=encoding)
    if not keep_cpg:
        files.pop(".cpg", None)

    (row,) = read(files)

    assert row.name == "地块0"
    assert row.encoding == encoding.lower()


def test_a_lying_cpg_is_found_out(folder: Path) -> None:
    files = parts(folder, [SHELL]) | {".cpg": b"UTF-8"}
    files[".dbf"] = files[".dbf"][:29] + b"\0" + files[".dbf"][30:]

    (row,) = read(files)

    assert row.name == "地块0"
    assert [p.code for p in row.problems] == ["ATTRIBUTES_DOUBTFUL"]


def test_without_prj_a_zone_prefix_or_the_argument_tells(folder: Path) -> None:
    prefixed = parts(folder, [SHELL], crs=None)
    plain = parts(folder, [shapely.affinity.translate(SHELL, -37e6)], crs=None)

    assert read(prefixed)[0].crs == "EPSG:4525"
    assert code(read(plain)[0]) == "SITE_CRS_MISSING"
    assert read(plain, "EPSG:4546")[0].crs == "EPSG:4546"
    assert code(read(plain, "EPSG:4525")[0]) == "CRS_ARGUMENT_DOES_NOT_FIT"


def test_a_prj_that_the_coordinates_contradict_is_refused(folder: Path) -> None:
    assert code(read(parts(folder, [SHELL], crs=4546))[0]) == "STATED_CRS_DOES_NOT_FIT"
    assert code(read(parts(folder, [SHELL], crs=4490))[0]) == "DEGREES_OUT_OF_RANGE"


def test_a_prj_in_no_registry_is_refused(folder: Path) -> None:
    files = parts(folder, [SHELL])
    files[".prj"] = files[".prj"].replace(b"111.0", b"110.3")

    with pytest.raises(SiteError, match="E143"):
        read(files)


@pytest.mark.parametrize("kept", [".shx", ".dbf"])
def test_parts_that_disagree_in_count_are_refused(folder: Path, kept: str) -> None:
    longer = parts(folder, [SHELL, APART])
    shorter = parts(folder, [SHELL])

    with pytest.raises(SiteError, match=r"E110|E107"):
        read(longer | {kept: shorter[kept]})


def test_a_shapefile_cut_short_loses_no_row_in_silence(folder: Path) -> None:
    files = parts(folder, [SHELL, APART])
    cut = files | {".shp": files[".shp"][:-40]}

    first, second = read(cut)
    assert (code(first), code(second)) == (None, "SITE_FILE_DAMAGED")
    cut.pop(".shx")
    with pytest.raises(SiteError, match="E107"):
        read(cut)


def test_the_shp_alone_is_enough_but_remarked_on(folder: Path) -> None:
    (row,) = read({".shp": parts(folder, [SHELL])[".shp"]})

    assert row.crs == "EPSG:4525"
    assert {p.code for p in row.problems} == {"ATTRIBUTES_DOUBTFUL", "DATUM_ASSUMED"}


def test_deleted_records_are_left_out_with_a_remark(folder: Path) -> None:
    files = parts(folder, [SHELL, APART])
    table = bytearray(files[".dbf"])
    table[struct.unpack_from("<H", table, 8)[0]] = ord("*")

    (row,) = read(files | {".dbf": bytes(table)})

    assert row.geometry is not None
    assert row.geometry.equals(APART)
    assert [p.code for p in row.problems] == ["RECORDS_SKIPPED"]


def test_no_damage_raises_or_yields_an_invalid_outline(folder: Path) -> None:
    files = parts(folder, [SHELL.difference(HOLE), APART])
    random = np.random.default_rng(7)

    for suffix in (".shp", ".shx", ".dbf"):
        for _ in range(300):
            spoilt = bytearray(files[suffix])
            for place in random.integers(0, len(spoilt), 3):
                spoilt[place] = random.integers(0, 256)
            for row in _rows(files | {suffix: bytes(spoilt)}):
                assert (row.geometry is None) == (row.rejection is not None)
                assert row.geometry is None or row.geometry.is_valid


def _rows(files: Mapping[str, bytes], crs: str | None = None) -> tuple[SiteRow, ...]:
    try:
        return read(files, crs)
    except SiteError as error:
        return (SiteRow(rejection=error.problem),)


def test_public_shapefiles_agree_with_gdal(shared: Path) -> None:
    compared = 0
    for path in sorted((shared / "realdata" / "gdal_autotest" / "shp").glob("*.shp")):
        found = {s: path.with_suffix(s) for s in (".shp", ".shx", ".dbf")}
        files = {s: p.read_bytes() for s, p in found.items() if p.exists()}
        rows = [row for crs in ("EPSG:4326", "EPSG:32649") for row in _rows(files, crs)]
        truths = _by_gdal(path)
        for index, row in enumerate(rows):
            truth = truths[index % len(truths)] if truths else None
            if row.geometry is not None and truth is not None and truth.is_valid:
                assert row.geometry.equals(truth), path.name
                compared += 1
    assert compared > 30


def _by_gdal(path: Path) -> list[BaseGeometry | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL remarks on M values and sizes
        try:
            found = pyogrio.raw.read(path)[2]
            return list(shapely.force_2d(shapely.from_wkb(found)))
        except (pyogrio.errors.DataSourceError, shapely.errors.GEOSException):
            return []


def test_records_are_counted_alike_along_the_index_and_by_walking(folder: Path) -> None:
    found = parts(folder, [SHELL, None, HOLE, APART])
    content, index = found[".shp"], found[".shx"]
    places = np.frombuffer(index[100:], dtype=">i4")[::2].astype(np.int64) * 2
    spoilt = [bytearray(content) for _ in range(3)]
    spoilt[0][places[2] + 3] += 1  # another number
    spoilt[1][places[1] + 7] += 1  # a record that reaches into the next
    spoilt[2] += content[places[3] :]  # a record behind the last

    for one in [content, *map(bytes, spoilt), content[: places[3]], content[:100]]:
        assert count_records(one, places) == count_records(one, None)
    assert count_records(content, places) == 4
    assert count_records(content, places[::-1].copy()) == 4
    assert count_records(content, places[:2]) == 4
