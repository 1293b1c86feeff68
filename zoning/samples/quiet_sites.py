"""Sites that meet little: clear, residue, gaps in what is known, bad input."""

from itertools import pairwise

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import SURVEYED
from zoning.samples.scout import OBSTACLES, Scout, rectangle
from zoning.samples.site_model import SampleSite, cells_in, project_of, surveyed


def _inner_town(scout: Scout) -> BaseGeometry:
    """Concentrated zone of the inland town, as one polygon."""
    mosaic = scout.county.mosaic
    chosen = (mosaic.labels["zone"] == 21) & (mosaic.water == 0)
    return shapely.coverage_union_all(mosaic.faces[chosen])


def clear(scout: Scout) -> SampleSite:
    """In the concentrated zone, off everything."""
    town = _inner_town(scout)
    shape = scout.find(
        "clear",
        scout.county.towns.zone == 21,
        lambda centre, turn: rectangle(centre, 60, 40, turn=turn),
        test=lambda shape: bool(town.buffer(-10).contains(shape)),
        avoid=[name for name in OBSTACLES if name != "settlement"],
    )
    return SampleSite(
        stem="clear",
        form="gbk.txt",
        number="DK01",
        name="集镇环境监测站设备更新",
        geometry=shape,
        project=project_of("scientific_research", "M7461", "technical_upgrade"),
        verdict="CLEAR",
        findings={"PBF-001": "CLEAR", "ECR-001": "CLEAR", "YRL-001": "CLEAR"},
    )


def notice_sliver(scout: Scout) -> SampleSite:
    """Laps over a farmland window by 5 cm along 15 m."""
    town = _inner_town(scout)
    others = [
        name
        for name in OBSTACLES
        if name not in {"settlement", "permanent_basic_farmland", "cropland"}
    ]
    farmland = scout.layers["permanent_basic_farmland"]
    near = farmland[scout.trees["permanent_basic_farmland"].query(town)]
    for window in sorted(near, key=lambda shape: shape.bounds):
        for plot, outer in _lapping(window):
            rest = np.array([plot], dtype=object)
            common = shapely.area(shapely.intersection(farmland, plot)).sum()
            if (
                shapely.union(town, window).buffer(-1).contains(outer)
                and scout.clear_of(rest, others, 8.0).all()
                and 0.7 < common < 0.8
            ):
                return SampleSite(
                    stem="notice_sliver",
                    form="utf8.txt",
                    number="DK02",
                    name="集镇消防取水点改造",
                    geometry=plot,
                    project=project_of("water_supply", "N7820", "rebuild"),
                    verdict="NOTICE",
                    findings={"PBF-001": "NOTICE"},
                )
    msg = "no farmland window with a straight edge"
    raise RuntimeError(msg)


