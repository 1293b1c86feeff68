"""Words and numbers of the corridor model's outputs."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.linkage.values import CorridorModel, LinkageReport
from zoning.report.numbers import DASH, fixed

__all__ = [
    "count_told",
    "decimal",
    "factor_name",
    "headline",
    "link_name",
    "linkage_text",
    "ramp",
    "source_name",
    "why",
]


def linkage_text(key: str, lang: str, **values: object) -> str:
    """Return a text of the model with its placeholders filled."""
    return str(_table()["texts"][key][lang]).format_map(values)


def ramp(name: str) -> tuple[str, ...]:
    """Return the colours of a grid, from little to much."""
    return tuple(_table()["ramps"][name].split())


def source_name(number: int, lang: str) -> str:
    """Return what a source is called."""
    return linkage_text("source", lang, number=number)


def link_name(start: int, end: int, lang: str) -> str:
    """Return what a link is called: by its ends."""
    return linkage_text("link", lang, start=start, end=end)


def factor_name(name: str, lang: str) -> str:
    """Return what a factor is called; one that has no word keeps its name."""
    key = f"factor_{name}"
    return linkage_text(key, lang) if key in _table()["texts"] else name


def count_told(model: CorridorModel, lang: str) -> str:
    """Return how many sources and corridors there are."""
    return linkage_text(
        "counts", lang, sources=len(model.sources), links=len(model.links)
    )


def headline(report: LinkageReport, lang: str) -> str:
    """Return the one line that sums the model up."""
    model = report.model
    parts = [count_told(model, lang)]
    key = "joined" if model.net.parts == 1 else "parted"
    parts.append(linkage_text(key, lang, parts=model.net.parts))
    if not model.complete:
        parts.append(linkage_text("open", lang, count=len(model.problems)))
    return " · ".join(parts)


def why(report: LinkageReport, lang: str) -> str:
    """Return what the headline rests on."""
    model = report.model
    if model.problems:
        return model.problems[0].line(lang)
    if model.table.resistance.assumption:
        return linkage_text("why_assumed", lang, table=model.table.resistance.name)
    resistance = model.table.resistance
    return linkage_text("why", lang, table=resistance.name, source=resistance.source)


def decimal(value: float | None, places: int) -> str:
    """Return a number with commas between thousands, or a dash."""
    if value is None:
        return DASH
    whole, _, rest = fixed(value, places).partition(".")
    sign = "-" if whole.startswith("-") else ""
    told = f"{sign}{int(whole.lstrip('-')):,}"
    return f"{told}.{rest}" if rest else told


@cache
def _table() -> Mapping[str, Any]:
    raw = files("zoning").joinpath("report/linkage/texts.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(raw)
    return loaded
