"""What a proposal is written from: one value for each layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ProposedLayer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProposedLayer:
    """One layer of the proposal.

    Parameters
    ----------
    entry : mapping
        Its part of zoning.yaml, in order.
    files : mapping of str to bytes
        Files that are copied as they are; empty for a layer that was cut.
    geometry, columns, crs
        Rows of a layer that was cut, in file order, in its own CRS; numbers are
        float columns, all others text. None for a layer that is copied.
    """

    entry: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    geometry: NDArray[np.object_] | None = None
    columns: Mapping[str, NDArray[Any]] | None = None
    crs: str = ""
