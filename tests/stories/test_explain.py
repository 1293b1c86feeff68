"""`zoning explain`: rule to polygons, polygon to rules, and what would change it."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import plots
import pytest
import shapely
from asking import Answer, CaptureText, ask
from shapely.geometry.base import BaseGeometry

from zoning.check import check
from zoning.errors import Problem
from zoning.model import Base, CheckOptions, Site, State
from zoning.report.explain_facts import FEATURES_LISTED
from zoning.report.verdict import digest_of, verdict_bytes
from zoning.rules.packs import read_rule_book

FARM = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)
"""100 m by 50 m of F1 and 50 m by 50 m of F2."""
PLANT = shapely.box(408_300, 3_436_000, 408_400, 3_436_100)
"""500 m west of the river 小河, whose shore is x = 408 900."""
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
SCREEN = shapely.box(393_000, 3_447_500, 393_100, 3_447_600)
SLIVER = shapely.box(399_900, 3_435_050, 400_000.005, 3_435_060)
"""5 mm by 10 m of F1: within boundary error."""
CHEMICAL = plots.ROAD | {"activity": "chemical_project", "industry_code": "C2614"}
SILENT = {key: plots.ROAD[key] for key in ("approval_level",)}


def named(name: str, shape: BaseGeometry, project: Mapping[str, str]) -> Site:
    return replace(plots.site(shape, project), id=name, name=f"{name} 地块")


@pytest.fixture(scope="module")
def run(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder: farmland, a plant by the river, a town plot, two that fail."""
    spoilt = replace(
        named("bad", TOWN, plots.ROAD),
        geometry=None,
        rejection=Problem(code="NO_SITES", values={"path": "bad.txt"}),
    )
    sites = (
        named("farm", FARM, plots.ROAD),
        named("plant", PLANT, CHEMICAL),
        named("town", TOWN, plots.ROAD),
        named("silent", PLANT, SILENT),
        named("screen", SCREEN, plots.ROAD),
        named("sliver", SLIVER, plots.ROAD),
        spoilt,
    )
    options = CheckOptions(as_of=plots.TODAY)
    report = check(sites, base, read_rule_book(base.packs), options=options)
    folder = tmp_path_factory.mktemp("结果 run")
    (folder / "verdict.json").write_bytes(verdict_bytes(report))
    return folder


