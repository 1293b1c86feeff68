"""What the schema finds wrong with a pack, in the words of the registry.

The library's own messages are English and speak of types; here each becomes a
message that names the line, what is wrong there, and the cure.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from zoning import terms
from zoning.errors import Problem
from zoning.rules.name_hint import hint
from zoning.rules.pack_text import ANY, PackText, items
from zoning.rules.schema import Pack
from zoning.strict_yaml import Place

__all__ = ["schema_faults"]

_EXPECTED = MappingProxyType(
    {
        "string_type": "text",
        "tuple_type": "list",
        "list_type": "list",
        "dict_type": "mapping",
        "model_type": "mapping",
        "float_parsing": "number",
        "float_type": "number",
        "int_parsing": "number",
        "bool_parsing": "truth",
        "bool_type": "truth",
    }
)
_LIMITS = MappingProxyType({"ge": "≥", "gt": ">", "le": "≤", "lt": "<"})
# What the validators of zoning.rules.schema say, and its code.
_SAID = (
    (re.compile("needs its threshold"), "PACK_THRESHOLD"),
    (re.compile("stands alone|one attribute and one test"), "PACK_CONDITION"),
    (re.compile("with_evidence needs evidence"), "PACK_EVIDENCE_KIND"),
    (re.compile("effective_to lies before"), "PACK_DATES_ORDER"),
    (re.compile("give one of share"), "PACK_EXAMPLE_MEASURE"),
    (re.compile("verified demands"), "PACK_UNDATED"),
    (re.compile("needs a space or a condition"), "PACK_RULE_UNBOUND"),
    (re.compile("write the day"), "PACK_DATE"),
)
_TWICE = re.compile("stands twice")  # told with its line by zoning.rules.pack_names
_RULE = ("rules", 0)


def schema_faults(
    pack: PackText, error: ValidationError, told: Iterable[Place]
) -> list[Problem]:
    """Return what the schema found, but for what follows from other faults.

    Parameters
    ----------
    pack : PackText
        The text that was validated.
    error : ValidationError
        What the schema said of it.
    told : iterable of Place
        Places with a fault that is told already.
    """
    known = {*told, *pack.document.unread}
    found = [
        (tuple(item["loc"]), item)
        for item in error.errors(include_url=False)
        if not _TWICE.search(item["msg"])
    ]
    problems = [
        _problem(pack, item)
        for place, item in found
        if not _follows(pack.located(place), item, known)
    ]
    broken = {place[:2] for place, _ in found if len(place) > len(_RULE)}
    return problems + [
        fault for rule in sorted(broken) for fault in _unexamined(pack, rule)
    ]


def _unexamined(pack: PackText, place: Place) -> list[Problem]:
    """Return what the schema would say of a rule as a whole.

    It looks at the whole only where every part is sound.
    """
    rule = next(
        (r for at, r in items(pack.document.value, "rules", ANY) if at == place), 0
    )
    if not isinstance(rule, dict):
        return []
    problems = []
    if rule.get("confidence") == "verified" and "effective_from" not in rule:
        problems.append(pack.problem("PACK_UNDATED", place))
    if not rule.get("space") and not rule.get("when"):
        problems.append(pack.problem("PACK_RULE_UNBOUND", place))
    return problems


def _follows(place: Place, item: Any, told: set[Place]) -> bool:
    """Say whether a fault follows from one told already, at the place or above."""
    if any(place[:depth] in told for depth in range(len(place) + 1)):
        return True
    # keys may have been meant to come with a merge (<<), which is refused
    return item["type"] == "missing" and (*place, "<<") in told


def _problem(pack: PackText, item: Any) -> Problem:
    kind, place = str(item["type"]), tuple(item["loc"])
    if kind in _EXPECTED:
        return _wrong_type(pack, place, item)
    speak = _SPEAK.get(kind)
    return _other(pack, place, item) if speak is None else speak(pack, place, item)


def _wrong_type(pack: PackText, place: Place, item: Any) -> Problem:
    if item["input"] is None:
        return pack.problem("PACK_EMPTY", place)
    return _expected(pack, place, _EXPECTED[item["type"]])


def _expected(pack: PackText, place: Place, kind: str) -> Problem:
    return pack.problem(
        "PACK_TYPE",
        place,
        expected_zh=terms.label("yaml_kind", kind, "zh"),
        expected_en=terms.label("yaml_kind", kind, "en"),
    )


def _missing(pack: PackText, place: Place, _item: Any) -> Problem:
    key = str(place[-1])
    return pack.problem("PACK_KEY_MISSING", place[:-1], key=key)


def _unknown_key(pack: PackText, place: Place, _item: Any) -> Problem:
    key, parent = str(place[-1]), place[:-1]
    line_of_key = pack.problem("PACK_KEY_UNKNOWN", place).where
    values = pack.problem("PACK_KEY_UNKNOWN", parent).values
    hints = hint(key, _keys_at(parent))
    return Problem(
        code="PACK_KEY_UNKNOWN",
        where=line_of_key,
        values={**values, "key": key, **hints},
    )


def _choice(pack: PackText, place: Place, item: Any) -> Problem:
    value = "" if item["input"] is None else str(item["input"])
    allowed = re.findall(r"'([^']*)'", item["ctx"]["expected"])
    return pack.problem("PACK_CHOICE", place, value=value, **hint(value, allowed))


def _date(pack: PackText, place: Place, item: Any) -> Problem:
    return pack.problem("PACK_DATE", place, value=str(item["input"]))


def _range(pack: PackText, place: Place, item: Any) -> Problem:
    limits = [
        f"{sign} {item['ctx'][k]:g}" for k, sign in _LIMITS.items() if k in item["ctx"]
    ]
    return pack.problem(
        "PACK_RANGE", place, value=str(item["input"]), limits=", ".join(limits)
    )


def _empty(pack: PackText, place: Place, _item: Any) -> Problem:
    return pack.problem("PACK_EMPTY", place)


def _rule_id(pack: PackText, place: Place, item: Any) -> Problem:
    return pack.problem("PACK_RULE_ID", place, value=str(item["input"]))


def _said(pack: PackText, place: Place, item: Any) -> Problem:
    """Translate what a validator of the schema says."""
    message = str(item["msg"]).removeprefix("Value error, ")
    for pattern, code in _SAID:
        if pattern.search(message):
            return pack.problem(code, place, value=str(item["input"]))
    return pack.problem("PACK_MALFORMED", place, detail=message)


def _other(pack: PackText, place: Place, item: Any) -> Problem:
    if str(item["type"]).startswith("date"):
        return _date(pack, place, item)
    return pack.problem("PACK_MALFORMED", place, detail=str(item["msg"]))


_SPEAK: Mapping[str, Callable[[PackText, Place, Any], Problem]] = MappingProxyType(
    {
        "missing": _missing,
        "extra_forbidden": _unknown_key,
        "literal_error": _choice,
        "enum": _choice,
        "string_pattern_mismatch": _rule_id,
        "greater_than": _range,
        "greater_than_equal": _range,
        "less_than": _range,
        "less_than_equal": _range,
        "string_too_short": _empty,
        "too_short": _empty,
        "value_error": _said,
    }
)


def _keys_at(place: Place) -> list[str]:
    """Return the keys that the schema knows at a place."""
    kind: Any = Pack
    for part in place:
        kind = _inside(kind, part)
    model = _model(kind)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(kind: Any, part: str | int) -> Any:
    """Return the type of a key of a model or mapping, or of an item of a list."""
    model = _model(kind)
    if model is not None and isinstance(part, str):
        names = {
            field.alias or name: field for name, field in model.model_fields.items()
        }
        return names[part].annotation if part in names else None
    for option in _options(kind):
        arguments = get_args(option)
        if get_origin(option) is dict and isinstance(part, str):
            return arguments[1]
        if get_origin(option) in {tuple, list} and isinstance(part, int):
            return arguments[0]
    return None


def _model(kind: Any) -> type[BaseModel] | None:
    return next(
        (o for o in _options(kind) if isinstance(o, type) and issubclass(o, BaseModel)),
        None,
    )


def _options(kind: Any) -> list[Any]:
    """Return the plain types behind Annotated and unions."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _options(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return [found for one in get_args(kind) for found in _options(one)]
    return [] if kind is None or origin is Literal else [kind]
