"""Plots strewn over the small base, some on what it protects, and their run folder."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from small_base import EAST, SOUTH, WEST

from zoning.batch import Plan, check_whole
from zoning.model import Base, CheckOptions, Site, SiteSource
from zoning.report import story
from zoning.report.batch.values import BatchForm
from zoning.rules.packs import RuleBook, read_rule_book

AS_OF = date(2026, 11, 23)
OPTIONS = CheckOptions(as_of=AS_OF)
ACTIVITIES = ("chemical_project", "road", "solar", "")


def plots(count: int, seed: int = 4) -> tuple[Site, ...]:
    """Return sites of 80 m round farmland, red line, river and the county's edge."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(WEST + 4_000, EAST + 100, count)
    y = rng.uniform(SOUTH, SOUTH + 17_000, count)
    x[::5] = rng.uniform(399_950, 400_400, len(x[::5]))
    y[::5] = rng.uniform(3_434_950, 3_435_200, len(y[::5]))
    activities = rng.choice(ACTIVITIES, count)
    return tuple(
        Site(
            id=f"P{k:04d}",
            name=f"地块 {k}",
            geometry=shapely.box(x[k], y[k], x[k] + 80, y[k] + 80),
            crs="EPSG:4546",
            source=SiteSource(path="plots.geojson", sha256="0" * 64, row=k),
            project={"activity": str(activities[k])} if activities[k] else {},
        )
        for k in range(count)
    )


@pytest.fixture(scope="module")
def book(base: Base) -> RuleBook:
    return read_rule_book(base.packs, base.folder)


def written(folder: Path, sites: Iterable[Site], base: Base, book: RuleBook) -> Path:
    """Write the run folder of a batch, few sites told in full for speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "_SITES_TOLD", 2)
        plan = Plan(folder=folder, form=BatchForm())
        check_whole(sites, base, book, options=OPTIONS, plan=plan)
    return folder


def document(folder: Path) -> Any:
    return json.loads((folder / "verdict.json").read_bytes())
