"""A site on a model: the same as building again by hand; folder, replay, refusals."""

import json
import math
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pytest
import shapely
import small_base
from click.testing import CliRunner
from docx import Document
from map_reading import page_data
from modelling import DAY, report_of
from valley import ACROSS, LAND, NAMES, table_text, walled, write_grid, write_valley

import zoning
from zoning.cli import cli
from zoning.cli.schema_command import schema_text
from zoning.corridors.landscape import Landscape
from zoning.corridors.network import connect
from zoning.errors import Problem, SiteError, ZoningError
from zoning.io.base import open_base
from zoning.io.kept_model import read_kept_model
from zoning.linkage.ground import read_ground
from zoning.linkage.impact import (
    PLOTS,
    ImpactOptions,
    ImpactReport,
    Standing,
    judge_site,
    standing_of,
)
from zoning.linkage.table import model_table_of
from zoning.linkage.values import LinkageReport
from zoning.model import CheckOptions, Site, SiteSource
from zoning.report.impact.tables import finding_lines
from zoning.report.linkage.frames import CorridorTables
from zoning.report.linkage.run import write_linkage
from zoning.runs.impact import together

GAP_ROW = 70
WAY_Y = small_base.NORTH - GAP_ROW * 100.0 - 50.0
BUILT = LAND.replace("'3': barrier", "'3': barrier, '4': '100'")
TOWN = (
    "  distance_to_settlement: "
    "{weight: '1', source: a test, bands: {'300': '9', inf: '1'}}\n"
)
SITE = "site: {land_cover: '4', counts_as: [], source: a test}\n"
NEAR = "site: {land_cover: '4', counts_as: [distance_to_settlement], source: a test}\n"
FILES = {
    "MANIFEST.json",
    "impact.json",
    "inputs.json",
    "ledger.xlsx",
    "map.html",
    "report.docx",
    "report.html",
    "result.gpkg",
    "result.qgs",
    "ledger/findings.csv",
    "ledger/layers.csv",
    "ledger/links.csv",
    "ledger/measures.csv",
    "ledger/net.csv",
    "ledger/remarks.csv",
    "ledger/sources.csv",
    "model/corridors.gpkg",
    "model/corridors.json",
    "model/resistance.yaml",
}


def table(site: str = SITE, factors: str = BUILT, **settings: str) -> str:
    named = NAMES + "  '4': {zh: 建筑, en: built, habitat: 'false'}\n"
    return table_text(factors, **settings).replace(NAMES, named) + site


class Quiet:
    def step(self, name: str, done: int, total: int) -> None:
        assert 0 <= done <= total, name


