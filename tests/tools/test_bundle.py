"""The portable folder: whole for its platform, and its files do what they say."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import build_bundle
import pytest
from build_bundle import BundleError, assemble, packed, record
from bundle_contents import LINUX, WINDOWS, Platform, faults, unmet
from guide_files import ROOT

THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"


def dist(lib: Path, name: str, *needs: str, version: str = "2.0") -> None:
    place = lib / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    lines = [f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    (place / "METADATA").write_text("\n".join(lines) + "\n\nText\n")


def package(lib: Path, *imports: str) -> None:
    place = lib / "zoning"
    place.mkdir(parents=True)
    (place / "code.py").write_text("\n".join(imports) + "\n")


# -------------------------------------------------------------- what is missing
def test_what_windows_alone_wants_is_asked_for_windows(tmp_path: Path) -> None:
    dist(tmp_path, "zoning", "click>=1")
    dist(tmp_path, "click", 'colorama>=0.4; platform_system == "Windows"')

    assert unmet(tmp_path, WINDOWS, ["zoning"]) == {"colorama>=0.4"}
    assert unmet(tmp_path, LINUX, ["zoning"]) == set()


def test_an_extra_is_followed_through_and_a_version_is_held_to(tmp_path: Path) -> None:
    dist(tmp_path, "zoning", 'fastapi>=1; extra == "serve"', 'dask; extra == "scale"')
    dist(tmp_path, "FastAPI", "starlette>=3")
    dist(tmp_path, "starlette", version="2.9")

    assert unmet(tmp_path, LINUX, ["zoning[serve]"]) == {"starlette>=3"}
    assert unmet(tmp_path, LINUX, ["zoning"]) == set()


def test_files_of_another_platform_or_python_are_faults(tmp_path: Path) -> None:
    dist(tmp_path, "zoning")
    package(tmp_path)
    for name in (
        "good.cp311-win_amd64.pyd",
        "stable.pyd",
        "other.cp312-win_amd64.pyd",
        "there.cpython-311-x86_64-linux-gnu.so",
    ):
        (tmp_path / name).touch()

    assert faults(tmp_path, WINDOWS, ["zoning"]) == [
        "of another platform: other.cp312-win_amd64.pyd",
        "of another platform: there.cpython-311-x86_64-linux-gnu.so",
    ]


def test_layers_that_the_builder_prepared_are_a_fault(tmp_path: Path) -> None:
    dist(tmp_path, "zoning")
    package(tmp_path)
    (tmp_path / "zoning/data/sample_layers/.zoning").mkdir(parents=True)

    assert faults(tmp_path, LINUX, ["zoning"]) == [
        "prepared here: zoning/data/sample_layers/.zoning"
    ]


@pytest.mark.parametrize(
    ("line", "platform", "missing"),
    [
        ("import numpy as np", LINUX, ["no module: numpy"]),
        ("def f():\n    from numpy.typing import NDArray", LINUX, ["no module: numpy"]),
        ("import resource", WINDOWS, ["no module: resource"]),
        ("import tkinter", WINDOWS, ["no module: tkinter"]),
        ("try:\n    import resource\nexcept ImportError: ...", WINDOWS, []),
        ("def f():\n    import fcntl", WINDOWS, []),
        ("import resource, tkinter", LINUX, []),
        ("import json\nfrom zoning import code\nfrom . import code", WINDOWS, []),
    ],
)
def test_a_module_that_nothing_provides_is_a_fault(
    tmp_path: Path, line: str, platform: Platform, missing: list[str]
) -> None:
    dist(tmp_path, "zoning")
    package(tmp_path, line)

    assert faults(tmp_path, platform, ["zoning"]) == missing


def test_the_package_asks_windows_for_nothing_that_it_lacks(tmp_path: Path) -> None:
    """Third parties are those of `pyproject.toml`; the rest is Python's own."""
    (tmp_path / "zoning").symlink_to(ROOT / "zoning")
    dist(tmp_path, "zoning")
    for name in (
        *("PIL", "affine", "branca", "click", "docx", "docxtpl", "fastapi", "folium"),
        *("fontTools", "geopandas", "jinja2", "lxml", "matplotlib", "numba", "numpy"),
        *(
            "markupsafe",
            "openpyxl",
            "pandas",
            "psutil",
            "pyarrow",
            "pydantic",
            "pyogrio",
            "pyproj",
        ),
        *("rasterio", "rich", "scipy", "shapely", "starlette", "typing_extensions"),
        *("uharfbuzz", "uvicorn", "xlsxwriter", "yaml"),
    ):
        (tmp_path / name).mkdir()

    assert faults(tmp_path, WINDOWS, ["zoning"]) == []


# ----------------------------------------------------------------- the folder
def embeddable(folder: Path, *names: str) -> Path:
    path = folder / "python-embed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"MZ")
    return path


