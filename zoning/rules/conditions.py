"""Three-valued conditions on project attributes: yes, no, or not known.

Kleene's rules: an unknown never decides, and is never taken for a no.
"""

from collections.abc import Mapping

from zoning.rules.schema import Condition

__all__ = ["all_hold", "holds", "in_group", "unknown_attributes"]

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
    if condition.one_of:
        return value in condition.one_of
    if condition.none_of:
        return value not in condition.none_of
    if condition.prefixes:
        return in_group(value, condition.prefixes)
    if condition.groups:
        return any(in_group(value, groups[name]) for name in condition.groups)
    return float(value) >= (condition.at_least or 0.0)


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


def in_group(code: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether an industry code has one of the prefixes.

    The section letter may be missing in the code (``2614`` for ``C2614``).
    """
    plain = code.strip().upper()
    return any(
        plain.startswith(prefix)
        or (
            plain[:1].isdigit()
            and plain.startswith(prefix.lstrip("ABCDEFGHIJKLMNOPQRST"))
        )
        for prefix in prefixes
    )


def _and(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _or(values: list[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False
