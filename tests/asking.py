"""The command line asked in this process: what it says, and its exit code."""

from dataclasses import dataclass

import pytest

from zoning.cli import main

CaptureText = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Exit code and both streams of one call."""

    code: int
    out: str
    err: str


def ask(capsys: CaptureText, *arguments: str) -> Answer:
    """Call ``zoning`` with arguments; the language is Chinese unless told."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    streams = capsys.readouterr()
    code = stop.value.code
    return Answer(code=int(code or 0), out=streams.out, err=streams.err)
