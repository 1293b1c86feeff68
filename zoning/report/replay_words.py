"""Words for what differs between a run and its replay, from ``replay_texts.yaml``."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.report.rule_wording import reason_word
from zoning.terms import LANGUAGES, both

__all__ = ["Change", "Words", "bilingual", "change_words", "replay_text"]

Change = tuple[str, Any, Any]
"""Slashed name of a value within its entry, and the value before and after."""

Words = Mapping[str, str]
"""One text by language."""

HASH_SHOWN = 12
VALUE_SHOWN = 60
_HASH = "sha256"
_TERMS = {"verdict": "verdict", "state": "state"}


def replay_text(key: str, lang: str, **values: object) -> str:
    """Return a text by ``group.name``, filled in."""
    return _texts()[key][lang].format_map(values)


def bilingual(key: str, **values: object) -> Words:
    """Return a text in every language."""
    return {lang: replay_text(key, lang, **values) for lang in LANGUAGES}


def change_words(name: Words, changes: Iterable[Change]) -> Words:
    """Return ``name: field a → b; …`` in every language; `name` may be empty.

    Of long texts and of tables that came or went the field alone is named.
    """
    listed = tuple(changes)
    said = {lang: _changes(listed, lang) for lang in LANGUAGES}
    if not name:
        return said
    return {
        lang: replay_text("said.changed", lang, name=name[lang], changes=said[lang])
        for lang in LANGUAGES
    }


def _changes(changes: tuple[Change, ...], lang: str) -> str:
    said: list[str] = []
    only_named: list[str] = []
    for path, before, now in changes:
        if not (_is_short(path, before) and _is_short(path, now)):
            only_named.append(_field(path.partition("/")[0], lang))
            continue
        field = _field(path, lang)
        values = {"before": _value(path, before, lang), "now": _value(path, now, lang)}
        said.append(replay_text("said.from_to", lang, field=field, **values))
    if only_named:
        fields = replay_text("said.comma", lang).join(dict.fromkeys(only_named))
        said.append(replay_text("said.words", lang, fields=fields))
    return replay_text("said.separator", lang).join(said)


def _field(path: str, lang: str) -> str:
    """Return a field in words, the rest of its path as it stands in the file."""
    head, slash, tail = path.partition("/")
    known = _texts().get(f"field.{head}")
    return (head if known is None else known[lang]) + slash + tail


def _is_short(path: str, value: Any) -> bool:
    if _is_words(value) or path.endswith(_HASH):
        return True
    return not isinstance(value, list | dict) and len(str(value)) <= VALUE_SHOWN


def _is_words(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == set(LANGUAGES)


def _value(path: str, value: Any, lang: str) -> str:
    name = path.rpartition("/")[2]
    if _is_words(value):
        return str(value[lang])
    if value is None or value == "":
        return replay_text("said.nothing", lang)
    if name == _HASH:
        return f"{str(value)[:HASH_SHOWN]}…"
    if isinstance(value, bool):
        return replay_text("said.yes" if value else "said.no", lang)
    return _word(name, value, lang)


def _word(name: str, value: Any, lang: str) -> str:
    if name in _TERMS:
        return both(_TERMS[name], value)
    if name == "reason":
        return reason_word(value, lang)
    return str(value).removesuffix(".0")


@cache
def _texts() -> Mapping[str, Words]:
    file = files("zoning").joinpath("report/replay_texts.yaml")
    loaded: Any = strict_yaml.load_text(file.read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": entry
        for group, entries in loaded.items()
        for name, entry in entries.items()
    }
