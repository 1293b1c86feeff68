"""What Windows lacks, taken away here: the same answers without it.

Windows itself cannot be run where these tests run; `docs/windows.md` says what
is left to try there by hand.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from guide_files import sample

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="plays Windows on POSIX"),
]

THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
ABSENT = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
NO_CALLS = """
import os
for name in "fork forkpty register_at_fork symlink link mkfifo".split():
    delattr(os, name)
"""
MAPPED = """
from pathlib import Path
def held(call):
    def tried(self, *rest, **named):
        names = [str(path) for path in (self, *rest)]
        if any(".zst" in name and ".tmp" not in name for name in names):
            raise PermissionError(13, "in use", str(self))
        return call(self, *rest, **named)
    return tried
Path.unlink, Path.replace = held(Path.unlink), held(Path.replace)
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("底图") / "county"
    shutil.copytree(sample(), folder, ignore=shutil.ignore_patterns(".zoning"))
    return folder


def run(
    place: Path, *arguments: str, lacking: bool, mapped: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command line, with what Windows lacks or without it.

    Modules that are shadowed here are so in the reading process too: it takes over
    the path of its parent.
    """
    shadows = place / f"shadows-{lacking}"
    shadows.mkdir()
    for name in ABSENT if lacking else ():
        (shadows / f"{name}.py").write_text(f"raise ImportError({name!r})\n")
    (shadows / "sitecustomize.py").write_text(NO_CALLS * lacking + MAPPED * mapped)
    return subprocess.run(
        [sys.executable, "-m", "zoning", *arguments],
        env={**os.environ, "PYTHONPATH": str(shadows)},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)
    found.pop("software")
    return found


@pytest.mark.parametrize("name", ["farmland.txt", "outside_county.geojson"])
def test_a_check_answers_the_same_without_posix(
    base: Path, tmp_path: Path, name: str
) -> None:
    arguments = ["check", str(base / "sites" / name), "--base", str(base), "--json"]
    arguments += ["--as-of", "2026-11-23"]

    usual = run(tmp_path, *arguments, lacking=False)
    shutil.rmtree(base / ".zoning")  # so that layers are read once more
    without = run(tmp_path, *arguments, lacking=True)

    assert without.returncode == usual.returncode, without.stderr
    assert answer(without.stdout) == answer(usual.stdout)
    assert "Traceback" not in without.stderr


@pytest.mark.skipif(not THOROUGH, reason="ZONING_THOROUGH=1 runs two batches")
def test_a_batch_of_processes_needs_no_fork(base: Path, tmp_path: Path) -> None:
    west, south = 109.88, 31.05
    cells = [
        shapely.box(x, y, x + 0.0005, y + 0.0005)
        for x, y in ((west + k % 26 / 999, south + k // 26 / 999) for k in range(520))
    ]
    sites = tmp_path / "sites.geojson"
    sites.write_text(shapely.to_geojson(shapely.GeometryCollection(cells)))
    document = json.loads(sites.read_text())
    sites.write_text(json.dumps(document["geometries"]))
    arguments = ["check", str(sites), "--base", str(base), "--json", "--workers", "2"]
    arguments += ["--as-of", "2026-11-23"]

    answers = [
        run(tmp_path, *arguments, "--out", str(tmp_path / name), lacking=lacking)
        for name, lacking in (("usual", False), ("without", True))
    ]

    assert answers[0].returncode in {1, 4}, answers[0].stderr
    assert answers[1].returncode == answers[0].returncode, answers[1].stderr
    assert answer(answers[1].stdout) == answer(answers[0].stdout)


@pytest.mark.parametrize("spoilt", ["footer", "middle"])
def test_a_damaged_file_that_is_mapped_elsewhere_changes_no_answer(
    base: Path, tmp_path: Path, spoilt: str
) -> None:
    """Windows neither removes nor replaces a file that some process maps."""
    arguments = ["check", str(base / "sites/farmland.txt"), "--base", str(base)]
    arguments += ["--json", "--as-of", "2026-11-23"]
    usual = run(tmp_path, *arguments, lacking=False)
    prepared = sorted((base / ".zoning").glob("permanent_basic_farmland-*.zst*"))
    (path,) = prepared
    content = bytearray(path.read_bytes())
    at = len(content) - 20 if spoilt == "footer" else len(content) // 2
    content[at : at + 16] = bytes(byte ^ 255 for byte in content[at : at + 16])
    path.write_bytes(content)

    without = run(tmp_path, *arguments, lacking=True, mapped=True)

    assert without.returncode == usual.returncode, without.stderr
    assert answer(without.stdout) == answer(usual.stdout)
    assert path.read_bytes() == content
    path.unlink()
