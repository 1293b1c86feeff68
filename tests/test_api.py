"""The Python interface: tables with documented columns, maps, runs."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
import small_base
from plots import ROAD, TODAY

import zoning
from zoning import api
from zoning.errors import UsageError
from zoning.model import Base

FARM = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
OPTIONS = zoning.CheckOptions(as_of=TODAY)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    small_base.write_txt(tmp_path / "farm.txt", FARM)
    small_base.write_geojson(tmp_path / "town.geojson", [(TOWN, {})])
    (tmp_path / "bad.txt").write_text("nothing", encoding="utf-8")
    return [tmp_path / name for name in ("farm.txt", "town.geojson", "bad.txt")]


def test_public_names_exist() -> None:
    for name in zoning.__all__:
        assert getattr(zoning, name) is not None
    with pytest.raises(AttributeError):
        _ = zoning.nothing


def test_sites_are_read_into_a_table(files: list[Path]) -> None:
    sites = zoning.read_sites(files, project=ROAD)

    assert sites.crs.to_epsg() == 4490  # two CRS, so degrees
    assert sites["site_id"].tolist() == ["DK01", "town", "bad"]
    assert sites["activity"].tolist() == ["road"] * 3
    assert sites.geometry.isna().tolist() == [False, False, True]
    assert sites["rejection"].iloc[2].startswith("E1")


def test_a_check_gives_three_tables(base: Base, files: list[Path]) -> None:
    report = zoning.check_sites(zoning.read_sites(files, project=ROAD), base, OPTIONS)

    assert tuple(report.sites.columns) == api.SITE_COLUMNS
    assert tuple(report.findings.columns) == api.FINDING_COLUMNS
    assert tuple(report.conflicts.columns) == api.CONFLICT_COLUMNS
    assert report.sites["verdict"].tolist() == ["PROHIBITED", "CLEAR", "REJECTED"]
    assert report.sites.crs.to_epsg() == 4546
    assert report.conflicts["layer"].iloc[0] == "permanent_basic_farmland"
    assert report.conflicts.geometry.iloc[0].equals_exact(FARM.normalize(), 1e-3) or (
        report.conflicts.geometry.iloc[0].symmetric_difference(FARM).area < 1e-2
    )


def test_a_table_of_ones_own_is_checked(base: Base) -> None:
    shapes = np.array([TOWN, None], dtype=object)
    own = geopandas.GeoDataFrame(geometry=shapes, crs="EPSG:4546")

    report = zoning.check_sites(zoning.read_sites(own, project=ROAD), base, OPTIONS)

    assert report.sites["site_id"].tolist() == ["site-1", "site-2"]
    assert report.sites["verdict"].tolist() == ["CLEAR", "REJECTED"]


def test_a_table_without_crs_is_refused(base: Base) -> None:
    bare = geopandas.GeoDataFrame(geometry=[TOWN])

    with pytest.raises(UsageError, match="E501"):
        zoning.read_sites(bare)
    with pytest.raises(UsageError, match="E501"):
        zoning.check_sites(bare, base, OPTIONS)


def test_paths_are_enough(base_folder: Path, files: list[Path]) -> None:
    report = zoning.check_sites(files[0], base_folder, OPTIONS)

    assert report.sites["verdict"].tolist() == ["PROHIBITED"]


def test_the_map_of_a_report_and_of_a_base(base: Base, files: list[Path]) -> None:
    import folium

    report = zoning.check_sites(files[0], base, OPTIONS)

    assert isinstance(zoning.draw_map(report), folium.Map)
    assert isinstance(zoning.draw_map(base), folium.Map)


def test_a_run_is_written_and_can_be_shared(
    base: Base, files: list[Path], tmp_path: Path
) -> None:
    report = zoning.check_sites(files[0], base, OPTIONS)

    whole = zoning.write_run(report, tmp_path / "whole")
    shared = zoning.write_run(report, tmp_path / "shared", share=True)

    assert (whole / "map.html").is_file()
    assert not (shared / "map.html").exists()
    assert not (shared / "result.gpkg").exists()


def test_no_sites_make_an_empty_table(base: Base) -> None:
    report = zoning.check_sites(zoning.read_sites([]), base, OPTIONS)

    assert len(report.sites) == 0
    assert report.report.exit_code == 4
