"""Sentences and headings of the reports, from `texts.yaml`. No logic."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml

__all__ = ["keys", "text"]


def text(key: str, lang: str = "zh", **values: object) -> str:
    """Return the text for ``group.name`` in `lang`, with placeholders filled."""
    return _texts()[key][lang].format_map(values)


@cache
def keys(group: str) -> tuple[str, ...]:
    """Return the full keys of one group, in file order."""
    return tuple(key for key in _texts() if key.startswith(f"{group}."))


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    raw = files("zoning").joinpath("report/texts.yaml").read_text(encoding="utf-8")
    loaded: Any = strict_yaml.load_text(raw)
    return {
        f"{group}.{name}": {lang: str(entry[lang]) for lang in ("zh", "en")}
        for group, entries in loaded.items()
        for name, entry in entries.items()
    }
