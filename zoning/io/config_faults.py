"""What is wrong with zoning.yaml, in Chinese where its readers speak English."""

import re
from functools import cache
from importlib.resources import files

from zoning import strict_yaml

__all__ = ["in_chinese"]


def in_chinese(said: str) -> str:
    """Return a remark of a reader in Chinese; one that is not known is quoted."""
    for pattern, meaning in _known():
        found = pattern.fullmatch(said)
        if found:
            return meaning.format_map(found.groupdict())
    return f"读取程序原文“{said}”"


@cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    path = files("zoning").joinpath("data/config_faults.yaml")
    loaded = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return tuple((re.compile(one["said"]), str(one["zh"])) for one in loaded)
