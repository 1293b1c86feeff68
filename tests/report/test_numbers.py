"""Numbers as printed: units of the survey, half-up rounding, no false zero."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.report.numbers import (
    area_with_units,
    fixed,
    hectares,
    mu,
    percent,
    round_half_up,
    square_metres,
    thousands,
)

areas = st.floats(0, 1e10)


def half_up(exact: Fraction, places: int) -> Fraction:
    """Round a positive number with whole-number arithmetic only."""
    scaled = exact * 10**places
    return Fraction(
        (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator),
        10**places,
    )


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        (2.675, 2, "2.68"),  # round() and the binary value below it say 2.67
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),  # banker's rounding says 2
        (-2.5, 0, "-3"),
        (-0.001, 2, "0.00"),
        (1e16, 2, "10000000000000000.00"),
        (None, 2, "—"),
    ],
)
def test_rounds_half_up_on_the_decimal_text(
    value: float | None, places: int, printed: str
) -> None:
    assert fixed(value, places) == printed


@given(areas)
def test_hectares_are_ten_thousand_square_metres(area: float) -> None:
    exact = Fraction(str(area)) / 10_000

    assert Fraction(hectares(area)) == half_up(exact, 4)


@given(areas)
def test_one_mu_is_two_thousand_thirds_of_a_square_metre(area: float) -> None:
    exact = Fraction(str(area)) / Fraction(2000, 3)

    assert Fraction(mu(area)) == half_up(exact, 2)


@given(st.floats(0, 1))
def test_shares_become_per_cent_with_two_decimals(share: float) -> None:
    assert Fraction(percent(share).removesuffix("%")) == half_up(
        Fraction(str(share)) * 100, 2
    )


def test_a_missing_number_is_a_dash_and_never_zero() -> None:
    printed = {square_metres(None), hectares(None), mu(None), percent(None)}

    assert printed == {"—"}
    assert area_with_units(None) == "—"


def test_an_area_is_told_in_three_units() -> None:
    assert area_with_units(149_300.485) == "14.9300 公顷（223.95 亩，149300.49 平方米）"
    assert area_with_units(149_300.485, "en") == "14.9300 ha (223.95 mu, 149300.49 m²)"


def test_thousands_are_parted_by_commas() -> None:
    assert thousands(1234567.005, 2) == "1,234,567.01"


def test_not_a_number_is_not_rounded_to_something() -> None:
    assert round_half_up(float("nan"), 2).is_nan()
