"""What the user sees: data on stdout, talk and progress on stderr."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from zoning import strict_yaml
from zoning.errors import Problem

if TYPE_CHECKING:  # rich loads only when something is printed
    from rich.console import Console

__all__ = [
    "fail",
    "prepare_streams",
    "progress",
    "say",
    "stdout_console",
    "text",
    "time_told",
]

_MINUTE = 60.0

_language = {"lang": os.environ.get("ZONING_LANG", "zh")}


def prepare_streams() -> None:
    """Let no console encoding stop the program (GBK consoles lack ✓ and ²)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def speak(lang: str) -> None:
    """Choose the language of the talk on stderr."""
    _language["lang"] = lang


def text(key: str, lang: str, **values: Any) -> str:
    """Return a text of the command line."""
    return _texts()[key][lang].format(**values)


def time_told(seconds: float, lang: str) -> str:
    """Return a forecast of time as a person reads it."""
    if seconds < 1:
        return text("circuit_no_time", lang)
    if seconds < _MINUTE:
        return text("circuit_seconds", lang, count=f"{seconds:.0f}")
    return text("circuit_minutes", lang, count=f"{seconds / _MINUTE:.0f}")


def say(message: str) -> None:
    """Print a line of talk."""
    sys.stderr.write(f"{message}\n")


def fail(problems: tuple[Problem, ...]) -> None:
    """Print problems: what, where, why, cure."""
    lang = _language["lang"]
    word = "错误" if lang == "zh" else "error"
    for problem in problems:
        say(f"{word} {problem.line(lang)}")


def stdout_console() -> "Console":
    """Return a console for tables on stdout; plain when it is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 118
    return Console(file=sys.stdout, width=width, soft_wrap=False, highlight=False)


@contextmanager
def progress(label: str) -> Iterator[Any]:
    """Show progress on stderr; silent when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@cache
def _texts() -> dict[str, dict[str, str]]:
    path = files("zoning").joinpath("cli/texts.yaml")
    loaded: dict[str, dict[str, str]] = strict_yaml.load_text(
        path.read_text(encoding="utf-8")
    )
    return loaded
