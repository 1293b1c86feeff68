"""Files that are known and not read are refused with what they are and the cure."""

import re
from pathlib import Path

import pytest

from zoning.io.formats import _READERS
from zoning.io.refused_files import refused_file, refused_files
from zoning.io.sites import read_sites

ASKED = [
    ".dwg", ".mdb", ".ovkml", ".ovobj", ".wl", ".wt", ".wp", ".e00", ".tab", ".mif",
    ".rar", ".7z", ".doc", ".pdf", ".jpg", ".vct", ".dbf", ".shx", ".xls",
]  # fmt: skip
SUFFIXES = [s for one in refused_files() if not one.layer for s in one.suffixes]


@pytest.mark.parametrize("suffix", sorted({*ASKED, *SUFFIXES}))
def test_a_known_file_is_refused_with_its_cure(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"项目{suffix.upper()}"
    path.write_bytes(b"\x01\x02 whatever")

    (site,) = read_sites([path])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_FORMAT_REFUSED"
    line = site.rejection.line("zh")
    assert line.startswith(f"E116 {path.name}：")
    assert re.search("[一-鿿]{3}", site.rejection.cure("zh"))
    assert len(site.rejection.cure("en")) > 10
    assert "{" not in line + site.rejection.line("en")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"AC1032....", "DWG"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"%PDF-1.7", "版式文件"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"\x00\x01\x00\x00Standard Jet DB\x00", "Access"),
    ],
)
def test_first_bytes_tell_where_the_name_does_not(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "项目.bin"
    path.write_bytes(content)

    (site,) = read_sites([path])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_FORMAT_REFUSED"
    assert words in site.rejection.text("zh")


def test_a_file_that_nobody_knows_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_bytes(b"1 2 3")

    (site,) = read_sites([path])

    assert site.rejection is not None
    assert site.rejection.code == "SITE_FORMAT_UNSUPPORTED"


def test_nothing_that_is_read_is_refused_and_no_suffix_stands_twice() -> None:
    assert not set(SUFFIXES) & set(_READERS)
    assert len(SUFFIXES) == len(set(SUFFIXES))
    assert refused_file(".shp", b"\x00\x00\x27\x0a") is None


def test_the_page_of_formats_names_every_suffix_that_is_read_as_a_site() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    sites = "\n".join(row for row in rows if "| yes" in row)

    assert {suffix for suffix in _READERS if f"`{suffix}`" not in sites} == set()
