"""`zoning.io.project`: attributes are checked against the vocabulary."""

from pathlib import Path

import pytest
import yaml

from zoning import terms
from zoning.errors import SiteError
from zoning.io.project import Projects, activities, attributes, read_projects

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
