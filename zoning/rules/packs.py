"""Reading rule packs, views and industry groups."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zoning import strict_yaml, terms
from zoning.errors import Problem, RulePackError
from zoning.model import PackInfo
from zoning.rules.schema import Condition, Pack, Rule, View

VOCABULARIES = ("activity", "construction_nature", "approval_level")

__all__ = ["RuleBook", "built_in_packs", "read_rule_book"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleBook:
    """The rules of a check: packs in order, with the tables they refer to."""

    packs: tuple[PackInfo, ...]
    rules: tuple[Rule, ...]
    views: Mapping[str, View]
    groups: Mapping[str, tuple[str, ...]]


def built_in_packs() -> tuple[str, ...]:
    """Return the ids of the packs that ship with the package."""
    names = [file.name for file in files("zoning").joinpath("packs").iterdir()]
    tables = {"views.yaml", "industry_groups.yaml"}
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n not in tables))


def read_rule_book(packs: tuple[str, ...], folder: Path | None = None) -> RuleBook:
    """Read packs by built-in id or by path relative to `folder`.

    Raises
    ------
    RulePackError
        With every problem of every pack.
    """
    views, groups = _tables()
    infos: list[PackInfo] = []
    rules: list[Rule] = []
    problems: list[Problem] = []
    for name in packs:
        text = _pack_text(name, folder)
        pack, found = _parsed(name, text)
        problems += found
        if pack is not None:
            problems += _references(name, text, pack)
            digest = hashlib.sha256(text.encode()).hexdigest()
            infos.append(
                PackInfo(
                    id=pack.id,
                    version=pack.version,
                    sha256=digest,
                    rules=len(pack.rules),
                )
            )
            rules += pack.rules
    problems += _twice(rules)
    if problems:
        raise RulePackError(*problems)
    return RuleBook(packs=tuple(infos), rules=tuple(rules), views=views, groups=groups)


@cache
def _tables() -> tuple[Mapping[str, View], Mapping[str, tuple[str, ...]]]:
    folder = files("zoning").joinpath("packs")
    views = strict_yaml.load_text(folder.joinpath("views.yaml").read_text("utf-8"))
    groups = strict_yaml.load_text(
        folder.joinpath("industry_groups.yaml").read_text("utf-8")
    )
    return (
        {name: View.model_validate(view) for name, view in views.items()},
        {name: tuple(prefixes) for name, prefixes in groups.items()},
    )


def _pack_text(name: str, folder: Path | None) -> str:
    if name in built_in_packs():
        return files("zoning").joinpath(f"packs/{name}.yaml").read_text("utf-8")
    path = (folder or Path()) / name
    if not path.is_file():
        raise RulePackError(Problem(code="PACK_NOT_FOUND", values={"pack": name}))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulePackError(_malformed(name, 1, "not UTF-8")) from error


@cache
def _parsed(name: str, text: str) -> tuple[Pack | None, list[Problem]]:
    """Parse a text once per process."""
    return _parse(name, text)


def _parse(name: str, text: str) -> tuple[Pack | None, list[Problem]]:
    try:
        loaded = strict_yaml.load_text(text)
        return Pack.model_validate(loaded), []
    except strict_yaml.YamlError as error:
        return None, [_malformed(name, error.line, error.reason)]
    except ValidationError as error:
        lines = strict_yaml.lines_of(text)
        return None, [
            _malformed(name, strict_yaml.line_at(lines, item["loc"]), _reason(item))
            for item in error.errors(include_url=False)
        ]


def _reason(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    return f"{place}: {item['msg']}" if place else str(item["msg"])


def _references(name: str, text: str, pack: Pack) -> list[Problem]:
    """Find views, groups, scopes and attributes that do not exist."""
    views, groups = _tables()
    faults: list[tuple[int, str]] = []
    for index, rule in enumerate(pack.rules):
        unknown = [f"view {s.view}" for s in rule.space if s.view not in views]
        if rule.scope not in terms.group("scope"):
            unknown.append(f"scope {rule.scope}")
        stated = (*rule.when, *(c for e in rule.exceptions for c in e.when))
        for condition in _flat(stated):
            unknown += [f"group {g}" for g in condition.groups if g not in groups]
            unknown += _unknown_values(condition)
            if condition.attribute and condition.attribute not in terms.group(
                "attribute"
            ):
                unknown.append(f"attribute {condition.attribute}")
        faults += [(index, f"{rule.id}: unknown {what}") for what in unknown]
    lines = strict_yaml.lines_of(text) if faults else {}
    return [_malformed(name, lines["rules", k], reason) for k, reason in faults]


def _unknown_values(condition: Condition) -> list[str]:
    """Find values that no project can have: they would never match."""
    if condition.attribute not in VOCABULARIES:
        return []
    words = terms.group(condition.attribute)
    given = (*condition.one_of, *condition.none_of)
    return [f"{condition.attribute} {value}" for value in given if value not in words]


def _flat(conditions: tuple[Condition, ...]) -> list[Condition]:
    """Return conditions with all that stand inside their `any`."""
    return [c for one in conditions for c in (one, *_flat(one.any))]


def _twice(rules: list[Rule]) -> list[Problem]:
    ids = [rule.id for rule in rules]
    return [
        _malformed("packs", 1, f"rule {rule_id} stands in two packs")
        for rule_id in sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    ]


def _malformed(name: str, line: int, reason: str) -> Problem:
    return Problem(
        code="PACK_MALFORMED",
        where=f"{name}:{line}",
        values={"pack": name, "detail": reason},
    )
