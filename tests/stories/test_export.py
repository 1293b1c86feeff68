"""`zoning export`: a stored run goes to QGIS, ArcMap and GeoServer, base or no base."""

import csv
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import plots
import pyogrio
import pytest
import shapely
from asking import Answer, CaptureText, ask

from zoning.check import check
from zoning.cli.export_command import FORMATS
from zoning.errors import Problem
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report, Site
from zoning.report import export
from zoning.report.run import write_run
from zoning.rules.packs import read_rule_book

FARM = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
LINE = shapely.LineString([(400_050, 3_435_120), (400_400, 3_435_130)])
PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qml"}


def named(key: str, name: str, shape: Any) -> Site:
    return replace(plots.site(shape, plots.ROAD), id=key, name=name)


@pytest.fixture(scope="module")
def report(base: Base) -> Report:
    spoilt = replace(
        named("bad", "坏地块", TOWN),
        geometry=None,
        rejection=Problem(code="NO_SITES", values={"path": "bad.txt"}),
    )
    sites = (
        named("farm", "=1+1 占农田的地块", FARM),
        named("town", "镇上地块", TOWN),
        named("line", "管线", LINE),
        spoilt,
    )
    options = CheckOptions(as_of=plots.TODAY)
    return check(sites, base, read_rule_book(base.packs), options=options)


