"""The layers of a base as obstacles: which features, how wide, how far relied on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.obstacles import Obstacle, ObstacleEntry
from zoning.corridors.layout.table import LayoutTable
from zoning.errors import Problem
from zoning.model import Base, Layer, LayerInfo, Raster
from zoning.model.problems import layer_problem

__all__ = ["Seen", "covers_of", "obstacles_of", "runs_of_cells"]

_PLANE = 2
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """The obstacles of a base, and what could not be relied on.

    Parameters
    ----------
    obstacles : tuple of Obstacle
        In the order of the table.
    covered : mapping of str to geometry
        Subject → where one of its layers can be relied on; empty where none.
    problems : tuple of Problem
        Of subjects that no layer tells of.
    """

    obstacles: tuple[Obstacle, ...]
    covered: Mapping[str, BaseGeometry]
    problems: tuple[Problem, ...]


def obstacles_of(base: Base, table: LayoutTable, *, as_of: date) -> Seen:
    """Return what the layers of a base put in a corridor's way.

    What a layer shows blocks, whatever its standing; only a layer that can be
    relied on shows that ground is free. A subject that no layer tells of is a
    problem.
    """
    obstacles: list[Obstacle] = []
    doubts: dict[str, list[Problem]] = {}
    for entry in table.obstacles:
        obstacle, problems = _obstacle(base, entry, as_of)
        if obstacle is not None:
            obstacles.append(obstacle)
        doubts.setdefault(entry.subject, []).extend(problems)
    covered = covers_of(table, obstacles)
    told = [
        problem
        for subject, problems in doubts.items()
        if shapely.is_empty(covered[subject])
        for problem in problems
    ]
    return Seen(
        obstacles=tuple(obstacles),
        covered=covered,
        problems=tuple({problem.line(): problem for problem in told}.values()),
    )


def covers_of(
    table: LayoutTable, obstacles: Sequence[Obstacle]
) -> dict[str, BaseGeometry]:
    """Return by subject where one of its layers can be relied on."""
    covers: dict[str, list[BaseGeometry]] = {e.subject: [] for e in table.obstacles}
    for one in obstacles:
        if one.coverage is not None:
            covers[one.entry.subject].append(one.coverage)
    return {
        subject: shapely.union_all(np.array([*own, None], dtype=object)[:-1])
        for subject, own in covers.items()
    }


def _obstacle(
    base: Base, entry: ObstacleEntry, as_of: date
) -> tuple[Obstacle | None, list[Problem]]:
    if entry.layer in base.absent:
        none = np.empty(0, dtype=object)
        return Obstacle(entry=entry, geometry=none, coverage=base.county), []
    if entry.layer in base.layers:
        return _of_layer(base, entry, base.layers[entry.layer], as_of=as_of)
    if entry.layer in base.rasters:
        return _of_raster(base, entry, base.rasters[entry.layer], as_of=as_of)
    return None, [layer_problem("LAYOUT_NOT_SEEN", entry.layer, **_words(entry))]


def _words(entry: ObstacleEntry) -> dict[str, str]:
    return {f"word_{lang}": entry.word[lang] for lang in ("zh", "en")}


def _doubtful(
    base: Base, info: LayerInfo, problems: Sequence[Problem], *, as_of: date
) -> bool:
    """Say whether a layer cannot carry that ground is free."""
    draft = info.authority != "statutory" and not base.demo
    early = info.valid_from is not None and as_of < info.valid_from
    late = info.valid_to is not None and as_of > info.valid_to
    return bool(problems) or draft or early or late


def _of_layer(
    base: Base, entry: ObstacleEntry, layer: Layer, *, as_of: date
) -> tuple[Obstacle | None, list[Problem]]:
    lacking = [column for column in entry.where if column not in layer.attributes]
    if lacking:
        told = layer_problem(
            "LAYOUT_FIELD_NONE", entry.layer, field=lacking[0], **_words(entry)
        )
        return None, [told]
    rows = np.flatnonzero(_chosen(entry.where, layer))
    shapes = np.array([*layer.geometry[rows], None], dtype=object)[:-1]
    problems = []
    coverage = layer.coverage
    if coverage is None or _doubtful(base, layer.info, layer.problems, as_of=as_of):
        coverage = None
        problems = [layer_problem("LAYOUT_DOUBT", entry.layer, **_words(entry))]
    widened = _widened(shapes, entry.width_m)
    return Obstacle(entry=entry, geometry=widened, coverage=coverage), problems


def _chosen(where: Mapping[str, Sequence[str]], layer: Layer) -> NDArray[np.bool_]:
    keep = np.ones(len(layer.geometry), dtype=bool)
    for column, values in where.items():
        texts = [str(value) for value in layer.attributes[column]]
        heads = tuple(value[:-1] for value in values if value.endswith("*"))
        whole = {value for value in values if not value.endswith("*")}
        keep &= np.array(
            [
                text in whole or (bool(heads) and text.startswith(heads))
                for text in texts
            ],
            dtype=bool,
        )
    return keep


def _widened(shapes: Shapes, width_m: float) -> Shapes:
    """Give lines and points their width; those without one take no ground."""
    flat = shapely.get_dimensions(shapes) < _PLANE
    out = shapes.copy()
    out[flat] = shapely.buffer(shapes[flat], width_m / 2)
    return out[~shapely.is_empty(out)]


def _of_raster(
    base: Base, entry: ObstacleEntry, raster: Raster, *, as_of: date
) -> tuple[Obstacle | None, list[Problem]]:
    codes = base.layout.built_up if base.layout and entry.stated else ()
    codes = codes or entry.where.get("value", ())
    if not codes:
        return None, [
            layer_problem("LAYOUT_CODES_UNSTATED", entry.layer, **_words(entry))
        ]
    known = ~np.isnan(raster.values)
    built = known & np.isin(raster.values, [float(code) for code in codes])
    shapes = runs_of_cells(built, raster.transform)
    rows, columns = known.shape
    extent = runs_of_cells(
        np.ones((1, 1), dtype=bool), _stretched(raster.transform, rows, columns)
    )
    coverage: BaseGeometry | None = extent[0]
    if not known.all():
        holes = shapely.union_all(runs_of_cells(~known, raster.transform))
        coverage = shapely.difference(extent[0], holes)
    problems = []
    if raster.crs != base.crs:
        from zoning.measure import project

        shapes = project(shapes, raster.crs, base.crs)
        coverage = project(np.array([coverage], dtype=object), raster.crs, base.crs)[0]
    if _doubtful(base, raster.info, raster.problems, as_of=as_of):
        coverage = None
        problems = [layer_problem("LAYOUT_DOUBT", entry.layer, **_words(entry))]
    return Obstacle(entry=entry, geometry=shapes, coverage=coverage), problems


def runs_of_cells(
    mask: NDArray[np.bool_], transform: tuple[float, float, float, float, float, float]
) -> Shapes:
    """Return cells as rectangles, one for each run of cells in a row.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)
        Which cells.
    transform : tuple of float
        Of a north-up grid.
    """
    edge = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edge == 1)
    _, last = np.nonzero(edge == -1)
    a, _, west, _, e, north = transform
    boxes = shapely.box(
        west + a * first, north + e * (row + 1), west + a * last, north + e * row
    )
    return np.asarray(boxes, dtype=object)


def _stretched(
    transform: tuple[float, float, float, float, float, float], rows: int, columns: int
) -> tuple[float, float, float, float, float, float]:
    a, b, west, d, e, north = transform
    return a * columns, b, west, d, e * rows, north
