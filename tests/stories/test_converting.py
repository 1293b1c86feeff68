"""`zoning convert` as a planner meets it: streams, exit codes, languages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
import small_base
from asking import CaptureText, ask

FARM = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "桌面 desk"
    folder.mkdir()
    small_base.write_txt(folder / "farm.txt", FARM)
    monkeypatch.chdir(folder)
    return folder


def test_both_sides_are_told_on_stdout_and_the_rest_on_stderr(
    desk: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "convert", "farm.txt", "农田.shp")

    rows = [line.split("\t") for line in answer.out.splitlines()]
    assert answer.code == 0
    assert rows[0] == ["项目", "转换前", "转换后"]
    assert rows[1][0] == "坐标系"
    assert rows[1][1] == rows[1][2]
    assert rows[2] == ["编码", "gb18030", "gbk"]
    assert [row[1:] for row in rows[3:6]] == [["1", "1"], ["1", "1"], ["4", "4"]]
    assert rows[6][1] == rows[6][2]
    assert abs(float(rows[6][1]) - 2500) < 5
    assert "已写出 农田.shp（及 农田.shx 农田.dbf 农田.prj 农田.cpg" in answer.err
    assert (desk / "农田.dbf").is_file()


@pytest.mark.usefixtures("desk")
def test_english_has_no_chinese(capsys: CaptureText) -> None:
    answer = ask(capsys, "convert", "farm.txt", "farm.kml", "--lang", "en")

    assert answer.code == 0
    said = answer.err.replace("farm.kml", "")
    assert not [sign for sign in answer.out if "一" <= sign <= "鿿"]
    assert "E487" in said
    assert "reads back" in said


@pytest.mark.parametrize(
    ("arguments", "code", "number"),
    [
        (("farm.txt", "farm.txt"), 2, "E473"),
        (("farm.txt", "there.gpkg"), 2, "E472"),
        (("farm.txt", "farm.dwg"), 2, "E471"),
        (("farm.txt", "nowhere/farm.gpkg"), 3, "E480"),
        (("nowhere.txt", "farm.gpkg"), 3, "E474"),
        (("bad.txt", "farm.gpkg"), 3, "E474"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    arguments: tuple[str, str],
    code: int,
    number: str,
    desk: Path,
    capsys: CaptureText,
) -> None:
    (desk / "there.gpkg").write_bytes(b"old")
    (desk / "bad.txt").write_text("[地块坐标]\nJ1,1,1,2\n", encoding="utf-8")
    before = sorted(path.name for path in desk.iterdir())

    answer = ask(capsys, "convert", *arguments)

    assert answer.code == code
    assert number in answer.err
    assert sorted(path.name for path in desk.iterdir()) == before
    assert (desk / "there.gpkg").read_bytes() == b"old"


def test_skipped_parcels_are_listed_and_the_code_says_so(
    desk: Path, capsys: CaptureText
) -> None:
    bad = "4,,2,坏地块,面,,,,@\nJ1,1,3435000,37400000\nJ2,1,3435050,37400050\n"
    with (desk / "farm.txt").open("a", encoding="gb18030") as stream:
        stream.write(bad)

    answer = ask(capsys, "convert", "farm.txt", "farm.gpkg", "--skip-rejected")

    assert answer.code == 3
    assert "E481" in answer.err
    assert "坏地块" in answer.err
    assert (desk / "farm.gpkg").is_file()


@pytest.mark.slow
def test_a_gbk_console_and_any_time_zone_give_the_same_files(desk: Path) -> None:
    made = []
    for number, more in enumerate(
        ({"PYTHONIOENCODING": "gbk"}, {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"})
    ):
        folder = desk / str(number)
        folder.mkdir()
        for suffix in ("gpkg", "xlsx", "shp"):
            call = [sys.executable, "-m", "zoning", "convert", "farm.txt"]
            done = subprocess.run(
                [*call, f"{number}/o.{suffix}"],
                env={**os.environ, **more},
                capture_output=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
        made.append({p.name: p.read_bytes() for p in folder.iterdir()})

    assert made[0] == made[1]
