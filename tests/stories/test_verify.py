"""`zoning verify`: any altered byte of a run is told, with the file it is in."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import plots
import pytest
import shapely
from asking import CaptureText, ask

from zoning.check import check
from zoning.model import Base, CheckOptions, Report
from zoning.report import manifest
from zoning.report.manifest import MANIFEST, verify_run
from zoning.report.run import write_run
from zoning.rules.packs import read_rule_book

FARM = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)


@pytest.fixture(scope="module")
def report(base: Base) -> Report:
    sites = (
        replace(plots.site(FARM, plots.ROAD), id="farm"),
        replace(plots.site(TOWN, plots.ROAD), id="town"),
    )
    book = read_rule_book(base.packs)
    return check(sites, base, book, options=CheckOptions(as_of=plots.TODAY))


@pytest.fixture(scope="module", params=[False, True], ids=["full", "shared"])
def run(
    report: Report,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "结果 run"
    return write_run(report, folder, share=bool(request.param))


def files(run: Path) -> list[Path]:
    return sorted(path for path in run.rglob("*") if path.is_file())


@contextmanager
def flipped(path: Path, place: int, bit: int) -> Iterator[None]:
    """Turn one bit of a file over, and back."""
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
    try:
        yield
    finally:
        path.write_bytes(whole)


def named(run: Path) -> set[str]:
    """Return the files that verifying names."""
    found = verify_run(run)
    return {
        problem.values.get("name") or problem.values["detail"].partition(",")[0]
        for problem in found
        if problem.code != "RUN_DIGEST_WRONG"
    }


def test_a_run_as_written_is_whole(run: Path, capsys: CaptureText) -> None:
    answer = ask(capsys, "verify", str(run))

    digest = json.loads((run / "verdict.json").read_bytes())["digest"]
    assert answer.code == 0
    assert str(len(files(run))) in answer.out
    assert digest in answer.out


def test_a_flipped_byte_in_any_file_is_told_with_its_name(run: Path) -> None:
    """First, last, middle and five further places of every file."""
    chance = random.Random(7)  # noqa: S311  places to try, no secret

    for path in files(run):
        size = path.stat().st_size
        name = path.relative_to(run).as_posix()
        places = {0, size // 2, size - 1, *(chance.randrange(size) for _ in range(5))}
        for place in sorted(places):
            with flipped(path, place, 1 << chance.randrange(8)):
                told = named(run)
            assert name in told, (name, place)
            if name != MANIFEST:
                assert told == {name}, (name, place)
    assert verify_run(run) == ()


def test_no_byte_of_the_manifest_can_be_flipped_unseen(run: Path) -> None:
    path = run / MANIFEST
    chance = random.Random(11)  # noqa: S311  places to try, no secret

    for place in range(0, path.stat().st_size, 11):
        with flipped(path, place, 1 << chance.randrange(8)):
            assert MANIFEST in named(run), place


def test_a_manifest_written_again_by_another_program_is_told(run: Path) -> None:
    path = run / MANIFEST
    whole = path.read_bytes()
    path.write_text(json.dumps(json.loads(whole)), encoding="utf-8")

    told = named(run)
    path.write_bytes(whole)

    assert told == {MANIFEST}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "结果文件与清单不一致"), ("en", "differs from its manifest")],
)
def test_the_command_names_the_file_and_ends_with_one(
    run: Path, tmp_path: Path, capsys: CaptureText, lang: str, words: str
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    with (copy / "report.html").open("ab") as file:
        file.write(b" ")

    answer = ask(capsys, "verify", str(copy), "--lang", lang)

    assert answer.code == 1
    line = next(line for line in answer.out.splitlines() if "report.html" in line)
    assert line.startswith("E404")
    assert words in line


def test_missing_and_added_files_are_told(
    run: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    (copy / "report.docx").unlink()
    (copy / "批注.txt").write_text("mine", encoding="utf-8")

    answer = ask(capsys, "verify", str(copy))

    assert answer.code == 1
    assert [line.partition(" ")[0] for line in answer.out.splitlines()[:2]] == [
        "E405",
        "E406",
    ]
    assert "report.docx" in answer.out
    assert "批注.txt" in answer.out


def test_a_file_that_cannot_be_opened_is_told_by_name(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = manifest._sha256

    def refused(path: Path) -> str:
        if path.name == "report.docx":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(manifest, "_sha256", refused)
    found = verify_run(run)

    assert [problem.code for problem in found] == ["RUN_FILE_UNREADABLE"]
    assert found[0].values["name"] == "report.docx"


def test_a_folder_that_is_no_run_is_a_wrong_call(
    tmp_path: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "verify", str(tmp_path))

    assert answer.code == 2
    assert "E403" in answer.err
