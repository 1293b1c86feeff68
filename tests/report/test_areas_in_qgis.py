"""What the report says of repeating its numbers in QGIS is true there."""

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
import small_base
from qgis_running import in_qgis, need_qgis

from zoning.check import check
from zoning.io.base import open_base
from zoning.io.sites import read_sites
from zoning.model import CheckOptions
from zoning.report.run import write_run
from zoning.rules.packs import read_rule_book

MEASURING = Path(__file__).with_name("qgis_areas.py")
FARM = shapely.box(400_150, 3_435_050, 400_300, 3_435_150)
PIPE = shapely.LineString([(399_000, 3_434_000), (400_400, 3_435_200)])
PAIRS = (
    ("area_m2", "$area"),
    ("overlap_m2", "$area"),
    ("area_plane_m2", "area($geometry)"),
    ("length_m", "$length"),
)


@pytest.mark.slow
def test_the_field_calculator_gives_areas_and_lengths_to_one_in_a_million(
    base_folder: Path, tmp_path: Path
) -> None:
    need_qgis()
    base = open_base(base_folder)
    path = tmp_path / "sites.geojson"
    small_base.write_geojson(path, [(FARM, {"name": "地块"}), (PIPE, {"name": "管线"})])
    book = read_rule_book(base.packs, base.folder)
    options = CheckOptions(as_of=date(2026, 11, 23))
    report = check(read_sites([path]), base, book, options=options)
    run = write_run(report, tmp_path / "run")

    done = in_qgis(str(MEASURING), str(run / "result.qgs"))

    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout.splitlines()[-1])
    compared = set()
    for layer, rows in told.items():
        for row in rows:
            for field, expression in PAIRS:
                if row.get(field) and row[expression]:
                    assert row[expression] == pytest.approx(row[field], rel=1e-6)
                    compared.add((layer, field))
    assert compared >= {
        ("sites", "area_m2"),
        ("sites", "area_plane_m2"),
        ("conflicts", "overlap_m2"),
        ("sites_lines", "length_m"),
    }
