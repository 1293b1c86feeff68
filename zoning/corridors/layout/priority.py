"""One order of all corridors of a layout: which to mend or to keep first."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.layout.beside import Priority
from zoning.corridors.layout.table import LayoutTable
from zoning.corridors.layout.values import FeatureAudit, Worth

__all__ = ["priorities"]

Floats = NDArray[np.float64]


def priorities(
    features: Sequence[FeatureAudit], worth: Sequence[Worth], table: LayoutTable
) -> tuple[Priority, ...]:
    """Return the corridors in the order of their priority.

    The score is the weighted mean of three values, each over the greatest of any
    corridor: what the layout loses without it, what closing its gaps wins, and the
    share of the modelled current in it. Without a model the first two count alone.

    Parameters
    ----------
    features : sequence of FeatureAudit
        All, in the order of rows.
    worth : sequence of Worth
        Of the corridors.
    table : LayoutTable
        The weights.
    """
    if not worth:
        return ()
    parts = [
        (table.weight_loss, [one.loss_share for one in worth]),
        (table.weight_gain, [one.gain_share for one in worth]),
    ]
    carried = [features[one.row].current for one in worth]
    if all(one is not None for one in carried):
        shares = [one.share for one in carried if one is not None]
        parts.append((table.weight_current, shares))
    whole = sum(weight for weight, _ in parts)
    score = sum(weight * _relative(values) for weight, values in parts) / whole
    scores = np.asarray(score).tolist()
    order = sorted(range(len(worth)), key=lambda k: (-scores[k], worth[k].row))
    return tuple(
        Priority(row=worth[k].row, rank=rank, score=scores[k])
        for rank, k in enumerate(order, start=1)
    )


def _relative(values: Sequence[float]) -> Floats:
    """Return values over the greatest of them; 0 where none is above 0."""
    given = np.maximum(np.asarray(values, dtype=np.float64), 0.0)
    most = float(given.max())
    return given / most if most > 0 else given
