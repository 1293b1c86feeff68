"""A small base, and a quick way to check a plot on it."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

import small_base

from zoning.check import check
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions, Report, Site, SiteSource
from zoning.rules.packs import read_rule_book

TODAY = date(2026, 11, 23)

ROAD = {
    "activity": "road",
    "industry_code": "E4812",
    "construction_nature": "new",
    "approval_level": "county",
    "discharges_any": "false",
    "discharges_wastewater": "false",
    "new_outlet": "false",
    "temporary_land": "false",
    "linear": "false",
    "crosses_without_land": "false",
    "inside_compliant_park": "false",
    "high_energy_high_emission": "false",
    "land_permanent_m2": "10000",
    "land_temporary_m2": "0",
    "earthwork_m3": "0",
}
"""A project about which everything is known and nothing is dangerous."""

Checker = Callable[..., Report]


def site(shape: shapely.Geometry, **project: str) -> Site:
    return Site(
        id="plot",
        name="地块",
        geometry=shape,
        crs="EPSG:4546",
        source=SiteSource(path="plot.txt", sha256="0" * 64, row=0),
        project=project,
    )


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_base.write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def base(base_folder: Path) -> Base:
    return open_base(base_folder)


def check_plot(
    base: Base, shape: shapely.Geometry, *, as_of: date = TODAY, **project: str
) -> Report:
    book = read_rule_book(base.packs)
    options = CheckOptions(as_of=as_of)
    return check((site(shape, **project),), base, book, options=options)
