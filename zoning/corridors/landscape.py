"""Ground that costs something to cross, and the sources that lie in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import Grid, require_aligned

__all__ = ["Landscape"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landscape:
    """Resistance of each cell, and the sources by number, on the same cells.

    Parameters
    ----------
    resistance : Grid
        Per metre, above 0; missing and infinite cells let nothing pass.
    sources : Grid
        Whole numbers; 0 and missing cells are none.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``.
    """

    resistance: Grid
    sources: Grid

    def __post_init__(self) -> None:
        require_aligned(resistance=self.resistance, sources=self.sources)

    def labels(self) -> NDArray[np.int32]:
        """Return the numbers of sources, 0 for none, shape (rows, columns)."""
        values = np.where(self.sources.missing, 0, self.sources.values)
        return values.astype(np.int32)

    def costs(self) -> NDArray[np.float64]:
        """Return the resistance, inf where nothing passes; a copy."""
        values = self.resistance.floats()
        values[np.isnan(values)] = np.inf
        return values
