"""Input that cannot be modelled: a number with its cure, and the twin that can."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from zoning.corridors.advanced import advanced
from zoning.corridors.barriers import Link, barriers
from zoning.corridors.foci import Foci
from zoning.corridors.grid import Grid
from zoning.corridors.habitat import Habitat
from zoning.corridors.least_cost import accumulate, corridor
from zoning.corridors.network import connect
from zoning.corridors.omnidirectional import Moving, omnidirectional
from zoning.corridors.pairwise import pairwise, resistance_table
from zoning.corridors.pinch_points import pinch_points
from zoning.corridors.star import StarMode, star
from zoning.errors import ZoningError

SHAPE = (4, 5)
EAST = (30.0, 0, 400_000, 0, -30.0, 3_440_000)
AT = np.array([[400_015, 3_439_985.0], [400_135, 3_439_895.0]])  # two corners


def cells(
    values: Any = 1.0,
    *,
    at: tuple[float, ...] = EAST,
    crs: str = "EPSG:4546",
    shape: tuple[int, int] = SHAPE,
) -> Grid:
    full = np.broadcast_to(np.asarray(values), shape)
    return Grid(values=full, transform=at, crs=crs)  # type: ignore[arg-type]


def with_one(value: float) -> Grid:
    values = np.ones(SHAPE)
    values[1, 2] = value
    return cells(values)


def labels(*numbers: float) -> NDArray[np.float64]:
    values = np.zeros(SHAPE)
    values.ravel()[np.linspace(0, 19, len(numbers)).astype(int)] = numbers
    return values


def foci(*numbers: int, shape: tuple[int, int] = SHAPE) -> Foci:
    ids = np.arange(1, 3) if not numbers else np.array(numbers)
    places = np.arange(len(ids))
    return Foci.from_cells(ids, places, places, shape=shape)


def here(value: float = 1.0) -> NDArray[np.float64]:
    return np.full(SHAPE, value)


def wide(value: float = 1.0) -> NDArray[np.float64]:
    """As many cells, other rows: a flat number would mean another place."""
    return np.full(SHAPE[::-1], value)


def spread(resistance: Grid | None = None, sources: Grid | None = None) -> Any:
    return accumulate(resistance or cells(), sources or cells(labels(1, 2)))


def plain() -> Habitat:
    return Habitat(conductance=here())


def points(ids: list[int], at: NDArray[np.float64]) -> Foci:
    return Foci.from_points(np.array(ids), at, cells())


def link(other: NDArray[np.float64]) -> Link:
    return Link(from_one=here(), from_other=other, least_cost=1.0)


@dataclass(frozen=True)
class Case:
    number: str
    bad: Callable[[], Any]
    good: Callable[[], Any]


OFF = (30.0, 0, 400_010, 0, -30.0, 3_440_000)
CASES = {
    "a grid off by ten metres": Case(
        "E541",
        lambda: spread(sources=cells(labels(1, 2), at=OFF)),
        lambda: spread(sources=cells(labels(1, 2), at=OFF).aligned_to(cells())),
    ),
    "costs of two grids in one corridor": Case(
        "E541",
        lambda: corridor(spread(), spread(cells(at=OFF), cells(labels(1, 2), at=OFF))),
        lambda: corridor(spread(), spread()),
    ),
    "the same cells in another CRS": Case(
        "E541",
        lambda: spread(sources=cells(labels(1, 2), crs="EPSG:4547")),
        lambda: spread(sources=cells(labels(1, 2), crs="EPSG:4546")),
    ),
    "degrees": Case(
        "E542", lambda: cells(crs="EPSG:4490"), lambda: cells(crs="EPSG:4546")
    ),
    "south up": Case(
        "E543",
        lambda: cells(at=(30.0, 0, 400_000, 0, 30.0, 3_440_000)),
        lambda: cells(at=EAST),
    ),
    "zero resistance on the way": Case(
        "E546", lambda: spread(with_one(0.0)), lambda: spread(with_one(np.nan))
    ),
    "negative resistance on the way": Case(
        "E546", lambda: spread(with_one(-2.0)), lambda: spread(with_one(np.inf))
    ),
    "zero resistance in a circuit": Case(
        "E546",
        lambda: Habitat.from_resistance(with_one(0.0)),
        lambda: Habitat.from_resistance(with_one(0.1)),
    ),
    "negative resistance in a circuit": Case(
        "E546",
        lambda: Habitat.from_resistance(with_one(-1.0)),
        lambda: Habitat.from_resistance(with_one(np.nan)),
    ),
    "nothing but nodata on the way": Case(
        "E545", lambda: spread(cells(np.nan)), lambda: spread(cells(1.0))
    ),
    "nothing but nodata in a circuit": Case(
        "E545",
        lambda: Habitat.from_resistance(cells(np.nan)),
        lambda: Habitat.from_resistance(with_one(np.nan)),
    ),
    "a focus off the map": Case(
        "E548", lambda: points([1, 2], AT - 500), lambda: points([1, 2], AT)
    ),
    "a number given twice": Case(
        "E550", lambda: points([1, 1], AT), lambda: points([1, 2], AT)
    ),
    "one focus": Case("E549", lambda: foci(7), lambda: foci(7, 8)),
    "one source": Case(
        "E584",
        lambda: connect(cells(), cells(labels(1))),
        lambda: connect(cells(), cells(labels(1, 2))),
    ),
    "no source": Case(
        "E583",
        lambda: spread(sources=cells(0)),
        lambda: spread(sources=cells(labels(1))),
    ),
    "a source with a broken number": Case(
        "E567",
        lambda: connect(cells(), cells(labels(1.2, 1.7))),
        lambda: connect(cells(), cells(labels(12, 17))),
    ),
    "a source below nought": Case(
        "E567",
        lambda: spread(sources=cells(labels(-1, 2))),
        lambda: spread(sources=cells(labels(1, 2))),
    ),
    "a number beyond 32 bits": Case(
        "E567",
        lambda: spread(sources=cells(labels(2**32 + 1, 2))),
        lambda: spread(sources=cells(labels(2**31 - 1, 2))),
    ),
    "goals on another grid": Case(
        "E544",
        lambda: accumulate(cells(), cells(labels(1)), until=wide() > 0),
        lambda: accumulate(cells(), cells(labels(1)), until=here() > 0),
    ),
    "foci of another grid": Case(
        "E544",
        lambda: list(pairwise(plain(), foci(shape=SHAPE[::-1]))),
        lambda: list(pairwise(plain(), foci())),
    ),
    "foci of another grid, one against all": Case(
        "E544",
        lambda: list(star(plain(), foci(shape=SHAPE[::-1]), mode=StarMode.ONE_TO_ALL)),
        lambda: list(star(plain(), foci(), mode=StarMode.ONE_TO_ALL)),
    ),
    "sources of another grid": Case(
        "E544",
        lambda: advanced(plain(), sources=wide(), grounds=here()),
        lambda: advanced(plain(), sources=labels(1, 0), grounds=labels(0, 1)),
    ),
    "a corridor of another grid": Case(
        "E544",
        lambda: pinch_points(plain(), foci(), wide() > 0),
        lambda: pinch_points(plain(), foci(), here() > 0),
    ),
    "strengths of another grid": Case(
        "E544",
        lambda: omnidirectional(plain(), wide(), Moving(radius=2)),
        lambda: omnidirectional(plain(), here(), Moving(radius=2)),
    ),
    "links of two grids": Case(
        "E544",
        lambda: barriers([link(wide())], radius_m=30.0, cell_m=(30.0, 30.0)),
        lambda: barriers([link(here())], radius_m=30.0, cell_m=(30.0, 30.0)),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_bad_input_is_refused_with_a_cure_and_its_twin_is_not(what: str) -> None:
    case = CASES[what]
    with pytest.raises(ZoningError) as refused:
        case.bad()
    for problem in refused.value.problems:
        assert problem.number == case.number
        assert problem.cure("zh")
        assert problem.cure("en")
    case.good()


def test_a_focus_on_nodata_and_one_on_an_island_have_minus_one() -> None:
    ground = here()
    ground[:, 2] = np.nan
    ground[3, 0] = np.nan
    points = Foci.from_cells(
        np.array([1, 2, 3, 4]), np.array([0, 2, 0, 3]), np.array([0, 0, 4, 0]),
        shape=SHAPE,
    )  # fmt: skip
    flows = list(pairwise(Habitat(conductance=ground), points))

    table = resistance_table(flows, points.numbers)
    assert table[0, 1] > 0
    assert (table[[0, 1, 3], 2] == -1).all()
    assert (table[:3, 3] == -1).all()
    assert all((flow.resistance == -1) == (flow.potential is None) for flow in flows)
    # the twin: the wall opened, the cell under the focus filled
    joined = list(pairwise(plain(), points))
    assert all(flow.resistance > 0 for flow in joined)
