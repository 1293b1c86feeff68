"""A rule's parts in words: places, projects, articles, examples."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Condition, Predecessor, Rule, Space, View
from zoning.terms import both, group, label

__all__ = [
    "PRODUCT",
    "TOUCHING_M",
    "article",
    "cited",
    "condition_words",
    "conditions_words",
    "feature_words",
    "listing",
    "plain_number",
    "reason_word",
    "rule_text",
    "space_words",
    "state_both",
    "value_words",
    "view_words",
]

PRODUCT = "产品规则"
"""The document of rules that cite no law."""
TOUCHING_M = 0.01
"""A distance this small is how packs write that touching counts."""
_UNITS = {"_m2": "project.square_metres", "_m3": "project.cubic_metres"}


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    loaded: dict[str, Any] = {}
    for file in ("rule_texts.yaml", "explain_texts.yaml"):
        raw = files("zoning").joinpath(f"report/{file}").read_text(encoding="utf-8")
        loaded |= strict_yaml.load_text(raw)
    return {
        f"{group_name}.{name}": {lang: str(entry[lang]) for lang in ("zh", "en")}
        for group_name, entries in loaded.items()
        for name, entry in entries.items()
    }


def rule_text(key: str, lang: str, **values: object) -> str:
    """Return a text on rules by ``group.name``, filled in.

    From ``rule_texts.yaml`` and ``explain_texts.yaml``; no group is in both.
    """
    return _texts()[key][lang].format_map(values)


def reason_word(code: str, lang: str) -> str:
    """Return a reason code in words; the code itself where it has none."""
    words = _texts().get(f"reason.{code}")
    return code if words is None else words[lang]


def listing(parts: Iterable[str], lang: str) -> str:
    """Return words as a list in running text."""
    return rule_text("mark.listing", lang).join(parts)


def state_both(state: str) -> str:
    """Return a finding's state in both languages, such as ``CLEAR 不涉及``."""
    return both("state", state)


# ----------------------------------------------------------------------- places
def space_words(space: Space, views: Mapping[str, View], lang: str) -> str:
    """Return one relation of a rule with its threshold, and what it reads."""
    view = views[space.view]
    named = view.zh if lang == "zh" else view.en
    key: str = space.relation
    if key == "within_distance" and (space.distance_m or 0.0) <= TOUCHING_M:
        key = "touching"
    said = rule_text(
        f"where.{key}",
        lang,
        view=named,
        distance=plain_number(space.distance_m),
        share=_percent(space.share),
        slope=plain_number(space.slope_deg),
    )
    return said + _bracketed(_reads(view, lang), lang)


def view_words(view: View, lang: str) -> str:
    """Return the features of a view as filters on columns, '' when it takes all."""
    equal = [
        rule_text("where.is", lang, column=column, values=_either(values, lang))
        for column, values in view.where.items()
    ]
    starts = [
        rule_text("where.starts", lang, column=column, values=_either(heads, lang))
        for column, heads in view.starts_with.items()
    ]
    least = [
        rule_text("where.least", lang, column=column, value=f"{value:g}")
        for column, value in view.at_least.items()
    ]
    return rule_text("mark.comma", lang).join([*equal, *starts, *least])


def _reads(view: View, lang: str) -> str:
    """Return layer, filters and cautions of a view."""
    layer = rule_text(
        "where.layer", lang, name=label("layer", view.layer, lang), layer=view.layer
    )
    parts = [rule_text("mark.comma", lang).join(filter(None, [layer, _filter(view)]))]
    if view.must_exist:
        parts.append(rule_text("where.must_exist", lang))
    elif view.center_line_margin_m:
        margin = f"{view.center_line_margin_m:g}"
        parts.append(rule_text("where.margin", lang, margin=margin))
    return rule_text("mark.semicolon", lang).join(parts)


def _filter(view: View) -> str:
    """Return the filters of a view as a GIS clerk would type them."""
    equal = [f"{column}={'|'.join(values)}" for column, values in view.where.items()]
    starts = [
        f"{c}={'|'.join(f'{h}*' for h in v)}" for c, v in view.starts_with.items()
    ]
    least = [f"{column}>={value:g}" for column, value in view.at_least.items()]
    return " ".join([*equal, *starts, *least])


