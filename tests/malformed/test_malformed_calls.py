"""Through the command line: a malformed file writes nothing and says so by code."""

from pathlib import Path

import pytest
import shapely
import small_base
from sheets import write_sheet
from twins import changed, pairs

from zoning.cli import main

PLOT = shapely.box(405_000, 3_433_000, 405_100, 3_433_100)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    small_base.write_base(tmp_path / "base")
    small_base.write_txt(tmp_path / "plot.txt", PLOT)  # its parcel is DK01
    (tmp_path / "out").mkdir()
    return tmp_path


def check(desk: Path, *options: str) -> int:
    call = ["check", str(desk / "plot.txt"), "--base", str(desk / "base")]
    call += ["--as-of", "2026-11-23", "--out", str(desk / "out" / "run"), *options]
    with pytest.raises(SystemExit) as stop:
        main(call)
    return int(str(stop.value.code))


def with_pack(desk: Path, text: str) -> None:
    """Let the base name a pack of its own."""
    config = desk / "base" / "zoning.yaml"
    (desk / "base" / "own.yaml").write_text(text, encoding="utf-8")
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("packs:")]
    packs = "packs: [national, own.yaml]"
    config.write_text("\n".join([*kept, packs]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "a land class that other readers take for an octal number",
        "names that nothing bears",
        "a bracket left open after an alias",
    ],
)
def test_a_malformed_pack_is_a_usage_error(
    desk: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = pairs("packs.yaml")[name]
    with_pack(desk, changed(pair.twin, pair.wrong))

    code = check(desk)

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("规则包 own.yaml 有误") == len(pair.problems)
    assert list((desk / "out").iterdir()) == []


def test_the_twin_of_a_pack_is_checked_with(desk: Path) -> None:
    with_pack(desk, pairs("packs.yaml")["keys left out"].twin)

    assert check(desk) in {0, 1, 4}
    assert (desk / "out" / "run" / "MANIFEST.json").is_file()


def test_a_malformed_project_file_is_a_rejected_input(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = pairs("projects.yaml")["values nobody knows"]
    path = desk / "project.yaml"
    path.write_text(changed(pair.twin, pair.wrong), encoding="utf-8")

    assert check(desk, "--project", str(path)) == 3
    assert capsys.readouterr().err.count("E149") == len(pair.problems)
    assert list((desk / "out").iterdir()) == []


def test_a_malformed_form_is_a_rejected_input(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = pairs("forms.yaml")["formulas"]
    write_sheet(desk / "form.xlsx", pair.twin, pair.wrong)

    assert check(desk, "--project", str(desk / "form.xlsx")) == 3
    assert "form.xlsx!项目属性!E4" in capsys.readouterr().err
    assert list((desk / "out").iterdir()) == []


def test_the_twin_of_a_form_is_checked_with(desk: Path) -> None:
    write_sheet(desk / "form.xlsx", pairs("forms.yaml")["formulas"].twin, [])

    assert check(desk, "--project", str(desk / "form.xlsx")) in {0, 1, 4}
    assert (desk / "out" / "run" / "MANIFEST.json").is_file()
