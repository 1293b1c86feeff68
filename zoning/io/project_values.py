"""Values of project attributes: from what a file or Python says to canonical text.

References
----------
.. [1] GB/T 4754-2017, Industrial classification for national economic
   activities: 20 sections A-T of divisions 01-97.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np

from zoning.errors import Problem, UsageError
from zoning.io.boundary_points import number
from zoning.rules.name_hint import likely
from zoning.rules.vocabulary import attributes, values_of

__all__ = [
    "Note",
    "canonical_attributes",
    "canonical_entries",
    "identifier",
    "is_missing",
    "project_fault",
]

Note = Callable[[Any, str, str], None]
"""Hears of a fault: the key it concerns, Chinese, English."""

_BOOLEANS = MappingProxyType(
    {"true": "true", "false": "false", "是": "true", "否": "false"}
)
_CODE = re.compile(r"([A-T]?)([0-9]{2})[0-9]{0,2}|[A-T]")
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
# The last division of each section; the next section starts at the next number.
_LAST_DIVISIONS = (
    *(5, 12, 43, 46, 50, 52, 60, 62, 65, 69),
    *(70, 72, 75, 79, 82, 83, 85, 90, 96, 97),
)
_WHOLE_CLASS = re.compile(r"[1-9][0-9]{3}")
_NUMBERS = (int, float, Decimal, np.integer, np.floating)


def canonical_attributes(given: Mapping[Any, Any], where: str) -> Mapping[str, str]:
    """Check attributes given from Python as those of a file are.

    Parameters
    ----------
    given : mapping
        Attribute (id or Chinese word) → text, bool or number. None, NaN and
        blank text mean that the value is not known.
    where : str
        Place for the messages.

    Returns
    -------
    mapping of str to str
        Attribute id → canonical value, the known ones only.

    Raises
    ------
    UsageError
        ``PROJECT_MALFORMED`` for every fault: unknown attribute or value, an
        attribute given twice. A number stands for an industry code only with
        four digits: fewer may have lost a leading zero (``0313`` read as 313
        would turn farming into manufacture).
    """
    faults: list[Problem] = []
    found = canonical_entries(
        {key: None if is_missing(value) else value for key, value in given.items()},
        lambda _, chinese, english: faults.append(
            project_fault(where, chinese, english)
        ),
    )
    if faults:
        raise UsageError(*faults)
    return found


def canonical_entries(entries: Mapping[Any, Any], note: Note) -> dict[str, str]:
    """Return id → canonical value; `note` hears of every fault."""
    result: dict[str, str] = {}
    for key, given in entries.items():
        known = identifier(str(key), attributes())
        if known is None:
            note(key, *_unknown_attribute(str(key)))
        elif known in result:
            note(key, f"属性 {key} 重复", f"attribute {key} is repeated")
        elif given is not None:
            canonical = _canonical(known, given)
            if canonical is None:
                allowed = ", ".join(_allowed(known))
                note(
                    key,
                    f"属性 {key} 的取值 {given} 不可用（可用：{allowed}）",
                    f"value {given} of {key} is not known (use: {allowed})",
                )
            else:
                result[known] = canonical
    return result


def project_fault(where: str, chinese: str, english: str) -> Problem:
    """Return a fault of project attributes."""
    values = {"detail_zh": chinese, "detail_en": english}
    return Problem(code="PROJECT_MALFORMED", where=where, values=values)


def identifier(text: str, words: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the id that a text is, or is the Chinese word of."""
    text = text.strip()
    if text in words:
        return text
    return next((key for key, entry in words.items() if entry["zh"] == text), None)


def is_missing(value: Any) -> bool:
    """Say whether a cell is empty in one of the ways Python tables know."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, _NUMBERS):
        return bool(value != value)  # noqa: PLR0124  NaN alone differs from itself
    return value is None or type(value).__name__ in {"NAType", "NaTType"}  # pandas


def _unknown_attribute(key: str) -> tuple[str, str]:
    words = [*attributes(), *(entry["zh"] for entry in attributes().values())]
    close = likely(key, words)
    if not close:
        return f"未知的属性 {key}", f"unknown attribute {key}"
    return (
        f"未知的属性 {key}（是否应为 {close}？）",
        f"unknown attribute {key} (did you mean {close}?)",
    )


def _canonical(attribute: str, given: Any) -> str | None:
    kind = attributes()[attribute]["type"]
    text = _text(kind, given).strip()
    if not text:
        return None
    if kind == "boolean":
        return _BOOLEANS.get(text.lower())
    if kind == "number":
        value = number(text)
        return text if value is not None and value >= 0 else None
    if kind == "code":
        return _industry(text)
    words = values_of(attribute)
    return text if words is None else identifier(text, words)


def _text(kind: str, given: Any) -> str:
    """Write a value as a file would; empty where it cannot stand for the kind."""
    if isinstance(given, str):
        return given
    if isinstance(given, bool | np.bool_):
        return str(bool(given)).lower()
    if not isinstance(given, _NUMBERS):
        return ""
    plain = format(Decimal(str(given)), "f").removesuffix(".0")
    if kind == "boolean":
        return {"0": "false", "1": "true"}.get(plain, "")
    return "" if kind == "code" and not _WHOLE_CLASS.fullmatch(plain) else plain


def _industry(text: str) -> str | None:
    """Return a code of GB/T 4754-2017 in half-width capitals.

    A letter of another section than the division's is a fault: ``D2614``
    would escape every rule on ``C26``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    match = _CODE.fullmatch(plain)
    if match is None or match[2] is None:
        return plain if match else None
    division = int(match[2])
    if not 1 <= division <= _LAST_DIVISIONS[-1]:
        return None
    section = _SECTIONS[bisect_left(_LAST_DIVISIONS, division)]
    return plain if match[1] in {"", section} else None


def _allowed(attribute: str) -> list[str]:
    examples = {"boolean": ["是", "否"], "number": ["1234.5"], "code": ["C2614"]}
    words = values_of(attribute)
    if words is None:
        return examples.get(attributes()[attribute]["type"], ["…"])
    return [f"{key} {entry['zh']}" for key, entry in words.items()]
