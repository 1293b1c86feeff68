"""What the audit of a layout gives out: record, ledger, features, map, report."""

from zoning.report.layout.run import write_layout

__all__ = ["write_layout"]
