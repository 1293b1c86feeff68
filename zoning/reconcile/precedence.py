"""Who yields where control lines meet: rules as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, RulePackError
from zoning.model import Layer
from zoning.partition.rules import one_map_table

__all__ = ["Precedence", "default_precedence", "precedence_of"]

_FIELDS = {"id", "yields", "to", "where", "owed", "judged", "source"}
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """One rule.

    Parameters
    ----------
    yields, to : str
        Layer ids: `yields` gives ground up to `to`.
    where : mapping of str to tuple of str
        Columns of `to` and the values they must have; all of it when empty.
    owed : bool
        Whether what is given up has to be replaced.
    judged : bool
        Whether the law leaves the case to a person.
    source : mapping of str to str
        Basis, by language.
    """

    id: str
    yields: str
    to: str
    where: Mapping[str, tuple[str, ...]]
    owed: bool
    judged: bool
    source: Mapping[str, str]

    def rows(self, layer: Layer) -> NDArray[np.intp]:
        """Return the features of `to` to which ground is given up."""
        kept = np.ones(len(layer.geometry), dtype=bool)
        for column, values in self.where.items():
            if column not in layer.attributes:
                return np.zeros(0, dtype=np.intp)
            kept &= np.isin(layer.attributes[column].astype(str), values)
        return np.flatnonzero(kept)


def default_precedence() -> tuple[Precedence, ...]:
    """Return the rules of `zoning/data/one_map.yaml`."""
    return precedence_of(one_map_table()["precedence"])


def precedence_of(document: Any) -> tuple[Precedence, ...]:
    """Return rules from the ``precedence`` list of a table, in its order.

    Raises
    ------
    RulePackError
        When an entry is malformed, or two layers would each yield to the other.
    """
    if not isinstance(document, list) or not document:
        raise _malformed("precedence: []")
    rules = tuple(_rule(entry, place) for place, entry in enumerate(document, start=1))
    _require_order(rules)
    return rules


def _rule(entry: Any, place: int) -> Precedence:
    where = f"precedence[{place}]"
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        own = set(entry) if isinstance(entry, dict) else set()
        odd = sorted(own ^ _FIELDS)
        raise _malformed(f"{where}: {', '.join(odd) or type(entry).__name__}")
    flags = {name: _TRUTH.get(str(entry[name])) for name in ("owed", "judged")}
    for name, value in flags.items():
        if value is None:
            raise _malformed(f"{where}: {name} {entry[name]}")
    columns, source = entry["where"] or {}, entry["source"]
    if not isinstance(columns, dict) or not isinstance(source, dict):
        raise _malformed(f"{where}: where, source")
    if set(source) != {"zh", "en"}:
        raise _malformed(f"{where}: source zh, en")
    return Precedence(
        id=str(entry["id"]),
        yields=str(entry["yields"]),
        to=str(entry["to"]),
        where={str(k): tuple(map(str, v)) for k, v in columns.items()},
        owed=bool(flags["owed"]),
        judged=bool(flags["judged"]),
        source=source,
    )


def _require_order(rules: tuple[Precedence, ...]) -> None:
    """Refuse rules by which a layer is cut after another was cut along it."""
    done: set[str] = set()
    for rule in rules:
        if rule.yields in done or rule.yields == rule.to:
            raise _malformed(f"{rule.id}: {rule.yields} → {rule.to}")
        done.add(rule.to)
        done.discard(rule.yields)
    for rule in rules:
        later = rules[rules.index(rule) :]
        if any(one.yields == rule.to for one in later):
            raise _malformed(f"{rule.id}: {rule.yields} → {rule.to}")


def _malformed(detail: str) -> RulePackError:
    return RulePackError(
        Problem(code="PRECEDENCE_MALFORMED", values={"detail": detail})
    )
