"""What all sites have to do with one view of a layer."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.check.relations import Measures
from zoning.model import Layer
from zoning.overlay import Nearest, Overlaps, SiteSums
from zoning.rules.schema import View

__all__ = ["ViewFacts"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ViewFacts:
    """What the sites have to do with one view, feature by feature.

    `rows` are the overlap rows of the view, ordered by site and feature;
    `sums` and `nearest` have one entry per site; `measures` is what rules read.
    `told` keeps what findings say of a site, by its row, once said.
    """

    layer: Layer
    view: View
    rows: Overlaps
    sums: SiteSums
    nearest: Nearest
    measures: Measures
    told: dict[int, dict[str, Any]] = field(default_factory=dict)

    def called(self, features: NDArray[np.intp]) -> list[tuple[str, str]]:
        """Return id and name of features; '' where their layer has no names."""
        names = self.layer.attributes.get("name")
        return [
            (str(one), str(name))
            for one, name in zip(
                self.layer.feature_ids[features],
                [""] * len(features) if names is None else names[features],
                strict=True,
            )
        ]
