"""The severities of the audit beside the states of a check: one set of colours."""

from collections.abc import Mapping
from types import MappingProxyType

from zoning.model import AuditSeverity, State

__all__ = ["STATE_OF"]

STATE_OF: Mapping[AuditSeverity, State] = MappingProxyType(
    {
        AuditSeverity.CONFLICT: State.PROHIBITED,
        AuditSeverity.ERROR: State.CONDITIONAL,
        AuditSeverity.NOT_AUDITED: State.NOT_CHECKED,
        AuditSeverity.NOTICE: State.NOTICE,
    }
)
"""The state whose colour, hatch and marker a severity is drawn in."""
