"""What is asked of many at once is what is asked of each: boxes, planes, sizes."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.overlay import (
    PieceTree,
    areas_among,
    areas_in_planes,
    box_kernel,
    candidates,
    intersections,
    own_areas,
    ragged_edges,
    shared_areas,
    sizes,
)
from zoning.overlay.density import PLAIN, local_densities

CRS = "EPSG:4546"
CORNER = np.array([395_000.0, 3_440_000.0])
Boxes = NDArray[np.float64]


def boxes(count: int, rng: np.random.Generator, reach: int) -> Boxes:
    """Boxes on whole metres, so that many touch; some without width."""
    low = rng.integers(0, 60, (count, 2)) + CORNER
    return np.hstack([low, low + rng.integers(0, reach, (count, 2))])


def blobs(count: int, seed: int, vertices: int) -> NDArray[np.object_]:
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = 200 * rng.uniform(0.6, 1.0, (count, vertices))
    spokes = np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[..., None]
    return np.asarray(
        shapely.polygons(rng.uniform(0, 1500, (count, 1, 2)) + CORNER + spokes)
    )


@given(left=st.integers(0, 40), right=st.integers(0, 200), seed=st.integers(0, 10_000))
def test_the_tree_finds_the_boxes_that_meet_and_no_others(
    left: int, right: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = boxes(left, rng, 4), boxes(right, rng, 9)

    found = box_kernel.meeting(ours, box_kernel.grown(theirs))

    expected = [
        (i, j)
        for i, a in enumerate(ours.tolist())
        for j, b in enumerate(theirs.tolist())
        if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
    ]
    assert [tuple(pair) for pair in found.tolist()] == expected


@given(seed=st.integers(0, 10_000))
def test_many_boxes_and_few_give_the_same_pairs_and_bytes(seed: int) -> None:
    left, right = blobs(30, seed, 20), blobs(8, seed + 1, 400)
    sides = ragged_edges(left), ragged_edges(right)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "FEW", 10**9)
        few = shared_areas(*sides, crs=CRS)
        patch.setattr(candidates, "FEW", -1)
        many = shared_areas(*sides, crs=CRS)

    for name in ("left", "right", "area_m2"):
        assert getattr(few, name).tobytes() == getattr(many, name).tobytes()


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("kept", [False, True])
def test_two_planes_at_once_are_each_plane_alone(
    *, compiled: bool, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if compiled:
        monkeypatch.setattr("zoning.overlay.areas.FEW", -1)
    one = PieceTree(ragged_edges(blobs(60, 1, 30)))
    other = PieceTree(ragged_edges(blobs(9, 2, 500)))
    alone = [shared_areas(one.edges, other.edges, crs=c) for c in (CRS, PLAIN)]
    among = [areas_among(one.edges, crs=c) for c in (CRS, PLAIN)]
    if kept:
        one.keep_areas(CRS, PLAIN)
        other.keep_areas(CRS, PLAIN)

    both = areas_in_planes(one, other, (CRS, PLAIN))
    within = areas_in_planes(one, one, (CRS, PLAIN))

    assert len(alone[0].left) > 20
    for found, expected in zip((*both, *within), (*alone, *among), strict=True):
        for name in ("left", "right", "area_m2"):
            assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


@pytest.mark.parametrize("plane", [CRS, PLAIN])
def test_own_areas_are_the_same_bytes_compiled_and_kept(
    plane: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edges = ragged_edges(np.concatenate([blobs(50, 3, 40), blobs(3, 4, 2000)]))
    plain = own_areas(edges, crs=plane)

    monkeypatch.setattr(sizes, "FEW", -1)
    tree = PieceTree(edges)
    tree.keep_areas(PLAIN, CRS)

    assert own_areas(edges, crs=plane).tobytes() == plain.tobytes()
    assert tree.feature_areas((plane,))[:, 0].tobytes() == plain.tobytes()


def test_a_density_does_not_depend_on_how_far_the_others_are() -> None:
    """Nodes of a county are looked up in a table, nodes far apart are sorted."""
    near = np.hstack([CORNER, CORNER + 500.0])
    many = near + np.arange(40)[:, None] * 3000.0
    far = np.concatenate([many, many[:1] + 5e6])

    table, sorted_ = local_densities(many, CRS), local_densities(far, CRS)

    assert table.tobytes() == sorted_[:-1].tobytes()
    for k in (0, 17, 39):
        alone = local_densities(many[k : k + 1], CRS)
        assert alone.tobytes() == table[k : k + 1].tobytes()


@given(seed=st.integers(0, 10_000), turn=st.sampled_from([False, True]))
def test_shapes_followed_are_valid_and_those_of_geos(seed: int, *, turn: bool) -> None:
    """Rings listed the other way round change nothing."""
    left, right = blobs(12, seed, 25), blobs(4, seed + 1, 300)
    if turn:
        left = np.asarray(shapely.reverse(left), dtype=object)
    pairs = np.stack(np.divmod(np.arange(48), 4), axis=1)
    expected = shapely.intersection(left[pairs[:, 0]], right[pairs[:, 1]])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intersections, "FEW", -1)
        found = intersections.common_shapes(left, right, pairs)

    assert shapely.is_valid(found).all()
    assert shapely.area(found) == pytest.approx(shapely.area(expected), abs=1e-6)
