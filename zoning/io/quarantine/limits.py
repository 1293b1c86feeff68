"""How much time and memory a file may take to read, by its size."""

import os
from dataclasses import dataclass

__all__ = ["Limits", "limits_for"]

_MEGABYTE = 1 << 20
_SECONDS, _MEGABYTES = 60, 2048
_FREE_MEGABYTES = 32
_BYTES_PER_BYTE = 32
"""Rows as Python objects, against the tightest tables: measured below 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take.

    Parameters
    ----------
    seconds : int
        Of the clock; the processor may be used as long.
    megabytes : int
        Of memory, answer included.
    """

    seconds: int = _SECONDS
    megabytes: int = _MEGABYTES

    @property
    def bytes(self) -> int:
        """Memory in bytes."""
        return self.megabytes * _MEGABYTE


def limits_for(size: int) -> Limits:
    """Return the limits of a file of `size` bytes.

    A minute and 2 GB, of which no honest file of a few megabytes takes a
    tenth; a second and 32 MB more for each further megabyte, up to three
    quarters of the machine's memory.
    """
    megabytes = size // _MEGABYTE
    wanted = _MEGABYTES + _BYTES_PER_BYTE * max(megabytes - _FREE_MEGABYTES, 0)
    most = max(_machine_megabytes() * 3 // 4, _MEGABYTES)
    return Limits(seconds=_SECONDS + megabytes, megabytes=min(wanted, most))


def _machine_megabytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    except (AttributeError, OSError, ValueError):
        import psutil

        return int(psutil.virtual_memory().total) // _MEGABYTE
