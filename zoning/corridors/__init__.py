"""The corridor layout and connectivity: widths, grids, circuits.

`widths` measures what a site leaves of a planned corridor. `grid` is the value
that every model of connectivity starts from, `burning` lays vectors on it.
`circuits` are resistor networks on such a grid; they are imported from their
own modules, because they load scipy and numba.
"""

from zoning.corridors.grid import Grid
from zoning.corridors.widths import (
    WIDTH_TOLERANCE_M,
    Section,
    Trim,
    leaves_no_way,
    narrowest_section,
    trim_to_width,
)

__all__ = [
    "WIDTH_TOLERANCE_M",
    "Grid",
    "Section",
    "Trim",
    "leaves_no_way",
    "narrowest_section",
    "trim_to_width",
]
