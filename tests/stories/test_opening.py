"""`zoning check --open`: the desktop is given the Word report."""

import os
import sys
from pathlib import Path

import pytest
from guide_files import sample

from zoning.cli import main
from zoning.cli.opening import open_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the desktop is played by sh")

SITE = sample() / "sites/clear.txt"


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop that notes down what it is asked to open; return its notes."""
    programs, notes = tmp_path / "桌面 programs", tmp_path / "opened.txt"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f"#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" > '{notes}'\n")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return notes


def checked(folder: Path) -> int:
    arguments = ["check", str(SITE), "--base", str(sample()), "--open"]
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--out", str(folder)])
    return int(left.value.code or 0)


def test_the_report_of_the_run_is_opened(desktop: Path, tmp_path: Path) -> None:
    run = tmp_path / "结果 1 & 2"

    checked(run)

    assert desktop.read_text() == f"1|{run / 'report.docx'}"


def test_a_program_that_fails_is_told(
    desktop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "桌面 programs/xdg-open").write_text("#!/bin/sh\nexit 3\n")

    open_file(tmp_path / "报告.docx", "en")

    assert "报告.docx" in capsys.readouterr().err
    assert not desktop.exists()


def test_without_a_desktop_the_place_is_said_and_the_answer_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    run = tmp_path / "run"

    assert checked(run) in {0, 4}
    assert str(run / "report.docx") in capsys.readouterr().err
    assert (run / "MANIFEST.json").exists()


def test_the_system_that_opens_by_itself_is_asked_by_full_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Path]()
    monkeypatch.setattr(os, "startfile", asked.append, raising=False)
    monkeypatch.chdir(tmp_path)

    open_file(Path("报告.docx"), "zh")

    assert asked == [tmp_path / "报告.docx"]
    assert sys.platform != "win32"
