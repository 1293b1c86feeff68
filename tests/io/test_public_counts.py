"""Every feature of GDAL's own test files is read or refused by name: none is lost."""

import warnings
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from pyogrio import errors, raw

from zoning import strict_yaml
from zoning.io.sites import read_sites

SUFFIXES = {".shp", ".kml", ".json", ".geojson", ".zip"}
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
