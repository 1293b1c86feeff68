"""The corridor layout and connectivity: widths, grids, circuits.

`widths` measures what a site leaves of a planned corridor. `grid` is the value
that every model of connectivity starts from, `burning` lays vectors on it.
`circuits` are resistor networks on such a grid; they are imported from their
own modules, because they load scipy and numba.
"""

from zoning.corridors.grid import Grid
from zoning.corridors.widths import Section, Trim, narrowest_section, trim_to_width

__all__ = ["Grid", "Section", "Trim", "narrowest_section", "trim_to_width"]
