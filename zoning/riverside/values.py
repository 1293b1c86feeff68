"""What a survey of a river's banks consists of."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from zoning.corridors.bank_belt import BankBelt, BeltCover
from zoning.corridors.drawdown import DrawdownBelt
from zoning.corridors.green_banks import GreenBanks
from zoning.corridors.ridges import BankProfiles
from zoning.errors import Problem

__all__ = ["Gap", "RiverSide"]


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
    strip_rule : str
        ``management_line`` or ``width``: what the corridor was drawn by.
    strip_m : float
        Its width where drawn by width, else 0.
    profiles, belt, cover, green, drawdown
        None where a gap says why.
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
    strip: BaseGeometry
    strip_rule: str
    strip_m: float
    profiles: BankProfiles | None = None
    belt: BankBelt | None = None
    cover: BeltCover | None = None
    green: GreenBanks | None = None
    drawdown: DrawdownBelt | None = None
    farmland_m2: float | None = None
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()
