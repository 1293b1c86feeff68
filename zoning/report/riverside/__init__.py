"""The banks of rivers on paper, in tables, on the map and as data.

One `RiversideReport` in, a run folder out (`run`).
"""
