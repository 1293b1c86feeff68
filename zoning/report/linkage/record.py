"""``corridors.json``: the model as data, schema ``zoning/corridors/1``.

The bytes depend on base, table, options and day alone; numbers are rounded to
stated decimals. `digest` covers everything but the software, and the solver of
the circuits is part of the software: all of them give the same figures.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.linkage.values import (
    CorridorModel,
    LinkageReport,
    ModelledLink,
    ModelledSource,
    Range,
)
from zoning.model import Base, LayerInfo
from zoning.report.linkage.sensitivity import model_sensitivity
from zoning.report.numbers import rounded
from zoning.report.verdict import (
    digest_of,
    layer_document,
    problem_document,
    software,
)
from zoning.terms import LANGUAGES

__all__ = ["SCHEMA", "base_document", "linkage_document", "place_of", "significant"]

SCHEMA = "zoning/corridors/1"
_AREA, _LENGTH, _COST, _PERCENT, _DEGREES = 4, 3, 3, 6, 8
_DIGITS = 6

Json = dict[str, Any]


def linkage_document(report: LinkageReport) -> Json:
    """Return the whole model as a tree of plain JSON values, without shapes."""
    model, crs = report.model, report.base.crs
    table, options = model.table, model.options
    document: Json = {
        "schema": SCHEMA,
        "complete": model.complete,
        "as_of": report.as_of.isoformat(),
        "counts": {"sources": len(model.sources), "links": len(model.links)},
        "options": {
            "cell_m": rounded(options.cell_m, _LENGTH),
            "samples": options.samples,
            "spread": rounded(options.spread, _PERCENT),
            "seed": options.seed,
        },
        "table": {
            "name": table.resistance.name,
            "source": table.resistance.source,
            "assumption": table.resistance.assumption,
            "sha256": table.sha256,
            "settings": asdict(table.settings),
        },
        "grid": _grid(model),
        "land_cover": _cover(model),
        "pattern": {str(kind): count for kind, count in model.pattern.items()},
        "sensitivity": {lang: model_sensitivity(model, lang) for lang in LANGUAGES},
        "net": _net(model),
        "sources": [_source(one, crs) for one in model.sources],
        "links": [_link(one) for one in model.links],
        "pinch_points": [
            {
                "number": one.number,
                "at": place_of(one.shape, crs),
                "area_m2": rounded(one.area_m2, _AREA),
                "current": significant(one.current),
                "links": list(one.links),
            }
            for one in model.pinch_points
        ],
        "barriers": [
            {
                "number": one.number,
                "at": place_of(one.shape, crs),
                "gain_per_m": significant(one.gain_per_m),
                "percent": significant(one.percent),
                "link": one.link,
            }
            for one in model.barriers
        ],
        "problems": [problem_document(problem) for problem in model.problems],
        "remarks": [problem_document(problem) for problem in model.remarks],
        "base": base_document(report.base, report.used),
        "software": dict(software()) | {"circuit_solver": model.method},
    }
    return document | {"digest": digest_of(document)}


def significant(value: float | None) -> float | None:
    """Round to six significant digits: what all solvers agree on."""
    return None if value is None else float(f"{value:.{_DIGITS}g}") + 0.0


def place_of(shape: BaseGeometry, crs: str) -> list[float]:
    """Return longitude and latitude of a point within a shape."""
    point = shapely.point_on_surface(shape)
    lon, lat = measure.to_lonlat(np.array([[point.x, point.y]]), crs)[0].tolist()
    return [round(lon, _DEGREES), round(lat, _DEGREES)]


def _grid(model: CorridorModel) -> Json:
    rows, columns = model.resistance.shape
    return {
        "crs": model.resistance.crs,
        "rows": rows,
        "columns": columns,
        "cell_m": [rounded(side, _LENGTH) for side in model.resistance.cell_m],
        "transform": list(model.resistance.transform),
        "edge_cells": model.edge_cells,
        "barrier_radius_m": rounded(model.radius_m, _LENGTH),
    }


def _cover(model: CorridorModel) -> list[Json]:
    return [
        {
            "code": one.code,
            "zh": one.label["zh"],
            "en": one.label["en"],
            "habitat": one.habitat,
            "cells": model.cover_cells.get(one.code, 0),
        }
        for one in model.table.cover
    ]


def _net(model: CorridorModel) -> Json:
    net = model.net

    def indices(values: Any) -> Json:
        plain = asdict(values)
        return {k: None if np.isnan(v) else significant(v) for k, v in plain.items()}

    return {
        "parts": net.parts,
        "links_of_neighbours": net.links_all,
        "indices": indices(net.indices),
        "indices_of_neighbours": indices(net.indices_all),
        "equivalent_m2": significant(net.equivalent_m2),
        "equivalent_alone_m2": significant(net.alone_m2),
        "cost_of_dispersal": significant(net.cost_at),
        "sampled_equivalent_m2": _range(net.sampled),
    }


def _source(one: ModelledSource, crs: str) -> Json:
    return {
        "number": one.number,
        "at": place_of(one.shape, crs),
        "area_m2": rounded(one.area_m2, _AREA),
        "protected": one.protected,
        "mean_resistance": significant(one.resistance),
        "links": one.links,
        "isolated": one.isolated,
        "importance": rounded(one.importance, _PERCENT),
        "intra": rounded(one.intra, _PERCENT),
        "flux": rounded(one.flux, _PERCENT),
        "connector": rounded(one.connector, _PERCENT),
        "betweenness": significant(one.betweenness),
        "current": significant(one.current),
        "sampled_importance": _range(one.sampled),
    }


def _link(one: ModelledLink) -> Json:
    drawn = one.sampled
    return {
        "number": one.number,
        "sources": [one.start, one.end],
        "length_m": rounded(one.length_m, _LENGTH),
        "euclid_m": rounded(one.euclid_m, _LENGTH),
        "cost": rounded(one.cost, _COST),
        "corridor_m2": rounded(one.swath_m2, _AREA),
        "mean_width_m": rounded(one.width_m, _LENGTH),
        "effective_resistance": significant(one.resistance),
        "gravity": significant(one.gravity),
        "importance": rounded(one.importance, _PERCENT),
        "betweenness": significant(one.betweenness),
        "current": significant(one.current),
        "tree": one.tree,
        "sampled_cost": None if drawn is None else _range(drawn.cost),
        "kept_share": None if drawn is None else rounded(drawn.kept_share, _PERCENT),
        "same_share": None if drawn is None else rounded(drawn.same_share, _PERCENT),
    }


def _range(one: Range | None) -> list[float | None] | None:
    if one is None:
        return None
    return [significant(value) for value in (one.low, one.middle, one.high)]


def base_document(base: Base, used: Iterable[str]) -> Json:
    """Return what a model rests on: the layers that were read, no others."""
    read = set(used)
    rows: list[tuple[str, LayerInfo, Any]] = []
    for name in sorted({*read, "county"}):
        if name in base.layers:
            layer = base.layers[name]
            rows.append(("vector", layer.info, layer.problems))
        elif name in base.rasters:
            raster = base.rasters[name]
            rows.append(("raster", raster.info, raster.problems))
    return {
        "name": base.name,
        "demo": base.demo,
        "admin_code": base.admin_code,
        "crs": base.crs,
        "layers": [layer_document(*row) for row in rows],
        "absent": [name for name in sorted(read) if name in base.absent],
    }
