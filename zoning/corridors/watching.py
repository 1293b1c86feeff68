"""How a long run tells where it is, and takes up where it was stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Keeper", "StalledError", "Watch"]

Floats = NDArray[np.float64]


class StalledError(ArithmeticError):
    """A solver does not come closer; caught where another one takes over."""


class Keeper(Protocol):
    """Where finished solves are kept. Keys are ASCII words with hyphens."""

    def load(self, key: str) -> Floats | None:
        """Return what was kept under a key, or None."""

    def save(self, key: str, values: Floats) -> None:
        """Keep an array."""


def _silent(_done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Progress and checkpoint of a run.

    Parameters
    ----------
    progress : callable
        Called with the number of finished solves and of all.
    keeper : Keeper, optional
        None: nothing is kept.
    """

    progress: Callable[[int, int], None] = _silent
    keeper: Keeper | None = None

    def kept(self, key: str, make: Callable[[], Floats]) -> Floats:
        """Return what is kept under a key; make and keep it where it is not."""
        found = None if self.keeper is None else self.keeper.load(key)
        if found is None:
            found = make()
            if self.keeper is not None:
                self.keeper.save(key, found)
        return found
