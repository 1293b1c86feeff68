"""Text of dBASE tables: which encoding, and which is told when it was corrected."""

import struct
from pathlib import Path

import pytest

from zoning.errors import SiteError
from zoning.io.dbf import read_dbf, text_of_dbf


def table(*values: bytes, mark: int = 0, name: bytes = b"DLMC") -> bytes:
    """Return a dbf of one text column, made by hand."""
    width, head = 40, 32 + 32 + 1
    content = struct.pack("<B3xIHH17xBxx", 3, len(values), head, width + 1, mark)
    content += struct.pack("<11sc4xB15x", name, b"C", width) + b"\r"
    return content + b"".join(b" " + value.ljust(width) for value in values) + b"\x1a"


@pytest.mark.parametrize(
    ("encoding", "cpg", "mark", "found", "stated"),
    [
        ("gb18030", b"", 0, "gb18030", ""),
        ("gb18030", b"", 0x4D, "gb18030", "gb18030"),
        ("gb18030", b"GBK", 0, "gb18030", "gb18030"),
        ("gb18030", b"OEM 936", 0, "gb18030", "gb18030"),
        ("gb18030", b"UTF-8", 0, "gb18030", "utf-8"),
        ("gb18030", b"ISO-8859-1", 0, "gb18030", "iso8859-1"),
        ("gb18030", b"1252", 0, "gb18030", "cp1252"),
        ("gb18030", b"", 0x4F, "gb18030", "big5"),
        ("utf-8", b"", 0, "utf-8", ""),
        ("utf-8", b"\xef\xbb\xbfUTF-8\r\n", 0, "utf-8", "utf-8"),
        ("utf-8", b"GBK", 0, "utf-8", "gb18030"),
        ("utf-8", b"", 0x4D, "utf-8", "gb18030"),
        ("big5", b"Big-5", 0, "big5", "big5"),
    ],
)
def test_land_classes_come_out_as_they_were_written(
    encoding: str, cpg: bytes, mark: int, found: str, stated: str
) -> None:
    words = ["水田", "公路用地"] if encoding == "big5" else ["水浇地", "农村宅基地"]
    content = table(*(word.encode(encoding) for word in words), mark=mark)

    read = read_dbf(content, cpg=cpg, where="DLTB.dbf")

    assert [row and row["DLMC"] for row in read.rows] == words
    assert (read.encoding, read.stated) == (found, stated)
    assert bool(read.problems) == (stated not in {"", found})
    assert not read.guessed


def test_a_guess_that_no_known_word_supports_is_told() -> None:
    assert read_dbf(table("饕餮".encode("gbk")), where="a.dbf").guessed
    assert not read_dbf(table(b"0103"), where="a.dbf").guessed


def test_an_encoding_that_a_person_names_stands_or_is_refused() -> None:
    content = table("Café".encode("latin-1") + b" x")

    assert read_dbf(content, declared="latin-1", where="a").rows[0] == {
        "DLMC": "Café x"
    }
    with pytest.raises(SiteError, match="E106"):
        read_dbf(content, declared="UTF-8", where="a.dbf")


def test_chinese_names_of_columns_are_read_too() -> None:
    read = read_dbf(table(b"0103", name="地类编码".encode("gbk")), where="a.dbf")

    assert read.rows == ({"地类编码": "0103"},)


def test_the_text_of_a_table_is_told_alike_with_and_without_its_rows() -> None:
    words = [word.encode("gbk") for word in ("水田", "旱地", "水田", "x")]
    content = bytearray(table(*words, mark=0x4D))
    content[32 + 32 + 1 + 41] = 0x2A  # the second record is marked deleted

    read = read_dbf(bytes(content), cpg=b"UTF-8", where="a.dbf")
    told = text_of_dbf(bytes(content), cpg=b"UTF-8", where="a.dbf")

    assert (told.encoding, told.stated) == ("gb18030", "utf-8")
    assert (told.encoding, told.stated, told.guessed, told.deleted) == (
        read.encoding,
        read.stated,
        read.guessed,
        sum(row is None for row in read.rows),
    )
    assert told.deleted == 1
    for cut in (10, 40, len(content) - 50):
        with pytest.raises(SiteError, match="E10"):
            text_of_dbf(bytes(content[:cut]), where="a.dbf")


CHINESE = {
    "gbk.dbf": "简体国语",
    "gb2312.dbf": "简体国语",
    "utf8.dbf": "国语國語",
    "ldid/chinese.dbf": "简体",
    "cpg/big5.dbf": "國語",
}


@pytest.mark.parametrize("name", CHINESE)
def test_public_chinese_tables_are_right_in_names_and_filters(
    shared: Path, name: str
) -> None:
    path = shared / "realdata/mapshaper_dbf/dbf" / name
    cpg = path.with_suffix(".cpg")

    read = read_dbf(
        path.read_bytes(), cpg=cpg.read_bytes() if cpg.is_file() else b"", where=name
    )

    assert [row for row in read.rows if row and row["NAME"] == CHINESE[name]]
