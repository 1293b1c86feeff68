"""A corridor model as tables for a notebook."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zoning.linkage.values import LinkageReport

if TYPE_CHECKING:  # geopandas and folium load only when a table or map is asked for
    import folium
    from geopandas import GeoDataFrame

__all__ = ["CorridorTables"]


@dataclass(frozen=True, eq=False)
class CorridorTables:
    """A model as tables in the working plane; `report` is the value behind them.

    Columns are those of ``corridors.gpkg``.
    """

    report: LinkageReport

    @cached_property
    def sources(self) -> "GeoDataFrame":
        """One row per ecological source."""
        return self._layer("sources")

    @cached_property
    def links(self) -> "GeoDataFrame":
        """One row per link, its cheapest way as shape."""
        return self._layer("links")

    @cached_property
    def corridors(self) -> "GeoDataFrame":
        """The same rows, with the ground of the corridor as shape."""
        return self._layer("corridors")

    @cached_property
    def pinch_points(self) -> "GeoDataFrame":
        """One row per pinch point, greatest current first."""
        return self._layer("pinch_points")

    @cached_property
    def barriers(self) -> "GeoDataFrame":
        """One row per circle to restore, greatest gain first."""
        return self._layer("barriers")

    def sensitivity(self, lang: str = "zh") -> str:
        """Return how far the model hangs on its table of resistances, as a sentence."""
        from zoning.report.linkage.sensitivity import model_sensitivity

        return model_sensitivity(self.report.model, lang)

    def draw(self, lang: str = "zh") -> "folium.Map":
        """Return the map over the current; it needs no network."""
        from zoning.report.linkage.map import draw_linkage

        return draw_linkage(self.report, lang=lang)

    def write(self, folder: str | Path, lang: str = "zh") -> Path:
        """Write the run folder of ``zoning corridors build``; return it."""
        from zoning.report.linkage.run import write_linkage

        return write_linkage(self.report, Path(folder), lang=lang)

    def _layer(self, name: str) -> "GeoDataFrame":
        from geopandas import GeoDataFrame

        from zoning.report.linkage.features import linkage_frames

        found = dict(linkage_frames(self.report))
        empty = GeoDataFrame({"geometry": []}, crs=self.report.base.crs)
        return found.get(name, empty)
