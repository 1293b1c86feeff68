"""The use case: sites against a base, under rules, on a day. Pure.

Reads no file and draws nothing; both edges (`io`, `report`), a notebook and a
test can call it with objects in memory.
"""

from zoning.check.checking import check

__all__ = ["check"]
