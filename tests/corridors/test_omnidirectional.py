"""Omnidirectional current: stored Omniscape maps, and laws it does not keep."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from circuit_ground import rough
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.corridors.habitat import Habitat
from zoning.corridors.omnidirectional import (
    Borders,
    Moving,
    OmniMaps,
    omnidirectional,
    sources_of_resistance,
)
from zoning.errors import UsageError
from zoning.io.cell_files import read_cells

Floats = NDArray[np.float64]
STORED = 2e-7  # of a map's maximum
# Maps with blocks carry a correction that the program finds once, iterating to a
# residual of 1e-6: see test_omniscape_correction.py
WITH_BLOCKS = 2e-5
# block_size = 2 of the stored jobs is made odd, 3


def gap(ours: Floats | None, theirs: Floats) -> float:
    assert ours is not None
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    return float(np.nanmax(np.abs(ours - theirs)) / np.nanmax(theirs))


@pytest.fixture
def omniscape(shared: Path) -> Path:
    return shared / "oracles/omniscape/test"


def stored_blocks(omniscape: Path, borders: Borders, *, potential: bool) -> OmniMaps:
    resistance = read_cells(omniscape / "input/resistance.asc").values
    source = np.nan_to_num(read_cells(omniscape / "input/source.asc").values)
    source[source < 0.2] = 0.0
    moving = Moving(radius=5, block=3, buffer=2, borders=borders)
    habitat = Habitat(conductance=1 / resistance)
    return omnidirectional(habitat, source, moving, potential=potential)


def test_the_stored_map_of_single_cells_is_matched(omniscape: Path) -> None:
    stored = omniscape / "output_verify/test_reclass"
    resistance = read_cells(omniscape / "input/discrete_resistance.asc").values
    for old, new in ((1, 3), (2, 4), (3, 7), (4, 1), (5, np.nan)):
        resistance[
            read_cells(omniscape / "input/discrete_resistance.asc").values == old
        ] = new
    classified = read_cells(stored / "classified_resistance.asc").values
    np.testing.assert_array_equal(resistance, classified)

    found = omnidirectional(
        Habitat(conductance=1 / resistance),
        sources_of_resistance(resistance),
        Moving(radius=5, borders=Borders.OMNISCAPE),
    )

    assert gap(found.current, read_cells(stored / "cum_currmap.asc").values) <= STORED
    assert found.left_out == 0


def test_the_stored_maps_of_blocks_are_matched(omniscape: Path) -> None:
    stored = omniscape / "output_verify"

    found = stored_blocks(omniscape, Borders.OMNISCAPE, potential=True)

    for ours, name in (
        (found.current, "test1/cum_currmap.tif"),
        (found.current, "test2/cum_currmap.asc"),
        (found.potential, "test1/flow_potential.tif"),
        (found.normalised, "test1/normalized_cum_currmap.tif"),
    ):
        assert gap(ours, read_cells(stored / name).values) <= WITH_BLOCKS, name


def test_correct_borders_differ_from_the_stored_maps(omniscape: Path) -> None:
    stored = read_cells(omniscape / "output_verify/test2/cum_currmap.asc").values

    found = stored_blocks(omniscape, Borders.CORRECT, potential=False)

    assert gap(found.current, stored) > 1e-2


TURNS: tuple[Callable[[Floats], Floats], ...] = (
    np.rot90,
    np.fliplr,
    np.flipud,
    np.transpose,
)


@settings(max_examples=8)
@given(
    shape=st.tuples(st.integers(3, 14), st.integers(3, 14)),
    seed=st.integers(0, 10_000),
    moving=st.sampled_from(
        [
            Moving(radius=3),
            Moving(radius=4, block=3, buffer=1),
            Moving(radius=3, block=5),
        ]
    ),
)
def test_correct_borders_turn_with_the_map(
    shape: tuple[int, int], seed: int, moving: Moving
) -> None:
    conductance = rough(shape, seed, 0.1)
    sources = np.random.default_rng(seed).random(shape)
    plain = omnidirectional(Habitat(conductance=conductance), sources, moving)

    for turn in TURNS:
        turned = omnidirectional(
            Habitat(conductance=np.ascontiguousarray(turn(conductance))),
            np.ascontiguousarray(turn(sources)),
            moving,
        )
        np.testing.assert_allclose(
            turned.current, turn(plain.current), rtol=1e-9, atol=1e-9
        )


def test_omniscapes_borders_do_not_turn_with_the_map() -> None:
    conductance = rough((14, 14), 2, 0.0)
    moving = Moving(radius=4, block=3, borders=Borders.OMNISCAPE)
    sources = np.ones((14, 14))
    plain = omnidirectional(Habitat(conductance=conductance), sources, moving)

    turned = omnidirectional(
        Habitat(conductance=np.ascontiguousarray(conductance[::-1])), sources, moving
    )

    assert np.abs(turned.current - plain.current[::-1]).max() > 1e-3


def test_every_block_takes_in_what_its_cells_put_out() -> None:
    """On single cells a target shows its own strength, and what passes beside."""
    conductance = np.ones((9, 9))
    sources = np.zeros((9, 9))
    sources[4, 3] = sources[4, 5] = 1.0
    found = omnidirectional(Habitat(conductance=conductance), sources, Moving(radius=4))

    # two windows, each with one ampere from one cell to the other
    assert found.current[4, 3] == pytest.approx(2.0)
    assert found.current[4, 5] == pytest.approx(2.0)
    assert found.left_out == 0


def test_a_block_without_sources_around_is_counted_as_left_out() -> None:
    sources = np.zeros((9, 9))
    sources[0, 0] = 3.0

    found = omnidirectional(
        Habitat(conductance=np.ones((9, 9))), sources, Moving(radius=2)
    )

    assert found.left_out == pytest.approx(3.0)
    assert (found.current == 0).all()


@pytest.mark.parametrize(("radius", "block"), [(0, 1), (3, 2), (3, 7), (3, -1)])
def test_windows_that_make_no_sense_are_refused(radius: int, block: int) -> None:
    with pytest.raises(UsageError) as refused:
        Moving(radius=radius, block=block)

    assert refused.value.problem.number == "E564"


def test_sources_follow_resistance_up_to_the_cutoff() -> None:
    resistance = np.array([[1.0, 4.0, 100.0, np.nan]])

    assert sources_of_resistance(resistance, 50).tolist() == [[1.0, 0.25, 0.0, 0.0]]
