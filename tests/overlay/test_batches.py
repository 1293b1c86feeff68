"""A site alone and in a batch; the two ways to an area."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from plots import ROAD, TODAY, site
from shapely.affinity import translate

from zoning.check import check
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions
from zoning.overlay import Overlaps, areas
from zoning.report.verdict import json_bytes, site_document
from zoning.rules.packs import read_rule_book

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample_layers"
OPTIONS = CheckOptions(as_of=TODAY)


@pytest.fixture(scope="module")
def sample() -> Base:
    return open_base(SAMPLE)


@pytest.mark.parametrize("few", [10**12, -1], ids=["numpy", "compiled"])
def test_a_site_alone_is_a_site_in_a_batch(
    sample: Base, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = read_rule_book(sample.packs, sample.folder)
    west, south, east, north = shapely.total_bounds(
        sample.layers["permanent_basic_farmland"].geometry
    )
    rng = np.random.default_rng(6)
    places = rng.uniform([west, south], [east, north], (24, 2))
    plots = tuple(
        replace(
            site(translate(shapely.box(0, 0, 300 + 90 * k, 200), *place), ROAD),
            id=f"plot-{k}",
        )
        for k, place in enumerate(places)
    )

    batch = check(plots, sample, book, options=OPTIONS)
    monkeypatch.setattr(areas, "FEW", few)
    alone = [check((plot,), sample, book, options=OPTIONS) for plot in plots]

    assert sum(len(one.conflicts) for one in batch.sites) > 20
    for one, many in zip(alone, batch.sites, strict=True):
        assert json_bytes(site_document(one.sites[0])) == json_bytes(
            site_document(many)
        )


def test_a_finding_says_where_area_and_shape_part(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = read_rule_book(base.packs, base.folder)
    farm = site(shapely.box(400_100, 3_435_100, 400_150, 3_435_150), ROAD)

    def notes() -> str:
        (result,) = check((farm,), base, book, options=OPTIONS).sites
        return " ".join(note["zh"] for f in result.findings for note in f.notes)

    assert "两种算法" not in notes()

    measured = areas.shared_areas

    def wrong(*sides: object, **options: object) -> areas.SharedAreas:
        found = measured(*sides, **options)  # type: ignore[arg-type]
        return replace(found, area_m2=found.area_m2 * 1.001)

    monkeypatch.setattr("zoning.overlay.pairs.shared_areas", wrong)
    assert "两种算法" in notes()


def test_the_two_ways_agree_on_the_sample(sample: Base) -> None:
    from zoning.overlay import measure_overlaps

    layers = [
        one.geometry
        for one in sample.layers.values()
        if (shapely.get_dimensions(one.geometry) == 2).all()
    ]
    for left in layers[:3]:
        for right in layers:
            table: Overlaps = measure_overlaps(left, right, OPTIONS, crs=sample.crs)
            assert not table.disagree().any()


def test_without_a_cache_folder_the_kernel_still_runs() -> None:
    """Numba refuses to cache where it finds no folder to write to."""
    program = """
import numpy as np, shapely
from numba.core import caching
caching.FunctionCache._impl_class._locator_classes = []
from zoning.overlay import areas, ragged_edges, shared_areas
areas.FEW = -1
edges = ragged_edges(np.array([shapely.box(0, 0, 2, 3)]))
print(shared_areas(edges, edges, crs="plain").area_m2.tolist())
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == "[6.0]\n"
