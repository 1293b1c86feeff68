"""Faults of zoning.yaml are told in Chinese; what nobody translated is quoted."""

import re
from pathlib import Path

import pytest

from zoning.errors import BaseError
from zoning.io.config import read_config
from zoning.io.reader_remarks import in_chinese, unreadable

GOOD = """\
name: 示范县
admin_code: "500237"
crs: EPSG:4546
county: {path: county.gpkg}
layers:
  river: {path: river.gpkg, authority: statutory}
"""
CHANGES = {
    "missing": ("crs: EPSG:4546\n", ""),
    "unknown key": ("name:", "nane: x\nname:"),
    "unknown layer": ("river:", "rivers:"),
    "unknown field": ("authority: statutory", "fields: {BSM: a}"),
    "unknown standing": ("authority: statutory", "authority: official"),
    "short seal": ("authority: statutory", "sha256: 01"),
    "short code": ('"500237"', '"5002"'),
    "negative count": ("authority: statutory", "features: -1"),
    "no count": ("authority: statutory", "features: many"),
    "no day": ("authority: statutory", "valid_from: 去年"),
    "no such day": ("authority: statutory", "valid_from: 2026-13-45"),
    "no switch": ("name:", "demo: perhaps\nname:"),
    "no list": ("name:", "packs: national\nname:"),
    "no mapping": ("{path: county.gpkg}", "county.gpkg"),
    "no layer mapping": ("{path: river.gpkg, authority: statutory}", "river.gpkg"),
    "no text": ("示范县", "[a, b]"),
    "no path": ("path: river.gpkg, ", ""),
    "a link": ("river.gpkg", "http://example.org/river.gpkg"),
    "degrees": ("EPSG:4546", "EPSG:4490"),
    "scope": ("name:", "scope: [everything]\nname:"),
    "absent and blank": (
        "{path: river.gpkg, authority: statutory}",
        "{absent: true, statement: ' ', source: 局, date: 2024-01-01}",
    ),
    "absent no": (
        "{path: river.gpkg, authority: statutory}",
        "{absent: no, statement: 无, source: 局, date: 2024-01-01}",
    ),
    "a list": (GOOD, "- a\n- b\n"),
    "nothing": (GOOD, ""),
    "twice": ("name:", "name: x\nname:"),
    "alias": ("示范县", "&a 示范县"),
    "tag": ("示范县", "!!str 示范县"),
    "key": ("name:", "[a]: 1\nname:"),
    "deep": ("示范县", "[" * 50 + "]" * 50),
    "two documents": ("name:", "a: 1\n---\nname:"),
    "colon": ("crs: EPSG:4546", "crs EPSG:4546"),
    "colon in a value": ("示范县", "示范县: 某镇"),
    "indent": ("county:", " county:"),
    "comma": ("river.gpkg, ", "river.gpkg "),
    "bracket": ("statutory}", "statutory"),
    "quote": ("示范县", '"示范县'),
    "tab": ("  river:", "\triver:"),
    "at": ("示范县", "@示范县"),
    "backslash": ("{path: county.gpkg}", r'{path: "D:\数据\county.gpkg"}'),
    "control": ("示范县", "示\x07范县"),
    "list in a line": ("示范县", "- 示范县"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_faulty_zoning_yaml_is_told_in_chinese(name: str, tmp_path: Path) -> None:
    old, new = CHANGES[name]
    assert old in GOOD
    (tmp_path / "zoning.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BaseError) as caught:
        read_config(tmp_path)

    for problem in caught.value.problems:
        said = str(problem.values["detail_zh"])
        assert "读取程序原文" not in said
        assert re.search("[\u4e00-\u9fff]", said)
        assert problem.values["detail"] in problem.text("en")
        assert said in problem.text("zh")


def test_bytes_that_are_no_text_are_told_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "zoning.yaml").write_bytes("name: 示范县".encode("gbk"))

    with pytest.raises(BaseError, match="UTF-8 编码"):
        read_config(tmp_path)


def test_what_is_not_known_is_quoted_as_the_reader_said_it() -> None:
    assert in_chinese("flux capacitor missing") == (
        "读取程序原文“flux capacitor missing”"
    )


def test_only_the_whole_of_a_remark_is_taken_for_a_known_one() -> None:
    assert in_chinese("Field required") == "缺少此项"
    assert "原文" in in_chinese("Field required, but why")


@pytest.mark.parametrize(
    "said",
    [
        "unknown format",
        "layers: DLTB, XZQ",
        "k.zip: nested archive",
        "> 256 MB",
        "crs of type 'link'",
        "crs of one feature 'EPSG:4610'",
        "repeated key 'type'",
        "Failed to read GeoJSON data",
        "'utf-8' codec can't decode byte 0xbc in position 0: invalid start byte",
        "database disk image is malformed",
        "In GetNextRawFeature(): sqlite3_step() : database disk image is malformed",
        "'a.shp' not recognized as being in a supported file format.",
        "Fatal error parsing feature",
        "no .dbf",
    ],
)
def test_why_a_layer_cannot_be_read_is_told_in_chinese(said: str) -> None:
    problem = unreadable("river", said)

    assert said in problem.text("en")
    assert said not in problem.text("zh")
    assert "原文" not in problem.text("zh")


def test_the_words_of_a_reader_that_nobody_translated_stand_in_quotes() -> None:
    problem = unreadable("river", "segment 7 is odd")

    assert "（读取程序原文“segment 7 is odd”）" in problem.text("zh")
    assert "(segment 7 is odd)" in problem.text("en")
