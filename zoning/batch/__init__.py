"""Batches: thousands of sites in bounded memory, on any executor, resumable."""

from zoning.batch.journal import Journal, journal_path
from zoning.batch.running import run_batch
from zoning.batch.whole import Outcome, Plan, check_whole
from zoning.batch.working import Order, order_for

__all__ = [
    "Journal",
    "Order",
    "Outcome",
    "Plan",
    "check_whole",
    "journal_path",
    "order_for",
    "run_batch",
]
