"""The words of the answer: states, verdicts, and a place on the globe."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["LonLat", "State", "Verdict"]


class State(StrEnum):
    """What one rule says of one site (product page 2)."""

    CLEAR = "CLEAR"
    NOTICE = "NOTICE"
    CONDITIONAL = "CONDITIONAL"
    PROHIBITED = "PROHIBITED"
    REVIEW = "REVIEW"
    NOT_CHECKED = "NOT_CHECKED"


class Verdict(StrEnum):
    """What the findings of a site amount to."""

    CLEAR = "CLEAR"
    NOTICE = "NOTICE"
    UNDETERMINED = "UNDETERMINED"
    CONDITIONAL = "CONDITIONAL"
    PROHIBITED = "PROHIBITED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LonLat:
    """Longitude and latitude, CGCS2000 (EPSG:4490), degrees."""

    lon: float
    lat: float
