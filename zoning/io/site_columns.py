"""Which column of a site file holds what, by the names it may bear."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from zoning import strict_yaml

__all__ = ["column", "heading_of", "names_of", "value_of"]


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    path = files("zoning").joinpath("data/site_columns.yaml")
    loaded = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return {
        role: tuple(_plain(name) for name in names) for role, names in loaded.items()
    }


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def names_of(*roles: str) -> str:
    """Return the accepted names of roles, for messages."""
    return ", ".join(name for role in roles for name in _aliases()[role])


def column(role: str, headings: Sequence[str]) -> int | None:
    """Return the index of the heading that names `role`, None when absent.

    The order of the aliases decides, then the order of the columns.
    """
    plain = [_plain(heading) for heading in headings]
    known = [alias for alias in _aliases()[role] if alias in plain]
    return plain.index(known[0]) if known else None


def value_of(role: str, attributes: Mapping[str, str]) -> str:
    """Return the value of the attribute that names `role`; empty when absent."""
    index = column(role, list(attributes))
    return "" if index is None else list(attributes.values())[index].strip()


def heading_of(role: str, attributes: Mapping[str, str]) -> str:
    """Return the name under which `role` came; empty when absent."""
    index = column(role, list(attributes))
    return "" if index is None else list(attributes)[index]
