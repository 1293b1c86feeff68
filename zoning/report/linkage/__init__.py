"""A model of corridors on paper, in tables, on the map, as grids and as data.

One `LinkageReport` in, a run folder out (`run`); no output says what another
does not.
"""
