"""A quick way to check a plot on a base."""

from collections.abc import Mapping
from datetime import date

from shapely.geometry.base import BaseGeometry

from zoning.check import check
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


def site(shape: BaseGeometry, project: Mapping[str, str]) -> Site:
    return Site(
        id="plot",
        name="地块",
        geometry=shape,
        crs="EPSG:4546",
        source=SiteSource(path="plot.txt", sha256="0" * 64, row=0),
        project=project,
    )


def check_plot(
    base: Base,
    shape: BaseGeometry,
    project: Mapping[str, str],
    *,
    as_of: date = TODAY,
) -> Report:
    book = read_rule_book(base.packs)
    options = CheckOptions(as_of=as_of)
    return check((site(shape, project),), base, book, options=options)
