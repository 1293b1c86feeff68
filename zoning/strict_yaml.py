"""YAML without surprises: every scalar stays text, nothing is repeated or aliased.

Plain YAML turns the land-class code 0103 into 67, `no` into False and keeps
the last of two equal keys in silence. Here a scalar is the text that was
written; the schema at the door turns it into a number or a date.

Every fault of form is gathered with its line; only broken syntax ends the
reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where it is built in

__all__ = [
    "Document",
    "Fault",
    "Lines",
    "Place",
    "YamlError",
    "line_at",
    "lines_of",
    "load",
    "load_text",
    "read_document",
]

MAX_DEPTH = 40

Place = tuple[str | int, ...]
"""Path of a value: keys, and positions in lists from 0."""

Lines = dict[Place, int]
"""Line, from 1, of every value by its path."""

_REASONS = MappingProxyType(
    {
        "syntax": "{detail}",
        "alias": "anchors and aliases are refused ({detail})",
        "tag": "tags are refused ({detail})",
        "repeated": "key '{detail}' is repeated",
        "key": "a key must be plain text",
        "depth": "nested too deeply",
        "documents": "a single document is expected",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of form.

    Parameters
    ----------
    kind : str
        ``syntax``, ``alias`` (an anchor or an alias), ``tag``, ``repeated``
        (a key), ``key`` (a key that is no text), ``depth`` or ``documents``.
    line : int
        From 1.
    detail : str
        The name, tag or key; of broken syntax, what the parser says.
    """

    kind: str
    line: int
    detail: str = ""

    @property
    def reason(self) -> str:
        """What is wrong, in English."""
        return _REASONS[self.kind].format(detail=self.detail)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A text as far as it can be read.

    Parameters
    ----------
    value : object
        Dicts, lists, strings and None; of two equal keys the first. None
        throughout when the syntax is broken.
    lines : dict
        Line of every value by its path.
    plain : frozenset
        Paths of the scalars written without quotes.
    unread : frozenset
        Paths whose value is not known (an alias, too deep).
    faults : tuple of Fault
        In the order of the text.
    """

    value: Any
    lines: Lines
    plain: frozenset[Place]
    unread: frozenset[Place]
    faults: tuple[Fault, ...]


class YamlError(ValueError):
    """The text is not acceptable YAML; `line` counts from 1."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.reason}" for f in faults))
        self.faults = faults
        self.reason = faults[0].reason
        self.line = faults[0].line


def load(path: Path) -> Any:
    """Read a UTF-8 YAML file into dicts, lists, strings and None."""
    return load_text(path.read_text(encoding="utf-8-sig"))


def load_text(text: str) -> Any:
    """Parse YAML text into dicts, lists, strings and None.

    Raises
    ------
    YamlError
        On bad syntax, a repeated key, an alias, a tag, or deep nesting; with
        every fault.
    """
    document = read_document(text)
    if document.faults:
        raise YamlError(*document.faults)
    return document.value


def lines_of(text: str) -> Lines:
    """Return the line (from 1) of every value, keyed by its path."""
    return read_document(text).lines


def line_at(lines: Lines, place: Place) -> int:
    """Return the line of the deepest part of `place` that the text has."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def read_document(text: str) -> Document:
    """Read a text as far as it goes; faults of form are told, never raised."""
    composer = _Composer(text)
    value = None
    try:
        value = composer.compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        composer.faults.append(
            Fault(kind="syntax", line=line, detail=str(error.problem))
        )
    except (yaml.YAMLError, RecursionError) as error:
        composer.faults.append(
            Fault(kind="syntax", line=1, detail=type(error).__name__)
        )
    return Document(
        value=value,
        lines=composer.lines,
        plain=frozenset(composer.plain),
        unread=frozenset(composer.unread),
        faults=tuple(composer.faults),
    )


class _Composer:
    """Builds values from the events of the parser and notes what is refused.

    A path of None marks what is read for its faults alone: the second of two
    equal keys.
    """

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self.lines: Lines = {}
        self.plain: set[Place] = set()
        self.unread: set[Place] = set()
        self.faults: list[Fault] = []

    def compose(self) -> Any:
        """Return the value of the one document; None of an empty text."""
        value = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._note("documents", event)
            elif isinstance(event, yaml.NodeEvent):
                found = self._value(event, () if documents == 1 else None, 0)
                value = found if documents == 1 else value
        return value

    def _value(self, event: Any, path: Place | None, depth: int) -> Any:
        self._note_form(event)
        if path is not None:
            self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._not_read(path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if depth >= MAX_DEPTH:
            self._note("depth", event)
            self._skip()
            return self._not_read(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth + 1)
        return self._mapping(path, depth + 1)

    def _scalar(self, event: Any, path: Place | None) -> str | None:
        if event.style:  # None, or "" from libyaml, where it is plain
            return str(event.value)
        if path is not None:
            self.plain.add(path)
        return None if event.value in {"", "~", "null"} else str(event.value)

    def _sequence(self, path: Place | None, depth: int) -> list[Any]:
        result: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            own = None if path is None else (*path, len(result))
            result.append(self._value(event, own, depth))
        return result

    def _mapping(self, path: Place | None, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            fresh = key is not None and key not in result
            if key is not None and not fresh:
                self._note("repeated", event, key)
            own = (*path, key) if fresh and path is not None else None
            if own is not None:
                self.lines[own] = _line(event)
            value = self._value(next(self._events), own, depth)
            if fresh:
                result[str(key)] = value
        return result

    def _key(self, event: Any) -> Any:
        """Return the text of a key; None, and a fault, when it is no text."""
        self._note_form(event)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        self._note("key", event)
        if not isinstance(event, yaml.AliasEvent):
            self._skip()
        return None

    def _skip(self) -> None:
        """Pass over what is left of a list or mapping, at any depth."""
        open_ = 1
        while open_:
            event = next(self._events)
            self._note_form(event)
            open_ += isinstance(event, yaml.CollectionStartEvent)
            open_ -= isinstance(event, yaml.CollectionEndEvent)

    def _not_read(self, path: Place | None) -> None:
        if path is not None:
            self.unread.add(path)

    def _note_form(self, event: Any) -> None:
        anchor = getattr(event, "anchor", None)
        if anchor:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self._note("alias", event, f"{sign}{anchor}")
        tag = getattr(event, "tag", None)
        if tag not in {None, "!"}:
            self._note("tag", event, str(tag).replace("tag:yaml.org,2002:", "!!"))

    def _note(self, kind: str, event: Any, detail: str = "") -> None:
        self.faults.append(Fault(kind=kind, line=_line(event), detail=detail))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
