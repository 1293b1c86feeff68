"""`zoning.io.project`: attributes are checked against the vocabulary."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from zoning import terms
from zoning.errors import SiteError, UsageError
from zoning.io.project import (
    Projects,
    activities,
    attributes,
    canonical_attributes,
    read_projects,
)

GOOD = """
project: {name: 示例, activity: 化工项目, industry_code: c2614, 建设性质: 新建}
sites:
  DK01: {activity: road, linear: 是, land_permanent_m2: 1200.5}
  甲地块: {discharges_any: false}
  stem: {activity: solar}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "项目.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_canonical(folder: Path) -> None:
    projects = read_projects(written(folder, GOOD))

    assert projects.default == {
        "name": "示例",
        "activity": "chemical_project",
        "industry_code": "C2614",
        "construction_nature": "new",
    }
    assert projects.by_site["DK01"]["linear"] == "true"


def test_a_site_adds_to_and_overrides_the_project(folder: Path) -> None:
    projects = read_projects(written(folder, GOOD))

    merged = projects.for_site("DK01", "甲地块", "stem")

    assert merged["activity"] == "road"
    assert merged["discharges_any"] == "false"
    assert merged["industry_code"] == "C2614"
    assert projects.for_site("x", "y", "z") == projects.default


def test_entries_that_no_site_calls_for_are_told(folder: Path) -> None:
    projects = read_projects(written(folder, GOOD))

    assert projects.unmatched(["DK01", "甲地块"]) == ("stem",)


def test_every_fault_is_told_with_its_line(folder: Path) -> None:
    text = (
        "project:\n  activity: 化工\n  colour: red\nsites:\n  a: {linear: 也许}\nx: 1\n"
    )

    with pytest.raises(SiteError) as caught:
        read_projects(written(folder, text))

    places = [problem.where for problem in caught.value.problems]
    assert sorted(places) == [f"项目.yaml:{line}" for line in (2, 3, 5, 6)]
    assert "未知的属性 colour" in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [
        "industry_code: 化工",
        "industry_code: C26141",
        "industry_code: D2614",
        "industry_code: U26",
        "industry_code: '00'",
        "industry_code: '98'",
        "land_permanent_m2: 12亩",
        "land_permanent_m2: -1",
        "land_permanent_m2: nan",
        "construction_nature: newish",
        "activity: [road, wind]",
        "activity: ''",
        "discharges_any: yes",
    ],
)
def test_bad_values_are_refused(folder: Path, entry: str) -> None:
    with pytest.raises(SiteError) as caught:
        read_projects(written(folder, f"project:\n  {entry}\n"))

    assert caught.value.problem.code == "PROJECT_MALFORMED"


@pytest.mark.parametrize(
    "text",
    ["project: [", "project: {a: &x 1}", "- 1", "project: road", "sites: {a: 1}"],
)
def test_bad_structure_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(SiteError):
        read_projects(written(folder, text))


def test_one_attribute_under_two_names_is_refused(folder: Path) -> None:
    with pytest.raises(SiteError, match="重复"):
        read_projects(
            written(folder, "project: {activity: road, 项目活动类型: 风力发电}")
        )


def test_an_empty_file_and_an_empty_value_say_nothing(folder: Path) -> None:
    assert read_projects(written(folder, "")) == Projects()
    assert read_projects(written(folder, "project: {activity: }")).default == {}


def test_a_missing_file_is_told(folder: Path) -> None:
    with pytest.raises(SiteError) as caught:
        read_projects(folder / "none.yaml")

    assert caught.value.problem.code == "SITE_FILE_NOT_FOUND"


def test_gbk_files_are_read(folder: Path) -> None:
    path = folder / "p.yaml"
    path.write_bytes("project: {activity: 风力发电}".encode("gb18030"))

    assert read_projects(path).default == {"activity": "wind"}


def test_chinese_words_are_unambiguous() -> None:
    for words in (attributes(), activities()):
        labels = [entry["zh"] for entry in words.values()]
        assert len(labels) == len(set(labels))


def test_attribute_words_agree_with_the_terms() -> None:
    group = terms.group("attribute")

    for key in group:
        assert attributes()[key]["zh"] == terms.label("attribute", key, "zh")


def test_the_vocabulary_is_that_of_the_rules(shared: Path) -> None:
    path = shared / "domain" / "rules_facts.yaml"
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))["vocab"]

    assert set(attributes()) == {"name", *facts["project_attributes"]}
    assert list(activities()) == facts["activities"]
    for key in ("construction_nature", "approval_level", "park_level"):
        assert list(attributes()[key]["values"]) == facts["project_attributes"][key]


# First and last division of every section, GB/T 4754-2017 table 1.
SECTIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}


@pytest.mark.parametrize("letter", SECTIONS)
def test_a_division_belongs_to_one_section(letter: str) -> None:
    first, last = SECTIONS[letter]
    accepted = []
    for division in range(100):
        try:
            canonical_attributes({"industry_code": f"{letter}{division:02}"}, "x")
        except UsageError:
            continue
        accepted.append(division)

    assert accepted == list(range(first, last + 1))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("c2614", "C2614"),
        ("Ｃ２６１４", "C2614"),
        (" C26 ", "C26"),
        ("26", "26"),
        ("261", "261"),
        ("0313", "0313"),
        ("ｃ", "C"),
        (2614, "2614"),
        (2614.0, "2614"),
    ],
)
def test_codes_are_kept_in_half_width_capitals(given: Any, kept: str) -> None:
    assert canonical_attributes({"industry_code": given}, "x") == {
        "industry_code": kept
    }


