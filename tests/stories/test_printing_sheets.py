"""Sheets as a planner prints them: real processes, files, exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
import small_base

pytestmark = pytest.mark.slow

TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
FARM = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)
DAY = ("--as-of", "2026-11-23")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("图件 sheets")
    small_base.write_base(folder / "base")
    small_base.write_txt(folder / "town.txt", TOWN)
    small_base.write_txt(folder / "farm.txt", FARM)
    (folder / "bad.txt").write_text("[地块坐标]\nJ1,1,1,2\n", encoding="utf-8")
    return folder


def run(desk: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "zoning", "sheets", *arguments],
        cwd=desk,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
        timeout=300,
    )


def test_two_sites_come_out_as_one_book_with_an_index(desk: Path) -> None:
    done = run(
        desk, "farm.txt", "town.txt", "--base", "base", *DAY, "--sheet", "site",
        "--sheet", "three_lines", "--maker", "小县自然资源局", "--dpi", "72",
        "--out", "book",
    )  # fmt: skip

    assert done.returncode == 1  # the farmland is in conflict
    assert done.stdout == b""
    names = sorted(path.name for path in (desk / "book").iterdir())
    sheets = [f"s00{n}-{key}.png" for n in (1, 2) for key in ("site", "three_lines")]
    assert names == ["index.png", *sheets, "sheets.pdf"]
    book = (desk / "book" / "sheets.pdf").read_bytes()
    assert book.count(b"/Type /Page ") == 5
    assert b"D:20261123000000Z" in book


def test_a_book_is_never_written_over(desk: Path) -> None:
    (desk / "kept").mkdir()
    (desk / "kept" / "mine.txt").write_text("x", encoding="utf-8")

    done = run(
        desk, "town.txt", "--base", "base", *DAY, "--sheet", "site", "--out", "kept"
    )

    assert done.returncode == 3
    assert [path.name for path in (desk / "kept").iterdir()] == ["mine.txt"]


def test_an_unknown_sheet_is_a_mistake_of_the_call(desk: Path) -> None:
    done = run(desk, "town.txt", "--base", "base", "--sheet", "weather")

    assert done.returncode == 2
    assert "three_lines" in done.stderr.decode("gbk")


def test_a_call_without_sites_says_how_to_call(desk: Path) -> None:
    done = run(desk, "--base", "base")

    assert done.returncode == 2
    assert "--atlas" in done.stderr.decode("gbk")


def test_a_rejected_site_leaves_no_book(desk: Path) -> None:
    done = run(desk, "bad.txt", "--base", "base", *DAY, "--out", "none")

    assert done.returncode == 2
    assert "没有可以落图的选址" in done.stderr.decode("gbk")
    assert not (desk / "none").exists()


def test_the_atlas_of_a_base(desk: Path) -> None:
    done = run(desk, "base", "--atlas", *DAY, "--dpi", "72", "--out", "atlas")

    assert done.returncode == 0, done.stderr.decode("gbk")
    names = sorted(path.name for path in (desk / "atlas").iterdir())
    assert names[:2] == ["atlas.pdf", "index.png"]
    assert len(names) >= 3
