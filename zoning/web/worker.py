"""A process of the desk that works: questions in, parts of answers out.

It ends when its questions end, and when the first process dies.
"""

import gc
import os
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from zoning.errors import Problem, ZoningError
from zoning.io.quarantine.child import own_streams
from zoning.io.quarantine.frames import Frame, read_frame, write_frame

__all__ = ["main"]

_MOST_QUESTION = 1 << 30
_COLLECT_AFTER = 50_000
_WATCH_SECONDS = 0.5


def main(base: str) -> None:
    """Answer until standard input ends.

    Parameters
    ----------
    base : str
        Folder of the base.
    """
    from zoning.web.engine import Engine

    _end_with(os.getppid())
    gc.set_threshold(_COLLECT_AFTER)  # loading makes few cycles and many objects
    questions, answers = own_streams()
    engine = Engine(Path(base))
    while (question := read_frame(questions, most=_MOST_QUESTION)) is not None:
        try:
            last = engine.answer(question.header, lambda p: write_frame(answers, p))
            header = {**last.header, "last": True}
            write_frame(answers, Frame(header=header, buffers=last.buffers))
        except ZoningError as error:
            write_frame(answers, _failed(error.problems))
        except Exception as error:  # noqa: BLE001  a job fails alone
            values = {"detail": f"{type(error).__name__}: {error}"[:300]}
            problem = Problem(code="INTERNAL_ERROR", values=values)
            write_frame(answers, _failed((problem,)))


def _end_with(parent: int) -> None:
    """End this process soon after its parent, also in the middle of a long job.

    It would go on writing where the next desk resumes the job.
    """
    first = psutil.Process(parent)

    def watch() -> None:
        while os.getppid() == parent and first.is_running():
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _failed(problems: tuple[Problem, ...]) -> Frame:
    told: list[dict[str, Any]] = [
        {"code": p.code, "where": p.where, "values": dict(p.values)} for p in problems
    ]
    return Frame(header={"failed": told})
