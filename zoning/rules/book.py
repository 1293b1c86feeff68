"""The rules of a check."""

from collections.abc import Mapping
from dataclasses import dataclass

from zoning.model import PackInfo
from zoning.rules.schema import Rule, View

__all__ = ["RuleBook"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleBook:
    """The rules of a check: packs in order, with the tables they refer to."""

    packs: tuple[PackInfo, ...]
    rules: tuple[Rule, ...]
    views: Mapping[str, View]
    groups: Mapping[str, tuple[str, ...]]
