"""What readers say of a fault, in Chinese where they speak English."""

import re
from functools import cache
from importlib.resources import files

from zoning import strict_yaml
from zoning.errors import Problem
from zoning.model.problems import layer_problem

__all__ = ["in_chinese", "unreadable"]


def in_chinese(said: str) -> str:
    """Return a remark of a reader in Chinese; one that is not known is quoted."""
    for pattern, meaning in _known():
        found = pattern.fullmatch(said)
        if found:
            groups = {name: text or "" for name, text in found.groupdict().items()}
            return meaning.format_map(groups).strip()
    return f"读取程序原文“{said}”"


def unreadable(layer_id: str, detail: str) -> Problem:
    """Return the problem of a layer that cannot be read, with what a reader said."""
    values = {"detail": detail, "detail_zh": in_chinese(detail)}
    return layer_problem("LAYER_UNREADABLE", layer_id, **values)


@cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    path = files("zoning").joinpath("data/reader_remarks.yaml")
    loaded = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return tuple((re.compile(one["said"]), str(one["zh"])) for one in loaded)
