"""Small parts of the sample county that carry the rest."""

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from zoning.samples.access import access_clauses
from zoning.samples.drainage import Drainage, drain, fill
from zoning.samples.frame import Frame, Grid
from zoning.samples.mosaic import lay_mosaic
from zoning.samples.shapes import ribbon
from zoning.samples.sheet import content_hash


def test_filling_leaves_no_pit() -> None:
    stream = np.random.default_rng(3)
    surface = stream.random((40, 50)) * 100
    outlets = np.zeros(surface.shape, dtype=bool)
    outlets[:, 0] = True

    filled = fill(surface, outlets)

    assert Drainage(surface, outlets, 10.0).pits > 0
    assert Drainage(filled, outlets, 10.0).pits == 0
    assert (filled >= surface).all()


def test_all_water_reaches_the_outlet() -> None:
    stream = np.random.default_rng(4)
    outlets = np.zeros((30, 30), dtype=bool)
    outlets[15, 0] = True
    tree, _ = drain(stream.random((30, 30)), outlets, 10.0)

    gathered = tree.gather(np.ones((30, 30)))

    assert gathered[15, 0] == 900


def test_noise_depends_on_seed_and_name_alone() -> None:
    grid = Frame(seed=1).grid(360.0)
    first = Frame(seed=1).noise("hills", grid, 8000)

    assert np.array_equal(first, Frame(seed=1).noise("hills", grid, 8000))
    assert not np.array_equal(first, Frame(seed=2).noise("hills", grid, 8000))
    assert not np.array_equal(first, Frame(seed=1).noise("dales", grid, 8000))
    assert abs(first.mean()) < 0.5
    assert 0.3 < first.std() < 3


def test_faces_of_the_mosaic_keep_label_areas_and_tile() -> None:
    grid = Grid(west=0, north=3000, cell=100, rows=30, columns=30)
    county = np.zeros(grid.shape, dtype=np.int32)
    county[3:27, 3:27] = 1
    side = np.where(np.arange(30)[None, :] < 15, 1, 2) * county
    river = Polygon([(0, 1490), (3000, 1480), (3000, 1520), (0, 1510)])

    mosaic = lay_mosaic(grid, {"county": county, "side": side}, [river])

    assert bool(shapely.coverage_is_valid(mosaic.faces))
    wet = shapely.area(mosaic.faces[mosaic.water > 0]).sum()
    whole = shapely.coverage_union_all(mosaic.faces)
    assert wet == pytest.approx(river.intersection(whole).area, abs=1)
    halves = dict(mosaic.dissolve(np.ones(len(mosaic.faces), dtype=bool), "side"))
    assert halves[(1,)].area == pytest.approx(halves[(2,)].area, rel=0.01)


def test_a_ribbon_is_as_wide_as_told_and_broken_at_zero() -> None:
    line = LineString([(0, 0), (1000, 0)])
    widths = np.full(11, 40.0)

    whole = ribbon(line, widths, 100.0)
    widths[5] = 0
    broken = ribbon(line, widths, 100.0)

    assert whole.bounds[3] - whole.bounds[1] == pytest.approx(40, abs=1)
    assert len(shapely.get_parts(broken)) == 2


def test_content_hash_ignores_vertex_order_but_not_a_millimetre() -> None:
    ring = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0)]
    turned = ring[2:] + ring[:2]
    moved = [(0.001, 0.0), *ring[1:]]

    def digest(points: list[tuple[float, float]], name: str = "a") -> str:
        return content_hash(np.array([Polygon(points)], dtype=object), {"MC": [name]})

    assert digest(ring) == digest(turned)
    assert digest(ring) != digest(moved)
    assert digest(ring) != digest(ring, "b")


def test_access_list_has_three_levels_four_dimensions_and_demo_marks() -> None:
    clauses = access_clauses()

    assert len({clause.number for clause in clauses}) == len(clauses) >= 60
    assert {c.level for c in clauses} == {"全市总体", "区县总体", "单元"}
    assert {c.dimension for c in clauses} == {
        "空间布局约束",
        "污染物排放管控",
        "环境风险防控",
        "资源开发利用效率",
    }
    assert all("示范" in clause.text for clause in clauses)
    bans = [c for c in clauses if c.severity in {"禁止", "限制"}]
    assert len({c.text for c in bans}) >= 6
    assert all(c.activities or c.industries for c in bans)
