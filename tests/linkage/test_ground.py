"""A base on cells: every factor where a pencil puts it."""

import numpy as np
import pytest
from modelling import DAY
from valley import CELL_M, LAND, NORTH, WEST, table_text, write_valley

from zoning.io.base import open_base
from zoning.linkage.ground import Ground, layers_read, read_ground
from zoning.linkage.table import model_table_of
from zoning.model import CheckOptions

BANDS = "{weight: '1', source: a test, bands: {'100': '9', inf: '1'}}\n"
FACTORS = LAND + "".join(
    f"  {name}: {BANDS}"
    for name in (
        "elevation",
        "slope",
        "distance_to_road",
        "distance_to_river",
        "distance_to_settlement",
        "distance_to_urban",
    )
)
FACTORS += (
    "  protection: {weight: '1', source: a test, classes: {'0': '9', '1': '1'}}\n"
)
TABLE = model_table_of(table_text(FACTORS))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = write_valley(tmp_path_factory.mktemp("ground"))
    return read_ground(open_base(folder), TABLE, CheckOptions(as_of=DAY))


def at(ground: Ground, factor: str, x: float, y: float) -> float:
    """Return the value of the cell that holds a point."""
    row, column = int((NORTH - y) // CELL_M), int((x - WEST) // CELL_M)
    return float(ground.factors[factor].values[row, column])


def test_each_factor_is_where_its_layer_lies(ground: Ground) -> None:
    assert at(ground, "land_cover", 396_050, 3_442_050) == 1
    assert at(ground, "elevation", 396_050, 3_442_050) == 300
    assert at(ground, "slope", 396_050, 3_442_050) == 0
    # the road runs along y = 3 433 000: it lies in the row below that edge
    assert at(ground, "distance_to_road", 396_050, 3_432_950) == 0
    assert at(ground, "distance_to_road", 396_050, 3_433_950) == 1000
    assert at(ground, "distance_to_settlement", 404_050, 3_432_050) == 500
    assert at(ground, "distance_to_urban", 403_050, 3_433_050) == 0
    assert at(ground, "distance_to_urban", 404_150, 3_433_050) == 200


def test_the_management_limit_of_a_river_is_no_river(ground: Ground) -> None:
    # water from y = 3 444 900 to 3 445 100, its limit 100 m further on each side
    assert at(ground, "distance_to_river", 391_050, 3_445_050) == 0
    assert at(ground, "distance_to_river", 391_050, 3_445_150) == 100


def test_protection_is_that_of_red_line_and_protected_areas(ground: Ground) -> None:
    assert at(ground, "protection", 395_450, 3_436_050) == 1
    assert at(ground, "protection", 396_050, 3_436_050) == 0  # a hole of the red line
    assert at(ground, "protection", 397_550, 3_436_050) == 1
    assert at(ground, "protection", 399_050, 3_436_050) == 0
    assert len(ground.protected) == 1  # two features of red line and one area, joined


def test_the_ground_tells_its_classes_and_the_layers_it_reads(ground: Ground) -> None:
    assert ground.cover_cells == {1.0: 1800, 2.0: 200 * 200 - 1800}
    assert np.nansum(ground.habitat.values) == 1800
    assert ground.problems == ()
    assert layers_read(TABLE) == (
        "dem",
        "ecological_redline",
        "land_cover",
        "protected_area",
        "river",
        "road",
        "settlement",
        "urban_development_boundary",
    )
