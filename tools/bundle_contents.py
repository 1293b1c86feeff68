"""Does a bundle hold all that runs in it: distributions, compiled files, imports.

pip chooses wheels of another platform and yet asks the requirements' markers of
its own, so that what is wanted on Windows alone (colorama) stays behind. Here the
markers are asked for the platform of the bundle.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["LINUX", "WINDOWS", "Platform", "faults", "unmet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform that a bundle is for.

    Parameters
    ----------
    tags : tuple of str
        Of wheels, as pip names them.
    markers : mapping
        What the markers of requirements are asked.
    compiled, foreign : str
        Suffix of compiled modules, and that of the other platform.
    """

    tags: tuple[str, ...]
    markers: Mapping[str, str]
    compiled: str
    foreign: str


_PYTHON = {
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "implementation_name": "cpython",
    "implementation_version": "3.11.9",
    "platform_python_implementation": "CPython",
}
WINDOWS = Platform(
    tags=("win_amd64",),
    markers=_PYTHON
    | {
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
    compiled=".pyd",
    foreign=".so",
)
LINUX = Platform(
    tags=("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    markers=_PYTHON
    | {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
    compiled=".so",
    foreign=".pyd",
)

_OPTIONAL = {
    "psycopg": "extra postgis",
    "pypardiso": "a faster solver where it is installed",
    "sksparse": "a faster solver where it is installed",
}
"""Modules that the package does without, and why."""
_NOT_ON_WINDOWS = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
_NOT_EMBEDDED = {"ensurepip", "idlelib", "lib2to3", "tkinter", "turtle", "venv"}
"""Modules of the standard library that the embeddable Python leaves out."""


def unmet(lib: Path, platform: Platform, wanted: Iterable[str]) -> set[str]:
    """Return requirements that nothing in `lib` meets.

    Parameters
    ----------
    wanted : str
        Requirements of the bundle itself, such as ``zoning[serve]``.
    """
    there = _distributions(lib)
    missing, seen = set[str](), set[tuple[str, frozenset[str]]]()
    pending = [Requirement(text) for text in wanted]
    while pending:
        asked = pending.pop()
        name, extras = canonicalize_name(asked.name), frozenset(asked.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found = there.get(name)
        if found is None or not asked.specifier.contains(found[0], prereleases=True):
            missing.add(f"{asked.name}{asked.specifier}")
            continue
        pending += _needed(found[1], extras, platform)
    return missing


def _distributions(lib: Path) -> dict[str, tuple[Version, list[str]]]:
    found = dict[str, tuple[Version, list[str]]]()
    for path in sorted(lib.glob("*.dist-info/METADATA")):
        head = HeaderParser().parsestr(path.read_text(encoding="utf-8"))
        needs = [str(text) for text in head.get_all("Requires-Dist") or []]
        name = canonicalize_name(str(head["Name"]))
        found[name] = (Version(str(head["Version"])), needs)
    return found


def _needed(
    texts: list[str], extras: frozenset[str], platform: Platform
) -> list[Requirement]:
    asked = [Requirement(text) for text in texts]
    environments = [{**platform.markers, "extra": extra} for extra in ("", *extras)]
    return [
        one
        for one in asked
        if one.marker is None or any(map(one.marker.evaluate, environments))
    ]


def faults(lib: Path, platform: Platform, wanted: list[str]) -> list[str]:
    """Return what keeps a folder of packages from running on a platform.

    Returns
    -------
    list of str
        Unmet requirements, compiled files of another platform or Python, modules
        that `zoning` imports and nothing there provides, and layers that the
        machine of the builder prepared; sorted.
    """
    found = [f"requirement not met: {text}" for text in unmet(lib, platform, wanted)]
    found += [f"of another platform: {name}" for name in _foreign(lib, platform)]
    found += [f"no module: {name}" for name in _absent(lib, platform)]
    found += [
        f"prepared here: {path.relative_to(lib)}" for path in lib.rglob(".zoning")
    ]
    return sorted(found)


def _foreign(lib: Path, platform: Platform) -> Iterator[str]:
    for path in lib.rglob("*"):
        name = path.name
        other = platform.compiled in path.suffixes and ".cp3" in name
        if platform.foreign in path.suffixes or (other and ".cp311" not in name):
            yield str(path.relative_to(lib))


def _absent(lib: Path, platform: Platform) -> set[str]:
    there = {path.name.split(".")[0] for path in lib.iterdir()} | set(_OPTIONAL)
    standard = set(sys.stdlib_module_names)
    needed, anywhere = set[str](), set[str]()
    for path in (lib / "zoning").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        needed |= set(_imports(tree.body))
        anywhere |= set(_imports(ast.walk(tree)))
    if platform is WINDOWS:
        standard -= _NOT_EMBEDDED
        there |= _NOT_ON_WINDOWS - needed  # asked for where they exist
        standard -= _NOT_ON_WINDOWS
    return anywhere - there - standard


def _imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the first names of imported modules."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
