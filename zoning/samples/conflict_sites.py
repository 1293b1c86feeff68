"""Sites made to meet a control line, a river, a forest or a zone."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from zoning.samples.scout import OBSTACLES, Scout, rectangle
from zoning.samples.site_model import SampleSite, cells_in, project_of, surveyed

Array = NDArray[np.float64]


def farmland(scout: Scout) -> SampleSite:
    """Place a depot on basic farmland."""
    field_area = scout.union("permanent_basic_farmland")
    cover = scout.county.land.cover
    avoid = [n for n in OBSTACLES if n not in {"permanent_basic_farmland", "cropland"}]
    shape = scout.find(
        "farmland",
        (cover == 1) & surveyed(scout) & (scout.county.towns.zone == 0),
        lambda centre, turn: rectangle(centre, 130, 90, turn=turn),
        avoid=avoid,
        test=lambda shape: bool(shape.intersection(field_area).area > 4000),
    )
    return SampleSite(
        stem="farmland",
        form="gbk.txt",
        number="DK03",
        name="农产品冷链仓储项目",
        geometry=shape,
        project=project_of("other", "G5930", "new", land_permanent_m2="11700"),
        verdict="PROHIBITED",
        findings={"PBF-001": "PROHIBITED", "CRP-001": "CONDITIONAL"},
    )


def redline_core(scout: Scout) -> SampleSite:
    """Place a resort in the reserve's core zone."""
    core = scout.county.nature.protected == 1
    shape = scout.find(
        "redline core",
        core & (scout.county.ground.away_from(~core) > 600),
        lambda centre, turn: rectangle(centre, 160, 110, turn=turn),
        avoid=["river", "permanent_basic_farmland", "settlement"],
    )
    return SampleSite(
        stem="redline_core",
        form="geojson",
        number="DK04",
        name="云岭森林康养酒店",
        geometry=shape,
        project=project_of("hotel_resort", "H6110", "new", land_permanent_m2="17600"),
        verdict="PROHIBITED",
        findings={"ECR-001": "PROHIBITED"},
        complete=False,
    )


def redline_road(scout: Scout) -> SampleSite:
    """Place a road of 12 m through the red line outside protected areas."""
    redline = scout.union("ecological_redline")
    chosen = (scout.county.nature.redline > 0) & (scout.county.nature.protected == 0)
    shape = scout.find(
        "redline road",
        chosen,
        lambda centre, turn: rectangle(centre, 900, 12, turn=turn),
        avoid=[
            "permanent_basic_farmland",
            "protected_area",
            "river",
            "shoreline_zone",
            "heritage_site",
            "water_source_zone",
            "settlement",
        ],
        test=lambda shape: 3000 < shape.intersection(redline).area < 8000,
    )
    return SampleSite(
        stem="redline_road",
        form="zip",
        number="DK05",
        name="示范县道改线工程",
        geometry=shape,
        project=project_of(
            "road",
            "E4812",
            "new",
            linear="true",
            land_permanent_m2="10800",
            earthwork_m3="32000",
        ),
        verdict="CONDITIONAL",
        findings={"ECR-003": "CONDITIONAL"},
        complete=False,
    )


def chemical(scout: Scout) -> SampleSite:
    """Return the plot 900 m from a tributary, first answer: a chemical plant."""
    return SampleSite(
        stem="chemical_900m",
        form="gbk.txt",
        number="DK06",
        name="精细化工中间体项目",
        geometry=scout.county.opening.plot,
        project=project_of(
            "chemical_project",
            "C2614",
            "new",
            discharges_any="true",
            discharges_wastewater="true",
            land_permanent_m2="45000",
            earthwork_m3="30000",
        ),
        verdict="PROHIBITED",
        findings={"YRL-001": "PROHIBITED", "LOC-002": "NOTICE", "LOC-102": "NOTICE"},
    )


def tailings(scout: Scout) -> SampleSite:
    """Return the same plot, second answer: a tailings pond is not caught."""
    return SampleSite(
        stem="tailings_900m",
        form="gbk.txt",
        number="DK07",
        name="尾矿库项目",
        geometry=scout.county.opening.plot,
        project=project_of(
            "tailings_pond",
            "B0919",
            "new",
            discharges_any="true",
            land_permanent_m2="45000",
            earthwork_m3="30000",
        ),
        verdict="NOTICE",
        findings={"YRL-001": "CLEAR", "YRL-002": "CLEAR", "LOC-002": "NOTICE"},
    )


