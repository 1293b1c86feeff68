"""Two runs of one day: the same bytes in every file, wherever and however they ran.

No file is exempt. Word, Excel, GeoPackage and Parquet would each carry the hour
of their making or the order of a set; the writers fix both.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from zoning.samples.places import sample_folder

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where and how a run is made."""

    folder: str
    here: str
    environment: Mapping[str, str]


WEST = Desk(
    folder="west",
    here=".",
    environment={
        "TZ": "Etc/GMT+12",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "1",
        "PYTHONIOENCODING": "gbk",
        "OMP_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "GDAL_NUM_THREADS": "1",
        "COLUMNS": "40",
    },
)
EAST = Desk(
    folder="东 east",
    here="a/b c",
    environment={
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "zh_CN",
        "PYTHONHASHSEED": "4711",
        "OMP_NUM_THREADS": "4",
        "NUMBA_NUM_THREADS": "2",
        "GDAL_NUM_THREADS": "ALL_CPUS",
        "USER": "somebody",
        "SOURCE_DATE_EPOCH": "1",
    },
)
"""The clocks of the two are 26 hours apart: never the same day."""


def made(desk: Desk, root: Path, *options: str) -> Path:
    """Check the sample sites in a process of its own, on a base never opened before."""
    source = sample_folder()
    assert source is not None
    folder = root / desk.folder
    base = folder / "base"
    shutil.copytree(source, base, ignore=shutil.ignore_patterns(".zoning"))
    here = folder / desk.here
    here.mkdir(parents=True, exist_ok=True)
    sites = Path(os.path.relpath(base / "sites", here))
    run = folder / "run"
    home = folder / "home"
    home.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "zoning", "check", str(sites)),
            *("--base", os.path.relpath(base, here)),
            *("--project", str(sites / "projects.yaml")),
            *("--as-of", "2026-11-23", "--out", str(run)),
            *options,
        ],
        cwd=here,
        env={**os.environ, **desk.environment, "HOME": str(home)},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 3, done.stderr  # the bow-tie among the sample sites
    return run


def files(run: Path) -> dict[str, bytes]:
    return {
        path.relative_to(run).as_posix(): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "options",
    [(), ("--lang", "en", "--share")],
    ids=["full", "shared in English"],
)
def test_every_file_is_the_same_bytes(tmp_path: Path, options: tuple[str, ...]) -> None:
    west = files(made(WEST, tmp_path, *options))
    east = files(made(EAST, tmp_path, *options))

    assert list(west) == list(east)
    assert [name for name in west if west[name] != east[name]] == []
    assert len(west) > 5
