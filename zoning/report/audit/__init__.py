"""The audit of a base on paper, in tables, on the map and as data.

One `AuditReport` in, a run folder out (`run`); no output says what another
does not.
"""