def test_the_folder_for_windows_is_one_that_windows_can_run(tmp_path: Path) -> None:
    folder = tmp_path / "zoning 便携"
    python = embeddable(tmp_path, "python.exe", "python311.dll", "python311.zip")

    assemble(folder, WINDOWS, python=python)

    assert (folder / "python/python.exe").exists()
    paths = (folder / "python/python311._pth").read_bytes()
    assert paths.split(b"\r\n")[:3] == [b"python311.zip", b".", b"../lib"]
    assert (folder / "base/zoning.yaml").exists()
    assert (folder / "sites/clear.txt").exists()
    for name in ("核查.bat", "桌面.bat"):
        text = (folder / name).read_bytes()
        assert text.isascii(), "a console reads UTF-8 in a .bat by halves"
        assert text.count(b"\n") == text.count(b"\r\n") > 3
    guide = (folder / "README.txt").read_bytes()
    assert guide.startswith(b"\xef\xbb\xbf"), "Notepad of old tells UTF-8 by its mark"


def test_a_zip_that_is_no_embeddable_python_is_refused(tmp_path: Path) -> None:
    wrong = embeddable(tmp_path, "python.exe", "python312.dll", "python312.zip")

    with pytest.raises(BundleError, match=r"python311\.dll"):
        assemble(tmp_path / "folder", WINDOWS, python=wrong)


def test_the_list_of_files_and_the_zip_are_the_same_twice(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        folder = tmp_path / str(number) / "bundle"
        assemble(folder, LINUX, python=None)
        files = record(folder)["files"]
        assert isinstance(files, dict)
        assert "核查.sh" in files
        made.append((files, packed(folder).read_bytes()))

    assert made[0] == made[1]


def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").touch()

    assert build_bundle.main(["--out", str(tmp_path), "--platform", "linux"]) == 1
    assert "not empty" in capsys.readouterr().err


# ------------------------------------------------------------------ in the hand
def launched(
    folder: Path, *arguments: str, place: Path
) -> subprocess.CompletedProcess[str]:
    """Run the launcher with a Python that sees `lib` and the standard library alone."""
    python, desktop = place / "python", place / "xdg-open"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    desktop.write_text(f"#!/bin/sh\nprintf %s \"$1\" > '{place / 'opened.txt'}'\n")
    for program in (python, desktop):
        program.chmod(0o755)
    return subprocess.run(
        ["sh", str(folder / "核查.sh"), *arguments],
        cwd=place,
        env={
            "PATH": f"{place}:/usr/bin:/bin",
            "HOME": str(place),
            "ZONING_PYTHON": str(python),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def laid_out(folder: Path) -> None:
    """Lay the folder out with the packages that are installed here."""
    (folder / "lib").mkdir(parents=True)
    for path in Path(pytest.__file__).parent.parent.iterdir():
        if not path.name.startswith(("zoning", "__")) and path.suffix != ".pth":
            (folder / "lib" / path.name).symlink_to(path)
    (folder / "lib/zoning").symlink_to(ROOT / "zoning")
    assemble(folder, LINUX, python=None)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the launcher for Linux")
def test_a_site_that_is_dropped_is_checked_and_word_is_given_the_report(
    tmp_path: Path,
) -> None:
    folder, place = tmp_path / "便携 1", tmp_path / "desk"
    place.mkdir()
    laid_out(folder)
    site = place / "选址 & 1.txt"
    shutil.copy(folder / "sites/farmland.txt", site)

    done = launched(folder, str(site), place=place)

    assert done.returncode == 1, done.stderr
    assert "PROHIBITED" in done.stdout or "CONDITIONAL" in done.stdout
    opened = Path((place / "opened.txt").read_text())
    assert opened.name == "report.docx"
    assert zipfile.is_zipfile(opened)
    assert place in opened.parents


@pytest.mark.skipif(os.name == "nt", reason="the launcher for Linux")
def test_the_launcher_alone_shows_how_it_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    assemble(folder, LINUX, python=None)

    done = launched(folder, place=tmp_path)

    assert done.returncode == 2
    assert "核查一个选址" in done.stdout


# -------------------------------------------------------------------- the index
def resolves(*arguments: str) -> bool:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
    command = [*pip, "--ignore-installed", "--no-deps", "--retries", "1", *arguments]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("platform", [WINDOWS, LINUX], ids=["windows", "linux"])
def test_every_dependency_has_a_wheel(tmp_path: Path, platform: Platform) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["serve"]]
    choice = ["--target", str(tmp_path), *build_bundle.choice(platform)]
    if not resolves("--target", str(tmp_path), "click"):
        pytest.skip("no package index")

    assert resolves("--constraint", str(ROOT / "constraints.txt"), *choice, *wanted)


@pytest.mark.slow
@pytest.mark.skipif(not THOROUGH, reason="ZONING_THOROUGH=1 builds both bundles")
@pytest.mark.parametrize("name", ["windows", "linux"])
def test_the_bundle_is_whole_and_small_enough(tmp_path: Path, name: str) -> None:
    python = embeddable(tmp_path, "python.exe", "python311.dll", "python311.zip")
    folder = tmp_path / "zoning"
    asked = ["--out", str(folder), "--platform", name, "--zip"]

    assert build_bundle.main([*asked, "--python", str(python)]) == 0

    platform = build_bundle.PLATFORMS[name]
    assert faults(folder / "lib", platform, [build_bundle.WANTED]) == []
    assert folder.with_name("zoning.zip").stat().st_size < 400_000_000
    if platform is LINUX:
        done = launched(folder, str(folder / "sites/clear.txt"), place=tmp_path)
        assert done.returncode in {0, 4}, done.stderr
