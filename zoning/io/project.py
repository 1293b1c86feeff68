"""Project attributes from YAML or Python: what the rules ask about a project.

Keys and values are checked against `zoning/data/project_attributes.yaml`; a
misspelt activity must not pass for one that no rule knows. Every fault is
told at once, with its line.

References
----------
.. [1] GB/T 4754-2017, Industrial classification for national economic
   activities: 20 sections A-T of divisions 01-97.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoning import strict_yaml
from zoning.errors import Problem, SiteError, UsageError
from zoning.io.boundary_points import number
from zoning.io.text import decode

__all__ = [
    "Projects",
    "SiteKeys",
    "activities",
    "attributes",
    "canonical_attributes",
    "is_missing",
    "read_projects",
]

_BOOLEANS = MappingProxyType(
    {"true": "true", "false": "false", "是": "true", "否": "false"}
)
_CODE = re.compile(r"([A-T]?)([0-9]{2})[0-9]{0,2}|[A-T]")
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
# The last division of each section; the next section starts at the next number.
_LAST_DIVISIONS = (
    *(5, 12, 43, 46, 50, 52, 60, 62, 65, 69),
    *(70, 72, 75, 79, 82, 83, 85, 90, 96, 97),
)
_WHOLE_CLASS = re.compile(r"[1-9][0-9]{3}")
_NUMBERS = (int, float, Decimal, np.integer, np.floating)
_LISTED = 12  # keys and sites named in one message
_Path = tuple[str | int, ...]

SiteKeys = tuple[str, str, str]
"""What an entry of a project file can call a site by: id, name, file stem."""


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

    def require_entries(
        self, sites: Sequence[SiteKeys], *, rejected: Sequence[SiteKeys] = ()
    ) -> None:
        """Refuse entries that match nothing while a site has none of its own.

        One of them may be the misspelt key of that site, which would be
        checked as another project. Where every site has an entry the rest of
        the file speaks of sites that are not checked now.

        Parameters
        ----------
        sites : sequence of (id, name, stem)
            The sites to check.
        rejected : sequence of (id, name, stem), optional
            Sites that will not be checked: they may have entries, need none.

        Raises
        ------
        UsageError
            ``PROJECT_SITE_UNKNOWN``, naming the keys and the sites.
        """
        bare = [keys[0] for keys in sites if not any(k in self.by_site for k in keys)]
        stray = self.unmatched(key for keys in (*sites, *rejected) for key in keys)
        if bare and stray:
            values = {"keys": _listed(stray), "sites": _listed(bare), "site": bare[0]}
            raise UsageError(Problem(code="PROJECT_SITE_UNKNOWN", values=values))


def _listed(names: Sequence[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


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


def canonical_attributes(given: Mapping[Any, Any], where: str) -> Mapping[str, str]:
    """Check attributes given from Python as those of a file are.

    Parameters
    ----------
    given : mapping
        Attribute (id or Chinese word) → text, bool or number. None, NaN and
        blank text mean that the value is not known.
    where : str
        Place for the messages.

    Returns
    -------
    mapping of str to str
        Attribute id → canonical value, the known ones only.

    Raises
    ------
    UsageError
        ``PROJECT_MALFORMED`` for every fault: unknown attribute or value, an
        attribute given twice. A number stands for an industry code only with
        four digits: fewer may have lost a leading zero (``0313`` read as 313
        would turn farming into manufacture).
    """
    faults: list[Problem] = []
    found = _canonical_entries(
        {key: None if is_missing(value) else value for key, value in given.items()},
        lambda _, chinese, english: faults.append(_fault(where, chinese, english)),
    )
    if faults:
        raise UsageError(*faults)
    return found


def is_missing(value: Any) -> bool:
    """Say whether a cell is empty in one of the ways Python tables know."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, _NUMBERS):
        return bool(value != value)  # noqa: PLR0124  NaN alone differs from itself
    return value is None or type(value).__name__ in {"NAType", "NaTType"}  # pandas


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
        return _canonical_entries(
            self._mapping(value, path),
            lambda key, chinese, english: self._note((*path, key), chinese, english),
        )

    def _note(self, path: _Path, chinese: str, english: str) -> None:
        where = f"{self.file}:{self.lines.get(path, 1)}"
        self.faults.append(_fault(where, chinese, english))


def _canonical_entries(
    entries: Mapping[Any, Any], note: Callable[[Any, str, str], None]
) -> dict[str, str]:
    """Return id → canonical value; `note` hears of every fault: key, zh, en."""
    result: dict[str, str] = {}
    for key, given in entries.items():
        known = _identifier(str(key), attributes())
        if known is None:
            note(key, f"未知的属性 {key}", f"unknown attribute {key}")
        elif known in result:
            note(key, f"属性 {key} 重复", f"attribute {key} is repeated")
        elif given is not None:
            canonical = _canonical(known, given)
            if canonical is None:
                allowed = ", ".join(_allowed(known))
                note(
                    key,
                    f"属性 {key} 的取值 {given} 不可用（可用：{allowed}）",
                    f"value {given} of {key} is not known (use: {allowed})",
                )
            else:
                result[known] = canonical
    return result


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
    kind = attributes()[attribute]["type"]
    text = _text(kind, given).strip()
    if not text:
        return None
    if kind == "boolean":
        return _BOOLEANS.get(text.lower())
    if kind == "number":
        value = number(text)
        return text if value is not None and value >= 0 else None
    if kind == "code":
        return _industry(text)
    words = _words(attribute)
    return text if words is None else _identifier(text, words)


def _text(kind: str, given: Any) -> str:
    """Write a value as a file would; empty where it cannot stand for the kind."""
    if isinstance(given, str):
        return given
    if isinstance(given, bool | np.bool_):
        return str(bool(given)).lower()
    if not isinstance(given, _NUMBERS):
        return ""
    plain = format(Decimal(str(given)), "f").removesuffix(".0")
    if kind == "boolean":
        return {"0": "false", "1": "true"}.get(plain, "")
    return "" if kind == "code" and not _WHOLE_CLASS.fullmatch(plain) else plain


def _industry(text: str) -> str | None:
    """Return a code of GB/T 4754-2017 in half-width capitals.

    A letter of another section than the division's is a fault: ``D2614``
    would escape every rule on ``C26``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    match = _CODE.fullmatch(plain)
    if match is None or match[2] is None:
        return plain if match else None
    division = int(match[2])
    if not 1 <= division <= _LAST_DIVISIONS[-1]:
        return None
    section = _SECTIONS[bisect_left(_LAST_DIVISIONS, division)]
    return plain if match[1] in {"", section} else None


def _words(attribute: str) -> Mapping[str, Mapping[str, Any]] | None:
    entry = attributes()[attribute]
    return activities() if entry["type"] == "activity" else entry.get("values")


def _allowed(attribute: str) -> list[str]:
    examples = {"boolean": ["是", "否"], "number": ["1234.5"], "code": ["C2614"]}
    words = _words(attribute)
    if words is None:
        return examples.get(attributes()[attribute]["type"], ["…"])
    return [f"{key} {entry['zh']}" for key, entry in words.items()]
