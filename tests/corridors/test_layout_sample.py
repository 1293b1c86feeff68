"""The sample county: its five planted gaps, and a whole base on trial."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from layout_ground import entry

from zoning.corridors.grid import Grid
from zoning.corridors.layout.appraisal import Surroundings, appraise
from zoning.corridors.layout.obstacles import Obstacle
from zoning.corridors.layout.standing import covers_of
from zoning.corridors.layout.table import house_table
from zoning.corridors.layout.trial import ModelGiven, audit_layout
from zoning.corridors.layout.values import LAYOUT_ITSELF, CorridorState, PlannedFeatures
from zoning.errors import BaseError, LayerError
from zoning.io.corridor_model import read_corridor_model
from zoning.model import Base, LayoutPlan, Raster

SAMPLE = Path(__file__).resolve().parents[2] / "data/sample_layers"
CELL_M = 30.0
RIVERS = {"抱石河", "官溪河", "洋溪河", "后坪河", "石碾河"}
DAY = date(2026, 11, 23)


def sample(name: str, layer: str | None = None) -> gpd.GeoDataFrame:
    read = gpd.read_file(SAMPLE / name, layer=layer)
    placed: gpd.GeoDataFrame = read.to_crs("EPSG:4546")
    return placed


@pytest.mark.slow
def test_the_planted_gaps_are_found_and_no_other_of_their_cause() -> None:
    with (SAMPLE / "planted_faults.csv").open(encoding="utf-8-sig", newline="") as file:
        planted = {
            row["feature"]: float(row["length_m"])
            for row in csv.DictReader(file)
            if row["kind"] == "corridor_gap"
        }
    drawn, towns = sample("GJ.gpkg"), sample("JMD.gpkg")
    rivers = sample("HL.gpkg", layer="river_line").set_index("HLMC").geometry
    county = sample("county.gpkg").geometry.union_all()
    town = Obstacle(
        entry=entry("settlement"),
        geometry=towns.geometry.to_numpy(),
        coverage=county,
    )
    table = replace(house_table(), obstacles=(town.entry,))
    around = Surroundings(
        table=table,
        obstacles=(town,),
        county=county,
        lines=dict(rivers),
        covered=covers_of(table, (town,)),
        model={},
    )
    words = {"带": "belt", "屏": "screen", "廊": "corridor", "块": "patch"}
    planned = PlannedFeatures(
        ids=drawn.BSM.to_numpy(dtype=object),
        names=drawn.MC.to_numpy(dtype=object),
        kinds=drawn.GJLX.map(words).to_numpy(dtype=object),
        targets_m=drawn.MBKD.to_numpy(),
        geometry=drawn.geometry.to_numpy(),
        crs="EPSG:4546",
    )
    rows = np.flatnonzero(planned.kinds == "corridor").tolist()
    audits = [appraise(planned, row, around).audit for row in rows]
    found = {
        one.id: (one.axis_name, gap)
        for one in audits
        for gap in one.gaps
        if gap.cause == LAYOUT_ITSELF
    }

    assert len(audits) == 22
    assert found.keys() == planted.keys()
    shapes = dict(zip(planned.ids, planned.geometry, strict=True))
    lines = {one.id: one.axis.line for one in audits if one.axis is not None}
    for feature, (river, gap) in found.items():
        assert river in RIVERS
        # where the river itself leaves the drawing, and comes back
        inner = rivers[river].intersection(shapes[feature].convex_hull)
        bare = shapely.get_parts(inner.difference(shapes[feature]))
        away = max(bare, key=lambda part: part.length)
        assert away.length == pytest.approx(planted[feature], abs=0.5)
        assert gap.length_m == pytest.approx(planted[feature], abs=0.5)
        ends = [lines[feature].interpolate(at) for at in (gap.start_m, gap.end_m)]
        points = [shapely.get_point(away, number) for number in (0, -1)]
        apart = [[one.distance(other) for other in points] for one in ends]
        assert max(min(row) for row in apart) <= CELL_M


def test_a_base_without_a_layout_is_refused_with_a_cure(base: Base) -> None:
    layers = {k: v for k, v in base.layers.items() if k != "corridor_layout"}
    with pytest.raises(BaseError) as raised:
        audit_layout(replace(base, layers=layers), house_table(), as_of=DAY)
    assert raised.value.problem.code == "LAYOUT_NONE"


def test_a_layer_that_is_missing_or_in_doubt_is_told(base: Base) -> None:
    whole = audit_layout(base, house_table(), as_of=DAY)
    gone = {k: v for k, v in base.layers.items() if k != "urban_development_boundary"}
    without = audit_layout(replace(base, layers=gone), house_table(), as_of=DAY)

    codes = [one.code for one in without.not_seen]
    assert "LAYOUT_NOT_SEEN" in codes
    assert len(codes) > len(whole.not_seen)
    assert not without.complete
    (corridor,) = [one for one in without.features if one.kind == "corridor"]
    assert "urban_boundary" in [one.id for one in corridor.unseen]
    assert corridor.state is not CorridorState.WHOLE
    town = base.layers["urban_development_boundary"]
    late = replace(town, info=replace(town.info, valid_to=date(2020, 1, 1)))
    layers = {**base.layers, "urban_development_boundary": late}
    old = audit_layout(replace(base, layers=layers), house_table(), as_of=DAY)
    assert "LAYOUT_DOUBT" in [one.code for one in old.not_seen]


def test_codes_of_land_cover_are_never_guessed(base: Base) -> None:
    cells = Raster(
        info=replace(base.layers["road"].info, id="land_cover"),
        values=np.array([[10.0, 50.0], [10.0, 10.0]]),
        transform=(10_000.0, 0.0, 390_000.0, 0.0, -10_000.0, 3_450_000.0),
        crs=base.crs,
    )
    base = replace(base, rasters={"land_cover": cells})
    stated = replace(base, layout=LayoutPlan(built_up=("50",), source="例"))
    table = house_table()
    cover = next(one for one in table.obstacles if one.id == "built_cover")
    only = replace(table, obstacles=(cover,))

    silent = audit_layout(replace(base, layout=None), only, as_of=DAY)
    assert [one.code for one in silent.not_seen] == ["LAYOUT_CODES_UNSTATED"]
    said = audit_layout(stated, only, as_of=DAY)
    assert said.not_seen == ()
    (corridor,) = [one for one in said.features if one.kind == "corridor"]
    # cells of the north-east end at y = 3 440 000, 2 000 m up the corridor
    (gap,) = corridor.gaps
    assert gap.cause == "built_cover"
    assert gap.length_m == pytest.approx(4000, rel=1e-3)


def test_a_model_is_compared_with_the_plan(base: Base) -> None:
    plain = audit_layout(base, house_table(), as_of=DAY)
    (corridor,) = [one for one in plain.features if one.kind == "corridor"]
    assert corridor.axis is not None
    line = corridor.axis.line
    beside = shapely.transform(line, lambda xy: xy + 100.0)
    far = shapely.transform(line, lambda xy: xy + 50_000.0)
    west, south, east, north = line.bounds
    cells = np.full((20, 20), 7.0)
    side = max(east - west, north - south) / 10
    grid = Grid(
        values=cells,
        transform=(side, 0, west - 5 * side, 0, -side, north + 5 * side),
        crs=base.crs,
    )
    given = ModelGiven(paths={"1-2": beside, "3-4": far}, resistance=grid)
    report = audit_layout(base, house_table(), as_of=DAY, model=given)

    (again,) = [one for one in report.features if one.kind == "corridor"]
    assert report.missed == ("3-4",)
    assert again.deviation is not None
    assert again.deviation.model_id == "1-2"
    assert again.deviation.axis_share == 1
    assert again.deviation.hausdorff_m == pytest.approx(100 * 2**0.5, rel=1e-3)
    assert again.resistance is not None
    if again.resistance.cells:
        assert again.resistance.mean == again.resistance.greatest == 7


def test_a_run_of_a_model_is_read_again(tmp_path: Path) -> None:
    line = shapely.LineString([(397_000, 3_440_000), (399_000, 3_441_000)])
    frame = gpd.GeoDataFrame({"link": ["1-2"]}, geometry=[line], crs="EPSG:4546")
    frame.to_file(tmp_path / "corridors.gpkg", layer="links")
    paths, resistance, _, kept = read_corridor_model(tmp_path, "EPSG:4546")

    assert paths["1-2"].equals(line)
    assert resistance is None
    assert kept == {}  # its table was not sampled
    unsampled = frame.assign(kept_pct=float("nan"), same_pct=float("nan"))
    unsampled.to_file(tmp_path / "corridors.gpkg", layer="links")
    assert read_corridor_model(tmp_path, "EPSG:4546")[3] == {}
    frame.assign(kept_pct=75.0, same_pct=50.0).to_file(
        tmp_path / "corridors.gpkg", layer="links"
    )
    assert read_corridor_model(tmp_path, "EPSG:4546")[3] == {"1-2": (0.75, 0.5)}
    frame.drop(columns="link").to_file(tmp_path / "corridors.gpkg", layer="links")
    with pytest.raises(LayerError) as raised:
        read_corridor_model(tmp_path, "EPSG:4546")
    assert raised.value.problem.code == "LAYOUT_MODEL"
    with pytest.raises(LayerError):
        read_corridor_model(tmp_path / "nowhere", "EPSG:4546")