def _lapping(window: BaseGeometry) -> list[tuple[BaseGeometry, BaseGeometry]]:
    """Return plots of 15 m by 40 m that lap 5 cm over an edge, and their near part."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(window))
    found: list[tuple[BaseGeometry, BaseGeometry]] = []
    for start, end in pairwise(ring):
        length = float(np.hypot(*(end - start)))
        if length < 30:
            continue
        along = (end - start) / length
        out = np.array([-along[1], along[0]])  # exterior rings run clockwise
        middle = (start + end) / 2
        corners = [
            middle - along * 7.5 - out * 0.05,
            middle + along * 7.5 - out * 0.05,
            middle + along * 7.5 + out * 40,
            middle - along * 7.5 + out * 40,
        ]
        plot = shapely.Polygon(np.round(corners, 3))
        found.append((plot, plot))
    return found


def undetermined(scout: Scout) -> SampleSite:
    """Astride the edge of the land-parcel survey."""
    mosaic = scout.county.mosaic
    chosen = np.isin(mosaic.labels["township"], SURVEYED)
    surveyed = shapely.coverage_union_all(mosaic.faces[chosen])
    edge = scout.county.ground.away_from(cells_in(scout, surveyed.boundary.buffer(60)))
    shape = scout.find(
        "undetermined",
        scout.county.ground.county & (edge < 60),
        lambda centre, turn: rectangle(centre, 90, 60, turn=turn),
        test=lambda shape: 800 < shape.intersection(surveyed).area < 4600,
    )
    return SampleSite(
        stem="undetermined",
        form="geojson",
        number="DK08",
        name="乡镇应急物资点",
        geometry=shape,
        project=project_of("other", "S9221", "new"),
        verdict="UNDETERMINED",
        findings={"CRP-001": "NOT_CHECKED"},
        complete=False,
    )


def incomplete(scout: Scout) -> SampleSite:
    """By the river, and not a word about the project."""
    ground = scout.county.ground
    shape = scout.find(
        "incomplete",
        surveyed(scout) & (ground.to_side > 300) & (ground.to_side < 700),
        lambda centre, turn: rectangle(centre, 80, 60, turn=turn),
    )
    return SampleSite(
        stem="incomplete",
        form="utf8.txt",
        number="DK09",
        name="待补充材料项目",
        geometry=shape,
        verdict="UNDETERMINED",
        complete=False,
    )


def bow_tie(scout: Scout) -> SampleSite:
    """Return an outline that crosses itself."""
    x, y = scout.county.towns.centres[1]
    return SampleSite(
        stem="bow_tie",
        form="bow_tie.txt",
        number="DK10",
        name="界址点顺序有误的地块",
        geometry=Point(round(x), round(y)),
        project=project_of("other", "M7461", "new"),
        verdict="REJECTED",
        complete=None,
    )


def well(scout: Scout) -> SampleSite:
    """Place a well for a hamlet: a point in a general unit."""
    shape = scout.find(
        "well",
        surveyed(scout) & (scout.county.towns.zone == 0),
        lambda centre, _: Point(np.round(centre, 3)),
    )
    return SampleSite(
        stem="well",
        form="geojson",
        number="DD01",
        name="人畜饮水机井",
        geometry=shape,
        project=project_of("water_supply", "D4610", "new"),
        verdict="CONDITIONAL",
        findings={"UDB-003": "CONDITIONAL", "YRL-002": "CLEAR"},
    )


def with_hole(scout: Scout) -> SampleSite:
    """Round a farmland window: without the hole it would be prohibited.

    The KML does not say where it is from, and off a web map it would lie on
    farmland: the answer waits for that.
    """
    town = _inner_town(scout)
    farmland_area = scout.layers["permanent_basic_farmland"]
    others = [
        n
        for n in OBSTACLES
        if n not in {"settlement", "permanent_basic_farmland", "cropland"}
    ]
    holes = [
        ring for part in shapely.get_parts(town) for ring in shapely.get_rings(part)[1:]
    ]
    for ring in sorted(holes, key=lambda ring: ring.bounds):
        window = shapely.Polygon(ring)
        outer = window.buffer(22, join_style="mitre").simplify(1)
        shape = shapely.set_precision(outer - window.buffer(3).simplify(0.5), 0.001)
        column = np.array([shape], dtype=object)
        dry = shapely.area(shapely.intersection(farmland_area, shape)).sum() == 0
        cropland = scout.clear_of(column, ["cropland"], 0.5).all()
        whole = shape.geom_type == "Polygon" and len(shapely.get_rings(shape)) == 2
        if whole and dry and cropland and scout.clear_of(column, others, 4.0).all():
            return SampleSite(
                stem="with_hole",
                form="kml",
                number="DK11",
                name="集镇环形绿道改造",
                geometry=shape,
                project=project_of("ecological_restoration", "N7850", "rebuild"),
                verdict="UNDETERMINED",
                findings={"PBF-001": "NOT_CHECKED"},
                complete=False,
            )
    msg = "no farmland window to go round"
    raise RuntimeError(msg)


def town_park(scout: Scout) -> SampleSite:
    """Place a workshop in the inland town's industrial park."""
    park = scout.layers["industrial_park"][1]
    shape = scout.find(
        "town park",
        cells_in(scout, park.buffer(-40)),
        lambda centre, turn: rectangle(centre, 90, 60, turn=turn),
        avoid=[n for n in OBSTACLES if n != "settlement"],
        test=lambda shape: bool(park.contains(shape)),
    )
    return SampleSite(
        stem="town_park",
        form="dxf",
        number="DK16",
        name="福田园区标准厂房",
        geometry=shape,
        project=project_of(
            "industrial_park_dev",
            "C1392",
            "new",
            inside_compliant_park="true",
            park_level="industrial_park",
            land_permanent_m2="5400",
            earthwork_m3="4000",
        ),
        verdict="CONDITIONAL",
        findings={"ZH50023720002-02": "CONDITIONAL", "UDB-001": "CLEAR"},
    )


def outside_county(scout: Scout) -> SampleSite:
    """Beyond the county line."""
    x, y = scout.county.outline.bounds[2] + 900, scout.county.towns.centres[1][1]
    return SampleSite(
        stem="outside_county",
        form="geojson",
        number="DK13",
        name="县域以外的地块",
        geometry=rectangle(np.array([x, y]), 100, 80, turn=0.3),
        project=project_of("other", "G5930", "new"),
        verdict="UNDETERMINED",
        complete=False,
    )
