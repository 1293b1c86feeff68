"""Every feature of GDAL's own test files is read or refused by name: none is lost."""

import warnings
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from pyogrio import errors, raw

from zoning import strict_yaml
from zoning.errors import LayerError, Problem
from zoning.io.dbf import read_dbf
from zoning.io.raw_layer import RawLayer
from zoning.io.sites import read_sites
from zoning.io.vector import read_raw

SUFFIXES = {".shp", ".kml", ".json", ".geojson", ".zip"}
MOST_READ, LEAST_EQUAL = 127, 115
"""Files that plain pyogrio reads, and those that must load with its counts."""
GOLDEN: Any = strict_yaml.load_text(
    Path(__file__).with_name("public_counts.yaml").read_text(encoding="utf-8")
)


def counted_by_gdal(path: Path) -> int | None:
    """Return the features of all layers; None where GDAL or numpy raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL remarks on is not compared
        try:
            return sum(
                len(raw.read(path, layer=name)[2])
                for name, _ in pyogrio.list_layers(path)
            )
        except (errors.DataSourceError, ValueError):
            return None


@pytest.fixture
def root(shared: Path) -> Path:
    return shared / "realdata" / "gdal_autotest"


def test_rows_and_refusals_together_are_the_features_of_the_file(root: Path) -> None:
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    listed = GOLDEN["refused"] | GOLDEN["differs"]
    equal = 0

    for path in paths:
        name = path.relative_to(root).as_posix()
        rows, by_gdal = len(read_sites([path], crs="EPSG:4326")), counted_by_gdal(path)
        if name in listed:
            gdal = listed[name]["gdal"]
            assert str(by_gdal if by_gdal is not None else "error") == gdal, name
        else:
            assert rows == by_gdal, name
            equal += 1

    assert len(paths) == 99
    assert equal == 88


@pytest.mark.parametrize("name", GOLDEN["refused"])
def test_a_file_is_refused_whole_for_the_reason_listed(root: Path, name: str) -> None:
    (only,) = read_sites([root / name], crs="EPSG:4326")

    assert only.rejection is not None
    assert only.rejection.code == GOLDEN["refused"][name]["code"]


@pytest.mark.parametrize("name", GOLDEN["differs"])
def test_a_file_that_gdal_counts_otherwise_has_the_rows_listed(
    root: Path, name: str
) -> None:
    rows = read_sites([root / name], crs="EPSG:4326")

    assert str(len(rows)) == GOLDEN["differs"][name]["rows"]


def test_a_table_without_its_shapes_names_the_file_that_is_wanted(root: Path) -> None:
    tables = sorted(root.rglob("*.dbf"))
    assert len(tables) == 36

    for path in tables:
        (only,) = read_sites([path], crs="EPSG:4326")
        assert only.rejection is not None
        assert only.rejection.code == "SITE_FORMAT_REFUSED"
        assert ".shp" in only.rejection.cure("en")


def test_every_table_has_the_rows_that_gdal_counts(root: Path) -> None:
    for path in sorted(root.rglob("*.dbf")):
        rows = read_dbf(path.read_bytes(), where=path.name).rows
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as above
            _, _, _, columns = raw.read(path, read_geometry=False)
        assert sum(row is not None for row in rows) == len(columns[0]), path.name


def test_nine_of_ten_files_that_pyogrio_reads_load_with_its_counts(root: Path) -> None:
    """As sites, and tables without their shapes as tables: see the tests above."""
    tables = len(sorted(root.rglob("*.dbf")))
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    equal = [
        path.relative_to(root).as_posix()
        for path in paths
        if (counted := counted_by_gdal(path)) is not None
        and counted == len(read_sites([path], crs="EPSG:4326"))
    ]

    assert len(paths) + tables == 135
    assert LEAST_EQUAL <= len(equal) + tables <= MOST_READ


# ------------------------------------------------------------------- as layers
def as_layer(path: Path) -> RawLayer | Problem:
    """Read a file as a layer; those without a CRS by declaring one."""
    try:
        return read_raw(path, "road")
    except LayerError as error:
        if error.problem.code != "CRS_MISSING":
            return error.problem
    try:
        return read_raw(path, "road", crs="EPSG:4326")
    except LayerError as error:
        return error.problem


def test_a_layer_has_the_features_of_its_file_or_is_refused_as_listed(
    root: Path,
) -> None:
    listed = GOLDEN["layers"]
    whole = 0

    for path in sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES):
        name = path.relative_to(root).as_posix()
        found = as_layer(path)
        if isinstance(found, RawLayer):
            doubted = found.expected != len(found.geometry)
            assert doubted == (listed.get(name, {}).get("code") == "COUNT_MISMATCH")
            assert len(found.geometry) == counted_by_gdal(path), name
            whole += not doubted
        elif path.suffix == ".kml":
            assert found.code == "LAYER_FORMAT_REFUSED"
        else:
            assert found.code == listed[name]["code"], name

    assert whole == 40