def document(run: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((run / "verdict.json").read_text("utf-8"))
    return loaded


def altered(folder: Path, value: dict[str, Any], *, sign: bool) -> Path:
    """Write a document as another run, its digest made to fit or not."""
    if sign:
        value["digest"] = digest_of(value)
    file = folder / "verdict.json"
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return folder


def finding(run: Path, site: str, rule: str) -> dict[str, Any]:
    one = next(s for s in document(run)["sites"] if s["id"] == site)
    found: dict[str, Any] = next(f for f in one["findings"] if f["rule_id"] == rule)
    return found


def block(answer: Answer, rule: str) -> str:
    """Return the lines of one finding."""
    parts = re.split(r"\n(?=[A-Z]+-\d{3}  )", answer.out)
    return next(part for part in parts if part.startswith(f"{rule}  "))


# ---------------------------------------------------------------- a whole run
def test_every_site_has_its_verdict_in_both_languages(
    run: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "explain", str(run))

    assert answer.code == 0
    for line in (
        "farm farm 地块  PROHIBITED 禁止",
        "plant plant 地块  PROHIBITED 禁止",
        "town town 地块  CLEAR 无冲突",
        "bad bad 地块  REJECTED 输入不合格",
    ):
        assert line in answer.out
    assert "E503" in answer.out  # why the rejected site was not checked
    assert "核查日期 2026-11-23" in answer.out


def test_every_finding_that_is_not_clear_is_told_and_no_other(
    run: Path, capsys: CaptureText
) -> None:
    for site in document(run)["sites"]:
        answer = ask(capsys, "explain", str(run), "--site", site["id"])
        told = set(re.findall(r"^([A-Z]+-\d{3})  ", answer.out, flags=re.MULTILINE))
        for one in site["findings"]:
            place = one["view"].startswith("clause_") or one["state"] == "NOT_CHECKED"
            if one["state"] == "CLEAR":
                assert one["rule_id"] not in told
            else:
                assert one["rule_id"] in (answer.out if place else told), site["id"]


def test_every_gap_is_told_once_with_its_cure_and_the_rules_it_holds_up(
    run: Path, capsys: CaptureText
) -> None:
    silent = next(s for s in document(run)["sites"] if s["id"] == "silent")
    answer = ask(capsys, "explain", str(run), "--site", "silent")

    assert silent["gaps"]
    for gap in silent["gaps"]:
        line = f"{gap['number']} {gap['text']['zh']}。{gap['cure']['zh']}"
        assert answer.out.count(f"  - {line}\n") == 1
        held = answer.out.split(f"  - {line}\n")[1].splitlines()[0]
        assert gap["rule_id"] in held
    assert "YRL-001（最坏 PROHIBITED 禁止/不符合）" in answer.out


# --------------------------------------------------------------- fact and change
def test_the_plant_is_told_its_distance_the_limit_and_how_far_to_move(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "YRL-001", "--site", "plant"), "YRL-001"
    )

    distance = finding(run, "plant", "YRL-001")["distance_m"]
    assert distance == pytest.approx(500, abs=0.2)
    assert f"“小河”（编号 H2，按水面边线量算）{distance:.2f} 米" in text
    assert "恰为 1000 米也算" in text
    assert "《长江保护法》第二十六条第二款" in text
    assert "2021-03-01 起施行，已核原文" in text
    assert "条文禁止" in text
    (further,) = re.findall(r"至少再远 ([\d.]+) 米", text)
    assert float(further) + distance == pytest.approx(1000, abs=0.005)
    assert "移动后同样须在其外" in text  # the rule reads the main stem too
    assert "项目活动类型=化工项目" in text


def test_the_farmland_is_told_its_square_metres_and_what_to_give_up(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "PBF-001", "--site", "farm"), "PBF-001"
    )

    area = finding(run, "farm", "PBF-001")["overlap_m2_deduplicated"]
    assert area == pytest.approx(7500, rel=1e-3)
    assert f"{area:.2f} 平方米），占选址 100.00%" in text
    rows = dict(re.findall(r"- (F\d) ([\d.]+) 平方米", text))
    assert float(rows["F1"]) == pytest.approx(5000, rel=1e-3)
    assert float(rows["F2"]) == pytest.approx(2500, rel=1e-3)
    assert re.search(rf"退出压盖部分 .*{area:.2f} 平方米", text)


def test_the_ways_out_of_the_law_are_told_with_their_papers(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "PBF-001", "--site", "farm"), "PBF-001"
    )

    rule = next(r for r in read_rule_book(("national",)).rules if r.id == "PBF-001")
    for case in rule.exceptions:
        assert f"例外“{case.title.zh}”" in text
        for paper in case.evidence:
            assert paper.zh in text
    assert "（按所填属性不符合）" in text  # the road is a county project


def test_a_clear_answer_is_told_with_its_evidence(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "PBF-001", "--site", "town"), "PBF-001"
    )

    assert "CLEAR 不涉及" in text
    found = finding(run, "town", "PBF-001")
    assert f"{found['nearest']['distance_m']:.2f} 米" in text
    assert "2 个要素，覆盖 全县" in text
    assert "图层完整、当日有效、覆盖选址" in text
    assert "如何改变" not in text


def test_a_rule_for_other_projects_says_which_part_is_not_met(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "YRL-001", "--site", "town"), "YRL-001"
    )

    assert "项目不属于本条所管" in text
    assert "项目活动类型为化工项目、化工园区" in text


