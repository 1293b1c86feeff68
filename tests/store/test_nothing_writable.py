"""A planner who may read the base and write nowhere gets the same answer."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
import small_base

from zoning import store

CONFLICT, NOT_WRITTEN = 1, 3


def bound() -> list[str]:
    """Return what makes a command heed permissions, which root does not."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("absent: setpriv")
    return ["setpriv", "--bounding-set=-dac_override"]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Folder with a base that nobody has opened, a site, and no leave to write."""
    place = tmp_path / "只读"
    base = small_base.write_base(place / "base")
    shutil.rmtree(base / store.FOLDER, ignore_errors=True)
    plot = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)
    small_base.write_geojson(place / "site.geojson", [(plot, {})])
    folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield place
    for folder in folders:
        folder.chmod(0o755)


def check(place: Path, *more: str) -> subprocess.CompletedProcess[bytes]:
    words = ["-B", "-m", "zoning", "check", "site.geojson", "--base", "base"]
    home = {"HOME": str(place), "NUMBA_CACHE_DIR": str(place / "cache")}
    return subprocess.run(
        [*bound(), sys.executable, *words, "--as-of", "2026-11-23", *more],
        cwd=place,
        env=os.environ | home | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_a_base_in_a_read_only_folder_gives_the_same_answer(
    locked: Path, tmp_path: Path
) -> None:
    there = sorted(locked.rglob("*"))
    answer = check(locked, "--json")
    left = sorted(locked.rglob("*"))

    free = tmp_path / "free"
    shutil.copytree(locked, free)
    for folder in (free, free / "base"):
        folder.chmod(0o755)
    usual = check(free, "--json")

    assert answer.returncode == usual.returncode == CONFLICT, answer.stderr.decode()
    assert answer.stdout == usual.stdout
    assert left == there
    assert (free / "base" / store.FOLDER).is_dir()


@pytest.mark.slow
def test_a_run_that_may_not_be_written_is_told_and_leaves_nothing(
    locked: Path,
) -> None:
    there = sorted(locked.rglob("*"))

    done = check(locked, "--out", "run")

    assert "E402" in done.stderr.decode()
    assert done.returncode == NOT_WRITTEN
    assert sorted(locked.rglob("*")) == there
