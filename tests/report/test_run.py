"""A run folder is whole or absent, never overwritten, and the same each time."""

import errno
import json
import os
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from handmade import handmade_report, report_of

from zoning.errors import OutputError
from zoning.model import Report
from zoning.report import run
from zoning.report.features import write_features
from zoning.report.folder import Artefact, next_free, write_folder
from zoning.report.folder import store as store_file
from zoning.report.manifest import MANIFEST, manifest_bytes, verify_run
from zoning.report.run import write_run

WHOLE = {
    "MANIFEST.json",
    "evidence/README.md",
    "evidence/layers.json",
    "evidence/options.json",
    "findings.parquet",
    "inputs.json",
    "ledger.xlsx",
    "ledger/findings.csv",
    "ledger/layers.csv",
    "ledger/not_checked.csv",
    "ledger/residue.csv",
    "ledger/reviews.csv",
    "ledger/sites.csv",
    "map.html",
    "report.docx",
    "report.html",
    "result.gpkg",
    "result.qgs",
    "verdict.json",
}
SHARED = {
    "MANIFEST.json",
    "inputs.json",
    "report.docx",
    "report.html",
    "sites.geojson",
    "verdict.json",
}
DISK_FULL = OSError(errno.ENOSPC, "No space left on device", "report.docx")


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def small() -> Report:
    """Return the two cheapest sites: one clear, one rejected."""
    return report_of(*handmade_report().sites[-2:])


@pytest.fixture
def written(small: Report, tmp_path: Path) -> Path:
    return write_run(small, tmp_path / "运行 结果")


def test_a_run_holds_every_file_and_a_manifest_that_names_them(written: Path) -> None:
    assert names(written) == WHOLE
    manifest = json.loads((written / MANIFEST).read_bytes())

    assert {entry["name"] for entry in manifest["files"]} == WHOLE - {MANIFEST}
    assert verify_run(written) == ()


def test_the_same_report_gives_the_same_bytes_in_another_folder(
    small: Report, written: Path, tmp_path: Path
) -> None:
    again = write_run(small, tmp_path / "b" / "another", lang="zh")

    for name in WHOLE:
        assert (again / name).read_bytes() == (written / name).read_bytes(), name


def test_a_run_is_never_overwritten(small: Report, written: Path) -> None:
    before = (written / MANIFEST).stat().st_mtime_ns

    with pytest.raises(OutputError) as caught:
        write_run(small, written)

    assert caught.value.problem.code == "RUN_EXISTS"
    assert (written / MANIFEST).stat().st_mtime_ns == before
    assert list(written.parent.iterdir()) == [written]


