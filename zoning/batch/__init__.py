"""Batches: thousands of sites in bounded memory, on any executor, resumable."""

from zoning.batch.journal import Journal
from zoning.batch.running import run_batch
from zoning.batch.working import Order

__all__ = ["Journal", "Order", "run_batch"]
