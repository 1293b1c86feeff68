"""The Python interface: tables with documented columns, maps, runs."""

from pathlib import Path
from typing import Any

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


# 950 m from the river along y = 3 445 000: a chemical plant is prohibited
# there, a road is not.
SHORE = shapely.box(402_000, 3_444_000, 402_050, 3_444_050)


def table(shape: Any, crs: str = "EPSG:4546", **said: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame([{**ROAD, **said, "geometry": shape}], crs=crs)


def verdict(sites: geopandas.GeoDataFrame, base: Base) -> str:
    return str(zoning.check_sites(sites, base, OPTIONS).sites["verdict"].iloc[0])


def test_chinese_words_in_a_table_are_understood(base: Base) -> None:
    assert verdict(table(SHORE, activity="公路"), base) != "PROHIBITED"
    assert verdict(table(SHORE, activity="化工项目"), base) == "PROHIBITED"


def test_true_in_a_table_is_a_known_yes(base: Base) -> None:
    # inside the first-grade zone of a water source
    shape = shapely.box(405_100, 3_437_100, 405_150, 3_437_150)

    states = [
        report.findings.set_index("rule_id")["state"]["DW-001"]
        for report in (
            zoning.check_sites(table(shape, new_outlet=said), base, OPTIONS)
            for said in (True, "true", "是", False)
        )
    ]

    assert states == ["PROHIBITED", "PROHIBITED", "PROHIBITED", "CLEAR"]


@pytest.mark.parametrize("nothing", [np.nan, None, ""])
def test_an_empty_cell_leaves_the_verdict_open(base: Base, nothing: Any) -> None:
    sites = table(SHORE, activity=nothing, industry_code=nothing)

    assert verdict(sites, base) == "UNDETERMINED"


@pytest.mark.parametrize(
    "said",
    [
        {"activity": "Chemical_Project"},
        {"industry_code": "D2614"},
        {"construction_nature": "newish"},
    ],
)
def test_a_value_unknown_in_a_table_is_refused(base: Base, said: Any) -> None:
    with pytest.raises(UsageError, match="E149"):
        zoning.check_sites(table(SHORE, **said), base, OPTIONS)
    with pytest.raises(UsageError, match="E149"):
        zoning.read_sites(table(SHORE, **said))


def test_the_faults_of_all_rows_are_told(base: Base) -> None:
    sites = geopandas.GeoDataFrame(
        {"activity": ["化工", "road", "公 路"]}, geometry=[TOWN] * 3, crs="EPSG:4546"
    )

    with pytest.raises(UsageError) as caught:
        zoning.check_sites(sites, base, OPTIONS)

    assert [problem.where for problem in caught.value.problems] == ["#1", "#3"]


def test_a_mapping_is_made_canonical_before_it_is_laid_on(base: Base) -> None:
    bare = geopandas.GeoDataFrame(geometry=[SHORE], crs="EPSG:4546")
    said = {**ROAD, "activity": "化工项目", "linear": False, "approval_level": None}

    sites = zoning.read_sites(bare, project=said)

    assert sites["activity"].tolist() == ["chemical_project"]
    assert sites["linear"].tolist() == ["false"]
    assert "approval_level" not in sites
    assert verdict(sites, base) == "PROHIBITED"


@pytest.mark.parametrize(
    "said", [{"activity": "chemical_projects"}, {"activty": "road"}]
)
def test_a_mapping_with_a_misspelling_is_refused(
    files: list[Path], said: dict[str, str]
) -> None:
    bare = geopandas.GeoDataFrame(geometry=[SHORE], crs="EPSG:4546")

    with pytest.raises(UsageError, match="E149"):
        zoning.read_sites(bare, project=said)
    with pytest.raises(UsageError, match="E149"):
        zoning.read_sites(files[0], project=said)


PROJECTS = """
project: {activity: road, linear: 否}
sites:
  S1: {activity: 化工项目}
  乙地: {activity: wind}
  farm: {activity: solar}
"""


def test_the_sites_of_a_project_file_are_laid_on_a_table(tmp_path: Path) -> None:
    path = tmp_path / "projects.yaml"
    path.write_text(PROJECTS, encoding="utf-8")
    sites = geopandas.GeoDataFrame(
        {
            "site_id": ["S1", "S2", "S3", "S4"],
            "name": ["甲地", "乙地", "丙地", "丁地"],
            "source": ["", "", "x/farm.txt", None],
        },
        geometry=[TOWN] * 4,
        crs="EPSG:4546",
    )

    read = zoning.read_sites(sites, project=path)

    assert read["activity"].tolist() == ["chemical_project", "wind", "solar", "road"]
    assert read["linear"].tolist() == ["false"] * 4
    assert "activity" not in sites  # the caller's table stays as it was


def test_a_misspelt_site_of_a_project_file_is_refused_for_a_table(
    tmp_path: Path,
) -> None:
    path = tmp_path / "projects.yaml"
    path.write_text(PROJECTS, encoding="utf-8")
    sites = geopandas.GeoDataFrame(
        {"site_id": ["S01"]}, geometry=[SHORE], crs="EPSG:4546"
    )

    with pytest.raises(UsageError, match=r"E507.*S1, 乙地, farm.*S01"):
        zoning.read_sites(sites, project=path)


def test_the_name_of_a_site_survives_the_table(files: list[Path]) -> None:
    alone = zoning.read_sites(files[1])
    named = zoning.read_sites(files[1], project={"name": "某项目"})

    assert alone["name"].tolist() == ["town"]
    assert named["name"].tolist() == ["某项目"]


@pytest.mark.parametrize(
    ("crs", "number"),
    [
        ("EPSG:2382", "E142"),  # Xian 1980
        ("EPSG:2434", "E142"),  # Beijing 1954
        ("EPSG:4610", "E142"),
        ("EPSG:4214", "E142"),
        ("EPSG:3857", "E143"),  # Web Mercator
    ],
)
def test_every_row_on_a_foreign_datum_is_rejected(
    base: Base, crs: str, number: str
) -> None:
    sites = geopandas.GeoDataFrame([ROAD] * 2, geometry=[TOWN, TOWN], crs=crs)

    report = zoning.check_sites(sites, base, OPTIONS)

    assert report.sites["verdict"].tolist() == ["REJECTED"] * 2
    assert all(reason.startswith(number) for reason in report.sites["reason"])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4525"])
def test_tables_in_usable_systems_are_checked(base: Base, crs: str) -> None:
    sites = table(TOWN).to_crs(crs)

    assert verdict(sites.assign(open_readings=""), base) == "CLEAR"


def test_a_table_in_wgs84_that_nobody_vouched_for_is_asked_about(base: Base) -> None:
    sites = table(TOWN).to_crs("EPSG:4326")

    assert verdict(sites, base) == "UNDETERMINED"


@pytest.mark.parametrize(
    "parts",
    [
        [TOWN, shapely.LineString([(400_010, 3_435_010), (400_190, 3_435_190)])],
        [TOWN, shapely.GeometryCollection([shapely.Point(400_010, 3_435_010)])],
        [
            shapely.LineString([(402_100, 3_432_100), (402_200, 3_432_200)]),
            shapely.Point(400_010, 3_435_010),
        ],
    ],
)
def test_a_row_of_mixed_dimension_is_rejected(base: Base, parts: list[Any]) -> None:
    report = zoning.check_sites(table(shapely.GeometryCollection(parts)), base, OPTIONS)

    assert report.sites["verdict"].tolist() == ["REJECTED"]
    assert report.sites["reason"].iloc[0].startswith("E133")


@pytest.mark.parametrize(
    ("clear", "adverse"),
    [
        (TOWN, FARM),
        (TOWN, shapely.MultiPolygon([FARM])),
        (
            shapely.LineString([(402_100, 3_432_100), (402_200, 3_432_200)]),
            shapely.LinearRing(FARM.exterior.coords),
        ),
        (shapely.Point(402_100, 3_432_100), shapely.Point(400_010, 3_435_010)),
    ],
)
def test_a_collection_of_one_dimension_is_checked_whole(
    base: Base, clear: Any, adverse: Any
) -> None:
    empty = shapely.Point()

    alone = table(shapely.GeometryCollection([clear, empty]))
    both = table(shapely.GeometryCollection([clear, adverse]))

    met = zoning.check_sites(both, base, OPTIONS).conflicts["layer"].tolist()
    assert verdict(alone, base) == "CLEAR"
    assert verdict(both, base) != "CLEAR"
    assert "permanent_basic_farmland" in met


def test_the_active_geometry_of_a_table_is_the_one_checked(base: Base) -> None:
    sites = table(TOWN).assign(outline=geopandas.GeoSeries([FARM], crs="EPSG:4546"))

    assert verdict(sites.set_geometry("outline"), base) == "PROHIBITED"
