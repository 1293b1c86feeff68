"""Many current maps as one: their sum and their greatest value, cell by cell."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["MapSums", "log_of_positive"]

Floats = NDArray[np.float64]


class MapSums:
    """Sum and maximum of maps as they come, shape (rows, columns).

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    nodata : float
        Marks cells without a value. The maximum starts there; where a map has it,
        it is summed like a value, and no sum goes below it.
    """

    def __init__(self, shape: tuple[int, int], nodata: float) -> None:
        self.nodata = nodata
        self._total = np.zeros(shape)
        self._greatest = np.full(shape, nodata)
        self.count = 0

    def add(self, values: Floats) -> None:
        """Take in a map."""
        self._total += values
        np.maximum(self._greatest, values, out=self._greatest)
        self.count += 1

    @property
    def cumulative(self) -> Floats:
        """The sum."""
        return np.maximum(self._total, self.nodata)

    @property
    def maximum(self) -> Floats:
        """The greatest value; `nodata` before the first map."""
        return self._greatest.copy()


def log_of_positive(values: Floats, nodata: float) -> Floats:
    """Return log10 of positive values, `nodata` elsewhere."""
    out = np.full(values.shape, nodata)
    return np.log10(values, out=out, where=values > 0)
