"""`zoning.io.gpkg_sites`: the one table whole, or a reason with a code."""

import sqlite3
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.io.sites import read_sites
from zoning.model import Site

FIRST = shapely.box(37395030, 3440364, 37395130, 3440444)
SECOND = shapely.box(37395330, 3440364, 37395400, 3440404)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return package(tmp_path / "选址.gpkg")


def package(
    path: Path,
    *,
    layer: str = "选址",
    crs: int = 4525,
    shapes: Sequence[BaseGeometry] = (FIRST, SECOND),
) -> Path:
    columns = {"DKBH": ["A", "B"], "MJ": [8000.0, None]}
    table = geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
    table.to_file(path, layer=layer, driver="GPKG")
    return path


def change(path: Path, *statements: str) -> None:
    """Edit as another program would: GDAL's triggers need functions of its own."""
    with closing(sqlite3.connect(path)) as database, database:
        triggers = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)


def codes(sites: tuple[Site, ...]) -> list[str | None]:
    return [None if s.rejection is None else s.rejection.code for s in sites]


def notes(site: Site) -> list[str]:
    return [problem.code for problem in site.problems]


def test_every_row_is_read_with_its_columns(path: Path) -> None:
    first, second = read_sites([path])

    assert (first.id, second.id) == ("A", "B")
    assert first.crs == "EPSG:4525"
    assert first.attributes == {"DKBH": "A", "MJ": "8000"}
    assert second.attributes == {"DKBH": "B", "MJ": ""}
    assert first.geometry is not None
    assert first.geometry.equals(FIRST)
    assert second.geometry is not None
    assert second.geometry.equals(SECOND)
    assert notes(second) == []


def test_it_takes_no_heavy_library(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from zoning.io.sites import read_sites\n"
        f"assert all(s.rejection is None for s in read_sites([Path({str(path)!r})]))\n"
        "heavy = {'geopandas', 'pandas', 'pyogrio', 'pyarrow', 'openpyxl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_several_tables_are_refused_by_name(path: Path) -> None:
    package(path, layer="旧范围")

    (site,) = read_sites([path])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_SEVERAL_TABLES"
    assert "旧范围、选址" in site.rejection.text("zh")


@pytest.mark.parametrize("kept", [1, 3])
def test_the_count_that_the_package_keeps_is_not_trusted(path: Path, kept: int) -> None:
    change(path, f"UPDATE gpkg_ogr_contents SET feature_count = {kept}")  # noqa: S608 - numbers of this file

    sites = read_sites([path])

    assert codes(sites) == [None, None]
    assert all(notes(site) == ["KEPT_COUNT_STALE"] for site in sites)
    assert f"{kept} 个，实有 2 个" in sites[0].problems[0].text("zh")


def undefine(path: Path, srs: int, *, blobs: bool) -> None:
    """Make the CRS an undefined one, in the tables or in the geometries too."""
    for table in ("gpkg_geometry_columns", "gpkg_contents"):
        change(path, f"UPDATE {table} SET srs_id = {srs}")  # noqa: S608 - names of this file
    with closing(sqlite3.connect(path)) as database, database:
        rows = database.execute('SELECT fid, geom FROM "选址"').fetchall()
        for fid, blob in rows if blobs else []:
            spoilt = blob[:4] + struct.pack("<i", srs) + blob[8:]
            database.execute('UPDATE "选址" SET geom = ? WHERE fid = ?', (spoilt, fid))


@pytest.mark.parametrize("undefined", [-1, 0])
def test_an_undefined_crs_is_a_missing_one(tmp_path: Path, undefined: int) -> None:
    plain = [shapely.transform(s, lambda xy: xy - [37e6, 0]) for s in (FIRST, SECOND)]
    path = package(tmp_path / "a.gpkg", crs=4546, shapes=plain)
    undefine(path, undefined, blobs=True)

    assert codes(read_sites([path])) == ["SITE_CRS_MISSING"] * 2
    told = read_sites([path], crs="EPSG:4546")
    assert [site.crs for site in told] == ["EPSG:4546", "EPSG:4546"]


def test_geometries_of_another_crs_than_their_table_are_refused(path: Path) -> None:
    undefine(path, -1, blobs=False)

    sites = read_sites([path], crs="EPSG:4525")

    assert codes(sites) == ["SITE_CRS_CONTRADICTION"] * 2


def test_a_definition_that_contradicts_its_number_is_refused(path: Path) -> None:
    other = package(path.with_name("other.gpkg"), crs=4546)
    with closing(sqlite3.connect(other)) as database:
        (wkt,) = database.execute(
            "SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = 4546"
        ).fetchone()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 4525", (wkt,)
        )

    assert codes(read_sites([path])) == ["SITE_CRS_CONTRADICTION"]


