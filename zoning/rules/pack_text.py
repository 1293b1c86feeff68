"""The text of a rule pack: what stands where, and how a place is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zoning.errors import Problem
from zoning.strict_yaml import Document, Place, line_at

__all__ = ["ANY", "PackText", "conditions_of", "items"]

ANY = "*"
_IN_RULE = 2  # a place in a rule begins with "rules" and its position


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackText:
    """A pack as written; `name` is what the base calls it."""

    name: str
    document: Document

    def problem(self, code: str, place: Place = (), **values: str) -> Problem:
        """Return a problem of the pack, on the line of `place`."""
        line = line_at(self.document.lines, self.located(place))
        return self.on_line(code, line, place=self.shown(place), **values)

    def on_line(self, code: str, line: int, **values: str) -> Problem:
        """Return a problem of the pack on a line."""
        where = f"{self.name}:{line}"
        return Problem(code=code, where=where, values={"pack": self.name, **values})

    def located(self, place: Place) -> Place:
        """Return a place of the schema as the text has it, as deep as it goes.

        The schema reads a single predecessor as a list of one; the text has
        no position there.
        """
        found: Place = ()
        for part in place:
            if (*found, part) in self.document.lines:
                found = (*found, part)
            elif not isinstance(part, int):
                break
        return found

    def shown(self, place: Place) -> str:
        """Return a place for people: rules by id, positions from 1."""
        rest = place
        head = ""
        if len(place) >= _IN_RULE and place[0] == "rules":
            rule = _at(self.document.value, place[:_IN_RULE])
            named = rule.get("id") if isinstance(rule, dict) else None
            head = str(named or f"rules[{int(place[1]) + 1}]")
            rest = place[_IN_RULE:]
        tail = ""
        for part in rest:
            tail += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        return " ".join(word for word in (head, tail.removeprefix(".")) if word) or "-"


def items(value: Any, *pattern: str, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield (place, value) of all that a pattern finds; ``*`` is any key or item.

    What has another shape than the pattern expects is passed over: the schema
    tells of it.
    """
    if not pattern:
        yield at, value
        return
    first, rest = pattern[0], pattern[1:]
    if isinstance(value, list) and first == ANY:
        for index, item in enumerate(value):
            yield from items(item, *rest, at=(*at, index))
    elif isinstance(value, dict):
        for key in value if first == ANY else (first,):
            if key in value:
                yield from items(value[key], *rest, at=(*at, key))


def conditions_of(loaded: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every condition of a pack, those inside an `any` too."""
    for pattern in (
        ("rules", ANY, "when", ANY),
        ("rules", ANY, "exceptions", ANY, "when", ANY),
    ):
        for place, condition in items(loaded, *pattern):
            yield from _nested(place, condition)


def _nested(place: Place, condition: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(condition, dict):
        yield place, condition
        for inner, part in items(condition, "any", ANY, at=place):
            yield from _nested(inner, part)


def _at(value: Any, place: Place) -> Any:
    for part in place:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return None
    return value
