"""Areas rounded half up so that the parts add up to the whole, with the rest named.

The survey regulation wants the areas of parts to add up to the control area.
Each part is rounded by itself; what is then missing, or too much, goes to the
largest part, and is told.

References
----------
.. [1] Domain dossier 5.4: rounding half up; parts sum to the control area; the
   residual stands on the largest part and is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import fsum

from zoning.report.numbers import round_half_up

__all__ = ["UNITS", "AreaUnit", "Closed", "closed", "closed_groups", "rounded"]

_ROOM = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaUnit:
    """A unit of printed areas: how many to ``per_m2`` = top / bottom, decimals."""

    key: str
    top: int
    bottom: int
    places: int


UNITS = (
    AreaUnit(key="m2", top=1, bottom=1, places=2),
    AreaUnit(key="ha", top=1, bottom=10_000, places=4),
    AreaUnit(key="mu", top=3, bottom=2000, places=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Parts that add up to `total`.

    `residual` is what rounding and closure left over; it stands on the part
    `place`, None when there is nothing to place.
    """

    values: tuple[Decimal, ...]
    total: Decimal
    residual: Decimal
    place: int | None


def closed(parts_m2: Sequence[float], total: Decimal, unit: AreaUnit) -> Closed:
    """Round parts half up and let the largest take the rest.

    Parameters
    ----------
    parts_m2 : sequence of float
        Square metres, in any order.
    total : Decimal
        What they have to add up to, in `unit`, already rounded.

    Returns
    -------
    Closed
        In the order of `parts_m2`; of equal parts the first takes the rest.
    """
    values = [rounded(part, unit) for part in parts_m2]
    residual = total - sum(values, Decimal(0))
    if not values or not residual:
        return Closed(values=tuple(values), total=total, residual=residual, place=None)
    place = max(range(len(values)), key=lambda row: (parts_m2[row], -row))
    values[place] += residual
    return Closed(values=tuple(values), total=total, residual=residual, place=place)


def closed_groups(
    parts_m2: Sequence[float], group: Sequence[int], total: Decimal, *, unit: AreaUnit
) -> tuple[tuple[Decimal, ...], Closed, dict[int, Closed]]:
    """Close groups to the whole, then the parts of each group to it.

    Returns
    -------
    values : tuple of Decimal
        In the order of `parts_m2`.
    whole : Closed
        The groups, in ascending order of their number.
    groups : dict of int to Closed
        The parts of each group, in their order.
    """
    rows: dict[int, list[int]] = {}
    for row, number in enumerate(group):
        rows.setdefault(int(number), []).append(row)
    numbers = sorted(rows)
    sums = [fsum(parts_m2[row] for row in rows[number]) for number in numbers]
    whole = closed(sums, total, unit)
    values = [Decimal(0)] * len(parts_m2)
    groups: dict[int, Closed] = {}
    for number, own in zip(numbers, whole.values, strict=True):
        groups[number] = closed([parts_m2[r] for r in rows[number]], own, unit)
        for row, value in zip(rows[number], groups[number].values, strict=True):
            values[row] = value
    return tuple(values), whole, groups


def rounded(area_m2: float, unit: AreaUnit) -> Decimal:
    """Return an area in `unit`, half up."""
    with localcontext() as context:
        context.prec = _ROOM
        scaled = Decimal(str(area_m2)) * unit.top / unit.bottom
        return round_half_up(scaled, unit.places)
