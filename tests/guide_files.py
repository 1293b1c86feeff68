"""The written guides, and the folder that `zoning demo` would leave."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from zoning.samples.places import sample_folder

ROOT = Path(__file__).resolve().parents[1]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
GUIDES = (
    *READMES,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
NOTEBOOKS = tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced piece of a guide: its language and its lines, unindented."""

    language: str
    text: str


def blocks(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown file, also those inside lists."""
    language: str | None = None
    lines: list[str] = []
    indent = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        bare = line.strip()
        if not bare.startswith("```"):
            lines.append(line[indent:])
        elif language is None:
            language, lines, indent = bare[3:], [], line.index("`")
        else:
            yield Block(language=language, text="\n".join(lines) + "\n")
            language = None
    assert language is None, f"{path.name}: a block is not closed"


def tables(path: Path) -> dict[str, list[list[str]]]:
    """Return the rows of each table, by its heading; cells stripped."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
        elif line.startswith("|") and not line.startswith(("|---", "| ---")):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(heading, []).append(cells)
    return {name: rows[1:] for name, rows in found.items()}


def zoning_calls(path: Path) -> list[list[str]]:
    """Return the arguments of every `zoning` call in the blocks of a guide."""
    calls = []
    for block in blocks(path):
        for line in block.text.splitlines():
            words = line.split()
            if words and re.fullmatch(r"(?:\.venv[/\\]\w+[/\\])?zoning", words[0]):
                calls.append(words[1:])
    return calls


def sample() -> Path:
    """Return the sample base; skip where it was not built."""
    folder = sample_folder()
    if folder is None:
        pytest.skip("the sample base is absent: make samples")
    return folder


def lay_out_demo(folder: Path) -> Path:
    """Copy the sample base and sites as `zoning demo` does; return `folder`."""
    skip = shutil.ignore_patterns("sites", ".zoning")
    shutil.copytree(sample(), folder / "zoning-demo/base", ignore=skip)
    shutil.copytree(sample() / "sites", folder / "zoning-demo/sites")
    return folder
