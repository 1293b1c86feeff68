"""Words of the map page from ``map_texts.yaml``, and coloured words."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.model import State, Verdict
from zoning.report.styles import state_colour, style, text_colour, verdict_colour
from zoning.terms import label

__all__ = [
    "item_label",
    "map_text",
    "metre",
    "page_words",
    "sentence",
    "state_mark",
    "verdict_mark",
]

Json = dict[str, Any]


@cache
def _texts() -> Mapping[str, Any]:
    text = files("zoning").joinpath("report/map_texts.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(text)
    return loaded


def map_text(key: str, lang: str, **values: object) -> str:
    """Return a text of ``map_texts.yaml`` by its dotted key."""
    entry: Any = _texts()
    for part in key.split("."):
        entry = entry[part]
    return str(entry[lang]).format_map(values)


def page_words(lang: str) -> dict[str, str]:
    """Return the words that the script of the page uses."""
    return {key: entry[lang] for key, entry in _texts()["js"].items()}


def item_label(key: str, lang: str) -> str:
    """Return the name of a map item, or of the lines that tell a distance."""
    return (
        map_text("js.distance", lang) if key == "distance" else style(key).label(lang)
    )


def metre(lang: str) -> str:
    """Return the unit of lengths."""
    return "米" if lang == "zh" else "m"


def sentence(text: str) -> str:
    """Return `text` with a capital first letter, as English labels have."""
    return text[:1].upper() + text[1:]


def state_mark(state: State, lang: str) -> Json:
    """Return word and colours of a finding's state."""
    colour = state_colour(state)
    word = sentence(label("state", state, lang))
    return {"word": word, "colour": colour, "ink": text_colour(colour)}


def verdict_mark(verdict: Verdict, lang: str, more: str = "") -> Json:
    """Return word and colours of a verdict."""
    colour = verdict_colour(verdict)
    word = sentence(label("verdict", verdict, lang)) + more
    return {"word": word, "colour": colour, "ink": text_colour(colour)}
