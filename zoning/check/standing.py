"""Whether a layer counts on the day of a check: its edition and its authority."""

import contextlib
import re
from datetime import date

from zoning.errors import Problem
from zoning.model import CheckOptions, LayerInfo
from zoning.model.problems import layer_problem

__all__ = ["standing_problems"]

_DATED = re.compile(
    r"(\d{4})(?!\d)(?:\s*[-./年]\s*(\d{1,2})(?!\d))?(?:\s*[-./月]\s*(\d{1,2})(?!\d))?"
)
"""A year, a year and a month, or a day, as editions are written."""


def standing_problems(info: LayerInfo, options: CheckOptions) -> tuple[Problem, ...]:
    """Return what keeps a layer from counting on the day of the check."""
    found: list[Problem] = []
    late = info.valid_to is not None and options.as_of > info.valid_to
    early = options.as_of < (info.valid_from or _edition_day(info) or date.min)
    if late or early:
        since = info.valid_from or info.edition or "?"
        edition = f"{since} – {info.valid_to or '…'}"
        as_of = options.as_of.isoformat()
        found.append(
            layer_problem("EDITION_NOT_VALID", info.id, as_of=as_of, edition=edition)
        )
    if info.authority != "statutory":
        code = "AUTHORITY_NOT_STATUTORY"
        found.append(layer_problem(code, info.id, authority=info.authority))
    return tuple(found)


def _edition_day(info: LayerInfo) -> date | None:
    """Return the day before which an edition cannot be: no layer counts before it.

    Of an edition that names a year, or a year and a month, it is the first day of
    it; None of one that is no date.
    """
    said = (info.edition or "").strip()
    with contextlib.suppress(ValueError):
        return date.fromisoformat(said)
    found = _DATED.match(said)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    with contextlib.suppress(ValueError):
        return date(year, month, day)
    return date(year, 1, 1) if year else None
