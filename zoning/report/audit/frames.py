"""An audit as tables for a notebook."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from zoning.model import AuditProblem, AuditReport

if TYPE_CHECKING:  # geopandas loads only when a table is asked for
    from geopandas import GeoDataFrame

__all__ = ["PROBLEM_COLUMNS", "AuditTables"]

PROBLEM_COLUMNS = (
    "problem_id",  # rank; of a group's member the group's, a point and a number
    "severity",  # CONFLICT, ERROR, NOT_AUDITED, NOTICE
    "rule_id",
    "layer",
    "other_layer",
    "features",  # ids, largest share first
    "other_features",
    "defects",  # that the row stands for
    "area_m2",  # ellipsoidal
    "width_m",  # mean width
    "length_m",
    "problem_zh",
    "problem_en",
    "cure_zh",
    "cure_en",
    "document",
    "clause",
    "geometry",  # in the working plane; None where a problem has no place
)


@dataclass(frozen=True, eq=False)
class AuditTables:
    """An audit as tables; `report` is the plain value behind them."""

    report: AuditReport

    @cached_property
    def problems(self) -> "GeoDataFrame":
        """One row per problem, worst first, columns `PROBLEM_COLUMNS`."""
        return self._table(self.report.problems)

    @cached_property
    def members(self) -> "GeoDataFrame":
        """What the groups among `problems` hold, in the same columns."""
        return self._table(self.report.members)

    def _table(self, problems: tuple[AuditProblem, ...]) -> "GeoDataFrame":
        sources = {rule.id: rule.source for rule in self.report.rules}
        rows = [
            {
                "problem_id": one.id,
                "severity": str(one.severity),
                "rule_id": one.rule_id,
                "layer": one.layer,
                "other_layer": one.other_layer,
                "features": "、".join(one.features),
                "other_features": "、".join(one.other_features),
                "defects": one.count,
                "area_m2": one.area_m2,
                "width_m": one.width_m,
                "length_m": one.length_m,
                "problem_zh": one.problem.text("zh"),
                "problem_en": one.problem.text("en"),
                "cure_zh": one.cure["zh"],
                "cure_en": one.cure["en"],
                "document": sources[one.rule_id].document,
                "clause": sources[one.rule_id].clause,
                "geometry": one.shape,
            }
            for one in problems
        ]
        from geopandas import GeoDataFrame

        return GeoDataFrame(
            rows,
            columns=list(PROBLEM_COLUMNS),
            geometry="geometry",
            crs=self.report.base.crs,
        )
