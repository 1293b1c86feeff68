"""Units and list must know each other; no clause is lost in silence."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
import small_base
from plots import ROAD, TODAY, check_plot

from zoning.io.base import open_base
from zoning.model import SiteResult, State, Verdict

PRIORITY, GENERAL = "ZH50023710001", "ZH50023730001"
PLOT = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
"""In the general unit, where no rule of the packs has anything to say."""
HEADER = (
    "条款编号|清单层级|单元编码|管控维度|管控要求|"
    "适用活动|适用行业代码|适用建设性质|管控类型|来源"
)
BAN = "U-{}|单元|{}|空间布局约束|禁止{}|{}|||禁止|示例清单"
Write = Callable[..., Path]


@pytest.fixture
def base_with(tmp_path: Path) -> Write:
    def write(*clauses: str) -> Path:
        folder = small_base.write_base(tmp_path / "base")
        book = openpyxl.Workbook()
        for line in (HEADER, *clauses):
            book.worksheets[0].append(line.split("|"))
        book.save(folder / "access_list.xlsx")
        return folder

    return write


def ban(number: int, code: str, activity: str = "road") -> str:
    return BAN.format(number, code, activity, activity)


HARMLESS = (ban(8, PRIORITY, "wharf"), ban(9, GENERAL, "wharf"))


def checked(folder: Path, shape: Any = PLOT, *, as_of: date = TODAY) -> SiteResult:
    report = check_plot(open_base(folder), shape, ROAD, as_of=as_of)
    return report.sites[0]


def configure(folder: Path, layer: str, entry: str) -> None:
    path = folder / "zoning.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [
        f"  {layer}: {entry}" if line.startswith(f"  {layer}:") else line
        for line in lines
    ]
    assert changed != lines
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")


def change_units(folder: Path, change: Callable[[list[Any]], None]) -> None:
    path = folder / "control_unit.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"])
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def gaps(result: SiteResult) -> dict[tuple[str, str], Mapping[str, str]]:
    return {(g.layer, g.problem.code): g.problem.values for g in result.gaps}


def states(result: SiteResult) -> dict[str, State]:
    return {f.rule_id: f.state for f in result.findings if f.layer == "access_list"}


def test_a_list_that_knows_every_unit_leaves_no_gap(base_with: Write) -> None:
    result = checked(base_with(*HARMLESS))
    assert result.verdict is Verdict.CLEAR
    assert states(result) == {"U-9": State.CLEAR}


@pytest.mark.parametrize(
    "code",
    [
        GENERAL.lower(),
        "ＺＨ５００２３７３０００１",
        "ZH5002373\n0001",
        f" {GENERAL} ",
        f"{PRIORITY}、{GENERAL}",
        f"{PRIORITY}\n{GENERAL}",
        f"{PRIORITY} / {GENERAL}",
    ],
)
def test_a_unit_clause_is_found_however_its_code_is_written(
    base_with: Write, code: str
) -> None:
    result = checked(base_with(*HARMLESS, ban(1, code)))
    assert result.verdict is Verdict.PROHIBITED
    assert states(result)["U-1"] is State.PROHIBITED
    assert gaps(result) == {}


def test_the_code_of_the_layer_is_read_as_freely(base_with: Write) -> None:
    folder = base_with(*HARMLESS, ban(1, GENERAL))

    def dress(features: list[Any]) -> None:
        for feature in features:
            code = feature["properties"]["HJZHGKDYBM"]
            feature["properties"]["HJZHGKDYBM"] = f" {code.lower()} "

    change_units(folder, dress)
    result = checked(folder)
    assert states(result)["U-1"] is State.PROHIBITED
    assert [unit.code for unit in result.units] == [GENERAL]


def test_one_clause_of_two_units_is_one_finding_over_both(base_with: Write) -> None:
    astride = shapely.box(399_900, 3_432_100, 400_300, 3_432_200)
    result = checked(base_with(*HARMLESS, ban(1, f"{PRIORITY}、{GENERAL}")), astride)
    found = [f for f in result.findings if f.rule_id == "U-1"]
    assert len(found) == 1
    assert {feature.id for feature in found[0].features} == {PRIORITY, GENERAL}
    assert found[0].share == pytest.approx(1.0, abs=1e-9)
    assert found[0].overlap_m2 == pytest.approx(40_000, rel=1e-3)


def test_a_code_that_no_unit_bears_is_a_gap_everywhere(base_with: Write) -> None:
    result = checked(base_with(*HARMLESS, ban(1, "ZH50023739999")))
    assert result.verdict is Verdict.UNDETERMINED
    values = gaps(result)["access_list", "CLAUSE_UNIT_UNKNOWN"]
    assert values["codes"] == "ZH50023739999"


def test_a_unit_that_the_list_passes_over_is_a_gap_there(base_with: Write) -> None:
    folder = base_with(ban(8, PRIORITY, "wharf"))
    result = checked(folder)
    assert result.verdict is Verdict.UNDETERMINED
    assert gaps(result)["access_list", "UNIT_WITHOUT_CLAUSE"]["codes"] == GENERAL
    elsewhere = checked(folder, shapely.box(391_000, 3_434_000, 391_050, 3_434_050))
    assert ("access_list", "UNIT_WITHOUT_CLAUSE") not in gaps(elsewhere)


def test_a_list_of_county_clauses_needs_none_by_unit(base_with: Write) -> None:
    county = ban(1, "").replace("单元", "区县总体").replace("road", "wharf")
    assert checked(base_with(county)).verdict is Verdict.CLEAR


def test_a_unit_clause_without_a_code_is_a_gap(base_with: Write) -> None:
    result = checked(base_with(*HARMLESS, ban(1, "")))
    assert result.verdict is Verdict.UNDETERMINED
    assert gaps(result)["access_list", "CLAUSE_WITHOUT_UNIT"]["clauses"] == "U-1"


def test_a_doubt_about_one_clause_does_not_silence_a_ban(base_with: Write) -> None:
    result = checked(base_with(*HARMLESS, ban(1, GENERAL), ban(2, GENERAL, "桥隧")))
    assert states(result)["U-1"] is State.PROHIBITED
    assert states(result)["U-2"] is State.REVIEW
    assert ("access_list", "UNKNOWN_CLASS_VALUE") in gaps(result)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        ("authority: draft", "AUTHORITY_NOT_STATUTORY"),
        ('valid_to: "2020-01-01"', "EDITION_NOT_VALID"),
        ('valid_from: "2099-01-01"', "EDITION_NOT_VALID"),
    ],
)
def test_a_list_that_does_not_count_carries_neither_clear_nor_ban(
    base_with: Write, standing: str, code: str
) -> None:
    folder = base_with(*HARMLESS, ban(1, GENERAL))
    configure(folder, "access_list", f"{{path: access_list.xlsx, {standing}}}")
    result = checked(folder)
    assert result.verdict is Verdict.UNDETERMINED
    assert ("access_list", code) in gaps(result)
    assert states(result) == {"UNIT-001": State.NOT_CHECKED}


def absent(day: str) -> str:
    return f'{{absent: true, statement: 本县未编制, source: 某局, date: "{day}"}}'


def test_a_list_declared_absent_is_honoured(base_with: Write) -> None:
    folder = base_with(*HARMLESS, ban(1, GENERAL))
    configure(folder, "access_list", absent("2026-01-01"))
    result = checked(folder)
    assert result.verdict is Verdict.CLEAR
    assert states(result) == {}
    later = checked(folder, as_of=date(2025, 12, 31))
    assert ("access_list", "DECLARED_LATER") in gaps(later)


def test_units_declared_absent_leave_unit_clauses_without_a_place(
    base_with: Write,
) -> None:
    folder = base_with(*HARMLESS)
    configure(folder, "control_unit", absent("2026-01-01"))
    result = checked(folder)
    assert result.verdict is Verdict.UNDETERMINED
    codes = gaps(result)["access_list", "CLAUSE_UNIT_UNKNOWN"]["codes"]
    assert codes == f"{PRIORITY}、{GENERAL}"


def test_a_site_in_no_unit_is_a_gap(base_with: Write) -> None:
    folder = base_with(ban(8, PRIORITY, "wharf"))
    change_units(folder, lambda features: features.pop(1))
    result = checked(folder)
    assert result.verdict is Verdict.UNDETERMINED
    assert gaps(result)["control_unit", "UNIT_GAP"]["share"] == "100.00%"
    astride = checked(folder, shapely.box(399_900, 3_432_100, 400_300, 3_432_200))
    assert gaps(astride)["control_unit", "UNIT_GAP"]["share"] == "75.00%"


def test_a_sliver_between_units_is_no_gap(base_with: Write) -> None:
    folder = base_with(*HARMLESS)

    def withdraw(features: list[Any]) -> None:
        ring = features[1]["geometry"]["coordinates"][0]
        for point in ring:
            if point[0] == 400_000:
                point[0] += 0.004

    change_units(folder, withdraw)
    astride = shapely.box(399_950, 3_432_100, 400_050, 3_432_200)
    assert ("control_unit", "UNIT_GAP") not in gaps(checked(folder, astride))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.LineString([(399_913.7, 3_432_101.3), (400_207.1, 3_432_177.9)]),
        shapely.LineString([(400_000, 3_432_100), (400_000, 3_432_300)]),
        shapely.Point(400_000, 3_432_100),
    ],
)
def test_a_line_across_or_along_the_seam_of_units_lies_in_units(
    base_with: Write, shape: Any
) -> None:
    result = checked(base_with(*HARMLESS), shape)
    assert ("control_unit", "UNIT_GAP") not in gaps(result)


@pytest.mark.parametrize("level", ["全市总体", "区县总体", "单元"])
def test_a_clause_draws_no_layer_into_conflict(base_with: Write, level: str) -> None:
    code = GENERAL if level == "单元" else ""
    clause = ban(1, code).replace("|单元|", f"|{level}|")
    result = checked(base_with(*HARMLESS, clause))
    assert states(result)["U-1"] is State.PROHIBITED
    assert result.conflicts == ()
