"""What a corridor model is refused for, with number and cure, each with its twin."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from modelling import report_of
from valley import LAND, land_cover, table_text, write_valley

from zoning.cli import cli
from zoning.errors import ZoningError
from zoning.linkage.table import model_table_of, packaged_table
from zoning.linkage.values import BuildOptions

SLOPE = "  slope: {weight: '1', source: a test, bands: {'25': '1', inf: '50'}}\n"
NOISE = "  noise: {weight: '1', source: a test, classes: {'1': '1'}}\n"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_valley(tmp_path_factory.mktemp("good"))


def number(
    folder: Path, text: str | None = None, options: BuildOptions | None = None
) -> str:
    """Return the number of the message that a model is refused with."""
    with pytest.raises(ZoningError) as raised:
        report_of(folder, text, options)
    problem = raised.value.problem
    assert all(problem.cure(lang) for lang in ("zh", "en"))
    return problem.number


def test_no_elevation_is_refused_where_slope_is_a_factor(tmp_path: Path) -> None:
    folder = write_valley(tmp_path, left_out=("dem",))
    assert number(folder, table_text(LAND + SLOPE)) == "E210"
    assert report_of(folder).model.links  # the twin: a table that asks for none


def test_no_land_cover_is_refused(tmp_path: Path, good: Path) -> None:
    assert number(write_valley(tmp_path, left_out=("land_cover",))) == "E210"
    assert report_of(good, table_text(LAND + SLOPE)).model.links


@pytest.mark.parametrize("layer", ["ecological_redline", "protected_area", "road"])
def test_a_layer_that_the_model_needs_is_never_taken_for_empty(
    tmp_path: Path, layer: str
) -> None:
    road = (
        "  distance_to_road: "
        "{weight: '1', source: a test, bands: {'500': '9', inf: '1'}}\n"
    )
    text = table_text(LAND + road)
    assert number(write_valley(tmp_path / "missing", left_out=(layer,)), text) == "E210"
    twin = write_valley(tmp_path / "absent", left_out=(layer,))
    with (twin / "zoning.yaml").open("a", encoding="utf-8") as settings:
        settings.write(
            f"  {layer}: {{absent: true, statement: none, source: the office, "
            "date: 2024-12-31}\n"
        )
    assert report_of(twin, text).model.links


def test_grids_of_another_crs_are_refused_with_the_call(tmp_path: Path) -> None:
    folder = write_valley(tmp_path, epsg=4490)
    with pytest.raises(ZoningError) as raised:
        report_of(folder)
    assert raised.value.problem.number == "E594"
    assert "gdalwarp -t_srs EPSG:4546" in raised.value.problem.cure("en")


def test_one_source_is_no_net(good: Path) -> None:
    alone = table_text(least_patch_m2="1000000000")
    assert number(good, alone) == "E597"
    assert number(good, table_text(least_protected_m2="1e12", patches="1")) == "E597"
    assert len(report_of(good, table_text(patches="1")).model.sources) == 2


def test_no_source_at_all_says_so(good: Path) -> None:
    nothing = table_text(least_patch_m2="1e12", least_protected_m2="1e12")
    assert number(good, nothing) == "E597"


def test_a_land_cover_without_values_is_refused(tmp_path: Path) -> None:
    folder = write_valley(tmp_path, np.full((200, 200), np.nan))
    assert number(folder) == "E545"


def test_a_gap_in_a_grid_leaves_the_model_incomplete(
    tmp_path: Path, good: Path
) -> None:
    cover = land_cover()
    cover[150:, :] = np.nan
    report = report_of(write_valley(tmp_path, cover))
    assert [one.number for one in report.model.problems] == ["E609"]
    assert report.exit_code == 4
    assert report_of(good).exit_code == 0


def test_sources_that_nothing_joins_are_refused(tmp_path: Path) -> None:
    cover = land_cover()
    cover[:, 100] = 3.0
    cover[100, :] = 3.0
    assert number(write_valley(tmp_path, cover)) == "E598"


def test_a_class_that_the_table_does_not_know_is_refused(tmp_path: Path) -> None:
    cover = land_cover()
    cover[0, 0] = 8.0
    assert number(write_valley(tmp_path, cover)) == "E591"


def test_a_factor_that_no_base_has_is_refused(good: Path) -> None:
    assert number(good, table_text(LAND + NOISE)) == "E590"


def test_cells_finer_than_the_land_cover_are_refused(good: Path) -> None:
    assert number(good, options=BuildOptions(cell_m=50.0)) == "E595"
    assert number(good, options=BuildOptions(cell_m=float("nan"))) == "E595"
    assert report_of(good, options=BuildOptions(cell_m=100.0)).model.links


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("edge_m: '100'", "edge_m: '0'", "model.edge_m"),
        ("edge_m: '100'", "edge_mm: '100'", "model.edge_mm: unknown"),
        ("patches: '9'", "patches: '1.5'", "model.patches"),
        ("connectivity: '8'", "connectivity: '6'", "model.connectivity"),
        ("swath_share: '0.05'", "swath_share: '5'", "model.swath_share"),
        ("dispersal_probability: '0.5'", "dispersal_probability: '1'", "probability"),
        ("nearest: '1'", "nearest: many", "model.nearest"),
        ("habitat: 'true'", "habitat: 'false'", "no class is habitat"),
        ("habitat: 'true'", "habitat: maybe", "land_cover.1"),
        ("  '2': {zh: 草甸, en: meadow, habitat: 'false'}\n", "", "land_cover.2"),
        ("'3': barrier", "'3': '0'", "land_cover"),
        ("assumption: 'false'\n", "", "assumption"),
    ],
)
def test_a_bad_table_is_refused_by_the_key(old: str, new: str, fault: str) -> None:
    text = table_text()
    assert model_table_of(text).cover
    assert old in text
    with pytest.raises(ZoningError) as raised:
        model_table_of(text.replace(old, new, 1))
    assert raised.value.problem.number == "E589"
    assert fault in raised.value.problem.values["faults"]


@pytest.mark.parametrize("name", ["worldcover", "demo"])
def test_the_tables_of_the_package_say_that_they_are_assumed(name: str) -> None:
    table = packaged_table(name)
    assert table.resistance.assumption
    assert all("assumed" in one.source for one in table.resistance.factors)
    printed = CliRunner().invoke(cli, ["corridors", "table", name])
    assert model_table_of(printed.output).resistance == table.resistance


def test_a_real_base_must_name_its_table(tmp_path: Path) -> None:
    folder = write_valley(tmp_path / "base", demo="false")
    call = ["corridors", "build", "--base", str(folder), "--json"]
    refused = CliRunner().invoke(cli, call)
    assert isinstance(refused.exception, ZoningError)
    assert refused.exception.problem.number == "E593"
    own = tmp_path / "own.yaml"
    own.write_text(table_text(), encoding="utf-8")
    given = CliRunner().invoke(
        cli, [*call, "--resistance", str(own)], standalone_mode=False
    )
    assert given.exception is None
    assert given.return_value == 0


@pytest.mark.parametrize("given", ["--samples=-1", "--spread=0", "--spread=nan"])
def test_samples_that_say_nothing_are_refused(good: Path, given: str) -> None:
    call = ["corridors", "build", "--base", str(good), "--json", given]
    refused = CliRunner().invoke(cli, call)
    assert isinstance(refused.exception, ZoningError)
    assert refused.exception.problem.number == "E619"


def test_a_table_that_is_not_there_or_no_text_is_refused(
    tmp_path: Path, good: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00name")
    for path in (tmp_path / "none.yaml", broken):
        call = ["corridors", "build", "--base", str(good), "--resistance", str(path)]
        refused = CliRunner().invoke(cli, call)
        assert isinstance(refused.exception, ZoningError)
        assert refused.exception.problem.number == "E589"


def test_a_folder_in_use_is_refused_before_the_long_work(
    tmp_path: Path, good: Path
) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    call = ["corridors", "build", "--base", str(good), "--out", str(tmp_path)]
    refused = CliRunner().invoke(cli, call)
    assert isinstance(refused.exception, ZoningError)
    assert refused.exception.problem.code == "RUN_EXISTS"
    assert not refused.output  # not even the base was opened
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
