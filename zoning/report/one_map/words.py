"""Names of classes and zones for the tables of the one map."""

from collections.abc import Mapping

from zoning.partition import BEYOND, NOT_KNOWN, REST
from zoning.partition.rules import SCHEMES, UNKNOWN_CLASS, code_group
from zoning.report.texts import keys, text
from zoning.terms import group, label

__all__ = ["class_name", "class_place", "division_name", "line_name", "zone_name"]

_CODED = {"township", "unit"}
_WITH_LAND_CLASS = {"land_parcel", "permanent_basic_farmland", ""}
_KINDS = {"corridor_layout": "corridor_kind", "control_unit": "unit_class"}


def line_name(line: str, lang: str) -> str:
    """Return the word for a value of `Partition.line` or of `also`."""
    if "+" in line:
        comma = text("mark.listing", lang)
        return comma.join(line_name(one, lang) for one in line.split("+"))
    if line in {REST, NOT_KNOWN}:
        return text(f"one_map.{line}", lang)
    layer, _, zone = line.partition(".")
    return label("layer_class", line, lang) if zone else label("layer", layer, lang)


def class_name(layer: str, value: str, lang: str) -> str:
    """Return the word for a class of a layer; the value itself when none is known."""
    if layer in _WITH_LAND_CLASS:
        for scheme in SCHEMES:
            if value in code_group(scheme):
                return code_group(scheme)[value][lang]
    if f"one_map.class_{value}" in keys("one_map"):
        return text(f"one_map.class_{value}", lang)
    if value == layer and value in group("layer"):
        return label("layer", layer, lang)
    if layer in _KINDS and value in group(_KINDS[layer]):
        return label(_KINDS[layer], value, lang)
    word = label("layer_class", f"{layer}.{value}", lang)
    if word != f"{layer}.{value}":
        return word
    return value or text(f"one_map.class_{UNKNOWN_CLASS}", lang)


def class_place(layer: str, value: str) -> tuple[int, str]:
    """Return where tables put a class: as the standards list them, others after."""
    if layer in _WITH_LAND_CLASS:
        known = [key for scheme in SCHEMES for key in code_group(scheme)]
    else:
        words = group(_KINDS[layer]) if layer in _KINDS else group("layer_class")
        known = [key.removeprefix(f"{layer}.") for key in words]
    return (known.index(value) if value in known else len(known), value)


def division_name(division: str, lang: str) -> str:
    """Return the heading of a division: ``township``, ``line``, or a layer's name."""
    if f"one_map.column_{division}" in keys("one_map"):
        return text(f"one_map.column_{division}", lang)
    return label("layer", division, lang)


def zone_name(division: str, zone: str, names: Mapping[str, str], *, lang: str) -> str:
    """Return the name of a zone of a division."""
    if zone == BEYOND:
        return text("one_map.beyond_county", lang)
    if not zone:
        return text("one_map.nowhere", lang)
    if division in _CODED:
        return names.get(zone) or zone
    if division == "line":
        return line_name(zone, lang)
    return class_name(division, zone, lang)