def _either(values: Sequence[str], lang: str) -> str:
    return rule_text("where.or", lang).join(values)


# --------------------------------------------------------------------- projects
def conditions_words(conditions: Sequence[Condition], book: RuleBook, lang: str) -> str:
    """Return conditions that must all hold, as one sentence part."""
    parts = [condition_words(condition, book, lang) for condition in conditions]
    return rule_text("mark.semicolon", lang).join(parts)


def condition_words(condition: Condition, book: RuleBook, lang: str) -> str:
    """Return one condition on the project."""
    if condition.any:
        parts = [condition_words(part, book, lang) for part in condition.any]
        joined = rule_text("mark.semicolon", lang).join(parts)
        return rule_text("project.any", lang, parts=joined)
    name = condition.attribute or ""
    attribute = label("attribute", name, lang)
    for key, values in (("one_of", condition.one_of), ("none_of", condition.none_of)):
        if values:
            words = listing((value_words(name, value, lang) for value in values), lang)
            return rule_text(f"project.{key}", lang, attribute=attribute, values=words)
    if condition.at_least is not None or condition.at_most is not None:
        return _bound(condition, attribute, lang)
    coded = [*condition.prefixes, *(_group(g, book, lang) for g in condition.groups)]
    values_words = rule_text("project.or", lang).join(coded)
    return rule_text("project.coded", lang, attribute=attribute, values=values_words)


def value_words(attribute: str, value: str, lang: str) -> str:
    """Return a project attribute's value in words."""
    if value in {"true", "false"}:
        return rule_text(f"project.{value}", lang)
    if attribute in {"activity", "construction_nature", "approval_level"}:
        return label(attribute, value, lang)
    return value + _unit(attribute, lang)


def _bound(condition: Condition, attribute: str, lang: str) -> str:
    key = "at_least" if condition.at_least is not None else "at_most"
    value = condition.at_least if key == "at_least" else condition.at_most
    return rule_text(
        f"project.{key}",
        lang,
        attribute=attribute,
        value=plain_number(value),
        unit=_unit(condition.attribute or "", lang),
    )


def _unit(attribute: str, lang: str) -> str:
    key = _UNITS.get(attribute[-3:])
    return "" if key is None else rule_text(key, lang)


def _group(name: str, book: RuleBook, lang: str) -> str:
    codes = listing(book.groups[name], lang)
    word = group("industry_group").get(name)
    said = name if word is None else word[lang]
    return rule_text("project.group", lang, name=said, codes=codes)


# --------------------------------------------------------------------- articles
def article(clause: Rule | Predecessor, lang: str) -> str:
    """Return document, number and clause of a rule or of what held before it."""
    source = clause.source if isinstance(clause, Rule) else clause
    return cited(source.document, source.number, source.clause, lang=lang)


def cited(document: str, number: str, clause: str, *, lang: str) -> str:
    """Return an article as it is quoted; several documents stand side by side."""
    documents = document.split("; ")
    if document == PRODUCT:
        return PRODUCT + rule_text("mark.colon", lang) + clause
    named = (
        "".join(f"《{name}》" for name in documents)
        if lang == "zh"
        else "; ".join(documents)
    )
    return rule_text(
        "law.cited",
        lang,
        document=named,
        number=_bracketed(number, lang),
        clause=clause.replace("; ", rule_text("mark.semicolon", lang)),
    )


# --------------------------------------------------------------------- examples
def feature_words(layer: str, attributes: Mapping[str, str], lang: str) -> str:
    """Return a feature of an example: its layer and the columns that matter."""
    columns = listing((f"{k}={v}" for k, v in attributes.items()), lang)
    return label("layer", layer, lang) + _bracketed(columns, lang)


def _bracketed(inside: str, lang: str) -> str:
    return rule_text("mark.bracketed", lang, inside=inside) if inside else ""


def plain_number(value: float | None) -> str:
    """Return a threshold as it is written in law: 1000, 0.5, never 1e+06."""
    return "" if value is None else f"{value:.15g}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.6g}%"
