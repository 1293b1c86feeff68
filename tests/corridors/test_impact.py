"""What a site does to links: equal to building the whole network again."""

import numpy as np
import pytest
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.corridors.impact import (
    Dispersal,
    SiteImpact,
    equivalent_area,
    rank_crossings,
    site_impact,
)
from zoning.corridors.network import Net, connect
from zoning.errors import UsageError

SIZE = 48
CELL_M = 90.0
DISPERSAL = Dispersal(cost_at=20_000.0, probability=0.5)
AREAS = np.array([9.0, 4.0, 16.0, 6.0, 12.0])
CENTRES = [(6, 6), (8, 40), (24, 22), (40, 7), (42, 41)]


def grid(values: NDArray[np.float64]) -> Grid:
    transform = (CELL_M, 0.0, 400_000.0, 0.0, -CELL_M, 3_440_000.0)
    return Grid(values=values, transform=transform, crs="EPSG:4546")


def five_sources() -> Grid:
    label = np.zeros((SIZE, SIZE))
    for number, (row, column) in enumerate(CENTRES, start=1):
        label[row - 1 : row + 2, column - 1 : column + 2] = number
    return grid(label)


def ground(seed: int = 7) -> Grid:
    rng = np.random.default_rng(seed)
    return grid(rng.choice([1.0, 3.0, 10.0, 30.0], size=(SIZE, SIZE)))


SOURCES = five_sources()
BEFORE = ground()


@pytest.fixture(scope="module")
def net() -> Net:
    return connect(BEFORE, SOURCES)


def with_site(row: int, column: int, size: int, value: float) -> Grid:
    values = BEFORE.values.copy()
    place = (slice(row, row + size), slice(column, column + size))
    values[place] = np.maximum(values[place], value)
    return grid(values)


def impact_of(after: Grid, net: Net) -> SiteImpact:
    return site_impact(
        BEFORE,
        after,
        SOURCES,
        links=net.links,
        attribute=(AREAS, AREAS),
        dispersal=DISPERSAL,
    )


@pytest.mark.parametrize("seed", range(30))
def test_costs_and_ec_are_those_of_a_whole_new_run(seed: int, net: Net) -> None:
    rng = np.random.default_rng(seed)
    row, column = rng.integers(0, SIZE - 8, size=2).tolist()
    value = float(rng.choice([50.0, 1_000.0, np.inf]))
    after = with_site(row, column, int(rng.integers(2, 9)), value)

    found = impact_of(after, net)
    whole = connect(after, SOURCES, every_pair=True)

    pairs = {(k.start, k.end) for k in net.links}
    again = [k for k in whole.links if (k.start, k.end) in pairs]
    assert [(k.start, k.end) for k in found.links] == [(k.start, k.end) for k in again]
    costs = [k.cost for k in found.links]
    assert costs == pytest.approx([k.cost for k in again], rel=1e-9)
    expected = equivalent_area(AREAS, again, DISPERSAL)
    assert found.equivalent_after == pytest.approx(expected, rel=1e-9)
    assert found.equivalent_after <= found.equivalent_before * (1 + 1e-12)


def test_a_site_off_every_path_touches_nothing(net: Net) -> None:
    used = np.zeros((SIZE, SIZE), dtype=bool)
    for link in net.links:
        used[tuple(link.path.cells.T)] = True
    values = np.where(used, BEFORE.values, np.inf)

    found = impact_of(grid(values), net)

    assert found.touched == ()
    assert found.links == net.links
    assert found.equivalent_after == found.equivalent_before


def test_a_wall_round_a_source_separates_it(net: Net) -> None:
    values = BEFORE.values.copy()
    row, column = CENTRES[0]
    ring = np.zeros_like(values, dtype=bool)
    ring[row - 3 : row + 4, column - 3 : column + 4] = True
    ring[row - 2 : row + 3, column - 2 : column + 3] = False
    values[ring] = np.inf

    found = impact_of(grid(values), net)

    assert found.separated == (1,)
    assert (found.parts_before, found.parts_after) == (1, 2)
    assert all(c.after is None and c.rise == np.inf for c in found.touched)
    assert found.equivalent_after < found.equivalent_before


def test_a_crossing_gives_back_most_by_the_cell_and_at_most_what_was_lost(
    net: Net,
) -> None:
    after = with_site(18, 10, 8, 1_000.0)
    found = impact_of(after, net)
    assert found.touched

    crossings = rank_crossings(found, before=BEFORE, after=after, sources=SOURCES)

    assert crossings
    gains = [one.gain / one.cells for one in crossings]
    assert gains == sorted(gains, reverse=True)
    rises = {(c.before.start, c.before.end): c for c in found.touched}
    for one in crossings:
        change = rises[one.start, one.end]
        assert 0 < one.gain <= change.rise * (1 + 1e-12)
        values = np.where(one.ground, BEFORE.values, after.values)
        again = connect(grid(values), SOURCES, every_pair=True)
        cost = {(k.start, k.end): k.cost for k in again.links}[one.start, one.end]
        assert one.cost == pytest.approx(cost, rel=1e-9)


def test_a_crossing_joins_what_a_wall_separates(net: Net) -> None:
    values = BEFORE.values.copy()
    values[:, 30] = np.inf
    found = impact_of(grid(values), net)
    cut = [c for c in found.touched if c.after is None]
    assert cut

    best = rank_crossings(found, before=BEFORE, after=grid(values), sources=SOURCES)[0]

    assert best.gain == np.inf
    assert np.isfinite(best.cost)


def test_ground_made_easier_is_refused(net: Net) -> None:
    easier = grid(BEFORE.values / 2)

    with pytest.raises(UsageError) as caught:
        impact_of(easier, net)

    assert caught.value.problems[0].code == "IMPACT_LOWERED"


def test_land_that_a_site_takes_from_a_source_lowers_ec(net: Net) -> None:
    less = AREAS - np.array([0.0, 0.0, 5.0, 0.0, 0.0])

    found = site_impact(
        BEFORE,
        BEFORE,
        SOURCES,
        links=net.links,
        attribute=(AREAS, less),
        dispersal=DISPERSAL,
    )

    assert found.touched == ()
    assert found.equivalent_after < found.equivalent_before


def test_pieces_are_counted_as_by_hand() -> None:
    lonely = site_impact(
        BEFORE,
        BEFORE,
        SOURCES,
        links=(),
        attribute=(AREAS, AREAS),
        dispersal=DISPERSAL,
    )

    assert (lonely.parts_before, lonely.parts_after) == (5, 5)
    assert lonely.separated == ()
