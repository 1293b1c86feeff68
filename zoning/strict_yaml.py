"""YAML without surprises: every scalar stays text, nothing is repeated or aliased.

Plain YAML turns the land-class code 0103 into 67, `no` into False and keeps
the last of two equal keys in silence. Here a scalar is the text that was
written; the schema at the door turns it into a number or a date.
"""

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where it is built in

__all__ = ["YamlError", "line_at", "lines_of", "load", "load_text"]

MAX_DEPTH = 40

Lines = dict[tuple[str | int, ...], int]
"""Line, from 1, of every value by its path."""


class YamlError(ValueError):
    """The text is not acceptable YAML; `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


def load(path: Path) -> Any:
    """Read a UTF-8 YAML file into dicts, lists, strings and None."""
    return load_text(path.read_text(encoding="utf-8-sig"))


def load_text(text: str) -> Any:
    """Parse YAML text into dicts, lists, strings and None.

    Raises
    ------
    YamlError
        On bad syntax, a repeated key, an alias, a tag, or deep nesting.
    """
    node = _compose(text)
    return None if node is None else _value(node, 0)


def lines_of(text: str) -> Lines:
    """Return the line (from 1) of every value, keyed by its path."""
    node = _compose(text)
    lines: Lines = {}
    if node is not None:
        _collect(node, (), lines)
    return lines


def line_at(lines: Lines, place: tuple[str | int, ...]) -> int:
    """Return the line of the deepest part of `place` that the text has."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _compose(text: str) -> yaml.Node | None:
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise YamlError("anchors and aliases are refused", _line(event))
            if getattr(event, "tag", None) not in {None, "!"}:
                raise YamlError("tags are refused", _line(event))
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(str(error.problem), mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError(type(error).__name__, 1) from error


def _value(node: yaml.Node, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise YamlError("nested too deeply", _line(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, depth + 1) for child in node.value]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError("a key must be plain text", _line(key))
            if key.value in result:
                raise YamlError(f"key {key.value!r} is repeated", _line(key))
            result[key.value] = _value(child, depth + 1)
        return result
    plain = not getattr(node, "style", None)  # None, or "" from libyaml
    return None if plain and node.value in {"", "~", "null"} else node.value


def _collect(
    node: yaml.Node,
    path: tuple[str | int, ...],
    lines: Lines,
) -> None:
    lines[path] = _line(node)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _collect(child, (*path, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            _collect(child, (*path, key.value), lines)
            lines[*path, key.value] = _line(key)


def _line(item: Any) -> int:
    return int(item.start_mark.line) + 1
