"""Bad files and their good twins, as `tests/malformed/*.yaml` describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zoning.errors import Problem

FOLDER = Path(__file__).parent / "malformed"
Changes = list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A problem that must be told: code, place as the file says, words of it."""

    code: str
    at: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case: how the twin is changed to the bad and to the good file."""

    name: str
    twin: Any
    wrong: Any
    right: Any
    problems: tuple[Expected, ...]


@cache
def pairs(file: str) -> Mapping[str, Pair]:
    """Return the cases of a file by name."""
    loaded = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    return {
        name: Pair(
            name=name,
            twin=case.get("twin", loaded["twin"]),
            wrong=case["wrong"],
            right=case.get("right", []),
            problems=tuple(
                Expected(code=code, at=str(at), says=str(says))
                for code, at, says in case["problems"]
            ),
        )
        for name, case in loaded["cases"].items()
    }


def changed(twin: str, changes: Changes) -> str:
    """Return the twin with pieces replaced; each piece must stand once."""
    for old, new in changes:
        assert twin.count(old) == 1, old
        twin = twin.replace(old, new)
    return twin


def line_of(text: str, piece: str) -> int:
    """Return the line, from 1, on which the one piece of a text begins."""
    assert text.count(piece) == 1, piece
    return text[: text.index(piece)].count("\n") + 1


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Return code and place of problems, in one order."""
    return sorted((problem.code, problem.where) for problem in problems)


def require_words(
    problems: tuple[Problem, ...], expected: tuple[Expected, ...]
) -> None:
    """Require what each problem must say, and a cure in both languages."""
    for problem in problems:
        for lang in ("zh", "en"):
            assert problem.text(lang).strip()
            assert problem.cure(lang).strip(), problem.code
    for one in expected:
        alike = [p for p in problems if p.code == one.code]
        assert any(one.says in p.line("zh") for p in alike), one
