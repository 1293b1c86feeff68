"""The impact of a site as tables for a notebook."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zoning.linkage.impact import ImpactReport
from zoning.report.impact.run import KeptFiles

if TYPE_CHECKING:  # geopandas, pandas and folium load only when asked for
    import folium
    from geopandas import GeoDataFrame
    from pandas import DataFrame

__all__ = ["ImpactTables"]


@dataclass(frozen=True, eq=False)
class ImpactTables:
    """An impact as tables in the working plane; `report` is the value behind them.

    Columns are those of ``result.gpkg`` and ``ledger.xlsx``; `lang` is that of the
    words in them. `kept` are the files of the model, for the run folder.
    """

    report: ImpactReport
    kept: KeptFiles
    lang: str = "zh"

    @cached_property
    def links(self) -> "GeoDataFrame":
        """One row per link of the model, its old way as shape, in order."""
        return self._layer("links")

    @cached_property
    def sources(self) -> "GeoDataFrame":
        """One row per source that loses ground or its last link."""
        return self._layer("sources")

    @cached_property
    def measures(self) -> "GeoDataFrame":
        """One row per measure of mitigation, the greatest gain first."""
        return self._layer("measures")

    @cached_property
    def findings(self) -> "DataFrame":
        """One row per rule that reads a model, in the order of the pack."""
        from pandas import DataFrame

        from zoning.report.impact.tables import finding_rows

        return DataFrame([asdict(row) for row in finding_rows(self.report, self.lang)])

    @cached_property
    def net(self) -> "DataFrame":
        """The net before and after: links with a way, parts, EC in hectares, cost."""
        from pandas import DataFrame

        from zoning.report.impact.tables import net_rows

        return DataFrame([asdict(row) for row in net_rows(self.report, self.lang)])

    def sensitivity(self) -> str:
        """Return how far it all hangs on the table of resistances, as a sentence."""
        from zoning.report.linkage.sensitivity import impact_sensitivity

        return impact_sensitivity(self.report, self.lang)

    def draw(self) -> "folium.Map":
        """Return the map; it needs no network."""
        from zoning.report.impact.map import draw_impact

        return draw_impact(self.report, lang=self.lang)

    def write(self, folder: str | Path) -> Path:
        """Write the run folder of ``zoning corridors impact``; return it."""
        from zoning.report.impact.run import write_impact

        return write_impact(self.report, Path(folder), kept=self.kept, lang=self.lang)

    def _layer(self, name: str) -> "GeoDataFrame":
        from geopandas import GeoDataFrame

        from zoning.report.impact.features import impact_frames

        found = dict(impact_frames(self.report, self.lang))
        empty = GeoDataFrame({"geometry": []}, crs=self.report.base.crs)
        return found.get(name, empty)
