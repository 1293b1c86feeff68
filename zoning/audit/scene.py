"""A base as the tests look at it; what several tests need is made once."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.audit.book import AuditRule, Selection
from zoning.audit.gaps import gaps
from zoning.audit.outlines import duplicates
from zoning.audit.overlaps import overlaps_of_edges
from zoning.audit.patches import Patches
from zoning.model import Base, Layer
from zoning.overlay import RaggedEdges, edges_of
from zoning.rules.views import in_view, view_columns

__all__ = ["Scene"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """The base, the day, and the layers laid out as edges."""

    base: Base
    as_of: date
    _edges: dict[str, RaggedEdges] = field(default_factory=dict)
    _within: dict[str, Patches] = field(default_factory=dict)
    _gaps: dict[tuple[str, str], Patches] = field(default_factory=dict)
    _same: dict[str, tuple[Rows, Rows]] = field(default_factory=dict)

    def layer(self, name: str) -> Layer | None:
        """Return a layer that was read."""
        return self.base.layers.get(name)

    def edges(self, layer: Layer) -> RaggedEdges:
        """Return a whole layer as edges."""
        if layer.info.id not in self._edges:
            self._edges[layer.info.id] = edges_of(layer.geometry)
        return self._edges[layer.info.id]

    def within(self, layer: Layer) -> Patches:
        """Return what features of a layer have in common."""
        name = layer.info.id
        if name not in self._within:
            edges = self.edges(layer)
            shapes = layer.geometry
            self._within[name] = overlaps_of_edges(
                shapes, shapes, (edges, edges), crs=self.base.crs
            )
        return self._within[name]

    def gaps(self, layer: Layer, kind: str) -> Patches:
        """Return what a layer leaves bare of the county or of its coverage."""
        key = (layer.info.id, kind)
        control = self.control(layer, kind)
        if key not in self._gaps and control is not None:
            self._gaps[key] = gaps(layer.geometry, control, crs=self.base.crs)
        return self._gaps[key]

    def control(self, layer: Layer, kind: str) -> BaseGeometry | None:
        """Return the ground that a layer has to tile; None when unknown."""
        return self.base.county if kind == "county" else layer.coverage

    def duplicates(self, layer: Layer) -> tuple[Rows, Rows]:
        """Return features that are there twice, and the first of each."""
        if layer.info.id not in self._same:
            self._same[layer.info.id] = duplicates(layer.geometry)
        return self._same[layer.info.id]

    def selected(self, layer: Layer, selection: Selection | None) -> Rows | str:
        """Return the rows that take part; the column's name where it is lacking."""
        count = len(layer.geometry)
        if selection is None:
            return np.arange(count)
        view = selection.view(layer.info.id)
        for column in view_columns(view):
            if column not in layer.attributes:
                return column
        return np.flatnonzero(in_view(view, layer.attributes, count))

    def rows_of(self, rule: AuditRule, layer: Layer) -> Rows | str:
        """Return the rows of a layer that a rule looks at."""
        return self.selected(layer, rule.select)
