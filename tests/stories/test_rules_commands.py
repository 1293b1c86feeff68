"""`zoning rules`: list by hand and by polygon, show in full, try the examples."""

import json
import re
from pathlib import Path

import pytest
from asking import Answer, CaptureText, ask

from zoning.rules.packs import built_in_packs, read_rule_book
from zoning.rules.schema import Rule

BOOK = read_rule_book(built_in_packs())
TODAY = ("--as-of", "2026-11-23")

PACK = """
schema: zoning/rules/1
id: mine
version: "1"
title: {{zh: 试, en: trial}}
rules:
  - id: TRY-001
    scope: three_lines
    title: {{zh: 压盖永久基本农田, en: on basic farmland}}
    space:
      - {{view: pbf}}
    severity: prohibit
    remedy: [{{zh: 避开, en: keep off}}]
    source: {{document: 试行办法, clause: 第一条, year: "2020"}}
    effective_from: "2020-01-01"
    confidence: verified
    examples:
      - case: bites
        features: [{{layer: permanent_basic_farmland, share: 0.5}}]
        project: {{}}
        state: {state}
        cites: 第一条
      - case: spares
        features: []
        state: CLEAR
{limit}
"""
LIMIT = """
      - case: limit
        features: [{layer: permanent_basic_farmland, overlap: touching}]
        state: CLEAR
"""


def ids(answer: Answer) -> list[str]:
    """Return the first column of a list in a pipe, without its head."""
    return [line.split("\t")[0] for line in answer.out.splitlines()[1:]]


def rule(name: str) -> Rule:
    return next(rule for rule in BOOK.rules if rule.id == name)


def write_pack(folder: Path, *, state: str = "PROHIBITED", limit: str = LIMIT) -> str:
    path = folder / "mine.yaml"
    path.write_text(PACK.format(state=state, limit=limit), encoding="utf-8")
    return str(path)


# ------------------------------------------------------------------------- list
def test_the_list_has_every_rule_once_on_one_line(capsys: CaptureText) -> None:
    answer = ask(capsys, "rules", "list", *TODAY)

    assert answer.code == 0
    assert ids(answer) == [rule.id for rule in BOOK.rules]
    assert f"{len(BOOK.rules)} 条规则" in answer.err


def test_a_row_says_state_title_layer_start_article_and_confidence(
    capsys: CaptureText,
) -> None:
    answer = ask(capsys, "rules", "list", *TODAY)

    row = next(line for line in answer.out.splitlines() if line.startswith("YRL-001\t"))
    assert row.split("\t") == [
        "YRL-001",
        "PROHIBITED 禁止/不符合",
        rule("YRL-001").title.zh,
        "河流",
        "2021-03-01",
        "《长江保护法》第二十六条第二款(罚则第八十八条第(一)项)",
        "已核原文",
        "现行",
    ]


def test_a_scope_lists_its_rules_alone(capsys: CaptureText) -> None:
    answer = ask(capsys, "rules", "list", "--scope", "shoreline", *TODAY)

    assert ids(answer) == [r.id for r in BOOK.rules if r.scope == "shoreline"]


def test_the_packs_of_a_base_are_those_it_names(
    base_folder: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "rules", "list", "--base", str(base_folder), *TODAY)

    named = read_rule_book(("national", "yangtze", "chongqing", "prudence"))
    assert ids(answer) == [rule.id for rule in named.rules]


@pytest.mark.parametrize(
    ("day", "name", "state", "word"),
    [
        ("2026-08-14", "DW-001", "PROHIBITED", "前身"),
        ("2026-08-15", "DW-001", "PROHIBITED", "现行"),
        ("2021-02-28", "YRL-001", "NOT_CHECKED", "条文未收录"),
        ("2026-03-15", "NR-003", "", "已于 2026-03-14 失效"),
        ("2026-03-14", "NR-003", "PROHIBITED", "现行"),
    ],
)
def test_a_day_picks_the_law_and_says_what_is_not_in_force(
    day: str, name: str, state: str, word: str, capsys: CaptureText
) -> None:
    listed = ask(capsys, "rules", "list", "--as-of", day, "--json")
    row = next(row for row in json.loads(listed.out) if row["id"] == name)

    assert row["state"] == state
    assert word in row["standing"]


