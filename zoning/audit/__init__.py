"""The base itself on trial: its lines against each other, its topology, its data.

`auditing` runs every rule of the pack (`book`) and ranks what was found
(`ranking`). Geometry lies in small modules that know no rule: `overlaps`,
`gaps`, `outlines`, `patches`. The modules ``*_tests`` lay rules over them.
Areas are sums over edges (`zoning.overlay`); GEOS builds the shapes of what is
reported. Docs: decision 0018.
"""

from zoning.audit.auditing import audit
from zoning.audit.book import AuditBook, AuditRule, read_audit_book

__all__ = ["AuditBook", "AuditRule", "audit", "read_audit_book"]