@pytest.mark.parametrize("given", [313, 26, 26.5, True])
def test_a_number_that_may_have_lost_a_zero_is_no_code(given: Any) -> None:
    with pytest.raises(UsageError, match="E149"):
        canonical_attributes({"industry_code": given}, "x")


@pytest.mark.parametrize(
    ("attribute", "given", "kept"),
    [
        ("activity", "化工项目", "chemical_project"),
        ("项目活动类型", "road", "road"),
        ("construction_nature", "新建", "new"),
        ("linear", True, "true"),
        ("linear", np.bool_(False), "false"),  # noqa: FBT003  a numpy scalar
        ("linear", "是", "true"),
        ("linear", "TRUE", "true"),
        ("linear", 1, "true"),
        ("linear", np.float64(0.0), "false"),
        ("earthwork_m3", 1200.5, "1200.5"),
        ("earthwork_m3", np.int64(30000), "30000"),
        ("earthwork_m3", 1e20, "1" + "0" * 20),
        ("earthwork_m3", Decimal("0.50"), "0.50"),
        ("name", 7, "7"),
    ],
)
def test_values_of_python_are_made_canonical(
    attribute: str, given: Any, kept: str
) -> None:
    (found,) = canonical_attributes({attribute: given}, "x").values()

    assert found == kept


@pytest.mark.parametrize(
    "nothing",
    [None, "", "  ", float("nan"), np.float32("nan"), pd.NA, pd.NaT],
)
@pytest.mark.parametrize("attribute", ["activity", "linear", "earthwork_m3", "name"])
def test_an_empty_cell_says_nothing(attribute: str, nothing: Any) -> None:
    assert canonical_attributes({attribute: nothing}, "x") == {}


@pytest.mark.parametrize(
    ("attribute", "given"),
    [
        ("activity", "Chemical_Project"),
        ("activity", "chemical_projects"),
        ("activity", "nan"),
        ("activity", 3),
        ("activity", ["road"]),
        ("activty", "road"),
        ("linear", "也许"),
        ("linear", 2),
        ("linear", 0.5),
        ("earthwork_m3", -1),
        ("earthwork_m3", float("inf")),
        ("earthwork_m3", True),
        ("park_level", False),
    ],
)
def test_values_outside_the_vocabulary_are_refused(attribute: str, given: Any) -> None:
    with pytest.raises(UsageError) as caught:
        canonical_attributes({attribute: given}, "地块")

    assert caught.value.problem.code == "PROJECT_MALFORMED"
    assert caught.value.problem.where == "地块"


def test_all_faults_of_a_mapping_are_told() -> None:
    given = {"activity": "化工", "colour": "red", "linear": "也许", "项目名称": "甲"}

    with pytest.raises(UsageError) as caught:
        canonical_attributes(given, "x")

    assert len(caught.value.problems) == 3


def test_a_stray_entry_is_refused_while_a_site_has_none() -> None:
    projects = Projects(by_site={"DK1": {"activity": "road"}, "DK02": {}})

    with pytest.raises(UsageError) as caught:
        projects.require_entries([("DK01", "甲", "a"), ("DK02", "乙", "a")])

    problem = caught.value.problem
    assert problem.code == "PROJECT_SITE_UNKNOWN"
    assert (problem.values["keys"], problem.values["sites"]) == ("DK1", "DK01")


@pytest.mark.parametrize("key", ["DK01", "甲", "a"])
def test_stray_entries_are_fine_when_every_site_has_its_own(key: str) -> None:
    projects = Projects(by_site={key: {}, "elsewhere": {"activity": "road"}})

    projects.require_entries([("DK01", "甲", "a")])


def test_sites_without_entries_are_fine_when_every_entry_is_called_for() -> None:
    projects = Projects(by_site={"DK01": {}})

    projects.require_entries([("DK01", "甲", "a"), ("DK02", "乙", "b")])
    Projects().require_entries([("DK02", "乙", "b")])


def test_a_rejected_site_may_have_an_entry_and_needs_none() -> None:
    projects = Projects(by_site={"DK01": {}, "DK03": {}})

    projects.require_entries([("DK01", "", "a")], rejected=[("DK02", "", "b")])
    projects.require_entries([("DK02", "", "b")], rejected=[("DK01", "", "DK03")])
    with pytest.raises(UsageError, match="E507"):
        projects.require_entries([("DK02", "", "b")], rejected=[("DK01", "", "a")])


def test_a_long_list_of_strays_is_cut_with_its_count() -> None:
    projects = Projects(by_site={f"K{k}": {} for k in range(40)})

    with pytest.raises(UsageError) as caught:
        projects.require_entries([("DK01", "", "")])

    assert caught.value.problem.values["keys"].endswith("K11 … (40)")