def test_an_unanswered_question_is_told_with_the_worst_it_could_mean(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "YRL-001", "--site", "silent"), "YRL-001"
    )

    assert "NOT_CHECKED 未核查" in text
    questions = finding(run, "silent", "YRL-001")["questions"]
    assert len(questions) == 3
    assert all(question["zh"] in text for question in questions)
    assert "补齐后最坏为 PROHIBITED 禁止/不符合" in text


def test_english_says_the_same_numbers(run: Path, capsys: CaptureText) -> None:
    answer = ask(
        capsys, "explain", str(run), "yrl-001", "--site", "plant", "--lang", "en"
    )

    distance = finding(run, "plant", "YRL-001")["distance_m"]
    assert f"{distance:.2f} m from tributaries “小河”" in answer.out
    assert "exactly 1000 m counts" in answer.out
    assert "PROHIBITED 禁止" in answer.out
    assert "移至" not in answer.out


def test_an_overlap_within_boundary_error_is_told_as_such(
    run: Path, capsys: CaptureText
) -> None:
    text = block(
        ask(capsys, "explain", str(run), "PBF-001", "--site", "sliver"), "PBF-001"
    )

    assert "NOTICE 提示" in text
    assert "0.05 平方米" in text
    assert "边界误差疑似" in text
    assert "核对界址点" in text
    assert "条文禁止" not in text


# ------------------------------------------------------------- polygon to rules
def test_a_polygon_is_told_with_every_finding_that_meets_it(
    run: Path, capsys: CaptureText
) -> None:
    answer = ask(
        capsys, "explain", str(run), "--feature", "permanent_basic_farmland:F1"
    )

    met = {
        one["rule_id"]
        for site in document(run)["sites"]
        for one in site["findings"]
        if one["layer"] == "permanent_basic_farmland"
        and "F1" in {feature["id"] for feature in one["features"]}
    }
    assert "PBF-001" in met
    part = answer.out.split("触及")[1].split("作为最近要素")[0]
    assert set(re.findall(r"^    ([A-Z]+-\d{3}) ", part, flags=re.MULTILINE)) == met


def test_a_river_within_the_distance_of_a_rule_is_told_apart(
    run: Path, capsys: CaptureText
) -> None:
    answer = ask(
        capsys, "explain", str(run), "--feature", "river:H2", "--site", "plant"
    )

    within = answer.out.split("在规则的距离以内")[1].split("作为最近要素")[0]
    assert "YRL-001 PROHIBITED 禁止/不符合" in within
    assert "RIV-002" not in within


def test_a_control_unit_is_told_with_the_clauses_of_its_list(
    run: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "explain", str(run), "--feature", "control_unit:ZH50023730001")

    clauses = {
        one["rule_id"]
        for site in document(run)["sites"]
        for one in site["findings"]
        if one["layer"] == "access_list"
        and "ZH50023730001" in {feature["id"] for feature in one["features"]}
    }
    assert clauses
    assert all(clause in answer.out for clause in clauses)