def pipeline(scout: Scout) -> SampleSite:
    """Lay a gas pipe across a river and whatever lies on its way."""
    ground = scout.county.ground
    river = scout.water
    shape = scout.find(
        "pipeline",
        ground.county & (ground.to_side < 200) & (ground.to_stem > 3000),
        _bent_line,
        avoid=[
            "ecological_redline",
            "protected_area",
            "heritage_site",
            "water_source_zone",
        ],
        test=lambda line: bool(line.intersection(river).length > 8),
    )
    return SampleSite(
        stem="pipeline",
        form="gbk.txt",
        number="XL01",
        name="天然气输送支线",
        geometry=shape,
        project=project_of(
            "pipeline",
            "D4511",
            "new",
            linear="true",
            crosses_without_land="true",
            temporary_land="true",
            land_temporary_m2="18000",
            earthwork_m3="9000",
        ),
        verdict="CONDITIONAL",
        complete=False,
    )


def _bent_line(centre: Array, turn: float) -> BaseGeometry:
    steps = np.array([(-700, 60), (-300, -40), (0, 0), (350, 90), (800, 20)])
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    points = centre + steps[:, :1] * along + steps[:, 1:] * across
    return LineString(np.round(points, 3))


def two_parts(scout: Scout) -> SampleSite:
    """Place one quiet part, one in the forest."""
    quiet = [n for n in OBSTACLES if n != "forest_land"]
    forest = scout.union("forest_land")
    among = surveyed(scout) & (scout.county.ground.to_side > 200)

    def pair(centre: Array, turn: float) -> BaseGeometry:
        first = rectangle(centre, 70, 50, turn=turn)
        second = rectangle(centre + np.array([130.0, 40.0]), 70, 50, turn=turn)
        return shapely.union_all([first, second])

    def one_wooded(shape: BaseGeometry) -> bool:
        wooded = [part.intersection(forest).area for part in shapely.get_parts(shape)]
        return bool(min(wooded) == 0 and max(wooded) > 3000)

    shape = scout.find("two parts", among, pair, avoid=quiet, test=one_wooded)
    return SampleSite(
        stem="two_parts",
        form="zip",
        number="DK12",
        name="村级光伏电站（两宗地）",
        geometry=shape,
        project=project_of("solar", "D4416", "new", land_permanent_m2="7000"),
        verdict="CONDITIONAL",
        findings={"FOR-001": "CONDITIONAL"},
    )


def water_source(scout: Scout) -> SampleSite:
    """Place a farm that discharges, in a level 2 zone."""
    sheet = scout.layers["water_source_zone"]
    second = shapely.union_all(sheet[1:15:3])
    shape = scout.find(
        "water source",
        cells_in(scout, second.buffer(-60)),
        lambda centre, turn: rectangle(centre, 70, 45, turn=turn),
        avoid=[
            "permanent_basic_farmland",
            "ecological_redline",
            "protected_area",
            "river",
        ],
        test=lambda shape: bool(second.contains(shape)),
    )
    return SampleSite(
        stem="water_source",
        form="xlsx",
        number="DK14",
        name="生猪养殖场扩建",
        geometry=shape,
        project=project_of(
            "livestock_scale",
            "A0313",
            "expand",
            discharges_any="true",
            discharges_wastewater="true",
            land_permanent_m2="3150",
        ),
        verdict="PROHIBITED",
        findings={"DW-003": "PROHIBITED"},
        complete=False,
    )


def tourism_general(scout: Scout) -> SampleSite:
    """Place a visitor centre in the reserve's general control zone."""
    zone = scout.county.nature.protected == 2
    shape = scout.find(
        "tourism",
        zone & (scout.county.ground.away_from(~zone) > 240),
        lambda centre, turn: rectangle(centre, 80, 60, turn=turn),
        avoid=[
            "permanent_basic_farmland",
            "river",
            "water_source_zone",
            "heritage_site",
        ],
    )
    return SampleSite(
        stem="tourism_general_zone",
        form="kml",
        number="DK15",
        name="云岭科普教育步道服务点",
        geometry=shape,
        project=project_of(
            "tourism_facility", "N7862", "new", land_permanent_m2="4800"
        ),
        verdict="CONDITIONAL",
        findings={"NR-002": "CONDITIONAL"},
        complete=False,
    )
