"""The names in a pack: views, groups, layers, attributes, values, rules.

They are read from the text as it stands, so that they are checked even where
the schema finds fault with something else. A name that nothing bears would
make a rule that never bites.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from zoning import terms
from zoning.errors import Problem
from zoning.rules.conditions import full_code
from zoning.rules.name_hint import hint
from zoning.rules.pack_files import built_in_packs
from zoning.rules.pack_text import ANY, PackText, conditions_of, items
from zoning.rules.vocabulary import attributes, class_values, values_of
from zoning.strict_yaml import Place

__all__ = ["MODEL_SCOPE", "Known", "name_faults", "rule_ids"]

_SUITS = MappingProxyType(
    {
        "prefixes": {"code"},
        "groups": {"code"},
        "at_least": {"number"},
        "at_most": {"number"},
        "one_of": {"boolean", "choice", "activity", "number", "code", "text"},
        "none_of": {"boolean", "choice", "activity", "number", "code", "text"},
    }
)
_TRUTHS = ("true", "false")
MODEL_SCOPE = "corridor_model"
"""Scope of the rules on a corridor model, which are the product's own."""
_LAYERS = (
    ("views", ANY, "layer"),
    ("rules", ANY, "examples", ANY, "features", ANY, "layer"),
    ("rules", ANY, "examples", ANY, "missing", ANY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that a pack may use beside its own: of other packs and tables."""

    views: Collection[str]
    groups: Collection[str]
    rules: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A name used in a pack; `known` are the names of its kind."""

    place: Place
    kind: str
    name: Any
    known: Iterable[str]


def name_faults(pack: PackText, known: Known, told: Collection[Place]) -> list[Problem]:
    """Return names that nothing bears, tests that never hold, rules told twice.

    Parameters
    ----------
    pack : PackText
        The text, as far as it can be read.
    known : Known
        Names from outside the pack.
    told : collection of Place
        Places with a fault that is told already.
    """
    loaded = pack.document.value
    problems = [
        pack.problem(
            "PACK_NAME_UNKNOWN",
            use.place,
            name=str(use.name),
            kind_zh=terms.label("pack_name", use.kind, "zh"),
            kind_en=terms.label("pack_name", use.kind, "en"),
            **hint(str(use.name), use.known),
        )
        for use in _uses(loaded, known)
        if isinstance(use.name, str)
        and use.name not in use.known
        and use.place not in told
    ]
    problems += _codes_that_are_none(pack, told)
    problems += _unfit(pack)
    problems += _on_a_model(pack)
    return problems + _twice(pack)


def rule_ids(pack: PackText) -> list[tuple[Place, str]]:
    """Return the place and id of every rule, as written."""
    found = items(pack.document.value, "rules", ANY, "id")
    return [(place, name) for place, name in found if isinstance(name, str)]


def _uses(loaded: Any, known: Known) -> Iterator[_Use]:
    """Yield every use of a name, with the names of its kind."""
    yield from _class_values(loaded)
    own = {key: _keys(loaded, key) for key in ("views", "groups")}
    tables: list[tuple[str, tuple[str, ...], Iterable[str]]] = [
        ("scope", ("rules", ANY, "scope"), terms.group("scope")),
        ("view", ("rules", ANY, "space", ANY, "view"), [*known.views, *own["views"]]),
        ("rule", ("rules", ANY, "succeeded_by", ANY), known.rules),
        *(("layer", pattern, terms.group("layer")) for pattern in _LAYERS),
    ]
    for holder in (
        ("exceptions", ANY, "evidence", ANY, "kind"),
        ("examples", ANY, "evidence", ANY),
    ):
        pattern = ("rules", ANY, *holder)
        tables += [("evidence", pattern, terms.group("evidence"))]
    for kind, pattern, names in tables:
        for place, name in items(loaded, *pattern):
            yield _Use(place=place, kind=kind, name=name, known=names)
    for place, condition in conditions_of(loaded):
        yield from _uses_of(place, condition, [*known.groups, *own["groups"]])
    for place, value in items(loaded, "rules", ANY, "examples", ANY, "project", ANY):
        name = str(place[-1])
        yield _Use(place=place, kind="attribute", name=name, known=attributes())
        yield from _values(place, name, value)


def _class_values(loaded: Any) -> Iterator[_Use]:
    """Yield the class values of views: one that no feature bears never bites."""
    for place, layer in items(loaded, "views", ANY, "layer"):
        view = loaded["views"][place[1]]
        for inner, value in items(view, "where", ANY, ANY, at=place[:2]):
            words = class_values(layer, str(inner[-2]))
            if words:
                yield _Use(place=inner, kind="value", name=value, known=words)


def _uses_of(
    place: Place, condition: Mapping[str, Any], groups: Iterable[str]
) -> Iterator[_Use]:
    attribute = condition.get("attribute")
    if attribute is not None:
        inner = (*place, "attribute")
        yield _Use(place=inner, kind="attribute", name=attribute, known=attributes())
    for inner, name in items(condition, "groups", ANY, at=place):
        yield _Use(place=inner, kind="group", name=name, known=groups)
    for test in ("one_of", "none_of"):
        for inner, value in items(condition, test, ANY, at=place):
            yield from _values(inner, attribute, value)


def _values(place: Place, attribute: Any, value: Any) -> Iterator[_Use]:
    """Yield a value of an attribute that takes only some."""
    entry = attributes().get(attribute) if isinstance(attribute, str) else None
    if entry is None:
        return
    words = _TRUTHS if entry["type"] == "boolean" else values_of(str(attribute))
    if words is not None:
        yield _Use(place=place, kind="value", name=value, known=tuple(words))


def _codes_that_are_none(pack: PackText, told: Collection[Place]) -> list[Problem]:
    """Find industry codes outside GB/T 4754: they would leave a rule undecided."""
    loaded = pack.document.value
    found = [*items(loaded, "groups", ANY, ANY)]
    for place, condition in conditions_of(loaded):
        found += items(condition, "prefixes", ANY, at=place)
    return [
        pack.problem(
            "PACK_NAME_UNKNOWN",
            place,
            name=code,
            kind_zh=terms.label("pack_name", "industry", "zh"),
            kind_en=terms.label("pack_name", "industry", "en"),
            hint_zh="写 GB/T 4754-2017 的代码，例如 C26、C2614",
            hint_en="write a code of GB/T 4754-2017, such as C26 or C2614",
        )
        for place, code in found
        if isinstance(code, str) and full_code(code) is None and place not in told
    ]


def _unfit(pack: PackText) -> list[Problem]:
    """Find tests that no value of the attribute could pass."""
    return [
        pack.problem("PACK_TEST_UNFIT", (*place, test), test=test, attribute=name)
        for place, condition in conditions_of(pack.document.value)
        for name in [condition.get("attribute")]
        if isinstance(name, str) and name in attributes()
        for test, types in _SUITS.items()
        if test in condition and attributes()[name]["type"] not in types
    ]


def _on_a_model(pack: PackText) -> list[Problem]:
    """Find rules on a corridor model outside the product: nothing would judge them."""
    if pack.name in built_in_packs():
        return []
    scopes = items(pack.document.value, "rules", ANY, "scope")
    return [
        pack.problem("PACK_MODEL_SCOPE", place)
        for place, scope in scopes
        if scope == MODEL_SCOPE
    ]


def _twice(pack: PackText) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for place, name in rule_ids(pack):
        if name in seen:
            problems.append(
                pack.problem(
                    "PACK_NAME_TAKEN",
                    place,
                    name=name,
                    kind_zh=terms.label("pack_name", "rule", "zh"),
                    kind_en=terms.label("pack_name", "rule", "en"),
                    where_zh="本规则包",
                    where_en="this pack",
                )
            )
        seen.add(name)
    return problems


def _keys(loaded: Any, name: str) -> list[str]:
    table = loaded.get(name) if isinstance(loaded, dict) else None
    return list(table) if isinstance(table, dict) else []
