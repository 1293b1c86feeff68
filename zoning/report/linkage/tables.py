"""``ledger.xlsx`` of a model and its CSV twins; rows of ``corridors.gpkg`` too."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from typing_extensions import override

from zoning.corridors.network import NetIndices
from zoning.corridors.resistance import Factor
from zoning.linkage.values import (
    CorridorModel,
    LinkageReport,
    ModelledLink,
    ModelledSource,
    Range,
)
from zoning.model import Base
from zoning.report.ledger import Sheets, csv_bytes, workbook_bytes
from zoning.report.ledger_sheets import Shape
from zoning.report.linkage.record import place_of
from zoning.report.linkage.words import factor_name, linkage_text
from zoning.terms import label

__all__ = [
    "BarrierRow",
    "CostRow",
    "LayerRow",
    "LinkRow",
    "NetRow",
    "PinchRow",
    "SourceRow",
    "barrier_rows",
    "cost_rows",
    "csv_twins",
    "layer_rows",
    "ledger_bytes",
    "link_rows",
    "net_rows",
    "pinch_rows",
    "source_rows",
]

_HA = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source; shares of connectivity in per cent."""

    source: int
    area_ha: float
    protected: bool
    links: int
    importance_pct: float
    intra_pct: float
    flux_pct: float
    connector_pct: float
    betweenness: float
    current_a: float
    mean_resistance: float | None
    isolated: bool
    importance_low_pct: float | None
    importance_high_pct: float | None
    witness_lon: float
    witness_lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link and the corridor about it; `same_pct` is a mean over the tables."""

    link: int
    start: int
    end: int
    length_m: float
    euclid_m: float
    cost: float
    cost_per_m: float | None
    corridor_ha: float
    mean_width_m: float | None
    effective_resistance: float
    gravity: float | None
    importance_pct: float
    betweenness: float
    current_a: float
    tree: bool
    cost_low: float | None
    cost_high: float | None
    kept_pct: float | None
    same_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinchRow:
    """One pinch point; `on_links` are the corridors that hold it."""

    pinch_point: int
    on_links: str
    current_a: float
    area_m2: float
    witness_lon: float
    witness_lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarrierRow:
    """One circle to restore."""

    barrier: int
    link: int
    radius_m: float
    gain_per_m: float
    gain_pct: float
    witness_lon: float
    witness_lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetRow:
    """One measure: of the links kept, and of all between neighbours."""

    measure: str
    kept: float | None
    neighbours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One class or band of a factor; `cost` is None where nothing passes."""

    factor: str
    weight: float
    from_value: str
    class_name: str
    cost: float | None
    impassable: bool
    cells: int | None
    source_of_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer or raster that the model was made from."""

    layer_name: str
    edition: str
    features: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _RemarkRow:
    number: str
    problem: str
    cure: str


def source_rows(report: LinkageReport) -> list[SourceRow]:
    """Return the sources as rows, in order."""
    return [_source(one, report.base.crs) for one in report.model.sources]


def _source(one: ModelledSource, crs: str) -> SourceRow:
    lon, lat = place_of(one.shape, crs)
    return SourceRow(
        source=one.number,
        area_ha=one.area_m2 / _HA,
        protected=one.protected,
        links=one.links,
        importance_pct=one.importance,
        intra_pct=one.intra,
        flux_pct=one.flux,
        connector_pct=one.connector,
        betweenness=one.betweenness,
        current_a=one.current,
        mean_resistance=one.resistance,
        isolated=one.isolated,
        importance_low_pct=_end(one.sampled, "low"),
        importance_high_pct=_end(one.sampled, "high"),
        witness_lon=lon,
        witness_lat=lat,
    )


def link_rows(model: CorridorModel) -> list[LinkRow]:
    """Return the links as rows, in order."""
    return [_link(one) for one in model.links]


def _link(one: ModelledLink) -> LinkRow:
    drawn = one.sampled
    return LinkRow(
        link=one.number,
        start=one.start,
        end=one.end,
        length_m=one.length_m,
        euclid_m=one.euclid_m,
        cost=one.cost,
        cost_per_m=one.cost / one.length_m if one.length_m > 0 else None,
        corridor_ha=one.swath_m2 / _HA,
        mean_width_m=one.width_m,
        effective_resistance=one.resistance,
        gravity=one.gravity,
        importance_pct=one.importance,
        betweenness=one.betweenness,
        current_a=one.current,
        tree=one.tree,
        cost_low=None if drawn is None else _end(drawn.cost, "low"),
        cost_high=None if drawn is None else _end(drawn.cost, "high"),
        kept_pct=None if drawn is None else 100 * drawn.kept_share,
        same_pct=None if drawn is None else 100 * drawn.same_share,
    )


def _end(one: Range | None, side: str) -> float | None:
    return None if one is None else float(getattr(one, side))


def pinch_rows(report: LinkageReport) -> list[PinchRow]:
    """Return the pinch points as rows, greatest current first."""
    rows = []
    for one in report.model.pinch_points:
        lon, lat = place_of(one.shape, report.base.crs)
        rows.append(
            PinchRow(
                pinch_point=one.number,
                on_links=", ".join(map(str, one.links)),
                current_a=one.current,
                area_m2=one.area_m2,
                witness_lon=lon,
                witness_lat=lat,
            )
        )
    return rows


def barrier_rows(report: LinkageReport) -> list[BarrierRow]:
    """Return the circles to restore as rows, greatest gain first."""
    rows = []
    for one in report.model.barriers:
        lon, lat = place_of(one.shape, report.base.crs)
        rows.append(
            BarrierRow(
                barrier=one.number,
                link=one.link,
                radius_m=report.model.radius_m,
                gain_per_m=one.gain_per_m,
                gain_pct=one.percent,
                witness_lon=lon,
                witness_lat=lat,
            )
        )
    return rows


def net_rows(model: CorridorModel, lang: str) -> list[NetRow]:
    """Return the measures of the net: over the links kept, and over all neighbours."""
    net = model.net
    rows = [
        ("net_sources", float(len(model.sources)), float(len(model.sources))),
        ("net_links", float(len(model.links)), float(net.links_all)),
        ("net_parts", float(net.parts), None),
        *(
            (f"net_{name.name}", *_both(net.indices, net.indices_all, name.name))
            for name in fields(NetIndices)
        ),
        ("net_equivalent", net.equivalent_m2 / _HA, None),
        ("net_alone", net.alone_m2 / _HA, None),
        ("net_cost_at", net.cost_at, None),
    ]
    if net.sampled is not None:
        rows.append(("net_equivalent_low", net.sampled.low / _HA, None))
        rows.append(("net_equivalent_high", net.sampled.high / _HA, None))
    return [
        NetRow(measure=linkage_text(key, lang), kept=kept, neighbours=every)
        for key, kept, every in rows
    ]


def _both(
    kept: NetIndices, every: NetIndices, name: str
) -> tuple[float | None, float | None]:
    values = float(getattr(kept, name)), float(getattr(every, name))
    one, other = (None if math.isnan(value) else value for value in values)
    return one, other


def ledger_bytes(report: LinkageReport, *, lang: str) -> bytes:
    """Return the workbook; the same model gives the same bytes."""
    title = linkage_text("title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def csv_twins(report: LinkageReport, *, lang: str) -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def _sheets(report: LinkageReport, lang: str) -> Sheets:
    model = report.model
    sampled = model.options.samples > 0
    ranges = () if sampled else ("importance_low_pct", "importance_high_pct")
    draws = () if sampled else ("cost_low", "cost_high", "kept_pct", "same_pct")
    return (
        (_shape("links", LinkRow, without=draws), link_rows(model)),
        (_shape("sources", SourceRow, without=ranges), source_rows(report)),
        (_shape("pinch_points", PinchRow), pinch_rows(report)),
        (_shape("barriers", BarrierRow), barrier_rows(report)),
        (_shape("net", NetRow), net_rows(model, lang)),
        (_shape("resistance", CostRow), cost_rows(model, lang)),
        (_shape("layers", LayerRow), layer_rows(report.base, report.used, lang)),
        (_shape("remarks", _RemarkRow), _remarks(model, lang)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinkageShape(Shape):
    """A sheet in the words of the model."""

    @override
    def title(self, lang: str) -> str:
        return linkage_text(f"sheet_{self.key}", lang)

    @override
    def headings(self, lang: str) -> tuple[str, ...]:
        return tuple(linkage_text(f"column_{name}", lang) for name in self.columns)


def _shape(key: str, kind: type, *, without: Sequence[str] = ()) -> Shape:
    names = (one.name for one in fields(kind) if one.name not in without)
    return _LinkageShape(key=key, columns=("row_number", *names))


def cost_rows(model: CorridorModel, lang: str) -> list[CostRow]:
    """Return the resistance table as rows, in its order."""
    rows: list[CostRow] = []
    for factor in model.table.resistance.factors:
        named = _class_names(model, factor, lang)
        lower: float | None = None
        for key, cost in factor.classes or factor.bands:
            told = _band(lower, key) if factor.bands else f"{key:g}"
            cells = None
            if factor.name == "land_cover":
                cells = model.cover_cells.get(key, 0)
            rows.append(
                CostRow(
                    factor=factor_name(factor.name, lang),
                    weight=factor.weight,
                    from_value=told,
                    class_name=named.get(key, ""),
                    cost=None if math.isinf(cost) else cost,
                    impassable=math.isinf(cost),
                    cells=cells,
                    source_of_value=factor.source,
                )
            )
            lower = key
    return rows


def _class_names(model: CorridorModel, factor: Factor, lang: str) -> dict[float, str]:
    if factor.name == "land_cover":
        return {one.code: one.label[lang] for one in model.table.cover}
    if factor.name == "protection":
        keys = ("class_outside", "class_inside")
        return {float(n): linkage_text(key, lang) for n, key in enumerate(keys)}
    return {}


def _band(lower: float | None, upper: float) -> str:
    if lower is None:
        return f"< {upper:g}"
    return f"≥ {lower:g}" if math.isinf(upper) else f"{lower:g} – {upper:g}"


def layer_rows(base: Base, used: Sequence[str], lang: str) -> list[LayerRow]:
    """Return what was read, by id."""
    held = {name: layer.info for name, layer in base.layers.items()}
    held |= {name: raster.info for name, raster in base.rasters.items()}
    return [
        LayerRow(
            layer_name=label("layer", name, lang),
            edition=held[name].edition or "",
            features=held[name].features,
            sha256=held[name].sha256,
        )
        for name in used
        if name in held
    ]


def _remarks(model: CorridorModel, lang: str) -> list[_RemarkRow]:
    return [
        _RemarkRow(number=one.number, problem=one.text(lang), cure=one.cure(lang))
        for one in (*model.problems, *model.remarks)
    ]
