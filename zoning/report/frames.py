"""A checked report as GeoDataFrames: sites, findings, conflicts."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zoning import measure
from zoning.model import Report

if TYPE_CHECKING:  # geopandas loads only when a table is asked for
    from geopandas import GeoDataFrame

__all__ = [
    "CONFLICT_COLUMNS",
    "FINDING_COLUMNS",
    "SITE_COLUMNS",
    "CheckReport",
    "frame_of",
]

SITE_COLUMNS = (
    "site_id",  # unique in the table
    "name",
    "verdict",  # CLEAR, NOTICE, UNDETERMINED, CONDITIONAL, PROHIBITED, REJECTED
    "complete",  # False when anything in scope was not checked
    "area_m2",  # ellipsoidal, in the CRS of the survey; nan for lines and points
    "area_plane_m2",  # in the working plane
    "area_declared_m2",  # as the file says
    "length_m",  # geodesic, of lines
    "gaps",  # number of things not checked
    "reason",  # of a rejection
    "source",  # file name
    "row",  # in the file, from 0
    "geometry",
)
FINDING_COLUMNS = (
    "site_id",
    "rule_id",
    "state",
    "scope",
    "layer",
    "view",
    "relation",
    "overlap_m2",
    "overlap_m2_deduplicated",
    "share",
    "length_m",
    "distance_m",
    "reason",
    "title_zh",
    "title_en",
    "document",
    "clause",
    "geometry",  # witness point, EPSG:4490
)
CONFLICT_COLUMNS = (
    "site_id",
    "layer",
    "feature",
    "feature_name",
    "state",
    "overlap_m2",
    "length_m",
    "overlap_class",
    "rule_ids",
    "geometry",
)


@dataclass(frozen=True, eq=False)
class CheckReport:
    """A report as tables; `report` is the plain value behind them."""

    report: Report

    @cached_property
    def sites(self) -> "GeoDataFrame":
        """One row per site, columns `SITE_COLUMNS`, input order."""
        rows = [
            {
                "site_id": s.site.id,
                "name": s.site.name,
                "verdict": str(s.verdict),
                "complete": s.complete,
                "area_m2": s.area_m2,
                "area_plane_m2": s.area_plane_m2,
                "area_declared_m2": s.site.area_declared_m2,
                "length_m": s.length_m,
                "gaps": len(s.gaps),
                "reason": "" if s.site.rejection is None else s.site.rejection.line(),
                "source": s.site.source.path,
                "row": s.site.source.row,
                "geometry": s.geometry,
            }
            for s in self.report.sites
        ]
        return frame_of(rows, SITE_COLUMNS, self.report.base.crs)

    @cached_property
    def findings(self) -> "GeoDataFrame":
        """One row per site and rule, columns `FINDING_COLUMNS`."""
        import shapely

        rows = [
            {
                "site_id": s.site.id,
                "rule_id": f.rule_id,
                "state": str(f.state),
                "scope": f.scope,
                "layer": f.layer,
                "view": f.view,
                "relation": f.relation,
                "overlap_m2": f.overlap_m2,
                "overlap_m2_deduplicated": f.overlap_m2_deduplicated,
                "share": f.share,
                "length_m": f.length_m,
                "distance_m": f.distance_m,
                "reason": f.reason or "",
                "title_zh": f.title["zh"],
                "title_en": f.title["en"],
                "document": "" if f.source is None else f.source.document,
                "clause": "" if f.source is None else f.source.clause,
                "geometry": None
                if f.witness is None
                else shapely.Point(f.witness.lon, f.witness.lat),
            }
            for s in self.report.sites
            for f in s.findings
        ]
        return frame_of(rows, FINDING_COLUMNS, measure.GEOGRAPHIC_CRS)

    @cached_property
    def conflicts(self) -> "GeoDataFrame":
        """One row per site and feature met, columns `CONFLICT_COLUMNS`."""
        rows = [
            {
                "site_id": c.site_id,
                "layer": c.layer,
                "feature": c.feature,
                "feature_name": c.feature_name,
                "state": str(c.state),
                "overlap_m2": c.overlap_m2,
                "length_m": c.length_m,
                "overlap_class": c.overlap_class,
                "rule_ids": "、".join(c.rule_ids),
                "geometry": c.geometry,
            }
            for s in self.report.sites
            for c in s.conflicts
        ]
        return frame_of(rows, CONFLICT_COLUMNS, self.report.base.crs)


def frame_of(
    rows: list[dict[str, Any]], columns: tuple[str, ...], crs: str
) -> "GeoDataFrame":
    """Return rows as a table with a geometry column in `crs`."""
    from geopandas import GeoDataFrame

    return GeoDataFrame(rows, columns=list(columns), geometry="geometry", crs=crs)
