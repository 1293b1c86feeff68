"""The one map from Python: partition, areas by zone, accounts of change, proposal.

>>> import zoning
>>> base = zoning.open_base("data/sample_layers")            # doctest: +SKIP
>>> zoning.partition_county(base).table("by_township")       # doctest: +SKIP
>>> zoning.tabulate_areas(base, "land_parcel", by=["unit"])  # doctest: +SKIP
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.accounts import change_matrix, change_polygons, raster_matrix
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions
from zoning.partition import FOREST_COVER, Partition, Tabulation, tabulate
from zoning.partition import partition_county as partition_of
from zoning.partition.headroom import Headroom, Indicator, headroom
from zoning.reconcile import Proposal, default_precedence, reconcile
from zoning.report.one_map.book import Table

if TYPE_CHECKING:  # pandas and geopandas load only when a table is asked for
    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from zoning.report.one_map.account_tables import Account

__all__ = [
    "ChangeAccount",
    "CountyPartition",
    "LineProposal",
    "ZonedTable",
    "account_for_changes",
    "built_land_headroom",
    "partition_county",
    "reconcile_lines",
    "tabulate_areas",
]


@dataclass(frozen=True, eq=False)
class CountyPartition:
    """A partition as tables; `found` is the plain value behind them."""

    found: Partition
    base: Base
    options: CheckOptions

    @cached_property
    def pieces(self) -> "GeoDataFrame":
        """One row per piece: ``line``, ``also``, ``township``, ``unit``, areas."""
        from geopandas import GeoDataFrame

        found = self.found
        columns = {
            "line": found.line,
            "also": found.also,
            "township": found.township,
            "unit": found.unit,
            "area_m2": found.area_m2,
            "area_plane_m2": found.area_plane_m2,
        }
        return GeoDataFrame(columns, geometry=found.geometry, crs=found.crs)

    def table(self, name: str = "by_line", *, lang: str = "zh") -> "DataFrame":
        """Return a printed table, closed to the county.

        `name` is ``by_line``, ``by_township``, ``by_unit``, ``overlaps``,
        ``closure`` or ``pieces``.
        """
        from zoning.report.one_map.partition_tables import (
            close_partition,
            partition_tables,
        )

        tables = partition_tables(close_partition(self.found), lang)
        return _frame_of(_named(tables, name))

    def write(self, folder: str | Path, *, lang: str = "zh") -> Path:
        """Write tables, GeoPackage, project and map, whole or not at all."""
        from zoning.report.one_map.partition_files import write_partition

        return write_partition(
            self.found, self.base, Path(folder), options=self.options, lang=lang
        )


@dataclass(frozen=True, eq=False)
class ZonedTable:
    """Areas of a layer by class and zone."""

    found: Tabulation
    classes: str | None = None

    def table(self, name: str = "areas", *, lang: str = "zh") -> "DataFrame":
        """Return a printed table: ``areas``, ``forest_cover`` or ``closure``."""
        from zoning.report.one_map.tabulation_tables import tabulation_tables

        asked = FOREST_COVER if name == FOREST_COVER else self.classes
        tables = tabulation_tables(self.found, room=None, classes=asked, lang=lang)
        return _frame_of(_named(tables, name))


@dataclass(frozen=True, eq=False)
class ChangeAccount:
    """An account of change; `account` is the plain value behind the tables."""

    account: "Account"

    def table(self, name: str = "stock", *, lang: str = "zh") -> "DataFrame":
        """Return a printed table: ``matrix``, ``extent``, ``stock``, ``changes``."""
        from zoning.report.one_map.account_tables import account_tables

        return _frame_of(_named(account_tables(self.account, lang), name))

    @cached_property
    def changes(self) -> "GeoDataFrame":
        """Polygons whose class changed; ``sliver`` marks the small ones."""
        from geopandas import GeoDataFrame

        found = self.account.changes
        if found is None:
            return GeoDataFrame({"before": []}, geometry=[], crs=self.account.crs)
        columns = {
            "before": found.before,
            "after": found.after,
            "area_m2": found.area_m2,
            "sliver": found.sliver,
        }
        return GeoDataFrame(columns, geometry=found.geometry, crs=self.account.crs)

    def write(self, folder: str | Path, *, lang: str = "zh") -> Path:
        """Write tables, document and change polygons, whole or not at all."""
        from zoning.report.one_map.account_tables import write_account

        return write_account(self.account, Path(folder), lang=lang)


@dataclass(frozen=True, eq=False)
class LineProposal:
    """A proposal that ends overlaps of the lines; a draft, never a base's default."""

    proposal: Proposal
    base: Base
    options: CheckOptions

    def table(self, name: str = "cuts", *, lang: str = "zh") -> "DataFrame":
        """Return a printed table: ``totals``, ``cuts`` or ``owed``."""
        from zoning.report.one_map.ledger_tables import ledger_tables

        return _frame_of(_named(ledger_tables(self.proposal, lang), name))

    @cached_property
    def given_up(self) -> "GeoDataFrame":
        """Ground given up, one row per feature and rule."""
        from geopandas import GeoDataFrame

        cuts = self.proposal.cuts
        columns = {
            "layer": [cut.layer for cut in cuts],
            "feature": [cut.feature for cut in cuts],
            "rule": [cut.rule.id for cut in cuts],
            "given_m2": [cut.given_m2 for cut in cuts],
            "owed": [cut.rule.owed for cut in cuts],
        }
        shapes = [cut.given for cut in cuts]
        return GeoDataFrame(columns, geometry=shapes, crs=self.proposal.crs)

    def write(self, folder: str | Path, *, lang: str = "zh") -> Path:
        """Write the proposal as a base of its own, read back and checked again."""
        from zoning.io.proposals import proposed_layers, recheck
        from zoning.report.one_map.proposal_files import ProposalForm, write_proposal

        source = Path() if self.base.folder is None else self.base.folder
        layers = proposed_layers(
            self.base, source, self.proposal, rules=default_precedence()
        )
        form = ProposalForm(
            options=self.options,
            approve=lambda stage: recheck(stage, self.proposal, self.options),
            lang=lang,
        )
        return write_proposal(
            self.proposal, self.base, Path(folder), layers=layers, form=form
        )


