"""The reading process: questions in, answers out, until the questions end.

Standard output is no channel of its own here: what libraries print goes where
their errors go.
"""

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from zoning.io.quarantine.confinement import Confinement
from zoning.io.quarantine.frames import Frame, read_frame, write_frame
from zoning.io.quarantine.limits import Limits
from zoning.io.quarantine.running import Jobs, run

__all__ = ["main", "own_streams"]

_MOST_QUESTION = 4 << 30


def main(jobs_module: str, place: str, parent: str) -> None:
    """Answer until standard input ends.

    Parameters
    ----------
    jobs_module : str
        Module whose ``JOBS`` are the questions that can be asked, and whose
        ``prepare()`` loads what they need.
    place : str
        Own folder.
    parent : str
        Number of the process that asks.
    """
    questions, answers = own_streams()
    bounds = Confinement(Path(place), int(parent))
    module = import_module(jobs_module)
    module.prepare()
    jobs: Jobs = module.JOBS
    while (question := read_frame(questions, most=_MOST_QUESTION)) is not None:
        limits = Limits(**question.header["limits"])
        bounds.allow(limits)
        answer = _answered(jobs, question, bounds)
        write_frame(answers, answer)
        del question, answer
        bounds.rest()
    os._exit(0)


def _answered(jobs: Jobs, question: Frame, bounds: Confinement) -> Frame:
    os.chdir(question.header["folder"])
    answer = run(jobs, question)
    if bounds.refused:
        return Frame(header={"refused": bounds.refused})
    return replace(answer, header={**answer.header, "held": bounds.held})


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes for questions and answers away from everybody else."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    return questions, answers
