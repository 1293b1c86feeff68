"""What a sheet says of its data: edition, standing, gaps; never a silent blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zoning.model import Base, Layer
from zoning.report.sheets.panel import DataRow
from zoning.report.sheets.words import word
from zoning.terms import label

__all__ = ["Seen", "data_rows", "missing_layers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a layer shows on a sheet: anything in view, any part without data."""

    empty: bool
    partial: bool


def data_rows(
    layers: Sequence[str],
    base: Base,
    seen: Mapping[str, Seen],
    *,
    as_of: date,
    lang: str,
) -> tuple[DataRow, ...]:
    """Return a row per layer; those that cannot be relied on warn."""
    return tuple(
        _row(name, base, seen.get(name), as_of=as_of, lang=lang) for name in layers
    )


def missing_layers(layers: Sequence[str], base: Base) -> tuple[str, ...]:
    """Return the layers that the base lacks without having declared so."""
    return tuple(n for n in layers if n not in base.layers and n not in base.absent)


def _row(
    name: str, base: Base, seen: Seen | None, *, as_of: date, lang: str
) -> DataRow:
    said = label("layer", name, lang)
    if name in base.absent:
        day = base.absent[name].date
        return DataRow(
            words=word("data.absent", lang, layer=said, date=day), warns=False
        )
    layer = base.layers.get(name)
    if layer is None or seen is None:
        return DataRow(words=word("data.missing", lang, layer=said), warns=True)
    edition = layer.info.edition or word("data.undated", lang)
    words = word("data.row", lang, layer=said, edition=edition)
    doubts = _standing(layer, base, as_of=as_of, lang=lang)
    gaps = _gaps(layer, seen, lang=lang)
    # where data lack nobody knows whether there is none
    empty = [word("data.empty", lang)] if seen.empty and not gaps else []
    said = "".join((words, *doubts, *gaps, *empty))
    return DataRow(words=said, warns=bool(doubts or gaps))


def _standing(layer: Layer, base: Base, *, as_of: date, lang: str) -> list[str]:
    info = layer.info
    doubts = []
    stamped = base.demo and info.authority == "demo"  # the sheet itself says so
    if info.authority in {"draft", "demo"} and not stamped:
        doubts.append(word(f"data.{info.authority}", lang))
    if info.valid_to is not None and info.valid_to < as_of:
        doubts.append(word("data.lapsed", lang, day=info.valid_to.isoformat()))
    return doubts


def _gaps(layer: Layer, seen: Seen, *, lang: str) -> list[str]:
    doubts = []
    if layer.coverage is None:
        doubts.append(word("data.unknown_extent", lang))
    elif seen.partial:
        doubts.append(word("data.nothing" if seen.empty else "data.partial", lang))
    if layer.problems:
        doubts.append(word("data.doubtful", lang))
    return doubts
