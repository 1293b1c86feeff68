"""Riparian continuity: a corridor along a river, reach by reach of its axis."""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, fsum

from zoning.corridors.layout.beside import RiparianReach
from zoning.corridors.layout.values import (
    COUNTY_LIMIT,
    FeatureAudit,
    Stretch,
)

__all__ = ["riparian_reaches"]

Span = tuple[float, float]


def riparian_reaches(audit: FeatureAudit, reach_m: float) -> tuple[RiparianReach, ...]:
    """Return the reaches of a corridor whose axis is that of a river.

    Parameters
    ----------
    audit : FeatureAudit
        With its gaps and narrow stretches.
    reach_m : float
        Length of a reach; the last one may be shorter.

    Returns
    -------
    tuple of RiparianReach
        Along the axis; none for corridors that follow no river.
    """
    if not audit.axis_name or not audit.length_m:
        return ()
    whole = audit.length_m
    beyond = _spans((g for g in audit.gaps if g.cause == COUNTY_LIMIT), whole)
    gaps = _spans(audit.broken_at, whole)
    narrow = _spans(audit.narrow, whole)
    found = []
    for k in range(ceil(whole / reach_m - 1e-9)):
        here = k * reach_m, min((k + 1) * reach_m, whole)
        inside = here[1] - here[0] - _within(beyond, here)
        broken, tight = _within(gaps, here), _within(narrow, here)
        known = inside > 0
        found.append(
            RiparianReach(
                start_m=here[0],
                end_m=here[1],
                passable_share=_share(inside - broken, inside) if known else None,
                continuity_share=_share(inside - broken - tight, inside)
                if known and audit.target_m is not None
                else None,
            )
        )
    return tuple(found)


def _spans(stretches: Iterable[Stretch], whole: float) -> Sequence[Span]:
    return [span for one in stretches for span in _unrolled(one, whole)]


def _unrolled(one: Stretch, whole: float) -> Iterator[Span]:
    """Yield a stretch; one that passes the seam of a ring in two parts."""
    yield one.start_m, min(one.end_m, whole)
    if one.end_m > whole:
        yield 0.0, one.end_m - whole


def _within(spans: Sequence[Span], here: Span) -> float:
    return fsum(max(0.0, min(b, here[1]) - max(a, here[0])) for a, b in spans)


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0)