def partition_county(
    base: Base | str | Path, *, as_of: date | None = None, tiles: int = 1
) -> CountyPartition:
    """Divide a county by control line, township and control unit.

    Parameters
    ----------
    base : Base or path
        An opened base, or its folder.
    as_of : date, optional
        Day on which editions must be valid; today by default.
    tiles : int
        Bounds memory; changes no byte.

    Raises
    ------
    LayerError
        When a control line is missing.
    """
    opened, options = _opened(base), _options(as_of)
    found = partition_of(opened, options, tiles=tiles)
    return CountyPartition(found, opened, options)


def tabulate_areas(
    base: Base | str | Path,
    layer: str,
    *,
    by: Iterable[str] = (),
    classes: str | None = None,
    as_of: date | None = None,
) -> ZonedTable:
    """Tabulate the areas of a layer by class and zone.

    Parameters
    ----------
    base : Base or path
        An opened base, or its folder.
    layer : str
        A polygon layer.
    by : iterable of str
        ``township``, ``unit``, ``line``, ids of polygon layers.
    classes : str, optional
        A column, or ``land_class``, ``land_use``, ``forest_cover``, ``code``.

    Raises
    ------
    LayerError, UsageError
        See `zoning.partition.tabulate`.
    """
    found = tabulate(
        _opened(base), layer, tuple(by), options=_options(as_of), classes=classes
    )
    return ZonedTable(found, classes)


def built_land_headroom(
    base: Base | str | Path,
    indicator: Indicator,
    *,
    committed_m2: float = 0.0,
    sites: Any = (),
    as_of: date | None = None,
) -> Headroom:
    """Put built-up land against a cap.

    Parameters
    ----------
    indicator : Indicator
        In km², with a target: see `zoning.io.indicators.read_indicators`.
    committed_m2 : float
        Approved and not yet built.
    sites : sequence of geometry
        Polygons in the working plane of the base.
    """
    import numpy as np

    shapes = np.array([*sites, None], dtype=object)[:-1]
    return headroom(
        _opened(base),
        indicator,
        committed_m2=committed_m2,
        sites=shapes,
        options=_options(as_of),
    )


def account_for_changes(
    old: str | Path,
    new: str | Path,
    *,
    layer: str | None = None,
    classes: str | None = None,
    sliver_m2: float = 400.0,
    cell_m: float | None = None,
) -> ChangeAccount:
    """Draw up what became of each class between two vintages.

    Parameters
    ----------
    old, new : path
        Two files, or two bases with `layer`.
    layer, classes : str, optional
        See `zoning.io.vintages.VintageOptions`.
    sliver_m2 : float
        Changes smaller than this are told apart.
    cell_m : float, optional
        Takes the fast route on cells of this size.

    Raises
    ------
    LayerError, UsageError
        See `zoning.io.vintages.read_vintages`.
    """
    from zoning.io.vintages import VintageOptions, read_vintages
    from zoning.report.one_map.account_tables import Account

    asked = VintageOptions(layer=layer, classes=classes)
    pair = read_vintages(Path(old), Path(new), asked, check=_options(None))
    exact = cell_m is None
    account = Account(
        layer=pair.layer,
        old=pair.old.name,
        new=pair.new.name,
        matrix=change_matrix(pair.old, pair.new, crs=pair.crs)
        if cell_m is None
        else raster_matrix(pair.old, pair.new, cell_m, crs=pair.crs),
        crs=pair.crs,
        changes=change_polygons(pair.old, pair.new, crs=pair.crs, sliver_m2=sliver_m2)
        if exact
        else None,
        sliver_m2=sliver_m2,
        cell_m=cell_m,
        problems=pair.problems,
    )
    return ChangeAccount(account)


def reconcile_lines(
    base: Base | str | Path, *, as_of: date | None = None
) -> LineProposal:
    """Propose cuts that end the overlaps of the control lines, by precedence.

    The base is not changed; what is written is marked as a draft.

    Raises
    ------
    LayerError
        When a control line is missing.
    """
    opened, options = _opened(base), _options(as_of)
    proposal = reconcile(opened, default_precedence(), options)
    return LineProposal(proposal, opened, options)


def _opened(base: Base | str | Path) -> Base:
    return base if isinstance(base, Base) else open_base(Path(base))


def _options(as_of: date | None) -> CheckOptions:
    return CheckOptions(as_of=as_of or date.today())  # noqa: DTZ011  office day


def _named(tables: Iterable[Table], name: str) -> Table:
    found = {table.name: table for table in tables}
    return found[name]


def _frame_of(table: Table) -> "DataFrame":
    from pandas import DataFrame

    rows = [
        [float(cell) if isinstance(cell, Decimal) else cell for cell in row]
        for row in table.rows
    ]
    return DataFrame(rows, columns=list(table.headings))
