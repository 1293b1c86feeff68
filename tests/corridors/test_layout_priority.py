"""One order of corridors, current carried, and reaches along rivers, by hand."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from zoning.corridors.grid import Grid
from zoning.corridors.layout.beside import CurrentCarried
from zoning.corridors.layout.modelled import current_in
from zoning.corridors.layout.priority import priorities
from zoning.corridors.layout.reaches import riparian_reaches
from zoning.corridors.layout.table import house_table
from zoning.corridors.layout.values import (
    COUNTY_LIMIT,
    CorridorState,
    FeatureAudit,
    Gap,
    Narrow,
    Worth,
)

TABLE = house_table()


def audit(row: int = 0, current: float | None = None) -> FeatureAudit:
    carried = None if current is None else CurrentCarried(share=current, times=1.0)
    return FeatureAudit(
        row=row,
        id=str(row),
        name="",
        kind="corridor",
        state=CorridorState.BROKEN,
        target_m=100.0,
        area_m2=1.0,
        pieces=1,
        blocked_m2=0.0,
        axis_name="例河",
        length_m=2_500.0,
        current=carried,
    )


def worth(row: int, loss: float, gain: float) -> Worth:
    return Worth(
        row=row,
        joins=(),
        articulation=False,
        bridges=0,
        ec_without=0.0,
        loss_share=loss,
        gain_share=gain,
    )


def gap(start: float, end: float, cause: str = "settlement") -> Gap:
    return Gap(
        start_m=start,
        end_m=end,
        shape=shapely.Point(),
        kind="bare",
        cause=cause,
        fills=(),
    )


def test_the_score_is_the_mean_of_what_counts_over_the_greatest() -> None:
    features = [audit(0, 0.1), audit(1, 0.4), audit(2, 0.0)]
    found = priorities(
        features, [worth(0, 0.2, 0.0), worth(1, 0.1, 0.05), worth(2, 0.0, 0.0)], TABLE
    )
    assert [(one.row, one.rank) for one in found] == [(1, 1), (0, 2), (2, 3)]
    assert found[0].score == pytest.approx((0.5 + 1 + 1) / 3)
    assert found[1].score == pytest.approx((1 + 0 + 0.25) / 3)
    assert found[2].score == 0


def test_without_a_model_the_current_does_not_count_and_ties_keep_their_rows() -> None:
    found = priorities(
        [audit(0), audit(1)], [worth(0, 0.1, 0), worth(1, 0.1, 0)], TABLE
    )
    assert [(one.row, one.score) for one in found] == [(0, 0.5), (1, 0.5)]
    heavy = replace(TABLE, weight_loss=3.0)
    (first, _) = priorities(
        [audit(0), audit(1)], [worth(0, 0.1, 0.0), worth(1, 0.0, 0.1)], heavy
    )
    assert (first.row, first.score) == (0, 0.75)


def test_current_carried_is_the_share_of_all_and_over_the_mean() -> None:
    values = np.array([[1.0, 3.0], [np.nan, 0.0]])
    grid = Grid(values=values, transform=(10, 0, 0, 0, -10, 20), crs="EPSG:4546")
    found = current_in(shapely.box(10, 10, 20, 20), grid)
    assert found == CurrentCarried(share=0.75, times=3.0 / (4.0 / 3.0))
    nothing = current_in(shapely.box(0, 0, 10, 10), grid)
    assert nothing == CurrentCarried(share=0.0, times=0.0)
    assert current_in(shapely.box(0, 0, 1, 1), None) is None


def test_reaches_lose_what_gaps_and_narrow_stretches_take_of_them() -> None:
    narrow = Narrow(
        start_m=2_000, end_m=2_250, shape=shapely.Point(), least_m=9.0, at_m=2_100
    )
    broken = replace(audit(), gaps=(gap(800, 1_300),), narrow=(narrow,))
    found = riparian_reaches(broken, 1_000.0)
    assert [(one.start_m, one.end_m) for one in found] == [
        (0, 1000),
        (1000, 2000),
        (2000, 2500),
    ]
    assert [one.passable_share for one in found] == pytest.approx([0.8, 0.7, 1.0])
    assert [one.continuity_share for one in found] == pytest.approx([0.8, 0.7, 0.5])


def test_a_gap_over_the_seam_of_a_ring_counts_at_both_ends() -> None:
    found = riparian_reaches(replace(audit(), gaps=(gap(2_400, 2_700),)), 1_000.0)
    assert [one.passable_share for one in found] == pytest.approx([0.8, 1.0, 0.8])


def test_beyond_the_county_nothing_is_told() -> None:
    outside = replace(audit(), gaps=(gap(0, 1_200, COUNTY_LIMIT),))
    first, second, _ = riparian_reaches(outside, 1_000.0)
    assert first.passable_share is None
    assert second.passable_share == 1.0
    assert riparian_reaches(replace(audit(), axis_name=""), 1_000.0) == ()
    assert riparian_reaches(replace(audit(), target_m=None), 1_000.0)[0] is not None
    assert (
        riparian_reaches(replace(audit(), target_m=None), 1e3)[0].continuity_share
        is None
    )
