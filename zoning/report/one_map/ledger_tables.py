"""The ledger of a proposal: features before and after, what is owed by township."""

from decimal import Decimal
from math import fsum
from typing import Any

from zoning.reconcile import Cut, Proposal
from zoning.report.one_map.book import Cell, Table
from zoning.report.one_map.closure import UNITS, closed, rounded
from zoning.report.one_map.writing import rounded as plain
from zoning.report.texts import text
from zoning.terms import label

__all__ = ["ledger_document", "ledger_tables"]

_M2, _HA, _MU = UNITS

Json = dict[str, Any]


def ledger_tables(proposal: Proposal, lang: str = "zh") -> tuple[Table, ...]:
    """Return totals by layer, changes feature by feature, and what is owed."""
    return (_totals(proposal, lang), _cuts(proposal, lang), _owed(proposal, lang))


def _totals(proposal: Proposal, lang: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for layer, (before_m2, _) in proposal.totals.items():
        own = [cut for cut in proposal.cuts if cut.layer == layer]
        given = sum((_printed(cut)[1] for cut in own), Decimal("0.00"))
        dropped = sum((_printed(cut)[2] for cut in own), Decimal("0.00"))
        before = rounded(before_m2, _M2)
        gone = sum(cut.after_m2 == 0 for cut in own)
        after = before - given - dropped
        name = label("layer", layer, lang)
        rows.append((name, len(own), gone, before, given, dropped, after))
    return _table("totals", rows, lang)


def _cuts(proposal: Proposal, lang: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            label("layer", cut.layer, lang),
            cut.feature,
            label("layer", cut.rule.to, lang),
            "、".join(cut.met),
            *_printed(cut),
            text(f"one_map.{'owed' if cut.rule.owed else 'not_owed'}", lang),
            text(f"one_map.{'judged' if cut.rule.judged else 'settled'}", lang),
            cut.rule.source[lang],
        )
        for cut in proposal.cuts
    ]
    return _table("cuts", rows, lang)


def _printed(cut: Cut) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return before, given up, dropped and after, m²; they close to the digit."""
    before, dropped = rounded(cut.before_m2, _M2), rounded(cut.dropped_m2, _M2)
    given = rounded(cut.given_m2, _M2)
    return before, given, dropped, before - given - dropped


def _owed(proposal: Proposal, lang: str) -> Table:
    """Return what has to be replaced by township; the parts add up."""
    sums = _owed_by_township(proposal)
    total = fsum(sums.values())
    columns = [
        closed(list(sums.values()), rounded(total, unit), unit).values
        for unit in (_M2, _HA, _MU)
    ]
    rows: list[tuple[Cell, ...]] = [
        (code, _name(proposal, code, lang), *(column[k] for column in columns))
        for k, code in enumerate(sums)
    ]
    whole = (rounded(total, unit) for unit in (_M2, _HA, _MU))
    rows.append(("", text("one_map.total", lang), *whole))
    return _table("owed", rows, lang, total=True)


def _owed_by_township(proposal: Proposal) -> dict[str, float]:
    sums: dict[str, list[float]] = {}
    for cut in proposal.cuts:
        if cut.rule.owed:
            for code, area in cut.townships.items():
                sums.setdefault(code, []).append(area)
    return {code: fsum(sums[code]) for code in sorted(sums)}


def _name(proposal: Proposal, code: str, lang: str) -> str:
    return proposal.names.get(code) or code or text("one_map.nowhere", lang)


def _table(
    name: str, rows: list[tuple[Cell, ...]], lang: str, *, total: bool = False
) -> Table:
    return Table(
        name=name,
        title=text(f"one_map.table_{name}", lang),
        headings=tuple(text(f"one_map.columns_{name}", lang).split("|")),
        rows=tuple(rows),
        total=total,
    )


def ledger_document(proposal: Proposal) -> Json:
    """Return cuts, totals and what is owed as plain JSON values, m²."""
    return {
        "cuts": [
            {
                "layer": cut.layer,
                "feature": cut.feature,
                "rule": cut.rule.id,
                "to": cut.rule.to,
                "met": list(cut.met),
                "before_m2": plain(cut.before_m2),
                "given_m2": plain(cut.given_m2),
                "dropped_m2": plain(cut.dropped_m2),
                "after_m2": plain(cut.after_m2),
                "owed": cut.rule.owed,
                "judged": cut.rule.judged,
                "townships": {k: plain(v) for k, v in sorted(cut.townships.items())},
            }
            for cut in proposal.cuts
        ],
        "totals": {
            key: {"before_m2": plain(before), "after_m2": plain(after)}
            for key, (before, after) in proposal.totals.items()
        },
        "owed_m2": {k: plain(v) for k, v in _owed_by_township(proposal).items()},
    }