def test_an_older_datum_is_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", crs=2361)

    assert codes(read_sites([path])) == ["DATUM_NEEDS_PARAMETERS"] * 2


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_open_edits_beside_the_file_are_told(path: Path, end: str) -> None:
    log = path.with_name(path.name + end)
    log.write_bytes(b"")
    empty = codes(read_sites([path]))
    log.write_bytes(b"edits")

    assert empty == [None, None]
    assert codes(read_sites([path])) == ["SITE_BEING_EDITED"]


def test_a_copy_without_its_log_is_refused_and_read_once_closed(path: Path) -> None:
    closed = path.with_name("closed.gpkg")
    change(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE \"选址\" SET DKBH = 'C' WHERE DKBH = 'A'")
        database.commit()
        copy = path.with_name("copy.gpkg")
        copy.write_bytes(path.read_bytes())  # the edit is in the log alone
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
        closed.write_bytes(path.read_bytes())

    assert codes(read_sites([copy])) == ["SITE_BEING_EDITED"]
    assert [site.id for site in read_sites([closed])] == ["C", "B"]


def test_a_null_or_spoilt_geometry_rejects_its_row_alone(path: Path) -> None:
    change(path, "UPDATE \"选址\" SET geom = NULL WHERE DKBH = 'A'")
    null = codes(read_sites([path]))
    change(path, "UPDATE \"选址\" SET geom = x'4750' WHERE DKBH = 'A'")

    assert null == ["GEOMETRY_MISSING", None]
    assert codes(read_sites([path])) == ["SITE_FILE_DAMAGED", None]


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM gpkg_geometry_columns",
        "UPDATE gpkg_geometry_columns SET column_name = 'shape'",
        "DELETE FROM gpkg_spatial_ref_sys WHERE srs_id = 4525",
        "DROP TABLE gpkg_contents",
        'ALTER TABLE "选址" RENAME TO x',
    ],
)
def test_a_package_out_of_order_is_refused(path: Path, spoil: str) -> None:
    change(path, "PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON", spoil)

    assert codes(read_sites([path])) == ["SITE_FILE_DAMAGED"]


def test_a_view_in_place_of_the_table_is_refused(path: Path) -> None:
    change(
        path,
        "PRAGMA legacy_alter_table = ON",
        'ALTER TABLE "选址" RENAME TO kept',
        'CREATE VIEW "选址" AS SELECT * FROM kept LIMIT 1',
    )

    assert codes(read_sites([path])) == ["SITE_FILE_DAMAGED"]


def test_no_feature_table_and_no_feature_is_no_site(path: Path) -> None:
    change(path, 'DELETE FROM "选址"')
    without_rows = codes(read_sites([path]))
    change(path, "UPDATE gpkg_contents SET data_type = 'attributes'")

    assert without_rows == codes(read_sites([path])) == ["SITE_NO_ROWS"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_cut_package_is_never_read_short(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    assert codes(read_sites([path])) == ["SITE_FILE_DAMAGED"]
