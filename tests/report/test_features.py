"""`result.gpkg` opens styled in any GIS; `findings.parquet` holds every finding."""

import json
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
from handmade import handmade_report, report_of

from zoning.model import State, Verdict
from zoning.report.features import findings_bytes, site_geojson_bytes, write_features
from zoning.report.qml import layer_qml
from zoning.report.styles import state_colour


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "result.gpkg"
    return write_features(handmade_report(), path)


def read(package: Path, layer: str) -> Any:
    return gpd.GeoDataFrame(pyogrio.read_dataframe(package, layer=layer))


def query(package: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(package)) as database:
        return database.execute(sql).fetchall()


def test_the_same_report_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = write_features(handmade_report(), tmp_path / "其他 名字.gpkg")

    assert again.read_bytes() == package.read_bytes()


def test_it_is_version_one_point_two(package: Path) -> None:
    assert query(package, "PRAGMA user_version") == [(10200,)]


def test_sites_conflicts_sections_and_trims_are_all_there(package: Path) -> None:
    report = handmade_report()
    shown = [result for result in report.sites if result.geometry is not None]
    conflicts = [shape for result in report.sites for shape in result.conflicts]
    trims = [hit for result in report.sites for hit in result.layout if hit.trim]

    layers = [name for name, _ in pyogrio.list_layers(package)]
    rows = {name: len(read(package, name)) for name in layers if name != "layer_styles"}

    assert sum(n for name, n in rows.items() if name.startswith("sites")) == len(shown)
    assert sum(n for name, n in rows.items() if name.startswith("confl")) == len(
        conflicts
    )
    assert rows["trim"] == len(trims) > 0


def test_shapes_keep_their_place_and_their_crs(package: Path) -> None:
    sites = read(package, "sites")
    report = handmade_report()
    by_id = {result.site.id: result.geometry for result in report.sites}

    assert sites.crs.to_string() == report.base.crs
    for site_id, shape in zip(sites.site_id, sites.geometry, strict=True):
        expected = by_id[site_id]
        assert expected is not None
        assert shape.symmetric_difference(expected).area == pytest.approx(0, abs=1e-6)


def test_each_layer_has_one_kind_of_geometry(package: Path) -> None:
    kinds = dict(
        query(
            package, "SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"
        )
    )

    assert kinds["sites"] == "MULTIPOLYGON"
    assert "GEOMETRY" not in kinds.values()


def test_each_layer_has_a_default_style_that_qgis_can_read(package: Path) -> None:
    styles = query(
        package,
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML "
        "FROM layer_styles",
    )
    layers = {name for name, _ in pyogrio.list_layers(package)} - {"layer_styles"}

    assert {row[0] for row in styles} == layers
    for _, column, default, qml in styles:
        assert (column, default) == ("geom", 1)
        root = ET.fromstring(qml)  # noqa: S314 (made by the package itself)
        assert root.find("renderer-v2/symbols/symbol") is not None


def test_conflicts_are_coloured_by_state_with_bilingual_words() -> None:
    root = ET.fromstring(layer_qml("conflicts"))  # noqa: S314 (made by the package itself)
    labels = {c.get("value"): c.get("label") for c in root.iter("category")}

    assert labels[State.PROHIBITED] == "PROHIBITED 禁止/不符合"
    assert set(labels) == set(State)
    colour = state_colour(State.PROHIBITED)
    channels = ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    assert f'v="{channels},255"' in layer_qml("conflicts")
    assert 'type="line"' in layer_qml("conflicts_lines")


def test_a_report_without_shapes_still_makes_a_package(tmp_path: Path) -> None:
    rejected = [s for s in handmade_report().sites if s.verdict == Verdict.REJECTED]

    path = write_features(report_of(*rejected), tmp_path / "none.gpkg")

    assert len(read(path, "sites")) == 0


def test_parquet_holds_every_finding_with_its_numbers() -> None:
    report = handmade_report()
    table = pq.read_table(BytesIO(findings_bytes(report))).to_pylist()
    findings = [finding for result in report.sites for finding in result.findings]

    assert [row["rule_id"] for row in table] == [f.rule_id for f in findings]
    assert [row["overlap_m2"] for row in table] == [
        pytest.approx(f.overlap_m2, abs=1e-6) for f in findings
    ]
    assert findings_bytes(report) == findings_bytes(report)


def test_parquet_of_no_findings_keeps_its_columns() -> None:
    table = pq.read_table(BytesIO(findings_bytes(report_of())))

    assert table.num_rows == 0
    assert {"site_id", "state", "overlap_m2", "clause"} <= set(table.column_names)


def test_shared_sites_are_degrees_with_nothing_but_id_and_verdict() -> None:
    collection = json.loads(site_geojson_bytes(handmade_report()))

    for feature in collection["features"]:
        assert set(feature["properties"]) == {"site_id", "verdict"}
    x, y = collection["features"][0]["geometry"]["coordinates"][0][0]
    assert 105 < x < 115
    assert 28 < y < 34