@pytest.fixture(scope="module")
def run(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(report, tmp_path_factory.mktemp("结果") / "run")


@pytest.fixture(scope="module")
def shared_run(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(report, tmp_path_factory.mktemp("对外") / "run", share=True)


@pytest.fixture
def exported(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> Callable[..., tuple[Path, Answer]]:
    """Export the run with further arguments; return the folder and the answer."""

    def do(*arguments: str, source: Path = run) -> tuple[Path, Answer]:
        out = tmp_path / "交付"
        answer = ask(capsys, "export", str(source), "--out", str(out), *arguments)
        return out, answer

    return do


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }


def frame(path: Path, layer: str | None = None) -> Any:
    return gpd.GeoDataFrame(pyogrio.read_dataframe(path, layer=layer))


def test_a_run_holds_a_project_beside_its_package(run: Path, shared_run: Path) -> None:
    listed = json.loads((run / "MANIFEST.json").read_bytes())["files"]

    assert {"result.gpkg", "result.qgs"} <= {entry["name"] for entry in listed}
    assert not list(shared_run.glob("*.qgs"))
    assert not list(shared_run.glob("*.gpkg"))


def test_everything_comes_out_by_default(
    run: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, answer = exported()
    layers = {name for name, _ in pyogrio.list_layers(run / "result.gpkg")}
    layers -= {"layer_styles"}

    assert answer.code == 0
    expected = {"说明.txt", "配色表.csv", "shp/字段别名表.csv", "shp/长文本表.csv"}
    expected |= {"gpkg/result.gpkg", "gpkg/result.qgs"}
    for name in layers:
        expected |= {f"shp/{name}{suffix}" for suffix in PARTS}
        expected |= {f"geojson/{name}.geojson", f"geojson/{name}.qml"}
        expected |= {f"sld/{name}.sld"}
    assert files(out) == expected
    assert str(len(expected)) in answer.err
    assert answer.out == ""


@pytest.mark.parametrize("wanted", FORMATS)
def test_one_format_brings_its_folder_and_the_notes(
    wanted: str, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, answer = exported("--format", wanted)

    assert answer.code == 0
    assert {path.name for path in out.iterdir()} == {wanted, "说明.txt", "配色表.csv"}


def test_the_command_offers_what_can_be_written() -> None:
    assert export.FORMATS == FORMATS


def test_the_package_travels_byte_for_byte(
    run: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, _ = exported("--format", "gpkg")

    for name in ("result.gpkg", "result.qgs"):
        assert (out / "gpkg" / name).read_bytes() == (run / name).read_bytes()


def test_geojson_and_shapefile_lie_where_the_package_has_them(
    run: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, _ = exported("--format", "geojson", "--format", "shp")

    for name, _kind in pyogrio.list_layers(run / "result.gpkg"):
        if name == "layer_styles":
            continue
        package = frame(run / "result.gpkg", name)
        degrees = frame(out / f"geojson/{name}.geojson")
        esri = frame(out / f"shp/{name}.shp")
        assert degrees.crs.to_epsg() == 4490
        assert len(package) == len(degrees) == len(esri)
        assert degrees.site_id.to_list() == package.site_id.to_list()
        assert esri.site_id.to_list() == package.site_id.to_list()
        back = degrees.to_crs(package.crs).geometry.to_numpy()
        apart = shapely.hausdorff_distance(back, package.geometry.to_numpy())
        assert np.all(apart < 0.001)
        assert np.all(shapely.equals(esri.geometry.to_numpy(), package.geometry))


def test_an_exported_shapefile_can_be_checked_again(
    exported: Callable[..., tuple[Path, Answer]],
) -> None:
    out, _ = exported("--format", "shp")

    sites = read_sites([out / "shp/sites.shp"])

    assert [site.rejection for site in sites] == [None, None]
    for site, shape in zip(sites, (FARM, TOWN), strict=True):
        assert site.geometry is not None
        assert site.geometry.symmetric_difference(shape).area == pytest.approx(0)


def test_a_site_without_shape_is_named_in_the_notes(
    exported: Callable[..., tuple[Path, Answer]],
) -> None:
    out, _ = exported("--format", "sld")

    note = (out / "说明.txt").read_text(encoding="utf-8-sig")
    assert "共 4 个选址" in note
    assert "不在图层中的有：bad" in note
    assert "不等于无冲突" in note


def test_the_notes_and_headings_follow_the_language(
    exported: Callable[..., tuple[Path, Answer]],
) -> None:
    out, answer = exported("--lang", "en")

    note = (out / "说明.txt").read_text(encoding="utf-8-sig")
    assert "4 sites; rejected, without shape and in no layer: bad" in note
    assert (out / "配色表.csv").read_text("utf-8-sig").startswith("drawing order")
    assert "exported to" in answer.err


def test_no_cell_of_the_tables_is_a_formula(
    exported: Callable[..., tuple[Path, Answer]],
) -> None:
    out, _ = exported()

    for path in out.rglob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert len({len(row) for row in rows}) == 1
        assert not [c for row in rows for c in row if c.startswith(("=", "+", "@"))]


def test_the_colour_table_has_the_colours_of_the_default_styles(
    run: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, _ = exported("--format", "sld")
    with (out / "配色表.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] == "conflicts"]
    with closing(sqlite3.connect(run / "result.gpkg")) as database:
        (qml,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'conflicts'"
        ).fetchone()
    root = ET.fromstring(qml)  # noqa: S314 (made by the package itself)
    drawn = {
        category.get("value"): symbol.find("layer/prop[@k='color']")
        for category, symbol in zip(
            root.iter("category"),
            root.findall("renderer-v2/symbols/symbol"),
            strict=True,
        )
    }

    assert {row[6] for row in rows} == set(drawn)
    for row in rows:
        prop = drawn[row[6]]
        assert prop is not None
        red, green, blue, alpha = prop.get("v", "").split(",")
        assert row[9] == f"{red},{green},{blue}"
        assert float(row[11]) == pytest.approx(100 - int(alpha) / 2.55, abs=0.6)


def test_two_exports_are_the_same_bytes(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    folders = [tmp_path / name for name in ("one", "另一个")]
    for folder in folders:
        assert ask(capsys, "export", str(run), "--out", str(folder)).code == 0

    one, two = (
        {name: digest(folder / name) for name in files(folder)} for folder in folders
    )
    assert one == two


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_without_a_place_it_goes_beside_the_run_and_never_over_another(
    run: Path, capsys: CaptureText
) -> None:
    for name in ("run-gis", "run-gis-2"):
        assert ask(capsys, "export", str(run), "--format", "sld").code == 0
        assert (run.parent / name / "sld/sites.sld").is_file()

    again = ask(capsys, "export", str(run), "--out", str(run.parent / "run-gis"))
    assert again.code == 3
    assert "E401" in again.err


def test_the_run_stays_as_its_manifest_says(
    run: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    before = {name: digest(run / name) for name in files(run)}

    exported()

    assert {name: digest(run / name) for name in files(run)} == before


# ------------------------------------------------------------ runs to hand out
def test_a_shared_run_exports_its_sites_and_nothing_of_the_base(
    shared_run: Path, base: Base, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    out, answer = exported(source=shared_run)

    assert answer.code == 0
    assert "只含选址" in answer.err
    stems = {Path(name).stem for name in files(out)}
    assert not {s for s in stems if s.startswith(("conflict", "layout", "trim"))}
    layers = {name for name, _ in pyogrio.list_layers(out / "gpkg/result.gpkg")}
    assert layers == {"sites", "sites_lines", "layer_styles"}
    sites = frame(out / "shp/sites.shp")
    assert sites.site_id.to_list() == ["farm", "town"]
    assert sites.crs.to_epsg() == 4490
    back = sites.to_crs(base.crs).geometry
    for shape, own in zip(back, (FARM, TOWN), strict=True):
        assert shape.symmetric_difference(own).area < 0.1
    held = b"".join((out / name).read_bytes() for name in files(out))
    for layer in base.layers.values():
        for name in map(str, layer.attributes.get("name", [])):
            if name not in {"", base.name}:
                assert name.encode() not in held
                assert name.encode("gbk") not in held


def test_a_package_smuggled_into_a_shared_run_is_not_taken(
    run: Path,
    shared_run: Path,
    tmp_path: Path,
    exported: Callable[..., tuple[Path, Answer]],
) -> None:
    copy = Path(shutil.copytree(shared_run, tmp_path / "copy"))
    shutil.copy(run / "result.gpkg", copy)

    out, answer = exported(source=copy)

    assert answer.code == 3
    assert "E406" in answer.err
    assert not out.exists()


# -------------------------------------------------------------- runs not whole
@pytest.mark.parametrize(
    ("name", "number"),
    [("result.gpkg", "E404"), ("verdict.json", "E404"), ("report.docx", None)],
)
def test_an_altered_result_is_not_handed_on(
    run: Path,
    tmp_path: Path,
    exported: Callable[..., tuple[Path, Answer]],
    name: str,
    number: str | None,
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    with (copy / name).open("ab") as file:
        file.write(b" ")

    out, answer = exported(source=copy)

    assert answer.code == (3 if number else 0)
    assert number is None or number in answer.err
    assert out.exists() == (number is None)


def test_what_is_no_run_is_told(
    tmp_path: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    (tmp_path / "empty").mkdir()

    out, answer = exported(source=tmp_path / "empty")

    assert answer.code == 3
    assert "E403" in answer.err
    assert not out.exists()


def test_a_run_of_nothing_but_rejected_sites_exports_an_empty_layer(
    report: Report, tmp_path: Path, exported: Callable[..., tuple[Path, Answer]]
) -> None:
    alone = replace(report, sites=report.sites[-1:])
    for share in (False, True):
        source = write_run(alone, tmp_path / f"run-{share}", share=share)
        out, answer = exported(source=source)

        assert answer.code == 0, answer.err
        assert len(frame(out / "shp/sites.shp")) == 0
        note = (out / "说明.txt").read_text(encoding="utf-8-sig")
        assert "不在图层中的有：bad" in note
        shutil.rmtree(out)
