"""What a site does to links: equal to building the whole network again."""

import numpy as np
import pytest
from numpy.typing import NDArray

from zoning.corridors.effective import NOT_JOINED, resistance_changes
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.grid import Grid
from zoning.corridors.habitat import Habitat
from zoning.corridors.impact import (
    Dispersal,
    SiteImpact,
    equivalent_area,
    rank_crossings,
    site_impact,
)
from zoning.corridors.landscape import Landscape
from zoning.corridors.network import Net, connect
from zoning.corridors.pairwise import pairwise
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


def land(resistance: Grid, sources: Grid | None = None) -> Landscape:
    return Landscape(resistance=resistance, sources=sources or SOURCES)


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
        land(BEFORE),
        land(after),
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

    crossings = rank_crossings(found, before=land(BEFORE), after=land(after))

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

    best = rank_crossings(found, before=land(BEFORE), after=land(grid(values)))[0]

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
        land(BEFORE),
        land(BEFORE),
        links=net.links,
        attribute=(AREAS, less),
        dispersal=DISPERSAL,
    )

    assert found.touched == ()
    assert found.equivalent_after < found.equivalent_before


def test_pieces_are_counted_as_by_hand() -> None:
    lonely = site_impact(
        land(BEFORE),
        land(BEFORE),
        links=(),
        attribute=(AREAS, AREAS),
        dispersal=DISPERSAL,
    )

    assert (lonely.parts_before, lonely.parts_after) == (5, 5)
    assert lonely.separated == ()


def whole_run(ground: Landscape, net: Net) -> dict[tuple[int, int], float]:
    """Return effective resistances as circuits solved by a factor have them."""
    habitat = Habitat.from_resistance(ground.resistance)
    alive = np.where(habitat.conductance > 0, ground.labels(), 0)
    wanted = frozenset((link.start, link.end) for link in net.links)
    flows = pairwise(
        habitat,
        Foci.from_map(alive.astype(np.int64)),
        choice=PairChoice(wanted=wanted),
        method="superlu",
    )
    return {(flow.foci[0], flow.foci[1]): flow.resistance for flow in flows}


def random_site(seed: int) -> Landscape:
    """Return the ground with a site, which takes what it covers of the sources."""
    rng = np.random.default_rng(seed)
    row, column = rng.integers(0, SIZE - 8, size=2).tolist()
    value = float(rng.choice([50.0, 1_000.0, np.inf]))
    size = int(rng.integers(2, 9))
    left = SOURCES.values.copy()
    left[row : row + size, column : column + size] = 0
    return land(with_site(row, column, size, value), grid(left))


@pytest.mark.parametrize("seed", range(30))
def test_effective_resistances_are_those_of_a_whole_new_run(
    seed: int, net: Net
) -> None:
    after = random_site(seed)
    pairs = [(link.start, link.end) for link in net.links]

    found = resistance_changes(land(BEFORE), after, pairs)

    was, now = whole_run(land(BEFORE), net), whole_run(after, net)
    assert [one.before for one in found] == pytest.approx(
        [was[pair] for pair in pairs], rel=1e-7
    )
    assert [one.after for one in found] == pytest.approx(
        [now.get(pair, NOT_JOINED) for pair in pairs], rel=1e-7
    )


@pytest.mark.parametrize("seed", range(30, 60))
def test_a_site_in_a_source_gives_the_costs_of_a_whole_new_run(
    seed: int, net: Net
) -> None:
    row, column = CENTRES[seed % 5]
    rng = np.random.default_rng(seed)
    top, left = row - int(rng.integers(0, 3)), column - int(rng.integers(0, 3))
    size = int(rng.integers(1, 4))
    sources = SOURCES.values.copy()
    sources[top : top + size, left : left + size] = 0
    after = land(with_site(top, left, size, 200.0), grid(sources))

    found = site_impact(
        land(BEFORE),
        after,
        links=net.links,
        attribute=(AREAS, AREAS),
        dispersal=DISPERSAL,
    )

    gone = set(range(1, 6)) - set(np.unique(sources).astype(int).tolist())
    whole = connect(after.resistance, after.sources, every_pair=True)
    costs = {(k.start, k.end): k.cost for k in whole.links}
    kept = {(k.start, k.end): k.cost for k in found.links}
    wanted = {(k.start, k.end) for k in net.links if not gone & {k.start, k.end}}
    assert kept == pytest.approx({pair: costs[pair] for pair in wanted}, rel=1e-9)


def test_a_source_that_a_site_takes_whole_has_no_link_left(net: Net) -> None:
    sources = np.where(SOURCES.values == 3, 0, SOURCES.values)
    after = land(BEFORE, grid(sources))

    found = site_impact(
        land(BEFORE),
        after,
        links=net.links,
        attribute=(AREAS, np.where(AREAS == 16.0, 0.0, AREAS)),
        dispersal=DISPERSAL,
    )
    (change,) = resistance_changes(land(BEFORE), after, [(1, 3)])

    assert 3 in found.separated
    assert all(3 not in (k.start, k.end) for k in found.links)
    assert change.before > 0
    assert change.after == NOT_JOINED
