"""The table that a survey of river banks goes by: codes, widths, levels, provenance."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from zoning import strict_yaml
from zoning.corridors.drawdown import WaterLevels
from zoning.corridors.ridges import BeltRules
from zoning.errors import Problem, UsageError

__all__ = ["PACKAGED", "RiversideTable", "packaged_table", "riverside_table_of"]

PACKAGED: Mapping[str, str] = MappingProxyType(
    {"worldcover": "riverside.yaml", "demo": "riverside_demo.yaml"}
)
"""Tables that come with the package, by the name that a user calls them."""

_RULES = ("management_line", "width")
_RANKS = ("main_stem", "tributary")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiversideTable:
    """A whole table.

    Parameters
    ----------
    forest, green, plantable : frozenset of int
        Codes of the land-cover raster.
    belt : BeltRules
    by_management_line : bool
        Whether the green corridor is the management range where one is drawn.
    width_m : mapping of str to float
        Rank of a river to the width of its green corridor otherwise.
    green_from : float
        Share of green cells from which a stretch of bank is green.
    levels : WaterLevels or None
        None where no datum is named.
    dem_error_m : float
        Standard error of the heights.
    reach_m : float
        Length of the reaches by which continuity is told, along the center line.
    text : str
        The file as it was read: a run keeps it.
    """

    name: str
    source: str
    assumption: bool
    forest: frozenset[int]
    green: frozenset[int]
    plantable: frozenset[int]
    belt: BeltRules
    by_management_line: bool
    width_m: Mapping[str, float]
    green_from: float
    levels: WaterLevels | None
    dem_error_m: float
    reach_m: float
    text: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def packaged_table(name: str) -> RiversideTable:
    """Return a table of the package by its name in `PACKAGED`."""
    place = files("zoning").joinpath("data", PACKAGED[name])
    return riverside_table_of(place.read_text("utf-8"))


def riverside_table_of(text: str) -> RiversideTable:
    """Return a table from YAML, written as ``zoning/data/riverside.yaml``.

    Raises
    ------
    UsageError
        ``RIVERSIDE_TABLE``: what is missing, unknown or out of range, by key.
    """
    loaded: Any = strict_yaml.load_text(text)
    reader = _Reader(loaded if isinstance(loaded, dict) else {})
    table = RiversideTable(
        name=reader.words("name"),
        source=reader.words("source"),
        assumption=reader.words("assumption") != "false",
        forest=reader.codes("land_cover", "forest"),
        green=reader.codes("land_cover", "green"),
        plantable=reader.codes("land_cover", "plantable"),
        belt=_belt(reader),
        by_management_line=reader.one_of("green_corridor", "rule", _RULES) == _RULES[0],
        width_m=MappingProxyType(
            {rank: reader.number("green_corridor", "width_m", rank) for rank in _RANKS}
        ),
        green_from=reader.number("green_corridor", "green_from", high=1.0),
        levels=_levels(reader),
        dem_error_m=reader.number("drawdown", "dem_error_m"),
        reach_m=reader.number("green_corridor", "reach_m"),
        text=text,
    )
    if table.reach_m < 1:
        reader.faults.append(f"green_corridor.reach_m: {table.reach_m:g} < 1")
    if reader.faults:
        values = {"table": table.name or "-", "faults": "; ".join(reader.faults)}
        raise UsageError(Problem(code="RIVERSIDE_TABLE", values=values))
    return table


@dataclass(slots=True)
class _Reader:
    """Reads values by their keys and keeps what is wrong with them."""

    loaded: Mapping[str, Any]
    faults: list[str] = field(default_factory=list)

    def _at(self, *keys: str) -> Any:
        found: Any = self.loaded
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            self.faults.append(f"{'.'.join(keys)}: ?")
        return found

    def words(self, *keys: str) -> str:
        """Return text as it stands."""
        return str(self._at(*keys) or "")

    def one_of(self, *keys: Any) -> str:
        """Return one of the words in the last argument."""
        *path, words = keys
        found = self.words(*path)
        if found not in words:
            self.faults.append(f"{'.'.join(path)}: {found} ({' | '.join(words)})")
        return found

    def number(self, *keys: str, high: float = math.inf) -> float:
        """Return a finite number from 0 to `high`."""
        found = self._at(*keys)
        try:
            value = float(found)
        except (TypeError, ValueError):
            value = math.nan
        if not 0 <= value <= high or math.isinf(value):
            self.faults.append(f"{'.'.join(keys)}: {found}")
        return value

    def optional(self, *keys: str) -> float | None:
        """Return a finite number, None for an empty text."""
        found = self._at(*keys)
        if found == "":
            return None
        try:
            value = float(found)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            self.faults.append(f"{'.'.join(keys)}: {found}")
        return value

    def codes(self, *keys: str) -> frozenset[int]:
        """Return class codes."""
        found = self._at(*keys)
        texts = found if isinstance(found, list) else [found]
        if not all(str(one).isdecimal() for one in texts):
            self.faults.append(f"{'.'.join(keys)}: {found}")
            return frozenset()
        return frozenset(int(one) for one in texts)


def _belt(reader: _Reader) -> BeltRules:
    """Return the belt's rules; steps of nothing and an empty cap are faults."""
    rules = BeltRules(
        prominence_m=reader.number("belt", "prominence_m"),
        gentle_rise_m=reader.number("belt", "gentle_rise_m"),
        gentle_width_m=reader.number("belt", "gentle_width_m"),
        cap_m=reader.number("belt", "cap_m"),
        spacing_m=reader.number("belt", "spacing_m"),
        smooth_m=reader.number("belt", "smooth_m"),
    )
    if rules.spacing_m < 1:
        reader.faults.append(f"belt.spacing_m: {rules.spacing_m:g} < 1")
    if rules.cap_m < rules.gentle_width_m:
        reader.faults.append(f"belt.cap_m: {rules.cap_m:g} < gentle_width_m")
    if rules.prominence_m == 0:
        reader.faults.append("belt.prominence_m: 0")
    return rules


def _levels(reader: _Reader) -> WaterLevels | None:
    low = reader.number("drawdown", "low_m")
    high = reader.number("drawdown", "high_m")
    offset = reader.optional("drawdown", "offset_m")
    error = reader.number("drawdown", "offset_error_m")
    datum = reader.words("drawdown", "datum")
    if low >= high:
        reader.faults.append(f"drawdown.low_m: {low:g} >= {high:g}")
    if not datum:
        return None
    return WaterLevels(
        low_m=low, high_m=high, datum=datum, offset_m=offset, offset_error_m=error
    )
