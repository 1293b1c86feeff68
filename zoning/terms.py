"""Words: id to Chinese and English, from `zoning/data/terms.yaml`. No logic."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml

__all__ = ["LANGUAGES", "both", "group", "label"]

LANGUAGES = ("zh", "en")


@cache
def _terms() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("zoning").joinpath("data/terms.yaml").read_text(encoding="utf-8")
    loaded: Any = strict_yaml.load_text(text)
    return {
        name: {key: dict(entry) for key, entry in entries.items()}
        for name, entries in loaded.items()
    }


def group(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return all terms of a group, for example ``state`` or ``layer``."""
    return _terms()[name]


def label(name: str, key: str, lang: str = "zh") -> str:
    """Return the word for `key` in a group; the key itself when unlisted."""
    entry = _terms()[name].get(key)
    return key if entry is None else entry[lang]


def both(name: str, key: str) -> str:
    """Return the bilingual form, such as ``PROHIBITED 禁止``."""
    return f"{key} {label(name, key, 'zh')}"
