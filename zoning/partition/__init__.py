"""The county divided once, and areas by zones: ground is counted once and adds up.

`edges` nodes the borders of zones, `zones` makes faces of them and joins those
of one key, `ground` takes the zones of a base, `county` divides it by control
line, township and control unit. `tabulation` sums areas of a layer by zone with
the overlay kernel, without a shape; `headroom` puts built land against a cap.
"""

from zoning.partition.county import Partition, partition_county
from zoning.partition.ground import NOT_KNOWN, REST, Ground, divide_ground
from zoning.partition.tabulation import (
    BEYOND,
    FOREST_COVER,
    Tabulation,
    tabulate,
)
from zoning.partition.trust import CoveredTwice, covered_twice
from zoning.partition.zoned_areas import areas_by_zone
from zoning.partition.zones import Faces, ZoneSystem, dissolve, divide

__all__ = [
    "BEYOND",
    "FOREST_COVER",
    "NOT_KNOWN",
    "REST",
    "CoveredTwice",
    "Faces",
    "Ground",
    "Partition",
    "Tabulation",
    "ZoneSystem",
    "areas_by_zone",
    "covered_twice",
    "dissolve",
    "divide",
    "divide_ground",
    "partition_county",
    "tabulate",
]
