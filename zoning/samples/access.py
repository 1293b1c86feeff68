"""The demonstration access list: clauses.yaml put on the county's units."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.samples.districts import UNITS

__all__ = ["HEADER", "AccessClause", "access_clauses", "texts_by_unit"]

HEADER = (
    "条款编号",
    "清单层级",
    "单元编码",
    "管控维度",
    "管控要求",
    "适用活动",
    "适用行业代码",
    "适用建设性质",
    "管控类型",
    "来源",
)
_SOURCE = "示范县生态环境准入清单（示范数据）"
_GROUPS = {"优先保护单元": "priority", "重点管控单元": "key", "一般管控单元": "general"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClause:
    """One row of the workbook, in the order of `HEADER`."""

    number: str
    level: str
    unit_code: str
    dimension: str
    text: str
    activities: str
    industries: str
    natures: str
    severity: str

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells."""
        return (
            self.number,
            self.level,
            self.unit_code,
            self.dimension,
            self.text,
            self.activities,
            self.industries,
            self.natures,
            self.severity,
            _SOURCE,
        )


@cache
def access_clauses() -> tuple[AccessClause, ...]:
    """Return every clause: city, county, then unit by unit."""
    text = files("zoning.samples").joinpath("clauses.yaml").read_text(encoding="utf-8")
    groups: Mapping[str, list[dict[str, Any]]] = strict_yaml.load_text(text)
    rows = [
        _clause(entry, f"QS-{number:03d}", "全市总体", unit_code="")
        for number, entry in enumerate(groups["city"], start=1)
    ]
    rows += [
        _clause(entry, f"QX-{number:03d}", "区县总体", unit_code="")
        for number, entry in enumerate(groups["county"], start=1)
    ]
    for unit in UNITS:
        for number, entry in enumerate(groups[_GROUPS[unit.unit_class]], start=1):
            own = {**entry, "text": entry["text"].format(name=unit.name)}
            rows.append(
                _clause(own, f"{unit.code}-{number:02d}", "单元", unit_code=unit.code)
            )
    return tuple(rows)


def _clause(
    entry: Mapping[str, Any], number: str, level: str, *, unit_code: str
) -> AccessClause:
    return AccessClause(
        number=number,
        level=level,
        unit_code=unit_code,
        dimension=entry["dimension"],
        text=entry["text"],
        activities="、".join(entry.get("activities", [])),
        industries="、".join(entry.get("industries", [])),
        natures="、".join(entry.get("natures", [])),
        severity=entry["severity"],
    )


def texts_by_unit() -> dict[str, dict[str, str]]:
    """Return unit code → dimension → clause texts, one a line."""
    found: dict[str, dict[str, str]] = {}
    for clause in access_clauses():
        if clause.unit_code:
            unit = found.setdefault(clause.unit_code, {})
            before = unit.get(clause.dimension)
            unit[clause.dimension] = (
                f"{before}\n{clause.text}" if before else clause.text
            )
    return found
