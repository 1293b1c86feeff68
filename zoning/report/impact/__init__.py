"""The impact of a site on the corridors: on paper, in tables, on the map, as data.

One `ImpactReport` in, a run folder out (`run`); no output says what another does not.
"""
