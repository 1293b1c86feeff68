"""Progress of a long job on stderr: one bar for each of its steps."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from zoning.cli.console import progress, text

__all__ = ["Steps"]


class Steps:
    """Shows how far a job is; a context in which it runs.

    Parameters
    ----------
    job : str
        Its texts are ``job_step_name``.
    lang : str
    """

    def __init__(self, job: str, lang: str) -> None:
        self.lang = lang
        self._job = job
        self._name = ""
        self._stack = ExitStack()
        self._show: Callable[[int, int], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar off the screen."""
        self._stack.close()

    def step(self, name: str, done: int, total: int) -> None:
        """Show how far a step is."""
        if name != self._name or self._show is None:
            self.clear()
            self._name = name
            label = text(f"{self._job}_step_{name}", self.lang)
            self._show = self._stack.enter_context(progress(label))
        self._show(done, total)
