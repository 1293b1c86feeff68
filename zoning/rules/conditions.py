"""Three-valued conditions on project attributes: yes, no, or not known.

Kleene's rules: an unknown never decides, and is never taken for a no.
"""

import math
from collections.abc import Mapping

from zoning.rules.schema import Condition

__all__ = ["all_hold", "holds", "in_group", "unknown_attributes"]

SECTIONS = "ABCDEFGHIJKLMNOPQRST"  # letters of GB/T 4754 sections
Groups = Mapping[str, tuple[str, ...]]


def all_hold(
    conditions: tuple[Condition, ...], project: Mapping[str, str], groups: Groups
) -> bool | None:
    """Return True, False or None (unknown) for conditions that must all hold."""
    return _and([holds(condition, project, groups) for condition in conditions])


def holds(
    condition: Condition, project: Mapping[str, str], groups: Groups
) -> bool | None:
    """Return True, False or None (unknown) for one condition."""
    if condition.any:
        return _or([holds(part, project, groups) for part in condition.any])
    value = project.get(condition.attribute or "", "")
    if not value:
        return None
    return _test(condition, value, groups)


def _test(condition: Condition, value: str, groups: Groups) -> bool | None:
    """Put a known value to the condition's one test."""
    if condition.one_of:
        return value in condition.one_of
    if condition.none_of:
        return value not in condition.none_of
    if condition.at_least is not None or condition.at_most is not None:
        return _between(value, condition.at_least, condition.at_most)
    named = [in_group(value, groups[name]) for name in condition.groups]
    return _or([in_group(value, condition.prefixes), *named])


def unknown_attributes(
    conditions: tuple[Condition, ...], project: Mapping[str, str], groups: Groups
) -> tuple[str, ...]:
    """Return the attributes whose absence leaves the conditions undecided."""
    found: list[str] = []
    for condition in conditions:
        if holds(condition, project, groups) is None:
            names = (
                unknown_attributes(condition.any, project, groups)
                if condition.any
                else (condition.attribute or "",)
            )
            found += [name for name in names if name not in found]
    return tuple(found)


def in_group(code: str, prefixes: tuple[str, ...]) -> bool | None:
    """Say whether an industry code has one of the prefixes.

    The section letter may be missing in the code (``2614`` for ``C2614``). A
    code coarser than a prefix (``C2`` before ``C26``) leaves it open.
    """
    plain = code.strip().upper()
    wanted = [p.lstrip(SECTIONS) if plain[:1].isdigit() else p for p in prefixes]
    if any(plain.startswith(prefix) for prefix in wanted):
        return True
    return None if any(prefix.startswith(plain) for prefix in wanted) else False


def _between(text: str, least: float | None, most: float | None) -> bool | None:
    """Compare a number; what is no number is not known."""
    try:
        value = float(text)
    except ValueError:
        return None
    if math.isnan(value):
        return None
    return (least is None or value >= least) and (most is None or value <= most)


def _and(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _or(values: list[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False
