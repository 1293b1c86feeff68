"""Rivers and what lies along them: green belt, green corridor, drawdown belt."""

from zoning.riverside.surveying import rivers_of, survey_river
from zoning.riverside.table import RiversideTable, packaged_table, riverside_table_of
from zoning.riverside.values import RiverSide

__all__ = [
    "RiverSide",
    "RiversideTable",
    "packaged_table",
    "rivers_of",
    "riverside_table_of",
    "survey_river",
]
