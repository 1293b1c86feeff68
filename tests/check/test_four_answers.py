"""One plot, four answers: the example that carries the idea (README)."""

from dataclasses import replace

import pytest
import shapely
from plots import ROAD, check_plot

from zoning.model import Base, State, Verdict

PLOT = shapely.box(407_080, 3_439_000, 407_999.88, 3_439_100)
"""900 m from the tributary, reaching 120 m into a corridor 200 m wide."""
CHEMICAL = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}
TAILINGS = {**ROAD, "activity": "tailings_pond", "industry_code": "B0810"}


def test_a_chemical_plant_is_prohibited(base: Base) -> None:
    result = check_plot(base, PLOT, CHEMICAL).sites[0]

    found = next(f for f in result.findings if f.rule_id == "YRL-001")
    assert result.verdict is Verdict.PROHIBITED
    assert found.state is State.PROHIBITED
    assert found.distance_m == pytest.approx(900, abs=0.5)
    assert found.nearest is not None
    assert found.nearest.name == "小河"


def test_a_tailings_pond_is_not_caught_by_that_clause(base: Base) -> None:
    findings = check_plot(base, PLOT, TAILINGS).sites[0].findings

    found = next(f for f in findings if f.rule_id == "YRL-002")
    assert found.state is not State.PROHIBITED
    assert next(f for f in findings if f.rule_id == "YRL-001").state is State.CLEAR


def test_without_the_red_line_the_answer_is_not_checked_and_names_it(
    base: Base,
) -> None:
    layers = {k: v for k, v in base.layers.items() if k != "ecological_redline"}

    result = check_plot(replace(base, layers=layers), PLOT, ROAD).sites[0]

    found = next(f for f in result.findings if f.rule_id == "ECR-001")
    assert found.state is State.NOT_CHECKED
    assert found.reason == "LAYER_MISSING"
    assert not result.complete
    assert "ecological_redline" in {gap.layer for gap in result.gaps}


def test_the_corridor_is_cut_to_two_fifths_and_a_trim_restores_it(base: Base) -> None:
    hit = check_plot(base, PLOT, ROAD).sites[0].layout[0]

    assert hit.width_m is not None
    assert hit.width_left_m is not None
    assert hit.trim is not None
    assert hit.width_left_m / hit.width_m == pytest.approx(0.4, abs=0.005)
    again = check_plot(base, PLOT.difference(hit.trim), ROAD).sites[0].layout[0]
    assert again.width_left_m == pytest.approx(150, abs=0.15)
