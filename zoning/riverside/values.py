"""What a survey of a river's banks consists of."""

from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry

from zoning.corridors.bank_belt import BankBelt, BeltCover
from zoning.corridors.banks import BankStations
from zoning.corridors.drawdown import DrawdownBelt
from zoning.corridors.green_banks import GreenBanks
from zoning.corridors.ridges import BankProfiles
from zoning.errors import Problem
from zoning.model import Base
from zoning.riverside.table import RiversideTable

__all__ = ["Gap", "RiverSide", "RiversideReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part of the survey that was not made, and why."""

    part: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiverSide:
    """The banks of one river, in the working plane.

    Attributes
    ----------
    water, strip : Polygon or MultiPolygon
        The river and its green corridor.
    axis : LineString or MultiLineString
        Its center line; empty where none is drawn.
    strip_rule : str
        ``management_line`` or ``width``: what the corridor was drawn by.
    strip_m : float
        Its width where drawn by width, else 0.
    profiles, belt, cover, stations, green, drawdown
        None where a gap says why; `stations` are those of `green`.
    farmland_m2 : float or None
        Permanent basic farmland in the belt, ellipsoidal; land that several
        features hold counts once. None: not checked.
    gaps : tuple of Gap
        What was not made.
    problems : tuple of Problem
        What keeps the rest from being relied on.
    """

    name: str
    rank: str
    water: BaseGeometry
    axis: BaseGeometry
    strip: BaseGeometry
    strip_rule: str
    strip_m: float
    profiles: BankProfiles | None = None
    belt: BankBelt | None = None
    cover: BeltCover | None = None
    stations: BankStations | None = None
    green: GreenBanks | None = None
    drawdown: DrawdownBelt | None = None
    farmland_m2: float | None = None
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiversideReport:
    """The banks of several rivers; every output is made from it."""

    base: Base
    as_of: date
    table: RiversideTable
    rivers: tuple[RiverSide, ...]

    @property
    def complete(self) -> bool:
        """Whether every part was made, of data that can be relied on."""
        return not any(one.gaps or one.problems for one in self.rivers)

    @property
    def exit_code(self) -> int:
        """0 for a whole survey, 4 where something was not made or is in doubt."""
        return 0 if self.complete else 4
