"""Rivers and what lies along them: green belt, green corridor, drawdown belt."""

from zoning.riverside.reaches import Reach, reaches_of
from zoning.riverside.surveying import rivers_of, survey_river
from zoning.riverside.table import RiversideTable, packaged_table, riverside_table_of
from zoning.riverside.values import RiverSide, RiversideReport

__all__ = [
    "Reach",
    "RiverSide",
    "RiversideReport",
    "RiversideTable",
    "packaged_table",
    "reaches_of",
    "rivers_of",
    "riverside_table_of",
    "survey_river",
]
