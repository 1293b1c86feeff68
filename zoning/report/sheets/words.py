"""Words printed on sheets, from `texts.yaml`. No logic."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml

__all__ = ["word"]


def word(key: str, lang: str = "zh", **values: object) -> str:
    """Return the text for ``group.name`` in `lang`, with placeholders filled."""
    return _words()[key][lang].format_map(values)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    path = files("zoning").joinpath("report/sheets/texts.yaml")
    loaded: Any = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": {lang: str(entry[lang]) for lang in ("zh", "en")}
        for group, entries in loaded.items()
        for name, entry in entries.items()
    }
