"""Project attributes from YAML: what the rules ask about a project.

Keys and values are checked against `zoning/data/project_attributes.yaml`; a
misspelt activity must not pass for one that no rule knows. Every fault is
told at once, with its line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoning import strict_yaml
from zoning.errors import Problem, SiteError
from zoning.io.boundary_points import number
from zoning.io.text import decode

__all__ = ["Projects", "activities", "attributes", "read_projects"]

_BOOLEANS = MappingProxyType(
    {"true": "true", "false": "false", "是": "true", "否": "false"}
)
_CODE = re.compile(r"[A-T]?\d{2,4}")
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """Project attributes for a whole call and for single sites.

    Parameters
    ----------
    default : mapping of str to str
        Attribute id → canonical value, for every site.
    by_site : mapping of str to mapping
        The same by site id, site name or file stem; adds to and overrides
        `default`.
    """

    default: Mapping[str, str] = field(default_factory=dict)
    by_site: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def for_site(self, site_id: str, name: str, stem: str) -> Mapping[str, str]:
        """Return the attributes of a site; the id outweighs name and stem."""
        merged = dict(self.default)
        for key in (stem, name, site_id):
            merged |= self.by_site.get(key, {})
        return merged

    def unmatched(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the entries that none of `keys` (ids, names, stems) calls for."""
        known = set(keys)
        return tuple(key for key in self.by_site if key not in known)


@cache
def attributes() -> Mapping[str, Mapping[str, Any]]:
    """Return every attribute: id → type, zh, en, and values of a choice."""
    found: Mapping[str, Mapping[str, Any]] = _vocabulary()["attributes"]
    return found


@cache
def activities() -> Mapping[str, Mapping[str, str]]:
    """Return every activity: id → zh, en."""
    found: Mapping[str, Mapping[str, str]] = _vocabulary()["activities"]
    return found


@cache
def _vocabulary() -> Mapping[str, Any]:
    path = files("zoning").joinpath("data/project_attributes.yaml")
    loaded: Mapping[str, Any] = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    return loaded


def read_projects(path: Path) -> Projects:
    """Read a project file.

    ::

        project: {activity: 化工项目, industry_code: C2614}   # every site
        sites:
          DK01: {activity: road}                              # one site

    Raises
    ------
    SiteError
        With every fault: unknown key or value, bad number, wrong structure.
    """
    try:
        text = decode(path.read_bytes(), path.name).text
        loaded, lines = strict_yaml.load_text(text), strict_yaml.lines_of(text)
    except OSError as error:
        values = {"detail": error.strerror or type(error).__name__}
        problem = Problem(code="SITE_FILE_NOT_FOUND", where=path.name, values=values)
        raise SiteError(problem) from error
    except strict_yaml.YamlError as error:
        raise SiteError(
            _fault(f"{path.name}:{error.line}", f"YAML：{error.reason}", error.reason)
        ) from error
    reader = _Reader(path.name, lines)
    projects = reader.read(loaded)
    if reader.faults:
        raise SiteError(*reader.faults)
    return projects


class _Reader:
    """Walks the loaded file and gathers faults."""

    def __init__(self, file: str, lines: Mapping[_Path, int]) -> None:
        self.file = file
        self.lines = lines
        self.faults: list[Problem] = []

    def read(self, loaded: Any) -> Projects:
        """Return what is sound; `faults` holds the rest."""
        top = self._mapping(loaded, ())
        for key in top:
            if key not in {"project", "sites"}:
                self._note(
                    (key,),
                    f"未知的键 {key}（应为 project 或 sites）",
                    f"unknown key {key} (project or sites expected)",
                )
        sites = self._mapping(top.get("sites"), ("sites",))
        return Projects(
            default=self._attributes(top.get("project"), ("project",)),
            by_site={
                site: self._attributes(entry, ("sites", site))
                for site, entry in sites.items()
            },
        )

    def _mapping(self, value: Any, path: _Path) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self._note(path, "应为 键: 值 的形式", "a mapping is expected")
        return {}

    def _attributes(self, value: Any, path: _Path) -> dict[str, str]:
        result: dict[str, str] = {}
        for key, given in self._mapping(value, path).items():
            place = (*path, key)
            known = _identifier(key, attributes())
            if known is None:
                self._note(place, f"未知的属性 {key}", f"unknown attribute {key}")
            elif known in result:
                self._note(place, f"属性 {key} 重复", f"attribute {key} is repeated")
            elif given is not None:
                canonical = _canonical(known, given)
                if canonical is None:
                    allowed = ", ".join(_allowed(known))
                    self._note(
                        place,
                        f"属性 {key} 的取值 {given} 不可用（可用：{allowed}）",
                        f"value {given} of {key} is not known (use: {allowed})",
                    )
                else:
                    result[known] = canonical
        return result

    def _note(self, path: _Path, chinese: str, english: str) -> None:
        where = f"{self.file}:{self.lines.get(path, 1)}"
        self.faults.append(_fault(where, chinese, english))


def _fault(where: str, chinese: str, english: str) -> Problem:
    values = {"detail_zh": chinese, "detail_en": english}
    return Problem(code="PROJECT_MALFORMED", where=where, values=values)


def _identifier(text: str, words: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the id that a text is, or is the Chinese word of."""
    text = text.strip()
    if text in words:
        return text
    return next((key for key, entry in words.items() if entry["zh"] == text), None)


def _canonical(attribute: str, given: Any) -> str | None:
    if not isinstance(given, str) or not given.strip():
        return None
    text = given.strip()
    kind = attributes()[attribute]["type"]
    if kind == "boolean":
        return _BOOLEANS.get(text.lower())
    if kind == "number":
        value = number(text)
        return text if value is not None and value >= 0 else None
    if kind == "code":
        return text.upper() if _CODE.fullmatch(text.upper()) else None
    words = _words(attribute)
    return text if words is None else _identifier(text, words)


def _words(attribute: str) -> Mapping[str, Mapping[str, Any]] | None:
    entry = attributes()[attribute]
    return activities() if entry["type"] == "activity" else entry.get("values")


def _allowed(attribute: str) -> list[str]:
    examples = {"boolean": ["是", "否"], "number": ["1234.5"], "code": ["C2614"]}
    words = _words(attribute)
    if words is None:
        return examples.get(attributes()[attribute]["type"], ["…"])
    return [f"{key} {entry['zh']}" for key, entry in words.items()]
