"""Three-valued conditions on project attributes: yes, no, or not known.

Kleene's rules: an unknown never decides, and is never taken for a no.
"""

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping

from zoning.rules.schema import Condition, Text

__all__ = [
    "SECTIONS",
    "Groups",
    "all_hold",
    "attributes_of",
    "full_code",
    "holds",
    "in_group",
    "unknown_attributes",
]

SECTIONS = "ABCDEFGHIJKLMNOPQRST"
"""Letters of the sections (门类) of GB/T 4754-2017."""
FIRST_DIVISIONS = (
    *(1, 6, 13, 44, 47, 51, 53, 61, 63, 66),  # A to J
    *(70, 71, 73, 76, 80, 83, 84, 86, 91, 97),  # K to T
)
"""First division (大类) of each section, in the order of `SECTIONS`."""
LAST_DIVISION = 97
_CODE = re.compile(r"([A-T]?)(\d{0,4})", re.ASCII)
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
) -> Mapping[str, Text | None]:
    """Return the attributes whose absence leaves the conditions undecided.

    Returns
    -------
    mapping of str to Text or None
        Attribute id, in order of the conditions, to the rule's own question.
    """
    found: dict[str, Text | None] = {}
    for condition in conditions:
        if holds(condition, project, groups) is None:
            open_ = (
                unknown_attributes(condition.any, project, groups)
                if condition.any
                else {condition.attribute or "": None}
            )
            for name, own in open_.items():
                found.setdefault(name, own or condition.question)
    return found


def attributes_of(conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    """Return the attributes that conditions read, each once, in order."""
    names: dict[str, None] = {}
    for condition in conditions:
        own = attributes_of(condition.any) if condition.any else (condition.attribute,)
        names |= dict.fromkeys(name for name in own if name)
    return tuple(names)


def in_group(code: str, prefixes: tuple[str, ...]) -> bool | None:
    """Say whether an industry code has one of the prefixes.

    The section letter may be missing on either side (``2614`` for ``C2614``).
    A code coarser than a prefix (``C2`` before ``C26``) leaves it open, and so
    does whatever is no code of GB/T 4754, on either side.
    """
    plain = full_code(code)
    if plain is None:
        return None if prefixes else False
    wanted = [full_code(prefix) for prefix in prefixes]
    if any(prefix and plain.startswith(prefix) for prefix in wanted):
        return True
    open_ = any(prefix is None or prefix.startswith(plain) for prefix in wanted)
    return None if open_ else False


def full_code(text: str) -> str | None:
    """Return an industry code in capitals with its section letter.

    None when the text is no code: no letter and less than two digits, a
    division that does not exist, or a letter that is not the division's.

    References
    ----------
    .. [1] GB/T 4754-2017, sections A to T and their divisions 01 to 97.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    found = _CODE.fullmatch(plain)
    if found is None or not plain:
        return None
    letter, digits = found.groups()
    if len(digits) < 2:  # noqa: PLR2004  a division has two digits
        return plain if letter else None
    division = int(digits[:2])
    if not 1 <= division <= LAST_DIVISION:
        return None
    section = SECTIONS[bisect_right(FIRST_DIVISIONS, division) - 1]
    return section + digits if letter in {"", section} else None


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
