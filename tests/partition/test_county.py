"""The county divided by line, township and unit, to closure."""

import csv
import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import one_map_county
import pytest
import shapely
import small_base
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import LayerError
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions
from zoning.partition import REST, Partition, partition_county
from zoning.report.one_map.book import Table, csv_bytes
from zoning.report.one_map.partition_tables import close_partition, partition_tables
from zoning.samples.places import sample_folder

OPTIONS = CheckOptions(as_of=date(2026, 11, 23))
TOWN = "urban_development_boundary"
# plane m², by pencil: see one_map_county
BY_LINE = {
    ("ecological_redline", ""): 1300 * 1100
    - 100 * 100
    - 20000
    - 10000
    + 250000
    - 50000,
    ("ecological_redline", "permanent_basic_farmland"): 20000 + 10000,
    ("ecological_redline", f"{TOWN}.elastic"): 50 * 1000,
    ("permanent_basic_farmland", ""): 80000 + 20000,
    ("permanent_basic_farmland", f"{TOWN}.concentrated"): 10000,
    (f"{TOWN}.concentrated", ""): 700_000 - 10_000,
    (f"{TOWN}.elastic", ""): 300_000 - 50_000,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return open_base(one_map_county.write_county(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def found(base: Base) -> Partition:
    return partition_county(base, OPTIONS)


def total(found: Partition, rows: NDArray[np.bool_]) -> float:
    return math.fsum(found.area_plane_m2[rows].tolist())


def test_every_line_has_the_ground_that_a_pencil_gives_it(found: Partition) -> None:
    for (line, also), area in BY_LINE.items():
        rows = (found.line == line) & (found.also == also)
        assert total(found, rows) == pytest.approx(area, abs=0.05), (line, also)
    rest = 4000 * 4000 - sum(BY_LINE.values())
    assert total(found, found.line == REST) == pytest.approx(rest, abs=0.1)


def test_townships_and_units_have_their_own_ground(found: Partition) -> None:
    for own in (found.township, found.unit):
        assert {str(code) for code in own} - {""} == set(own)
        for code in set(own):
            assert total(found, own == code) == pytest.approx(8_000_000, abs=0.05)


def test_the_pieces_are_a_valid_coverage_that_closes_to_the_county(
    found: Partition, base: Base
) -> None:
    county = np.array([base.county], dtype=object)

    assert shapely.coverage_is_valid(found.geometry)
    assert abs(found.residual_m2) <= 1e-9 * found.control_m2
    assert found.control_m2 == pytest.approx(
        float(measure.area_m2(county, base.crs)[0]), rel=1e-15
    )
    assert found.problems == ()


def test_a_missing_line_is_refused_for_the_rest_could_hide_it(tmp_path: Path) -> None:
    folder = one_map_county.write_county(
        tmp_path / "c", without=("permanent_basic_farmland",)
    )

    with pytest.raises(LayerError) as caught:
        partition_county(open_base(folder), OPTIONS)
    assert caught.value.problem.code == "LAYER_MISSING"


def test_a_missing_township_layer_is_told_and_leaves_its_column_empty(
    tmp_path: Path,
) -> None:
    folder = one_map_county.write_county(tmp_path / "c", without=("township",))

    found = partition_county(open_base(folder), OPTIONS)

    assert set(found.township) == {""}
    assert [p.code for p in found.problems] == ["LAYER_MISSING"]
    assert abs(found.residual_m2) <= 1e-9 * found.control_m2


def test_a_layer_that_overlaps_itself_is_reported_and_counted_once(
    tmp_path: Path,
) -> None:
    double = [
        *one_map_county.FARMLAND,
        (one_map_county.box(500, 300, 700, 500), {"BSM": "F9", "DLBM": "0101"}),
    ]
    folder = one_map_county.write_county(
        tmp_path / "c", permanent_basic_farmland=(double, 4546)
    )

    found = partition_county(open_base(folder), OPTIONS)

    problem = next(p for p in found.problems if p.code == "LAYER_COVERS_TWICE")
    assert "F1+F9" in problem.text("en")
    assert [(p.first, p.second) for p in found.twice] == [("F1", "F9")]
    assert found.twice[0].area_m2 == pytest.approx(10_000, rel=1e-3)
    rows = (found.line == "permanent_basic_farmland") & (found.also == "")
    assert total(found, rows) == pytest.approx(100_000 + 30_000, abs=0.05)


def test_ground_that_a_line_does_not_cover_is_never_called_free(tmp_path: Path) -> None:
    folder = one_map_county.write_county(tmp_path / "c")
    half = one_map_county.box(0, 0, 2000, 4000)
    small_base.write_geojson(folder / "half.geojson", [(half, {})])
    config = folder / "zoning.yaml"
    said = config.read_text(encoding="utf-8").replace(
        "ecological_redline.geojson, coverage: county",
        "ecological_redline.geojson, coverage: half.geojson",
    )
    config.write_text(said, encoding="utf-8")

    found = partition_county(open_base(folder), OPTIONS)

    free = found.geometry[found.line == REST]
    east = one_map_county.box(2000, 0, 4000, 4000)
    assert shapely.area(shapely.intersection(free, east)).sum() < 0.1
    assert "not_known" in set(found.line)


def rows_of(table: Table) -> list[list[str]]:
    text = csv_bytes(table).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_every_table_adds_up_to_the_county_to_the_last_digit(found: Partition) -> None:
    closed = close_partition(found)
    tables = {table.name: table for table in partition_tables(closed, "en")}
    county = closed.control["m2"]

    for name, first in (("by_township", 2), ("by_unit", 2)):
        *rows, last = tables[name].rows
        for column in range(first, len(last)):
            assert sum(Decimal(str(row[column])) for row in rows) == last[column]
        assert last[-1] == county
        for row in rows:
            assert sum(Decimal(str(cell)) for cell in row[first:-1]) == row[-1]
    pieces = tables["pieces"].rows
    for column, key in ((6, "m2"), (7, "ha"), (8, "mu"), (9, "plane_m2")):
        assert sum(Decimal(str(row[column])) for row in pieces) == closed.control[key]
    by_line = tables["by_line"].rows
    assert [row[1] for row in by_line[:-1]] == [
        sum((cell for piece, cell in zip(pieces, closed.area["m2"], strict=True)
             if piece[4] == row[0]), Decimal(0))
        for row in by_line[:-1]
    ]  # fmt: skip
    assert rows_of(tables["by_line"])[-1][1] == str(county)


@pytest.mark.slow
def test_the_sample_county_is_divided_and_its_planted_overlaps_are_found() -> None:
    source = sample_folder()
    assert source is not None
    with (source / "planted_faults.csv").open(encoding="utf-8-sig") as stream:
        planted = [row for row in csv.DictReader(stream) if row["kind"] == "overlap"]

    base = open_base(source)
    found = partition_county(base, OPTIONS)

    twice: dict[frozenset[str], float] = {}
    for line, also, area in zip(
        found.line, found.also, found.area_plane_m2, strict=True
    ):
        if also:
            pair = frozenset(one.partition(".")[0] for one in (line, also))
            twice[pair] = twice.get(pair, 0.0) + float(area)
    assert set(twice) == {
        frozenset((row["layer"], row["other_layer"])) for row in planted
    }
    for row in planted:
        pair = frozenset((row["layer"], row["other_layer"]))
        assert twice[pair] == pytest.approx(float(row["area_m2"]), rel=1e-3)
    assert abs(found.residual_m2) <= 1e-9 * found.control_m2
    assert shapely.coverage_is_valid(found.geometry)
