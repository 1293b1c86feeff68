"""Faults of form in a rule pack: YAML that is refused, codes without quotes.

Our reader keeps every scalar as it was written. A pack also passes through
other readers of YAML, and to those 0103 is 67 and `no` is false; so a code
that they would change is refused while it stands without quotes.
"""

import re
from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Any

import yaml

from zoning import terms
from zoning.errors import Problem
from zoning.rules.pack_text import ANY, PackText, conditions_of, items
from zoning.rules.vocabulary import attributes
from zoning.strict_yaml import Place

__all__ = ["form_faults", "other_reading", "unquoted_codes"]

_CODES = MappingProxyType(
    {
        "syntax": "PACK_SYNTAX",
        "alias": "PACK_ALIAS",
        "tag": "PACK_TAG",
        "repeated": "PACK_KEY_REPEATED",
        "key": "PACK_KEY_NOT_TEXT",
        "depth": "PACK_TOO_DEEP",
        "documents": "PACK_SEVERAL_DOCUMENTS",
    }
)
# Numbers of YAML 1.2 and of JSON-minded readers, beyond those of YAML 1.1.
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|0o[0-7]+")
_TRUTHS = frozenset({"y", "Y", "n", "N"})
_TEXT_PLACES = (
    ("version",),
    ("groups", ANY, ANY),
    ("views", ANY, "where", ANY, ANY),
    ("views", ANY, "starts_with", ANY, ANY),
    ("rules", ANY, "examples", ANY, "features", ANY, "attributes", ANY),
)
_TESTS = ("one_of", "none_of", "prefixes", "groups")
_NATURAL = MappingProxyType({"boolean": ("truth",), "number": ("number",)})
"""What an attribute of a type may be without quotes."""


def form_faults(pack: PackText) -> list[Problem]:
    """Return the faults of YAML, in the order of the text."""
    return [
        pack.on_line(_CODES[fault.kind], fault.line, detail=fault.detail)
        for fault in pack.document.faults
    ]


def unquoted_codes(pack: PackText) -> dict[Place, Problem]:
    """Return the codes that other readers would change, by place."""
    found: dict[Place, Problem] = {}
    for place, value, allowed in _codes(pack.document.value):
        if place not in pack.document.plain:
            continue
        written = "~" if value is None else str(value)
        reading = other_reading(written)
        if reading is not None and reading[0] not in allowed:
            kind, other = reading
            found[place] = pack.problem(
                "PACK_CODE_UNQUOTED",
                place,
                value=written,
                read_zh=terms.label("yaml_reading", kind, "zh").format(value=other),
                read_en=terms.label("yaml_reading", kind, "en").format(value=other),
            )
    return found


def other_reading(text: str) -> tuple[str, str] | None:
    """Return what a reader of YAML 1.1 or 1.2 makes of a scalar without quotes.

    Returns
    -------
    tuple of (kind, value) or None
        Kind is a term of ``yaml_reading``; None where it stays the text.
    """
    try:
        value = yaml.safe_load(text) if text else None
    except ValueError:  # a day that does not exist
        return "date", text
    except yaml.YAMLError:
        return None
    if isinstance(value, str):
        if text in _TRUTHS:
            return "truth", str(text in "yY").lower()
        return ("number", f"{float(text):g}") if _number(text) else None
    return _kind(value), str(value).lower() if isinstance(value, bool) else str(value)


def _number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and not text.startswith("0o")


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "truth"
    return "date" if isinstance(value, date) else "number"


def _codes(loaded: Any) -> Iterator[tuple[Place, Any, tuple[str, ...]]]:
    """Yield (place, value, readings that do no harm) of what is meant as text."""
    for pattern in _TEXT_PLACES:
        for place, value in items(loaded, *pattern):
            yield place, value, ()
    for place, condition in conditions_of(loaded):
        harmless = _harmless(condition.get("attribute"))
        for test in _TESTS:
            for inner, value in items(condition, test, ANY, at=place):
                yield inner, value, harmless
    for place, value in items(loaded, "rules", ANY, "examples", ANY, "project", ANY):
        yield place, value, _harmless(place[-1])


def _harmless(attribute: Any) -> tuple[str, ...]:
    entry = attributes().get(str(attribute), {})
    return _NATURAL.get(str(entry.get("type")), ())
