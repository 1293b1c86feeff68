"""The table of the audit and `layout:` of zoning.yaml: faults told, twins taken."""

from importlib.resources import files
from pathlib import Path

import pytest
import small_base
from twins import changed

from zoning.corridors.layout.table import house_table, layout_table
from zoning.errors import BaseError, UsageError
from zoning.io.base import open_base

TWIN = files("zoning").joinpath("data/layout.yaml").read_text("utf-8")
LAYOUT = """layout:
  counts: {belt: 2, corridor: 22}
  built_up: ["80"]
  source: 规划文本第 3 章
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('spacing_m: "20"', 'spacing_m: "0"', "spacing_m: 0 is out of range"),
        ('spacing_m: "20"', "spacing_m: 二十", "spacing_m: 二十 is no number"),
        ('spacing_m: "20"\n', "", "spacing_m is missing"),
        ('follow_share: "0.9"', 'follow_share: "9"', "follow_share: 9 is out of range"),
        ('contact_m: "30"', 'contact: "30"', "contact is not known"),
        ('probability: "0.5"', 'probability: "1"', "probability: 1 is out of range"),
        ("layer: settlement", "layers: settlement", "settlement: layers is not known"),
        ('width_m: "30"', 'width_m: "-3"', "width_m: -3 is out of range"),
    ],
)
def test_a_faulty_table_says_what_is_wrong(old: str, new: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        layout_table(changed(TWIN, [[old, new]]))

    assert raised.value.problem.code == "LAYOUT_TABLE"
    assert told in raised.value.problem.text("en")


def test_an_effect_is_one_of_two() -> None:
    with pytest.raises(UsageError) as raised:
        layout_table(TWIN.replace("effect: counts", "effect: warns"))
    assert "effect warns is neither blocks nor counts" in str(raised.value)


@pytest.mark.parametrize("text", ["", "- a\n", "spacing_m: [\n"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        layout_table(text)


def test_the_table_of_the_package_is_read_whole() -> None:
    table = house_table()

    assert table == layout_table(TWIN)
    assert {one.effect for one in table.obstacles} == {"blocks", "counts"}
    for one in table.obstacles:
        for words in (one.word, one.plan, one.source):
            assert words["zh"]
            assert words["en"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("belt: 2", "belts: 2"),
        ("belt: 2", "belt: 两"),
        ("belt: 2", "belt: -1"),
        ('["80"]', "[built]"),
        ("  source: 规划文本第 3 章\n", ""),
    ],
)
def test_a_faulty_layout_of_a_base_is_refused(
    tmp_path: Path, old: str, new: str
) -> None:
    small_base.write_base(tmp_path)
    config = tmp_path / "zoning.yaml"
    text = config.read_text("utf-8")
    config.write_text(text + changed(LAYOUT, [[old, new]]), "utf-8")
    with pytest.raises(BaseError) as raised:
        open_base(tmp_path)
    assert raised.value.problem.code == "BASE_MALFORMED"


def test_the_layout_of_a_base_is_read(tmp_path: Path) -> None:
    small_base.write_base(tmp_path)
    config = tmp_path / "zoning.yaml"
    config.write_text(config.read_text("utf-8") + LAYOUT, "utf-8")
    layout = open_base(tmp_path).layout

    assert layout is not None
    assert layout.counts == {"belt": 2, "corridor": 22}
    assert layout.built_up == ("80",)
