"""The layer of the layout itself: counts, names, and what corridors say they join."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from zoning import terms
from zoning.corridors.layout.values import PlannedFeatures
from zoning.errors import Problem

__all__ = ["KINDS", "counts_of", "layer_faults"]

KINDS = ("belt", "screen", "corridor", "patch")
_BETWEEN = re.compile(r"[、,，;；/]")


def counts_of(planned: PlannedFeatures) -> dict[str, int]:
    """Return how many features there are of each kind."""
    found = Counter(map(str, planned.kinds))
    return {kind: found.get(kind, 0) for kind in KINDS}


def layer_faults(
    planned: PlannedFeatures, expected: Mapping[str, int], *, contact_m: float
) -> tuple[Problem, ...]:
    """Return what is wrong with a layout as a layer.

    Parameters
    ----------
    planned : PlannedFeatures
        The layout.
    expected : mapping of str to int
        How many the plan names, by kind; kinds that it does not name are free.
        Empty: the plan's numbers are not stated, which is told.
    contact_m : float
        How near a corridor has to come to what it joins.
    """
    return (
        *_counts(planned, expected),
        *_kinds(planned),
        *_names(planned),
        *_ends(planned, contact_m),
    )


def _counts(planned: PlannedFeatures, expected: Mapping[str, int]) -> Iterator[Problem]:
    found = counts_of(planned)
    if not expected:
        told = "、".join(
            f"{terms.label('corridor_kind', k, 'zh')} {n}" for k, n in found.items()
        )
        english = ", ".join(
            f"{n} {terms.label('corridor_kind', k, 'en')}" for k, n in found.items()
        )
        yield Problem(code="LAYOUT_COUNTS_UNSTATED", values={"zh": told, "en": english})
    for kind, count in expected.items():
        if found[kind] != count:
            yield Problem(
                code="LAYOUT_COUNT",
                values={
                    "kind_zh": terms.label("corridor_kind", kind, "zh"),
                    "kind_en": terms.label("corridor_kind", kind, "en"),
                    "found": str(found[kind]),
                    "expected": str(count),
                },
            )


def _kinds(planned: PlannedFeatures) -> Iterator[Problem]:
    for row in np.flatnonzero(~np.isin(planned.kinds.astype(str), KINDS)).tolist():
        yield Problem(
            code="LAYOUT_KIND_UNKNOWN", values={"name": _called(planned, row)}
        )


def _names(planned: PlannedFeatures) -> Iterator[Problem]:
    nameless = int((planned.names == "").sum())
    if nameless:
        yield Problem(code="LAYOUT_NAMELESS", values={"count": str(nameless)})
    found = Counter(str(name) for name in planned.names if name)
    for name, count in sorted(found.items()):
        if count > 1:
            values = {"name": name, "count": str(count)}
            yield Problem(code="LAYOUT_NAME_TWICE", values=values)


def _ends(planned: PlannedFeatures, contact_m: float) -> Iterator[Problem]:
    """Follow what corridors say they join; a layer without the fields says nothing."""
    for column in (planned.joins_from, planned.joins_to):
        if column is None:
            continue
        for row in np.flatnonzero(planned.kinds == "corridor"):
            for said in filter(None, map(str.strip, _BETWEEN.split(str(column[row])))):
                yield from _end(planned, int(row), said, contact_m=contact_m)


def _end(
    planned: PlannedFeatures, row: int, said: str, *, contact_m: float
) -> Iterator[Problem]:
    rows = np.flatnonzero((planned.names == said) | (planned.ids == said))
    values = {"name": _called(planned, row), "end": said}
    if len(rows) == 0:
        yield Problem(code="LAYOUT_END_UNKNOWN", values=values)
    elif len(rows) > 1:
        yield Problem(
            code="LAYOUT_END_AMBIGUOUS", values={**values, "count": str(len(rows))}
        )
    elif rows[0] == row:
        yield Problem(code="LAYOUT_END_ITSELF", values=values)
    else:
        apart = shapely.distance(planned.geometry[row], planned.geometry[rows[0]])
        if not apart <= contact_m:
            yield Problem(
                code="LAYOUT_END_APART", values={**values, "distance": f"{apart:,.0f}"}
            )


def _called(planned: PlannedFeatures, row: int) -> str:
    return str(planned.names[row] or planned.ids[row])
