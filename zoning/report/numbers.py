"""Numbers as people read them: units, decimals, rounding half up.

Inside, areas are square metres and shares run from 0 to 1. Only outputs speak
of hectares (4 decimals), 亩 (2) and square metres (2); 1 亩 is 2000/3 m².

References
----------
.. [1] Domain dossier 5.4: usual printing of survey areas, rounding half up.
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext

__all__ = [
    "DASH",
    "area_with_units",
    "fixed",
    "hectares",
    "metres",
    "mu",
    "percent",
    "round_half_up",
    "rounded",
    "square_metres",
    "thousands",
]

DASH = "—"
"""Printed where there is no number; never a zero that was not measured."""

_ROOM = 40  # digits; keeps the division by 3 in 亩 exact to far below a cent


def round_half_up(value: float | Decimal, places: int) -> Decimal:
    """Round the decimal text of `value` half up, away from zero.

    Parameters
    ----------
    value : float or Decimal
        Taken by its shortest decimal text, so that 2.675 means 2.675 and not
        the binary number just below it.
    places : int
        Decimals to keep.
    """
    return _quantised(Decimal(str(value)), places)


def fixed(value: float | None, places: int) -> str:
    """Return `value` with exactly `places` decimals, or a dash for None."""
    return DASH if value is None else f"{round_half_up(value, places):f}"


def thousands(value: float | None, places: int) -> str:
    """Return `value` as `fixed` does, with a comma between thousands."""
    return DASH if value is None else f"{round_half_up(value, places):,f}"


def square_metres(area_m2: float | None) -> str:
    """Return m² with 2 decimals."""
    return fixed(area_m2, 2)


def hectares(area_m2: float | None) -> str:
    """Return hectares with 4 decimals; `area_m2` in square metres."""
    return _scaled(area_m2, Decimal(1) / 10_000, 4)


def mu(area_m2: float | None) -> str:
    """Return 亩 with 2 decimals; `area_m2` in square metres."""
    with localcontext() as context:
        context.prec = _ROOM
        return _scaled(area_m2, Decimal(3) / 2000, 2)


def area_with_units(area_m2: float | None, lang: str = "zh") -> str:
    """Return one area in hectares, 亩 and m², as in ``0.1235 公顷（1.85 亩，…）``."""
    if area_m2 is None:
        return DASH
    parts = hectares(area_m2), mu(area_m2), square_metres(area_m2)
    if lang == "zh":
        return "{} 公顷（{} 亩，{} 平方米）".format(*parts)
    return "{} ha ({} mu, {} m²)".format(*parts)


def metres(distance_m: float | None) -> str:
    """Return metres with 2 decimals."""
    return fixed(distance_m, 2)


def percent(share: float | None) -> str:
    """Return a share of 0 to 1 as per cent with 2 decimals, such as ``0.83%``."""
    if share is None:
        return DASH
    return f"{_quantised(Decimal(str(share)) * 100, 2):f}%"


def _scaled(value: float | None, factor: Decimal, places: int) -> str:
    if value is None:
        return DASH
    with localcontext() as context:
        context.prec = _ROOM
        return f"{_quantised(Decimal(str(value)) * factor, places):f}"


def _quantised(value: Decimal, places: int) -> Decimal:
    with localcontext() as context:
        context.prec = _ROOM
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded or abs(rounded)  # no minus sign before a zero


def rounded(value: float | None, places: int) -> float | None:
    """Round for output; adding 0.0 turns minus zero into zero."""
    return None if value is None else round(float(value), places) + 0.0