def test_the_article_listed_is_that_of_the_day(capsys: CaptureText) -> None:
    listed = ask(capsys, "rules", "list", "--as-of", "2024-06-01", "--json")

    row = next(row for row in json.loads(listed.out) if row["id"] == "DW-001")
    assert row["article"] == "《水污染防治法（2017修正）》第六十四条"
    assert row["since"] == "2018-01-01"


# ------------------------------------------------------------- polygon to rules
def test_a_layer_lists_exactly_the_rules_that_read_it(capsys: CaptureText) -> None:
    layer = "permanent_basic_farmland"
    answer = ask(capsys, "rules", "list", "--layer", layer, *TODAY)

    reading = [
        r.id
        for r in BOOK.rules
        if any(BOOK.views[s.view].layer == layer for s in r.space)
    ]
    assert ids(answer) == reading
    assert "PBF-001" in reading


@pytest.mark.parametrize("value", ["level_1", "一级", "一级保护区"])
def test_a_column_rules_out_the_views_it_speaks_against(
    value: str, capsys: CaptureText
) -> None:
    filters = ("--layer", "water_source_zone", "--where", f"level={value}")
    answer = ask(capsys, "rules", "list", *filters, *TODAY)

    assert "DW-002" in ids(answer)  # level 1
    assert "DW-003" not in ids(answer)  # level 2
    assert "DW-001" in ids(answer)  # every statutory zone
    assert "DW-006" not in ids(answer)  # dispersed sources


def test_a_view_that_needs_a_column_not_given_stays_and_says_so(
    capsys: CaptureText,
) -> None:
    filters = ("--layer", "protected_area", "--where", "kind=自然保护区")
    answer = ask(capsys, "rules", "list", *filters, *TODAY)

    row = next(line for line in answer.out.splitlines() if line.startswith("NR-001\t"))
    assert "还要看 zone" in row
    assert "SC-001" not in ids(answer)  # scenic areas


def test_a_number_is_compared_with_the_limit_of_the_view(capsys: CaptureText) -> None:
    def reading(basin: str) -> list[str]:
        where = ("--where", "rank=tributary", "--where", f"basin_km2={basin}")
        return ids(ask(capsys, "rules", "list", "--layer", "river", *where, *TODAY))

    assert "YRL-002" in reading("10000")
    assert "YRL-002" not in reading("9999.9")
    assert "YRL-001" in reading("9999.9")


def test_a_control_unit_points_to_the_access_list(capsys: CaptureText) -> None:
    answer = ask(capsys, "rules", "list", "--layer", "control_unit", *TODAY)

    assert "UNIT-004" in ids(answer)
    assert "准入清单" in answer.err


# ------------------------------------------------------------------------- show
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rule_is_shown_whole(lang: str, capsys: CaptureText) -> None:
    for one in BOOK.rules:
        shown = ask(capsys, "rules", "show", one.id, "--lang", lang, *TODAY).out
        texts = [one.title, *one.remedy, *one.notes]
        texts += [case.title for case in one.exceptions]
        texts += [paper for case in one.exceptions for paper in case.evidence]
        for text in texts:
            assert getattr(text, lang) in shown, one.id
        clauses = [one.source.clause, *(old.clause for old in one.supersedes)]
        for clause in clauses:
            assert clause.split("; ")[0] in shown, one.id
        for space in one.space:
            limit = space.distance_m or 0.0
            if limit > 1:
                assert f"{limit:g}" in shown, one.id


def test_the_day_shown_says_which_article_held(capsys: CaptureText) -> None:
    answer = ask(capsys, "rules", "show", "dw-001", "--as-of", "2024-06-01")

    part = answer.out.split("2024-06-01 这一天")[1]
    assert "本条 2026-08-15 起施行，该日适用前身《水污染防治法（2017修正）》" in part