def test_any_file_in_the_folder_is_reason_to_refuse(
    small: Report, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "note.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(OutputError):
        write_run(small, tmp_path / "run")

    assert names(tmp_path) == {"run/note.txt"}


def test_an_empty_folder_may_be_filled(small: Report, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    write_run(small, tmp_path / "run", share=True)

    assert verify_run(tmp_path / "run") == ()


def test_the_next_free_name_counts_from_two(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert next_free(folder) == folder
    for name in ("run", "run-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").touch()

    assert next_free(folder) == tmp_path / "run-3"


def flushes(monkeypatch: pytest.MonkeyPatch, fail_at: int) -> Iterator[int]:
    """Let the disk fail at the `fail_at`-th flush; yield how many there were."""
    count = 0
    real = os.fsync

    def fsync(handle: int) -> None:
        nonlocal count
        count += 1
        if count == fail_at:
            raise DISK_FULL
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    yield fail_at
    yield count


@pytest.mark.parametrize("fail_at", [1, 2, 3, 5, 6])
def test_a_disk_that_fills_up_leaves_no_half_run(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int
) -> None:
    assert next(flushes(monkeypatch, fail_at)) == fail_at

    with pytest.raises(OutputError) as caught:
        write_run(small, tmp_path / "run", share=True)

    assert caught.value.problem.code == "RUN_NOT_WRITTEN"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [4096, 60_000, 100_000])
def test_a_disk_that_fills_up_under_a_library_is_told_as_one(
    small: Report, tmp_path: Path, most: int
) -> None:
    """GDAL and SQLite raise errors of their own: no file may outgrow `most`."""

    def draw(path: Path) -> None:
        write_features(small, path)

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(OutputError, match="E402"):
            write_folder(tmp_path / "run", [Artefact(name="result.gpkg", draw=draw)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nth", range(1, len(WHOLE) + 1))
def test_failing_at_any_file_leaves_no_half_run(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    stored: list[str] = []

    def store(stage: Path, artefact: Artefact) -> None:
        stored.append(artefact.name)
        (stage / artefact.name).parent.mkdir(exist_ok=True)
        (stage / artefact.name).write_bytes(b"half")
        if len(stored) == nth:
            raise DISK_FULL

    monkeypatch.setattr(run, "store", store)

    with pytest.raises(OutputError):
        write_run(small, tmp_path / "run")

    assert len(stored) == nth
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_written_last(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = store_file

    def store(stage: Path, artefact: Artefact) -> None:
        order.append(artefact.name)
        real(stage, artefact)

    monkeypatch.setattr(run, "store", store)
    write_run(small, tmp_path / "run", share=True)

    assert order[-1] == MANIFEST
    assert set(order) == SHARED


def test_a_mistake_of_the_programme_is_not_dressed_as_a_full_disk(
    small: Report, tmp_path: Path
) -> None:
    broken = replace(small.sites[0], area_m2=float("nan"))

    with pytest.raises(ValueError, match="JSON"):
        write_run(report_of(broken), tmp_path / "run")

    assert list(tmp_path.iterdir()) == []


def test_a_shared_run_carries_no_geometry_of_the_base(
    tmp_path: Path,
) -> None:
    report = report_of(handmade_report().sites[0])
    folder = write_run(report, tmp_path / "out", share=True)

    assert names(folder) == SHARED
    vertex = (
        report.base.layers["permanent_basic_farmland"].geometry[0].exterior.coords[0]
    )
    for name in SHARED - {"report.docx"}:
        content = (folder / name).read_text(encoding="utf-8")
        assert f"{vertex[0]:.2f}" not in content, name
    assert json.loads((folder / MANIFEST).read_bytes())["share"] is True


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = report_of(handmade_report().sites[-1])
    return write_run(report, tmp_path_factory.mktemp("runs") / "run", share=True)


@pytest.mark.parametrize("name", sorted(SHARED - {MANIFEST}))
def test_one_flipped_byte_anywhere_is_found(finished: Path, name: str) -> None:
    path = finished / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])

    found = verify_run(finished)
    path.write_bytes(whole)

    assert found[0].code == "RUN_FILE_CHANGED"
    assert found[0].values["name"] == name


def test_missing_and_unknown_files_are_found(finished: Path) -> None:
    (finished / "report.html").rename(finished / "mine.html")

    codes = {problem.code for problem in verify_run(finished)}
    (finished / "mine.html").rename(finished / "report.html")

    assert codes == {"RUN_FILE_MISSING", "RUN_FILE_UNKNOWN"}


def test_a_verdict_altered_together_with_its_hash_fails_by_digest(
    finished: Path, tmp_path: Path
) -> None:
    document = json.loads((finished / "verdict.json").read_bytes())
    document["verdict"] = "CLEAR"
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "verdict.json").write_text(json.dumps(document), encoding="utf-8")
    (forged / MANIFEST).write_bytes(
        manifest_bytes(forged, {"digest": document["digest"]})
    )

    assert [problem.code for problem in verify_run(forged)] == ["RUN_DIGEST_WRONG"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"files": 3, "digest": ""}'])
def test_a_broken_manifest_is_told_and_not_trusted(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / MANIFEST).write_bytes(content)

    assert [p.code for p in verify_run(tmp_path)] == ["RUN_MANIFEST_BROKEN"]


def test_a_folder_without_a_manifest_is_not_a_run(tmp_path: Path) -> None:
    assert [p.code for p in verify_run(tmp_path)] == ["RUN_NOT_FOUND"]
