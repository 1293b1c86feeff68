"""The layer catalogue: ids, geometry kinds, field aliases, class values.

Data from `zoning/data/layers.yaml`; used by loaders, samples and docs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from zoning import strict_yaml

__all__ = ["FieldDefinition", "LayerDefinition", "catalogue", "same_name"]

SHAPEFILE_NAME_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """A canonical column: the names it arrives under, and its values.

    `values` maps the text as read to the canonical class and `pattern` is the
    form a code must have; both None for free text.
    """

    aliases: tuple[str, ...]
    number: bool = False
    required: bool = False
    values: Mapping[str, str] | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDefinition:
    """One layer of the catalogue.

    `overlaps` is True where features lie over one another by nature. `foreign`
    maps names of fields that tell of another layer to the id of that layer.
    """

    id: str
    geometry: str
    files: tuple[str, ...]
    id_aliases: tuple[str, ...]
    fields: Mapping[str, FieldDefinition]
    overlaps: bool = False
    foreign: Mapping[str, str] = field(default_factory=dict)


@cache
def catalogue() -> Mapping[str, LayerDefinition]:
    """Return every layer definition by id, in the order of the file."""
    text = files("zoning").joinpath("data/layers.yaml").read_text(encoding="utf-8")
    loaded = strict_yaml.load_text(text)
    return {
        layer_id: LayerDefinition(
            id=layer_id,
            geometry=entry["geometry"],
            files=tuple(entry["files"]),
            id_aliases=tuple(entry["id"]),
            fields={
                name: FieldDefinition(
                    aliases=tuple(said["aliases"]),
                    number=said.get("type") == "number",
                    required=said.get("required") == "true",
                    values=said.get("values"),
                    pattern=said.get("pattern"),
                )
                for name, said in entry["fields"].items()
            },
            overlaps=entry.get("overlaps") == "true",
            foreign=entry.get("foreign", {}),
        )
        for layer_id, entry in loaded.items()
    }


def same_name(alias: str, column: str) -> bool:
    """Say whether a column as read is the field `alias`.

    Case, blanks and line ends do not count, and a column of exactly ten bytes
    may be the beginning of a longer name (Shapefile).
    """
    wanted, found = _plain(alias), _plain(column)
    if wanted == found:
        return True
    short = found.encode("gb18030")
    return len(short) == SHAPEFILE_NAME_BYTES and wanted.encode("gb18030").startswith(
        short
    )


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
