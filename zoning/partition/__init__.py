"""The county divided once, and areas by zones: ground is counted once and adds up.

`edges` nodes the borders of zones, `zones` makes faces of them and joins those
of one key, `county` does so for control lines, townships and control units.
Areas of a layer by zones come from the overlay kernel without a shape.
"""

from zoning.partition.county import (
    NOT_KNOWN,
    REST,
    Partition,
    line_labels,
    partition_county,
)
from zoning.partition.trust import CoveredTwice
from zoning.partition.zones import Faces, ZoneSystem, dissolve, divide

__all__ = [
    "NOT_KNOWN",
    "REST",
    "CoveredTwice",
    "Faces",
    "Partition",
    "ZoneSystem",
    "dissolve",
    "divide",
    "line_labels",
    "partition_county",
]