def test_a_polygon_that_no_finding_names_is_not_called_clear(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    name = "permanent_basic_farmland:F9"
    answer = ask(capsys, "explain", str(run), "--feature", name)
    assert answer.code == 0
    assert "没有结论提到这个要素" in answer.out
    assert "不涉及" not in answer.out

    cut = document(run)
    farm = next(s for s in cut["sites"] if s["id"] == "farm")
    one = next(f for f in farm["findings"] if f["rule_id"] == "PBF-001")
    one["features"] = [one["features"][0]] * FEATURES_LISTED
    folder = altered(tmp_path, cut, sign=True)
    answer = ask(capsys, "explain", str(folder), "--feature", name)
    assert "可能在其余之中" in answer.out


# ------------------------------------------------------------------ what is wrong
def test_an_altered_verdict_is_said_loudly_and_fails(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    forged = document(run)
    forged["sites"][0]["verdict"] = "CLEAR"
    folder = altered(tmp_path, forged, sign=False)

    answer = ask(capsys, "explain", str(folder))

    assert answer.code == 3
    assert answer.out.startswith("!!")
    assert "E407" in answer.err


def test_a_pack_that_changed_since_is_not_quoted(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    old = document(run)
    for pack in old["packs"]:
        pack["sha256"] = "0" * 64
    folder = altered(tmp_path, old, sign=True)

    answer = ask(capsys, "explain", str(folder), "PBF-001", "--site", "farm")

    assert answer.code == 0
    assert "与核查时不同" in answer.out
    assert "例外“" not in answer.out
    assert "退出压盖部分" in answer.out


def test_a_pack_of_the_base_is_quoted_once_the_base_is_named(
    run: Path, base_folder: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    own = document(run)
    own["packs"][0]["id"] = "ours"
    folder = altered(tmp_path, own, sign=True)

    alone = ask(capsys, "explain", str(folder), "PBF-001", "--site", "farm")
    assert "规则包 ours 不随程序提供" in alone.out

    beside = ("--base", str(base_folder))
    named = ask(capsys, "explain", str(run), "PBF-001", "--site", "farm", *beside)
    assert "不随程序提供" not in named.out
    assert "例外“" in named.out


@pytest.mark.parametrize(
    ("arguments", "number", "near"),
    [
        (("YRL-01",), "E702", "YRL-001"),
        (("--site", "frm"), "E703", "farm"),
        (("--feature", "F1"), "E704", "permanent_basic_farmland"),
        (("--feature", "farmland:F1"), "E704", "permanent_basic_farmland"),
    ],
    ids=["rule", "site", "no layer", "unknown layer"],
)
def test_unknown_names_are_usage_errors_that_name_what_is_like_them(
    run: Path,
    arguments: tuple[str, ...],
    number: str,
    near: str,
    capsys: CaptureText,
) -> None:
    answer = ask(capsys, "explain", str(run), *arguments)

    assert answer.code == 2
    assert answer.out == ""
    assert number in answer.err
    assert near in answer.err


def test_the_file_itself_may_be_named(run: Path, capsys: CaptureText) -> None:
    folder = ask(capsys, "explain", str(run))

    assert ask(capsys, "explain", str(run / "verdict.json")) == folder


@pytest.mark.parametrize(
    ("content", "code", "number"),
    [
        (None, 2, "E705"),
        (b"{}", 3, "E706"),
        (b"\xff\xfe", 3, "E706"),
        (b"[1]", 3, "E706"),
    ],
    ids=["absent", "other schema", "no text", "no object"],
)
def test_what_is_no_verdict_is_refused(
    tmp_path: Path, content: bytes | None, code: int, number: str, capsys: CaptureText
) -> None:
    if content is not None:
        (tmp_path / "verdict.json").write_bytes(content)

    answer = ask(capsys, "explain", str(tmp_path))

    assert answer.code == code
    assert number in answer.err


def test_a_verdict_with_a_part_missing_is_refused_not_guessed(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    broken = document(run)
    del broken["sites"][0]["findings"][0]["state"]
    folder = altered(tmp_path, broken, sign=True)

    answer = ask(capsys, "explain", str(folder))

    assert answer.code == 3
    assert "E706" in answer.err


def test_every_finding_has_a_fact_and_a_reason_in_words(
    run: Path, capsys: CaptureText
) -> None:
    findings = [one for site in document(run)["sites"] for one in site["findings"]]
    assert {one["state"] for one in findings} == set(map(str, State))
    for rule in {one["rule_id"]: None for one in findings}:
        count = sum(one["rule_id"] == rule for one in findings)
        for lang, fact, why in (("zh", "事实：", "缘由："), ("en", "Fact:", "Why:")):
            answer = ask(capsys, "explain", str(run), rule, "--lang", lang)
            assert len(re.findall(rf"{fact}\s*\S", answer.out)) == count, rule
            assert len(re.findall(rf"{why}\s*\S", answer.out)) == count, rule
