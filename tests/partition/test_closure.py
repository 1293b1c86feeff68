"""Rounding half up with parts that add up."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zoning.report.one_map.closure import (
    UNITS,
    AreaUnit,
    closed,
    closed_groups,
    rounded,
)

M2, HA, MU = UNITS
areas = st.lists(st.floats(0, 1e9), min_size=1, max_size=30)


def test_a_third_of_a_whole_closes_on_the_first_of_equals() -> None:
    parts = closed([100 / 3] * 3, Decimal("100.00"), M2)

    assert [str(v) for v in parts.values] == ["33.34", "33.33", "33.33"]
    assert (parts.residual, parts.place) == (Decimal("0.01"), 0)


def test_half_is_rounded_up_and_mu_is_exact() -> None:
    assert str(rounded(0.005, M2)) == "0.01"
    assert str(rounded(2.675, M2)) == "2.68"
    assert str(rounded(2000 / 3, MU)) == "1.00"
    assert str(rounded(0.5, HA)) == "0.0001"


@given(areas, st.sampled_from(UNITS))
def test_parts_add_up_and_only_the_largest_is_not_its_own_rounding(
    parts: list[float], unit: AreaUnit
) -> None:
    total = rounded(sum(parts), unit)

    found = closed(parts, total, unit)

    assert sum(found.values) == total
    moved = [k for k, v in enumerate(found.values) if v != rounded(parts[k], unit)]
    assert moved in ([], [found.place])
    if found.place is not None:
        assert parts[found.place] == max(parts)


@given(areas, st.integers(1, 5))
def test_groups_add_up_to_the_whole_and_parts_to_their_group(
    parts: list[float], count: int
) -> None:
    group = [k % count for k in range(len(parts))]
    total = rounded(sum(parts), M2)

    values, whole, groups = closed_groups(parts, group, total, unit=M2)

    assert sum(values) == total == sum(whole.values)
    for place, number in enumerate(sorted(set(group))):
        own = [v for v, g in zip(values, group, strict=True) if g == number]
        assert sum(own) == whole.values[place] == sum(groups[number].values)