def plot(west: float, south: float, east: float, north: float) -> Site:
    """Return a site of a box."""
    crs = "EPSG:4546"
    return Site(
        id="p",
        name="地块",
        geometry=shapely.box(west, south, east, north),
        crs=crs,
        source=SiteSource(path="p.txt", sha256="0" * 64, crs=crs, row=0),
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The valley with a wall that one cell lets through."""
    return write_valley(tmp_path_factory.mktemp("base"), walled(GAP_ROW))


@pytest.fixture(scope="module")
def built(base: Path) -> LinkageReport:
    return report_of(base, table())


@pytest.fixture(scope="module")
def run(built: LinkageReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linkage(built, tmp_path_factory.mktemp("runs") / "model")


def stood(base: Path, folder: Path) -> Standing:
    kept = read_kept_model(folder, "EPSG:4546")
    ground = read_ground(open_base(base), kept.table, CheckOptions(as_of=DAY))
    return standing_of(kept, ground)


@pytest.fixture(scope="module")
def standing(base: Path, run: Path) -> Standing:
    return stood(base, run)


def states(found: ImpactReport) -> dict[str, str]:
    """Return what the rules of scope corridor_model say, by their ids."""
    return {one.finding.rule_id: str(one.finding.state) for one in found.judged}


def judged(
    standing: Standing, base: Path, site: Site, **chosen: int | bool
) -> ImpactReport:
    return judge_site(
        standing,
        site,
        open_base(base),
        as_of=DAY,
        options=ImpactOptions(**chosen),  # type: ignore[arg-type]
        listener=Quiet(),
    )


def by_hand(standing: Standing, *boxes: tuple[slice, slice]) -> Landscape:
    """Return the ground with cells built over: 100, and out of their source."""
    values, labels = (
        standing.land.resistance.values.copy(),
        standing.land.labels().astype(float),
    )
    for box in boxes:
        values[box] = np.where(np.isnan(values[box]), np.nan, 100.0)
        labels[box] = 0
    like = standing.land.resistance
    return Landscape(
        resistance=like.with_values(values), sources=like.with_values(labels)
    )


def test_a_kept_model_stands_as_it_was_built(
    standing: Standing, built: LinkageReport
) -> None:
    model = built.model
    assert (standing.land.labels() == model.labels).all()
    assert np.array_equal(
        standing.land.resistance.values, model.resistance.values, equal_nan=True
    )
    assert [k.cost for k in standing.links] == [k.cost for k in model.links]
    assert standing.dispersal.cost_at == model.net.cost_at
    assert standing.area_m2.tolist() == [one.area_m2 for one in model.sources]


def test_a_site_in_the_gap_costs_what_building_again_costs(
    standing: Standing, base: Path
) -> None:
    west = 400_000.0
    site = plot(west + 20, WAY_Y - 40, west + 380, WAY_Y + 40)
    found = judged(standing, base, site)

    cells = slice(GAP_ROW, GAP_ROW + 1), slice(100, 104)
    after = by_hand(standing, cells)
    whole = connect(after.resistance, after.sources, every_pair=True)
    costs = {(k.start, k.end): k.cost for k in whole.links}
    assert found.cells_taken == 4
    assert found.cells_dearer == 4
    assert math.isclose(standing.links[0].cost, ACROSS, rel_tol=1e-12)
    for one in found.links:
        assert one.cost_after is not None
        assert math.isclose(one.cost_after, costs[one.start, one.end], rel_tol=1e-9)
        assert one.resistance is not None
        assert one.resistance_after is not None
    first = found.links[0]
    assert first.on_path
    assert first.rise_share is not None
    assert first.rise_share > 0.01
    assert found.links[1].rise_share == 0
    assert found.net.equivalent_after_m2 < found.net.equivalent_m2
    assert found.exit_code == 1


def test_equivalent_connectivity_is_that_of_the_formula(
    standing: Standing, base: Path
) -> None:
    site = plot(400_020, WAY_Y - 40, 400_380, WAY_Y + 40)
    found = judged(standing, base, site, effective=False, mitigation=False)
    areas = standing.area_m2.tolist()
    rate = math.log(0.5) / standing.dispersal.cost_at
    reach = {}
    for one in found.links:
        assert one.cost_after is not None
        reach[one.start, one.end] = math.exp(rate * one.cost_after)
    # the third pair is joined through the first source alone
    reach[2, 3] = reach[1, 2] * reach[1, 3]
    total = math.fsum(area**2 for area in areas)
    total += math.fsum(
        2 * areas[a - 1] * areas[b - 1] * p for (a, b), p in reach.items()
    )
    assert math.isclose(found.net.equivalent_after_m2, total**0.5, rel_tol=1e-9)


def test_a_site_smaller_than_a_cell_is_not_overlooked(
    standing: Standing, base: Path
) -> None:
    # 20 m in a corner of the one cell of the gap, off its centre
    found = judged(standing, base, plot(400_005, WAY_Y + 25, 400_025, WAY_Y + 45))
    assert found.cells_taken == 1
    assert found.links[0].on_path
    assert found.links[0].cost_after is not None
    assert found.links[0].cost_after > ACROSS


def test_a_site_on_a_source_takes_its_ground(standing: Standing, base: Path) -> None:
    core = shapely.box(*standing.kept.sources[0].bounds)
    west, south, _, _ = core.bounds
    found = judged(standing, base, plot(west, south, west + 250, south + 250))

    (source,) = found.sources
    assert source.number == 1
    assert source.cells_taken == 9
    assert math.isclose(source.taken_m2, 62_500, rel_tol=1e-3)
    assert not source.separated
    assert found.exit_code == 1
    assert states(found)["ASK-008"] == "REVIEW"
    assert states(found)["ASK-009"] == "CLEAR"


def test_a_source_taken_whole_is_separated_and_so_told(
    standing: Standing, base: Path
) -> None:
    west, south, east, north = standing.kept.sources[2].bounds
    found = judged(standing, base, plot(west - 10, south - 10, east + 10, north + 10))

    assert {one.number for one in found.sources if one.separated} >= {3}
    assert found.links[1].cost_after is None
    assert found.links[1].resistance_after == -1
    assert found.net.parts_after > found.net.parts
    assert states(found) == dict.fromkeys(
        ("ASK-006", "ASK-007", "ASK-008", "ASK-009"), "REVIEW"
    )
    alone = {one.number for one in found.sources if one.separated}
    (lone,) = (one.finding for one in found.judged if one.finding.rule_id == "ASK-009")
    assert {int(feature.id) for feature in lone.features} == alone
    (taken,) = (one.finding for one in found.judged if one.finding.rule_id == "ASK-008")
    assert {int(feature.id) for feature in taken.features} == {3}


def test_a_site_far_from_all_corridors_touches_none(
    standing: Standing, base: Path
) -> None:
    found = judged(standing, base, plot(408_000, 3_433_000, 408_200, 3_433_200))

    assert found.touched == ()
    assert found.sources == ()
    assert not found.harmed
    assert found.measures == ()
    assert all(one.rise_share == 0 for one in found.links)
    # current takes every way, so that none is quite as it was
    assert all((one.resistance_share or 0.0) >= -1e-8 for one in found.links)
    assert found.exit_code == (0 if found.complete else 4)
    # nothing is said to be clear where the model or the site is not whole
    clear = "CLEAR" if found.complete else "NOT_CHECKED"
    assert set(states(found).values()) == {clear}
    assert len(finding_lines(found, "zh")) == (0 if found.complete else 4)


def test_width_left_is_that_of_the_corridor_beside_the_site(
    standing: Standing, base: Path
) -> None:
    west, south, east, north = standing.kept.swaths[1].bounds
    middle = (south + north) / 2
    site = plot(west - 500, middle - 150, (west + east) / 2, middle + 150)
    found = judged(standing, base, site, effective=False, mitigation=False)
    down = found.links[1]
    assert down.width_m is not None
    assert down.width_left_m is not None
    assert 0 < down.width_left_m < down.width_m <= east - west + 1
    assert down.overlap_m2 > 0


def test_ground_about_a_site_becomes_dearer_where_the_table_says_so(
    base: Path, tmp_path: Path
) -> None:
    folder = write_linkage(report_of(base, table(NEAR, BUILT + TOWN)), tmp_path / "run")
    standing = stood(base, folder)
    site = plot(402_000, 3_446_000, 402_100, 3_446_100)
    found = judged(standing, base, site, effective=False, mitigation=False)
    # within 300 m of a cell: 29 cells of a disc of radius 3, less the rim of it
    near = sum(
        math.hypot(row, column) * 100 < 300
        for row in range(-3, 4)
        for column in range(-3, 4)
    )
    taken = found.cells_taken
    assert taken >= 1
    assert found.cells_dearer >= near


def test_measures_gain_what_they_say_on_the_ground_as_it_would_be(
    standing: Standing, base: Path
) -> None:
    site = plot(402_020, WAY_Y - 140, 402_180, WAY_Y + 140)
    found = judged(standing, base, site, effective=False)
    assert found.measures
    gains = [one.equivalent_gain_m2 for one in found.measures]
    assert gains == sorted(gains, reverse=True)
    lost = found.net.equivalent_m2 - found.net.equivalent_after_m2
    kinds = {one.kind for one in found.measures}
    assert "shift" in kinds or "crossing" in kinds
    for one in found.measures:
        assert one.equivalent_gain_m2 > 0
        if one.kind in {"crossing", "kept_way"}:
            assert one.equivalent_gain_m2 <= lost * (1 + 1e-9)
        if one.kind == "shift":
            moved = replace(site, geometry=one.shape)
            again = judged(standing, base, moved, effective=False, mitigation=False)
            won = again.net.equivalent_after_m2 - found.net.equivalent_after_m2
            assert math.isclose(won, one.equivalent_gain_m2, rel_tol=1e-9)


def test_sampled_tables_without_spread_give_the_impact_itself(
    standing: Standing, base: Path
) -> None:
    site = plot(400_020, WAY_Y - 40, 400_380, WAY_Y + 40)
    found = judged(
        standing, base, site, effective=False, mitigation=False, samples=2, spread=0
    )
    assert found.net.lost is not None
    assert math.isclose(found.net.lost.low, found.net.lost_share, rel_tol=1e-9)
    first = found.links[0]
    assert first.sampled is not None
    assert first.sampled.rise is not None
    assert first.rise_share is not None
    assert math.isclose(first.sampled.rise.high, first.rise_share, rel_tol=1e-9)
    assert first.sampled.touched_share == 1.0


def test_a_site_beyond_the_county_is_refused_and_one_across_it_is_not_whole(
    standing: Standing, base: Path
) -> None:
    west, south, _, _ = open_base(base).county.bounds
    with pytest.raises(SiteError) as raised:
        judged(standing, base, plot(west - 900, south - 900, west - 500, south - 500))
    assert raised.value.problem.code == "IMPACT_OUTSIDE"
    middle = south + 8_000
    found = judged(standing, base, plot(west - 300, middle, west + 300, middle + 200))
    assert "IMPACT_LEAVES" in {one.code for one in found.problems}
    assert not found.complete
    assert "CLEAR" not in states(found).values()


def test_a_wall_under_the_site_is_told_as_not_known(
    standing: Standing, base: Path
) -> None:
    found = judged(standing, base, plot(400_010, WAY_Y + 1_010, 400_090, WAY_Y + 1_090))
    assert [one.code for one in found.problems if one.code == "IMPACT_UNKNOWN"]


# ------------------------------------------------------------------- command and folder
def write_plot(folder: Path) -> Path:
    """Write a plot on the way through the gap, east of the wall."""
    path = folder / "plot.txt"
    shape = shapely.box(402_020, WAY_Y - 140, 402_180, WAY_Y + 140)
    small_base.write_txt(path, shape)
    return path


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments), standalone_mode=False)
    if isinstance(done.exception, ZoningError):
        return 2, done.exception.problem.number
    assert done.exception is None, done.exception
    return int(done.return_value or 0), done.output


@pytest.fixture(scope="module")
def folder(base: Path, run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("impact")
    site = write_plot(place)
    code, _ = call(
        *asked(site, base, run), "--samples", "1", "--out", str(place / "run")
    )
    assert code == 1
    return place / "run"


def asked(site: Path, base: Path, run: Path) -> list[str]:
    return [
        "corridors",
        "impact",
        str(site),
        "--base",
        str(base),
        "--model",
        str(run),
        "--as-of",
        DAY.isoformat(),
    ]


def test_every_output_tells_the_same_impact(folder: Path) -> None:
    names = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert names == FILES
    document = json.loads((folder / "impact.json").read_bytes())
    schema = json.loads(schema_text("impact"))
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    (first, *_) = document["links"]
    assert first["on_path"]
    assert document["counts"]["on_path"] == 1
    ruled = {one["rule_id"]: one for one in document["findings"]}
    assert ruled["ASK-006"]["state"] == "REVIEW"
    assert ruled["ASK-006"]["numbers"] == [
        one["number"] for one in document["links"] if one["touched"]
    ]
    assert ruled["ASK-007"]["numbers"] == []
    book = openpyxl.load_workbook(folder / "ledger.xlsx", read_only=True)
    row = list(book["廊道"].iter_rows(values_only=True))[1]
    assert row[1:6] == (1, 1, 2, "是", "是")
    with closing(sqlite3.connect(folder / "result.gpkg")) as package:
        (told,) = package.execute("SELECT cost, cost_after FROM detours").fetchall()
        styled = {
            r[0] for r in package.execute("SELECT f_table_name FROM layer_styles")
        }
    assert told == pytest.approx((first["cost"], first["cost_after"]), abs=1e-3)
    assert {"project_site", "links", "corridors", "detours", "measures"} <= styled
    words = "\n".join(
        cell.text
        for part in Document(str(folder / "report.docx")).tables
        for line in part.rows
        for cell in line.cells
    )
    assert "1 · 源地 1 – 源地 2" in words
    assert "ASK-006\nREVIEW" in words.replace(
        ruled["ASK-006"]["title"]["zh"] + "\n", ""
    )
    page = page_data((folder / "map.html").read_text("utf-8"))
    assert {"swath", "link", "detour", "site", "source"} <= page["told"].keys()


def test_the_folder_is_verified_and_replayed(
    folder: Path, base: Path, tmp_path: Path
) -> None:
    assert call("verify", str(folder))[0] == 0
    code, told = call("replay", str(folder), "--base", str(base), "--lang", "en")
    assert code == 0
    assert "the same: the impact" in told
    other = write_valley(tmp_path / "other", walled(GAP_ROW + 3))
    code, told = call("replay", str(folder), "--base", str(other), "--lang", "en")
    assert code == 4
    assert "land_cover" in told


def test_the_same_files_give_the_same_bytes_elsewhere(
    folder: Path, base: Path, run: Path, tmp_path: Path
) -> None:
    site = write_plot(tmp_path)
    again = tmp_path / "deep" / "run"
    arguments = asked(site, base, run)
    assert call(*arguments, "--samples", "1", "--out", str(again))[0] == 1
    for name in FILES:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_what_cannot_be_relied_on_is_refused_with_its_number(
    base: Path, run: Path, tmp_path: Path
) -> None:
    site = write_plot(tmp_path)
    assert call(*asked(site, base, tmp_path))[1] == "E670"
    changed = write_valley(tmp_path / "changed", walled(GAP_ROW))
    assert (
        call(*asked(site, changed, run), "--json", "--no-current")[0] == 1
    )  # its twin
    write_grid(changed / "land_cover.tif", walled(GAP_ROW + 1))
    assert call(*asked(site, changed, run))[1] == "E671"
    bare = write_linkage(report_of(base, table("")), tmp_path / "bare")
    assert call(*asked(site, base, bare))[1] == "E673"
    altered = tmp_path / "altered"
    shutil.copytree(run, altered)
    text = (altered / "resistance.yaml").read_text("utf-8")
    (altered / "resistance.yaml").write_text(text.replace("100", "10"), "utf-8")
    assert call(*asked(site, base, altered))[0] == 2


def test_without_a_model_one_is_built_as_the_command_does(
    base: Path, tmp_path: Path
) -> None:
    site = write_plot(tmp_path)
    own = tmp_path / "own.yaml"
    own.write_text(table(), "utf-8")
    code, told = call(
        "corridors",
        "impact",
        str(site),
        "--base",
        str(base),
        "--resistance",
        str(own),
        "--no-current",
        "--no-mitigation",
        "--json",
        "--as-of",
        DAY.isoformat(),
    )
    assert code == 1
    document, _ = json.JSONDecoder().raw_decode(told[told.index("{") :])
    assert document["counts"]["on_path"] == 1
    assert document["measures"] == []


@pytest.mark.parametrize(
    "site",
    [
        "site: {land_cover: '9', counts_as: [], source: a test}\n",
        "site: {land_cover: '4', counts_as: [noise], source: a test}\n",
        "site: {land_cover: '4', source: a test}\n",
    ],
)
def test_a_table_that_says_nonsense_of_projects_is_refused(site: str) -> None:
    with pytest.raises(ZoningError) as raised:
        model_table_of(table(site))
    assert raised.value.problem.number == "E589"
    assert model_table_of(table()).site is not None


def test_a_check_tells_the_modelled_corridors_by_its_switch(
    base: Path, run: Path, tmp_path: Path
) -> None:
    site = write_plot(tmp_path)
    arguments = ["check", str(site), "--base", str(base), "--as-of", DAY.isoformat()]
    code, _ = call(*arguments, "--out", str(tmp_path / "plain"))
    asked_too = [*arguments, "--corridors", str(run), "--out", str(tmp_path / "both")]
    both, _ = call(*asked_too)

    assert both == 1
    assert code in {0, 1, 4}
    document = json.loads((tmp_path / "both-corridors/impact.json").read_bytes())
    assert document["counts"]["on_path"] == 1
    for name in ("verdict.json", "report.docx", "map.html"):
        plain, other = (tmp_path / one / name for one in ("plain", "both"))
        assert plain.read_bytes() == other.read_bytes(), name


def test_python_gives_the_figures_of_the_command(
    folder: Path, base: Path, run: Path, built: LinkageReport, tmp_path: Path
) -> None:
    """To the last byte, from a run folder and from a model in memory alike."""
    site = write_plot(tmp_path)
    options = zoning.ImpactOptions(samples=1)
    made = zoning.corridor_impact(
        site, base, CorridorTables(built), options=options, as_of=DAY
    )
    place = made.write(tmp_path / "run")
    for name in ("impact.json", "ledger/links.csv", "ledger/measures.csv"):
        assert (place / name).read_bytes() == (folder / name).read_bytes(), name
    read = zoning.corridor_impact(
        zoning.read_sites(site), base, run, options=options, as_of=DAY
    )
    assert read.report.links[0].cost_after == made.report.links[0].cost_after
    assert len(made.measures) == len(made.report.measures)
    assert len(made.links) == len(made.report.links)
    assert list(made.findings["rule"]) == list(states(made.report))


def test_plots_of_one_file_are_one_project_and_a_rejected_one_stops_it() -> None:
    one, other = plot(0, 0, 10, 10), plot(20, 0, 30, 10)
    both = together((one, other))
    assert shapely.area(both.geometry) == 200
    assert both.attributes[PLOTS] == "2"
    assert together((one,)) is one
    refused = replace(other, rejection=Problem(code="IMPACT_OUTSIDE"), geometry=None)
    with pytest.raises(SiteError) as raised:
        together((one, refused))
    assert raised.value.problem.code == "IMPACT_OUTSIDE"


def test_a_remark_is_told_once_on_paper(folder: Path) -> None:
    document = json.loads((folder / "impact.json").read_bytes())
    told = [one["text"]["zh"] for one in document["problems"] + document["remarks"]]
    paper = Document(str(folder / "report.docx"))
    for line in told:
        assert sum(line in one.text for one in paper.paragraphs) == 1, line
