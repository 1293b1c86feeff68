"""The use case: a base and a table in, the layout on trial out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid
from zoning.corridors.layout.appraisal import Appraised, Surroundings, appraise
from zoning.corridors.layout.graph import layout_graph
from zoning.corridors.layout.modelled import missed_paths
from zoning.corridors.layout.priority import priorities
from zoning.corridors.layout.standing import obstacles_of
from zoning.corridors.layout.table import LayoutTable
from zoning.corridors.layout.validation import counts_of, layer_faults
from zoning.corridors.layout.values import LayoutReport, PlannedFeatures, Share
from zoning.errors import BaseError, Problem
from zoning.model import Base, Layer
from zoning.overlay import edges_of, shared_areas

__all__ = ["LAYOUT", "ModelGiven", "audit_layout", "planned_features"]

LAYOUT = "corridor_layout"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelGiven:
    """What a model of corridors says, where there is one.

    Parameters
    ----------
    paths : mapping of str to geometry
        Least-cost paths by id, lines in the working plane.
    resistance, current : Grid or None
        In the working plane.
    kept : mapping of str to tuple of float
        By path, where the model's table was sampled: share of the samples in which
        it was kept, and share of it that went the same way.
    """

    paths: Mapping[str, BaseGeometry] = field(default_factory=dict)
    resistance: Grid | None = None
    current: Grid | None = None
    kept: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def audit_layout(
    base: Base,
    table: LayoutTable,
    *,
    as_of: date,
    model: ModelGiven | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LayoutReport:
    """Put the planned layout of a base on trial.

    Parameters
    ----------
    base : Base
        As opened, with a layer ``corridor_layout``.
    table : LayoutTable
        How to measure, and what stands in the way.
    as_of : date
        Layers that do not hold on this day are not relied on.
    model : ModelGiven, optional
        Modelled paths and resistance to compare with.
    progress : callable, optional
        Told how many features of how many are done.

    Returns
    -------
    LayoutReport
        The same base, table and day give the same report, in every bit.

    Raises
    ------
    BaseError
        ``LAYOUT_NONE`` when the base has no layout that could be read.
    """
    layer = base.layers.get(LAYOUT)
    if layer is None or len(layer.geometry) == 0:
        raise BaseError(Problem(code="LAYOUT_NONE", values={"base": base.name}))
    model = model or ModelGiven()
    planned = planned_features(layer, base.crs)
    seen = obstacles_of(base, table, as_of=as_of)
    around = Surroundings(
        table=table,
        obstacles=seen.obstacles,
        county=base.county,
        lines=_river_lines(base),
        covered=seen.covered,
        model=model.paths,
        resistance=model.resistance,
        current=model.current,
    )
    appraised: list[Appraised] = []
    count = len(planned.ids)
    for row in range(count):
        appraised.append(appraise(planned, row, around))
        if progress is not None:
            progress(row + 1, count)
    appraised = _with_overlaps(appraised, base, table)
    expected = dict(base.layout.counts) if base.layout else {}
    drawn = shapely.union_all(np.array([one.shape for one in appraised], dtype=object))
    features = tuple(one.audit for one in appraised)
    graph = layout_graph(appraised, table, base.crs)
    return LayoutReport(
        base=base,
        as_of=as_of,
        table=table,
        planned=planned,
        counts=counts_of(planned),
        expected=expected,
        features=features,
        graph=graph,
        priorities=priorities(features, graph.worth, table),
        problems=(
            *layer.problems,
            *layer_faults(planned, expected, contact_m=table.contact_m),
        ),
        not_seen=seen.problems,
        missed=missed_paths(
            model.paths, drawn, within_m=table.model_within_m, share=table.model_share
        ),
        model_paths=model.paths,
        model_kept=model.kept,
    )


def planned_features(layer: Layer, crs: str) -> PlannedFeatures:
    """Return the layout as plain columns."""
    count = len(layer.geometry)

    def texts(name: str) -> NDArray[np.object_] | None:
        column = layer.attributes.get(name)
        return None if column is None else np.array(list(column), dtype=object)

    targets = layer.attributes.get("target_width_m")
    empty = np.full(count, "", dtype=object)
    names, kinds = texts("name"), texts("kind")
    return PlannedFeatures(
        ids=np.array(list(layer.feature_ids), dtype=object),
        names=empty if names is None else names,
        kinds=empty if kinds is None else kinds,
        targets_m=np.full(count, np.nan)
        if targets is None
        else np.asarray(list(targets), dtype=np.float64),
        geometry=np.array([*layer.geometry, None], dtype=object)[:-1],
        joins_from=texts("joins_from"),
        joins_to=texts("joins_to"),
        crs=crs,
    )


def _river_lines(base: Base) -> dict[str, BaseGeometry]:
    """Return the centre lines of rivers by name; lines of one name are one river."""
    river = base.layers.get("river")
    if river is None or "outline" not in river.attributes:
        return {}
    outline = np.array(list(river.attributes["outline"]), dtype=object)
    names = river.attributes.get("name", river.feature_ids)
    lines: dict[str, list[BaseGeometry]] = {}
    for row in np.flatnonzero(outline == "center_line").tolist():
        name = str(names[row] or river.feature_ids[row])
        lines.setdefault(name, []).append(river.geometry[row])
    return {name: shapely.union_all(own) for name, own in sorted(lines.items())}


def _with_overlaps(
    appraised: list[Appraised], base: Base, table: LayoutTable
) -> list[Appraised]:
    """Add what each feature shares with the three lines, feature by feature."""
    shapes = np.array([one.shape for one in appraised] + [None], dtype=object)[:-1]
    own = edges_of(shapes)
    found: dict[int, list[Share]] = {}
    for name in table.overlaps:
        layer = base.layers.get(name)
        if layer is None:
            continue
        shared = shared_areas(own, edges_of(layer.geometry), crs=base.crs)
        area = np.bincount(shared.left, shared.area_m2, len(appraised))
        count = np.bincount(shared.left[shared.area_m2 > 0], minlength=len(appraised))
        for row in np.flatnonzero(area > 0).tolist():
            whole = appraised[row].audit.area_m2
            share = Share(
                id=name,
                share=float(area[row]) / whole,
                area_m2=float(area[row]),
                count=int(count[row]),
            )
            found.setdefault(row, []).append(share)
    return [
        replace(one, audit=replace(one.audit, overlaps=tuple(found.get(row, ()))))
        for row, one in enumerate(appraised)
    ]
