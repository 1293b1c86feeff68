"""A batch that is killed, again and again, ends as if it had never been."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import small_base
from plots_of_batch import AS_OF, plots
from shapely.geometry.base import BaseGeometry

from zoning.batch import journal_path

pytestmark = pytest.mark.slow

DRIVING = Path(__file__).with_name("driving.py")
CONFLICT = 1
THOROUGH = bool(os.environ.get("ZONING_THOROUGH"))
SITES, KILLS = (2_000, 20) if THOROUGH else (60, 3)
TURNS = 10  # batches begun for each kill, at most


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a prepared base, a file of sites, and an uninterrupted run."""
    folder = tmp_path_factory.mktemp("kills")
    small_base.write_base(folder / "base")
    shapes: list[tuple[BaseGeometry, dict[str, str]]]
    shapes = [(site.geometry, {}) for site in plots(SITES) if site.geometry]
    small_base.write_geojson(folder / "sites.geojson", shapes)
    usual = Told(folder, "usual")
    assert usual.wait() == CONFLICT, usual.said()
    return folder


@pytest.fixture(scope="module")
def open_s(place: Path) -> float:
    """Seconds for which a batch can be killed: from its journal to its end."""
    process = Told(place, "timed")
    after_start(process, journal_path(place / "timed"), 0.0)
    begun = time.monotonic()
    process.wait()
    return max(time.monotonic() - begun, 0.02)


class Told(subprocess.Popen[bytes]):
    """A batch under way; what it says goes to a file."""

    def __init__(
        self, place: Path, out: str, *more: str, day: str = AS_OF.isoformat()
    ) -> None:
        words = ["check", "sites.geojson", "--base", "base", "--out", out]
        words += ["--as-of", day, *more]
        self.log = place / f"{out}.txt"
        with self.log.open("wb") as log:
            super().__init__(
                [sys.executable, str(DRIVING), *words],
                cwd=place,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            )

    def said(self) -> str:
        """Return all that it said, when it has ended."""
        self.wait()
        return self.log.read_text("utf-8")


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def after_start(process: Told, journal: Path, wait: float) -> None:
    """Wait until the batch has begun, and then some time."""
    while process.poll() is None and not journal.exists():
        time.sleep(0.005)
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() < begun + wait:
        time.sleep(0.005)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    place: Path, open_s: float, workers: str
) -> None:
    rng = np.random.default_rng(500237 + int(workers))
    kills, turn = 0, 0
    while kills < (KILLS if workers == "1" else 1):
        turn += 1
        assert turn <= TURNS * KILLS, "no moment to kill at was found"
        out = f"run-{workers}-{turn}"
        whole = Told(place, out, "--resume", "--workers", workers)
        after_start(whole, journal_path(place / out), rng.uniform(0, open_s))
        while whole.poll() is None:
            whole.kill()
            whole.wait()
            kills += 1
            if (place / out).exists():  # it had been put in place a moment before
                late = Told(place, out, "--resume", "--workers", workers)
                assert "E4" in late.said()
                assert late.returncode != CONFLICT
                break
            whole = Told(place, out, "--resume", "--workers", workers)
            wait = rng.uniform(0, open_s) if kills < KILLS else 600.0
            after_start(whole, journal_path(place / out), wait)
        else:
            assert whole.returncode == CONFLICT
        assert hashes(place / out) == hashes(place / "usual")
        left = {path.name for path in place.iterdir()}
        assert not any(name.startswith(f".{out}.") for name in left)


def test_ctrl_c_keeps_the_results_and_tells_the_command_to_go_on(place: Path) -> None:
    process = Told(place, "stopped")
    journal = journal_path(place / "stopped")
    after_start(process, journal, 0.2)
    process.send_signal(signal.SIGINT)
    said = process.said()

    assert process.returncode == 130
    assert "已停止" in said
    command = f"zoning check sites.geojson --base base --out stopped --as-of {AS_OF}"
    assert f"{command} --resume" in said
    assert journal.is_file()

    again = Told(place, "stopped")
    said = again.said()
    assert again.returncode == 2
    assert "E412" in said
    assert f"{command} --resume" in said

    last = Told(place, "stopped", "--resume", "--workers", "2")
    said = last.said()
    assert "接着核查" in said
    assert hashes(place / "stopped") == hashes(place / "usual")
    assert not journal.exists()
