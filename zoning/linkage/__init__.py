"""The county's land as a network: sources, links, corridors, narrow places.

A base and a table in, a `CorridorModel` out. The arithmetic is that of
`zoning.corridors`; here it is decided what enters it, in which order, and what
a result may be relied on for. Modules are imported by name: they load scipy and
numba.
"""
