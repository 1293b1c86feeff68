"""The run folder of a corridor model: whole, the same bytes, told again."""

import json
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from click.testing import CliRunner
from docx import Document
from map_reading import Tags, page_data
from modelling import DAY, report_of
from PIL import Image
from pyproj import Transformer
from valley import land_cover, table_text, walled, write_grid, write_valley

import zoning
from zoning.cli import cli
from zoning.cli.schema_command import schema_text
from zoning.linkage.outlines import outline_of
from zoning.linkage.values import BuildOptions, LinkageReport
from zoning.report.inline import POLICY
from zoning.report.linkage.grids import NODATA, coloured_current
from zoning.report.linkage.overlay import overlay_picture
from zoning.report.linkage.record import linkage_document
from zoning.report.linkage.run import write_linkage

GAP_ROW = 70
FILES = {
    "MANIFEST.json",
    "corridors.gpkg",
    "corridors.json",
    "corridors.qgs",
    "ledger.xlsx",
    "map.html",
    "report.docx",
    "report.html",
    "resistance.yaml",
    "grids/barrier_gain.tif",
    "grids/corridor_cost.tif",
    "grids/current.tif",
    "grids/pinch_current.tif",
    "grids/resistance.tif",
    "ledger/barriers.csv",
    "ledger/layers.csv",
    "ledger/links.csv",
    "ledger/net.csv",
    "ledger/pinch_points.csv",
    "ledger/remarks.csv",
    "ledger/resistance.csv",
    "ledger/sources.csv",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The valley with a wall that one cell lets through."""
    return write_valley(tmp_path_factory.mktemp("base"), walled(GAP_ROW))


@pytest.fixture(scope="module")
def report(base: Path) -> LinkageReport:
    return report_of(base, options=BuildOptions(samples=2))


@pytest.fixture(scope="module")
def run(report: LinkageReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linkage(report, tmp_path_factory.mktemp("runs") / "one")


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments), standalone_mode=False)
    assert done.exception is None, done.exception
    return int(done.return_value or 0), done.output


def names(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths}


def test_every_file_is_there_and_of_the_same_bytes_elsewhere(
    base: Path, run: Path, tmp_path: Path
) -> None:
    again = write_linkage(
        report_of(base, options=BuildOptions(samples=2)), tmp_path / "b" / "two"
    )

    assert names(run) == FILES
    assert names(again) == FILES
    for name in FILES:
        assert (run / name).read_bytes() == (again / name).read_bytes(), name


def test_the_folder_is_verified_and_an_altered_grid_is_named(
    run: Path, report: LinkageReport, tmp_path: Path
) -> None:
    assert call("verify", str(run))[0] == 0
    other = write_linkage(report, tmp_path / "other", lang="en")
    with (other / "grids/current.tif").open("ab") as grid:
        grid.write(b"0")
    code, told = call("verify", str(other))
    assert code == 1
    assert "grids/current.tif" in told


def test_a_replay_finds_the_same_or_names_what_changed(
    run: Path, tmp_path: Path
) -> None:
    same = write_valley(tmp_path / "same", walled(GAP_ROW))
    assert call("replay", str(run), "--base", str(same))[0] == 0
    other = write_valley(tmp_path / "other", walled(GAP_ROW + 3))
    code, told = call("replay", str(run), "--base", str(other), "--lang", "en")
    assert code == 4
    assert "land_cover" in told
    assert "corridors:" in told


def test_the_document_holds_what_the_model_found(
    run: Path, report: LinkageReport
) -> None:
    document = json.loads((run / "corridors.json").read_bytes())
    assert document == json.loads(json.dumps(linkage_document(report)))
    schema = json.loads(schema_text("corridors"))
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    assert document["counts"] == {"sources": 3, "links": 2}
    assert document["base"]["layers"][-1]["id"] == "protected_area"
    assert {layer["id"] for layer in document["base"]["layers"]} == {
        "county",
        "ecological_redline",
        "land_cover",
        "protected_area",
    }
    found = document["pinch_points"][0]
    to_plane = Transformer.from_crs("EPSG:4490", "EPSG:4546", always_xy=True)
    x, y = to_plane.transform(*found["at"])
    gap = shapely.box(399_900, 3_442_800, 400_200, 3_443_100)
    assert gap.contains(shapely.Point(x, y))


def test_grids_are_cogs_that_hold_the_values(run: Path, report: LinkageReport) -> None:
    with rasterio.open(run / "grids/current.tif") as grid:
        values = grid.read(1)
        assert grid.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert grid.crs.to_epsg() == 4546
        assert tuple(grid.transform)[:6] == report.model.resistance.transform
    current = report.model.current
    assert (values[np.isnan(current)] == NODATA).all()
    known = ~np.isnan(current)
    assert np.allclose(values[known], current[known], rtol=1e-6)


def test_layers_of_the_package_are_styled_and_told_in_words(run: Path) -> None:
    wanted = {"sources", "links", "corridors", "pinch_points", "barriers"}
    with closing(sqlite3.connect(run / "corridors.gpkg")) as package:
        styled = {
            row[0] for row in package.execute("SELECT f_table_name FROM layer_styles")
        }
        rows = package.execute('SELECT link, start, "end", cost FROM links').fetchall()
    assert styled == wanted
    assert [row[:3] for row in rows] == [(1, 1, 2), (2, 1, 3)]
    project = (run / "corridors.qgs").read_text("utf-8")
    assert "最小成本路径" in project
    assert "累积阻力" in project


def test_ledger_and_report_list_every_corridor(run: Path) -> None:
    book = openpyxl.load_workbook(run / "ledger.xlsx")
    assert book.sheetnames[:2] == ["廊道", "源地"]
    links = list(book["廊道"].iter_rows(values_only=True))
    assert links[0][:4] == ("序号", "廊道", "起点源地", "终点源地")
    assert [row[1:4] for row in links[1:]] == [(1, 1, 2), (2, 1, 3)]
    paper = Document(str(run / "report.docx"))
    cells = [
        cell.text for table in paper.tables for row in table.rows for cell in row.cells
    ]
    assert "源地 1 – 源地 2" in cells
    assert "不可通过" in cells
    page = (run / "report.html").read_text("utf-8")
    assert "源地 1 – 源地 2" in page


def test_the_map_carries_the_current_and_asks_no_network(run: Path) -> None:
    page = (run / "map.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert "data:image/png;base64," in page
    assert not [own for _, own in tags.seen if "src" in own or "href" in own]
    assert POLICY in page
    told = page_data(page)
    assert {"source", "link", "swath", "pinch", "barrier"} <= told["told"].keys()
    assert [card["mark"]["word"] for card in told["sites"][:2]] == ["2", "3"]


def test_the_picture_lies_where_the_cells_are(report: LinkageReport) -> None:
    coloured = coloured_current(report.model)
    grid = report.model.resistance
    url, ((south, west), (north, east)) = overlay_picture(coloured, grid)
    from base64 import b64decode

    picture = np.asarray(Image.open(BytesIO(b64decode(url.partition(",")[2]))))
    height, width = picture.shape[:2]
    to_degrees = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
    # the middle of a band of cells east of the gap, all of one class
    x, y = grid.centers()
    lon, lat = to_degrees.transform(x[100], y[GAP_ROW])

    def mercator(degrees: float) -> float:
        return float(np.arctanh(np.sin(np.radians(degrees))))

    top, bottom = mercator(north), mercator(south)
    row = int((top - mercator(lat)) / (top - bottom) * height)
    column = int((lon - west) / (east - west) * width)
    colour = coloured.colours[coloured.classes[GAP_ROW, 100]]
    expected = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert coloured.classes[GAP_ROW, 100] == len(coloured.colours) - 1
    assert picture[row, column, :3].tolist() == expected


def test_the_command_prints_the_document_and_ends_with_four_on_doubt(
    tmp_path: Path,
) -> None:
    cover = land_cover()
    cover[170:, :] = np.nan
    folder = write_valley(tmp_path / "base", cover)
    own = tmp_path / "own.yaml"
    own.write_text(table_text(), encoding="utf-8")
    arguments = ["corridors", "build", "--base", str(folder), "--resistance", str(own)]
    code, told = call(*arguments, "--json", "--as-of", "2026-11-23")
    document, _ = json.JSONDecoder().raw_decode(told[told.index("{") :])
    assert code == 4
    assert document["complete"] is False
    assert document["problems"][0]["number"] == "E609"
    write_grid(folder / "land_cover.tif", land_cover())
    assert call(*arguments, "--json")[0] == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_outline_of_cells_is_their_ground(seed: int, report: LinkageReport) -> None:
    grid = report.model.resistance
    draw = np.random.default_rng(seed)
    mask = draw.random(grid.shape) < draw.uniform(0.0005, 0.01)
    mask[40:60, 30:70] = draw.random((20, 40)) < draw.uniform(0.1, 0.9)
    shape = outline_of(grid, np.flatnonzero(mask))
    assert shape.is_valid
    assert shape.area == mask.sum() * 10_000
    x, y = np.meshgrid(*grid.centers())
    assert (shapely.contains_xy(shape, x, y) == mask).all()


def test_python_gives_the_same_model_as_tables(base: Path, run: Path) -> None:
    found = zoning.build_corridors(base, run / "resistance.yaml", as_of=DAY)
    assert found.links[["start", "end"]].to_numpy().tolist() == [[1, 2], [1, 3]]
    assert found.sources.crs.to_epsg() == 4546
    assert found.corridors.geometry.area.gt(0).all()
    assert found.report.model.resistance.values.shape == (200, 200)
    assert len(found.barriers) <= 3
