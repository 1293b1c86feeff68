"""Build the portable folder: Python, packages, a base, and files to double-click.

    python tools/build_bundle.py --out build/bundle --python EMBEDDABLE.zip
    python tools/build_bundle.py --out build/bundle --platform linux
    python tools/build_bundle.py --out build/wheels --wheelhouse --platform linux

The first is for office PCs with Windows: no installation, no administrator, no
network. Its Python is the embeddable package of python.org, which is fetched by
whoever builds. Wheels come from the package index that pip is set to; everything
that the folder holds is listed with its SHA-256 in ``BUNDLE.json``.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from bundle_contents import LINUX, WINDOWS, Platform, faults, unmet

ROOT = Path(__file__).resolve().parent.parent
LAUNCHERS = Path(__file__).resolve().parent / "launchers"
WANTED = "zoning[serve]"
MOST_BYTES = 400_000_000
PLATFORMS = {"windows": WINDOWS, "linux": LINUX}

_NOT_SHIPPED = {"tests", "test", "__pycache__", "include"}
_NOT_RUN = {".lib", ".pdb", ".pxd", ".pyi", ".h", ".a"}
_EMBEDDED = ("python.exe", "python311.dll", "python311.zip")


class BundleError(Exception):
    """What keeps a bundle from being built."""


# ------------------------------------------------------------------- packages
def fetch(wheels: Path, platform: Platform) -> None:
    """Fetch the project's wheel and all that it needs on a platform."""
    wheels.mkdir(parents=True, exist_ok=True)
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    requirements = _requirements()
    while requirements:
        before = _names(wheels)
        _pip(
            "download",
            *choice(platform),
            *("--constraint", str(ROOT / "constraints.txt")),
            *("--dest", str(wheels)),
            *requirements,
        )
        with tempfile.TemporaryDirectory() as place:
            unpacked = Path(place)
            _metadata(wheels, unpacked)
            requirements = sorted(unmet(unpacked, platform, [WANTED]))
        if requirements and _names(wheels) == before:
            raise BundleError(f"no wheels for {', '.join(requirements)}")


def _requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = project["project"]
    return [*stated["dependencies"], *stated["optional-dependencies"]["serve"]]


def choice(platform: Platform) -> list[str]:
    """Return the options of pip that choose wheels of another platform."""
    tags = [part for tag in platform.tags for part in ("--platform", tag)]
    abis = [part for abi in ("cp311", "abi3", "none") for part in ("--abi", abi)]
    python = ["--python-version", "3.11", "--implementation", "cp"]
    return ["--only-binary", ":all:", *tags, *python, *abis]


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True)  # noqa: S603  pip of this Python


def _names(wheels: Path) -> list[str]:
    return sorted(path.name for path in wheels.glob("*.whl"))


def _metadata(wheels: Path, place: Path) -> None:
    for path in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".dist-info/METADATA") and name.count("/") == 1:
                    archive.extract(name, place)


def install(wheels: Path, lib: Path, platform: Platform) -> None:
    """Unpack the wheels of a folder, without what only their makers need."""
    found = [str(wheels / name) for name in _names(wheels)]
    _pip("install", "--no-deps", "--target", str(lib), *choice(platform), *found)
    shutil.rmtree(lib / "bin", ignore_errors=True)  # scripts of this machine
    for path in sorted(lib.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _NOT_SHIPPED:
            shutil.rmtree(path)
        elif path.suffix in _NOT_RUN and path.is_file():
            path.unlink()


# ----------------------------------------------------------------- the folder
def assemble(folder: Path, platform: Platform, *, python: Path | None) -> None:
    """Lay Python, base and launchers beside the packages in ``lib``.

    Parameters
    ----------
    python : Path, optional
        The embeddable package for Windows; without it the folder is for the Python
        that is there.
    """
    if python is not None:
        _unpack_python(python, folder / "python")
    shutil.copytree(
        ROOT / "data/sample_layers",
        folder / "base",
        ignore=shutil.ignore_patterns(".zoning", "sites"),
    )
    shutil.copytree(ROOT / "data/sample_layers/sites", folder / "sites")
    names = "windows" if platform is WINDOWS else "linux"
    for path in sorted((LAUNCHERS / names).iterdir()):
        target = folder / path.name
        text = path.read_text(encoding="utf-8")
        ends, coding = ("\r\n", "ascii") if path.suffix == ".bat" else ("\n", "utf-8")
        if path.suffix == ".txt":
            ends, coding = "\r\n", "utf-8-sig"
        target.write_bytes(text.replace("\n", ends).encode(coding))
        if path.suffix == ".sh":
            target.chmod(0o755)


def _unpack_python(package: Path, place: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        names = set(archive.namelist())
        missing = [name for name in _EMBEDDED if name not in names]
        if missing:
            raise BundleError(
                f"{package.name} is no embeddable Python 3.11: no {', '.join(missing)}"
            )
        archive.extractall(place)
    paths = "python311.zip\n.\n../lib\nimport site\n"
    (place / "python311._pth").write_text(paths, encoding="ascii", newline="\r\n")


def record(folder: Path) -> dict[str, object]:
    """Write ``BUNDLE.json``: every file with its size and SHA-256."""
    files = {
        str(path.relative_to(folder).as_posix()): {
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in _files(folder)
        if path.name != "BUNDLE.json"
    }
    made: dict[str, object] = {"schema": "zoning/bundle/1", "files": files}
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "BUNDLE.json").write_text(text + "\n", encoding="utf-8")
    return made


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def packed(folder: Path) -> Path:
    """Write the folder as a zip beside it, the same bytes for the same files."""
    target = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = path.stat().st_mode << 16
            archive.writestr(entry, path.read_bytes())
    return target


# ------------------------------------------------------------------- the tool
def build(arguments: argparse.Namespace) -> Path:
    """Build what is asked for; return the folder."""
    platform, folder = PLATFORMS[arguments.platform], Path(arguments.out)
    if folder.exists() and any(folder.iterdir()):
        raise BundleError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.wheelhouse:
        fetch(folder / "wheels", platform)
        shutil.copy(LAUNCHERS / "wheelhouse/install.sh", folder)
        record(folder)
        return folder
    with tempfile.TemporaryDirectory() as place:
        wheels = Path(arguments.wheels or place)
        fetch(wheels, platform)
        install(wheels, folder / "lib", platform)
    found = faults(folder / "lib", platform, [WANTED])
    if found:
        raise BundleError("\n".join(found))
    assemble(folder, platform, python=arguments.python)
    record(folder)
    return folder


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the tool; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True)
    parser.add_argument("--platform", choices=sorted(PLATFORMS), default="windows")
    parser.add_argument("--python", type=Path, help="embeddable Python, a zip")
    parser.add_argument("--wheels", help="folder that keeps the wheels")
    parser.add_argument("--wheelhouse", action="store_true", help="wheels alone")
    parser.add_argument("--zip", action="store_true", help="pack the folder too")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    if asked.platform == "windows" and not (asked.python or asked.wheelhouse):
        parser.error("--python: the embeddable package from python.org")
    try:
        folder = build(asked)
    except (BundleError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    size = sum(path.stat().st_size for path in _files(folder))
    sys.stdout.write(f"{folder}: {size / 1e6:.0f} MB\n")
    if asked.zip:
        archive = packed(folder)
        size = archive.stat().st_size
        sys.stdout.write(f"{archive}: {size / 1e6:.0f} MB\n")
        return int(size > MOST_BYTES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
