"""Corridors on paper: rectangles, bends and rings with numbers known beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.appraisal import Appraised, Surroundings, appraise
from zoning.corridors.layout.obstacles import Obstacle, ObstacleEntry
from zoning.corridors.layout.standing import covers_of
from zoning.corridors.layout.table import house_table
from zoning.corridors.layout.values import FeatureAudit, PlannedFeatures

CRS = "EPSG:4546"
X, Y = 500_000.0, 3_440_000.0  # on the central meridian the plane is true to scale
COUNTY = shapely.box(X - 20_000, Y - 20_000, X + 20_000, Y + 20_000)
WORDS = {"zh": "例", "en": "example"}


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def line(*points: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def entry(name: str, effect: str = "blocks") -> ObstacleEntry:
    return ObstacleEntry(
        id=name,
        layer=name,
        where={},
        effect=effect,
        width_m=0.0,
        subject=name,
        stated=False,
        word=WORDS,
        plan=WORDS,
        source=WORDS,
    )


def obstacle(
    name: str,
    *shapes: BaseGeometry,
    effect: str = "blocks",
    coverage: BaseGeometry | None = COUNTY,
) -> Obstacle:
    geometry = np.array([*shapes, None], dtype=object)[:-1]
    return Obstacle(entry=entry(name, effect), geometry=geometry, coverage=coverage)


def layout(*features: tuple[str, str, BaseGeometry, float], **columns: Any) -> Any:
    names, kinds, shapes, targets = zip(*features, strict=True)
    return PlannedFeatures(
        ids=np.array([f"F{k}" for k in range(len(names))], dtype=object),
        names=np.array(names, dtype=object),
        kinds=np.array(kinds, dtype=object),
        targets_m=np.array(targets, dtype=np.float64),
        geometry=np.array([*shapes, None], dtype=object)[:-1],
        crs=CRS,
        **{k: np.array(v, dtype=object) for k, v in columns.items()},
    )


def around(
    *obstacles: Obstacle, lines: Mapping[str, BaseGeometry] | None = None, **more: Any
) -> Surroundings:
    table = replace(house_table(), obstacles=tuple(one.entry for one in obstacles))
    return Surroundings(
        table=table,
        obstacles=obstacles,
        county=COUNTY,
        lines=lines or {},
        covered=covers_of(table, obstacles),
        model=more.get("model", {}),
        resistance=more.get("resistance"),
    )


def tried(
    shape: BaseGeometry, *obstacles: Obstacle, target: float = 200.0, **more: Any
) -> FeatureAudit:
    """Put one corridor on trial."""
    planned = layout(("甲", more.pop("kind", "corridor"), shape, target))
    return appraise(planned, 0, around(*obstacles, **more)).audit


def all_tried(planned: Any, *obstacles: Obstacle) -> Sequence[Appraised]:
    scene = around(*obstacles)
    return [appraise(planned, row, scene) for row in range(len(planned.ids))]
