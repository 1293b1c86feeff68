"""Overlaps of the control lines ended by precedence, as a proposal.

`precedence` is who yields, as data; `cutting` takes the ground out and keeps the
ledger; `carrying` brings a cut shape back to the CRS of its file.
"""

from zoning.reconcile.carrying import carried_back
from zoning.reconcile.cutting import (
    Cut,
    Proposal,
    left_overlaps,
    reconcile,
    with_proposal,
)
from zoning.reconcile.precedence import Precedence, default_precedence, precedence_of
from zoning.reconcile.proposed import ProposedLayer

__all__ = [
    "Cut",
    "Precedence",
    "Proposal",
    "ProposedLayer",
    "carried_back",
    "default_precedence",
    "left_overlaps",
    "precedence_of",
    "reconcile",
    "with_proposal",
]
