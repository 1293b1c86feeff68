"""Files that are known and not read: what they are, and what to do instead.

Data from `zoning/data/refused_files.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zoning import strict_yaml

__all__ = ["RefusedFile", "refused_file", "refused_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """One kind of file.

    Parameters
    ----------
    id : str
        Its name in the table.
    suffixes : tuple of str
        Lower case, with their dot.
    magic : tuple of bytes
        First bytes that only it has.
    values : mapping of str to str
        ``what_zh``, ``what_en``, ``how_zh``, ``how_en``: for a `Problem`.
    layer : bool
        Whether it is refused as a layer of a base alone.
    """

    id: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...]
    values: Mapping[str, str]
    layer: bool = False


@cache
def refused_files() -> tuple[RefusedFile, ...]:
    """Return every kind of the table, in its order."""
    text = files("zoning").joinpath("data/refused_files.yaml").read_text("utf-8")
    return tuple(
        RefusedFile(
            id=name,
            suffixes=tuple(entry["suffixes"]),
            magic=tuple(bytes.fromhex(mark) for mark in entry["magic"]),
            values={
                "what_zh": entry["zh"],
                "what_en": entry["en"],
                "how_zh": entry["cure_zh"],
                "how_en": entry["cure_en"],
            },
            layer=entry.get("layer") == "true",
        )
        for name, entry in strict_yaml.load_text(text).items()
    )


def refused_file(
    suffix: str, head: bytes, *, layer: bool = False
) -> RefusedFile | None:
    """Return the kind of a file by its suffix, else by its first bytes.

    Parameters
    ----------
    layer : bool
        Whether it was to be a layer of a base, not a site.
    """
    kinds = [one for one in refused_files() if layer or not one.layer]
    named = (one for one in kinds if suffix.lower() in one.suffixes)
    marked = (one for one in kinds if any(head.startswith(m) for m in one.magic))
    return next(named, None) or next(marked, None)
