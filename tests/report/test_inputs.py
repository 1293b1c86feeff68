"""`inputs.json` gives back the very sites and options that were checked."""

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from handmade import report_of
from hypothesis import given
from hypothesis import strategies as st

from zoning.errors import OutputError, Problem
from zoning.io.project import read_projects
from zoning.io.site_folder import site_files
from zoning.io.sites import read_sites
from zoning.model import (
    Base,
    CheckOptions,
    DeclaredEvidence,
    Report,
    Site,
    SiteResult,
    SiteSource,
    Verdict,
)
from zoning.report.inputs import inputs_bytes, read_inputs
from zoning.samples.places import sample_folder


def carried(base: Base, folder: Path, *sites: Site) -> tuple[Site, ...]:
    """Return sites after writing and reading them."""
    results = tuple(
        SiteResult(site=site, verdict=Verdict.REJECTED, complete=False)
        for site in sites
    )
    options = CheckOptions(as_of=date(2026, 11, 23))
    report = Report(sites=results, base=base, packs=(), options=options)
    (folder / "inputs.json").write_bytes(inputs_bytes(report))
    return read_inputs(folder / "inputs.json").sites


def plain(site: Site) -> dict[str, object]:
    """Return every field; the geometry as its bytes."""
    shape = site.geometry
    wkb = None if shape is None else shapely.to_wkb(shape)
    return asdict(replace(site, geometry=None)) | {"geometry": wkb}


def test_every_sample_site_comes_back_bit_for_bit(base: Base, tmp_path: Path) -> None:
    """Eight formats, several CRS, warnings, project attributes and a rejection."""
    folder = sample_folder()
    assert folder is not None
    projects = read_projects(folder / "sites/projects.yaml")
    sites = read_sites(site_files(folder / "sites"), projects=projects)

    again = carried(base, tmp_path, *sites)

    assert [plain(site) for site in again] == [plain(site) for site in sites]
    assert any(site.rejection for site in sites)
    assert any(site.problems for site in sites)
    assert len({site.crs for site in sites}) > 3


SITE = Site(
    id="DK01",
    name="地块“一” <&> \udcff",
    geometry=shapely.box(0.1, 0.2, 0.3, 0.7),
    crs="EPSG:4490",
    source=SiteSource(path="a.txt", sha256="0" * 64, row=3, encoding="gb18030"),
    area_declared_m2=0.1 + 0.2,
    project={"b": "2", "a": "1"},
    evidence=(
        DeclaredEvidence(
            kind="limited_activity_opinion", number="〔2026〕1号", date=date(2026, 5, 1)
        ),
    ),
    attributes={"图幅号": "H49"},
    problems=(
        Problem(code="WGS84_READ", where="a.txt#1", values={"crs": "EPSG:4326"}),
    ),
)
numbers = st.floats(-4e7, 4e7, allow_subnormal=True)


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=6))
def test_any_coordinate_comes_back_bit_for_bit(
    base: Base,
    tmp_path_factory: pytest.TempPathFactory,
    points: list[tuple[float, float]],
) -> None:
    folder = tmp_path_factory.mktemp("inputs")
    site = replace(SITE, geometry=shapely.LineString(points))

    (again,) = carried(base, folder, site)

    assert plain(again) == plain(site)


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (1 2)",
        "MULTIPOINT ((1 2), (3 4))",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
        "POLYGON ((0 0, 9 0, 9 9, 0 0), (3 1, 4 1, 4 2, 3 1))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
    ],
)
def test_every_kind_of_shape_comes_back(base: Base, tmp_path: Path, wkt: str) -> None:
    site = replace(SITE, geometry=shapely.from_wkt(wkt))

    assert plain(carried(base, tmp_path, site)[0]) == plain(site)


def test_a_ring_becomes_a_line_and_heights_are_left_out(
    base: Base, tmp_path: Path
) -> None:
    ring = shapely.LinearRing([(0, 0), (1, 0), (1, 1)])
    high = shapely.Point(1, 2, float("nan"))

    line, flat = carried(
        base, tmp_path, replace(SITE, geometry=ring), replace(SITE, geometry=high)
    )

    assert line.geometry is not None
    assert line.geometry.wkt == "LINESTRING (0 0, 1 0, 1 1, 0 0)"
    assert flat.geometry is not None
    assert flat.geometry.wkt == "POINT (1 2)"


def test_options_come_back_in_full_and_not_as_printed(tmp_path: Path) -> None:
    options = CheckOptions(
        as_of=date(2024, 6, 1), residue_area_m2=1 / 3, residue_width_m=1e-6, near_m=7.5
    )
    report = replace(report_of(), options=options)
    (tmp_path / "inputs.json").write_bytes(inputs_bytes(report))

    assert read_inputs(tmp_path / "inputs.json").options == options


@pytest.mark.parametrize("path", ["/home/wang/选址/a.txt", r"C:\Users\wang\a.txt"])
def test_of_a_private_folder_only_the_file_name_is_kept(
    base: Base, tmp_path: Path, path: str
) -> None:
    source = replace(SITE.source, path=path)

    (again,) = carried(base, tmp_path, replace(SITE, source=source))

    assert again.source.path == "a.txt"
    assert b"wang" not in (tmp_path / "inputs.json").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "zoning/inputs/2"},
        {"options": {}},
        {"sites": [{}]},
        {"sites": [{"problems": [{"code": "NO_SUCH", "where": "", "values": {}}]}]},
        {"sites": 3},
    ],
)
def test_what_is_not_understood_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    document = json.loads(inputs_bytes(report_of()))
    (tmp_path / "inputs.json").write_text(json.dumps(document | change), "utf-8")

    with pytest.raises(OutputError) as caught:
        read_inputs(tmp_path / "inputs.json")

    assert caught.value.problem.code == "INPUTS_UNREADABLE"