def test_markdown_is_the_page(capsys: CaptureText) -> None:
    from zoning.report.rule_pages import rule_page

    answer = ask(capsys, "rules", "show", "YRL-001", "--markdown")

    assert answer.out == rule_page(rule("YRL-001"), BOOK)


# ------------------------------------------------------------------------- test
def test_a_pack_whose_examples_hold_is_clean(
    tmp_path: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "rules", "test", write_pack(tmp_path))

    assert answer.code == 0, answer.out
    assert "例子 3 个：3 个符合，0 个不符" in answer.out


def test_an_example_that_fails_says_what_was_expected_and_what_came(
    tmp_path: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "rules", "test", write_pack(tmp_path, state="NOTICE"))

    assert answer.code == 1
    (line,) = [line for line in answer.out.splitlines() if line.startswith("不符")]
    assert "TRY-001 第 1 例（触及）" in line
    assert "应得 NOTICE 提示" in line
    assert "实得 PROHIBITED 禁止/不符合" in line


def test_a_rule_without_a_case_is_named(tmp_path: Path, capsys: CaptureText) -> None:
    answer = ask(capsys, "rules", "test", write_pack(tmp_path, limit=""))

    assert answer.code == 1
    assert "缺例子（临界）1 条：TRY-001" in answer.out


def test_the_day_of_a_pack_is_that_of_its_examples(
    tmp_path: Path, capsys: CaptureText
) -> None:
    path = Path(write_pack(tmp_path, state="NOT_CHECKED"))
    text = path.read_text(encoding="utf-8").replace("        cites: 第一条\n", "")
    early = text.replace("rules:", 'examples_as_of: "2019-06-01"\nrules:')

    path.write_text(text, encoding="utf-8")
    late = ask(capsys, "rules", "test", str(path))
    path.write_text(early, encoding="utf-8")

    assert "实得 PROHIBITED" in late.out
    assert ask(capsys, "rules", "test", str(path)).code == 0


def test_a_malformed_pack_tells_every_problem_with_its_line(
    tmp_path: Path, capsys: CaptureText
) -> None:
    path = Path(write_pack(tmp_path))
    text = path.read_text(encoding="utf-8")
    text = text.replace("severity: prohibit", "severity: forbid")
    text = text.replace("confidence: verified", "confidence: sure")
    path.write_text(text, encoding="utf-8")

    answer = ask(capsys, "rules", "test", str(path))

    assert answer.code == 2
    assert answer.out == ""
    assert len(re.findall(r"^错误 E3\d\d ", answer.err, flags=re.MULTILINE)) == 2
    for word in ("forbid", "sure"):
        line = next(n for n, row in enumerate(text.splitlines(), 1) if word in row)
        assert re.search(rf"mine\.yaml:{line}：", answer.err), word


# --------------------------------------------------------------------- mistakes
@pytest.mark.parametrize(
    ("arguments", "number", "near"),
    [
        (("show", "PBF-01"), "E701", "PBF-001"),
        (("list", "--layer", "farmland"), "E707", "basic_farmland"),
        (("list", "--layer", "river", "--where", "zone=1"), "E708", "rank"),
        (("list", "--layer", "river", "--where", "rank=big"), "E709", "tributary"),
        (("list", "--layer", "river", "--where", "basin_km2=big"), "E709", "10000"),
        (("list", "--layer", "river", "--where", "rank"), "E710", "zone=core"),
        (("list", "--where", "zone=core"), "E710", "--layer"),
        (("list", "--scope", "lines"), "E711", "three_lines"),
    ],
)
def test_a_wrong_name_is_a_usage_error_that_says_what_there_is(
    arguments: tuple[str, ...], number: str, near: str, capsys: CaptureText
) -> None:
    answer = ask(capsys, "rules", *arguments)

    assert answer.code == 2
    assert number in answer.err
    assert near in answer.err
    assert answer.out == ""
