"""Packs from text to rules: every fault of form, of shape and of names told.

Loaded only where no book of these texts is kept (`stored_book`).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from zoning import strict_yaml, terms
from zoning.errors import Problem, RulePackError
from zoning.model import PackInfo
from zoning.rules.book import RuleBook
from zoning.rules.pack_files import built_in_packs, pack_text, table_texts
from zoning.rules.pack_form import form_faults, unquoted_codes
from zoning.rules.pack_names import Known, name_faults, rule_ids
from zoning.rules.pack_schema import schema_faults
from zoning.rules.pack_text import PackText
from zoning.rules.schema import Pack, View
from zoning.strict_yaml import Place

__all__ = ["read_book"]

TABLES = ("views", "groups")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """A pack as far as it can be read; `pack` is None when it is malformed."""

    text: PackText
    sha256: str
    pack: Pack | None
    problems: tuple[Problem, ...]
    told: frozenset[Place]


def read_book(texts: list[tuple[str, str]], problems: list[Problem]) -> RuleBook:
    """Read packs, given by name and text.

    Parameters
    ----------
    texts : list of tuple
        Name and text of each pack.
    problems : list of Problem
        What is known to be wrong already.

    Raises
    ------
    RulePackError
        With every problem of every pack.
    """
    read = [_parsed(name, text) for name, text in texts]
    known = _known(read)
    for one in read:
        found = [*one.problems, *name_faults(one.text, known, one.told)]
        problems += sorted(found, key=_line)
    problems += [*_taken(read), *_ids_taken(read)]
    if problems:
        raise RulePackError(*problems)
    whole = [(one, one.pack) for one in read if one.pack is not None]
    views, groups = _tables()
    return RuleBook(
        packs=tuple(_info(one, pack) for one, pack in whole),
        rules=tuple(rule for _, pack in whole for rule in pack.rules),
        views={**views, **{k: v for _, p in whole for k, v in p.views.items()}},
        groups={**groups, **{k: v for _, p in whole for k, v in p.groups.items()}},
    )


def _ids_taken(read: list[_Read]) -> list[Problem]:
    """Find packs that bear the id of another, or of one of the product's own."""
    found: list[Problem] = []
    seen: set[str] = set()
    for one in read:
        if one.pack is None:
            continue
        own = one.text.name == one.pack.id
        if one.pack.id in seen or (one.pack.id in built_in_packs() and not own):
            found.append(
                one.text.problem(
                    "PACK_NAME_TAKEN",
                    ("id",),
                    name=one.pack.id,
                    kind_zh=terms.label("pack_name", "pack", "zh"),
                    kind_en=terms.label("pack_name", "pack", "en"),
                    where_zh="另一规则包",
                    where_en="another pack",
                )
            )
        seen.add(one.pack.id)
    return found


def _info(one: _Read, pack: Pack) -> PackInfo:
    return PackInfo(
        id=pack.id, version=pack.version, sha256=one.sha256, rules=len(pack.rules)
    )


@cache
def _tables() -> tuple[Mapping[str, View], Mapping[str, tuple[str, ...]]]:
    views, groups = map(strict_yaml.load_text, table_texts())
    return (
        {name: View.model_validate(view) for name, view in views.items()},
        {name: tuple(prefixes) for name, prefixes in groups.items()},
    )


@cache
def _parsed(name: str, text: str) -> _Read:
    """Parse a text once per process."""
    pack = PackText(name=name, document=strict_yaml.read_document(text))
    unquoted = unquoted_codes(pack)
    problems = [*form_faults(pack), *unquoted.values()]
    whole: Pack | None = None
    if not any(fault.kind == "syntax" for fault in pack.document.faults):
        try:
            whole = Pack.model_validate(pack.document.value)
        except ValidationError as error:
            problems += schema_faults(pack, error, unquoted)
    return _Read(
        text=pack,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        pack=whole,
        problems=tuple(problems),
        told=frozenset(unquoted) | pack.document.unread,
    )


def _known(read: list[_Read]) -> Known:
    """Return the names that packs of one call share, rules of the product too."""
    views, groups = _tables()
    rules = [name for one in read for _, name in rule_ids(one.text)]
    named = [
        name
        for one in read
        for rule in (one.pack.rules if one.pack else ())
        for name in rule.succeeded_by or ()
    ]
    if not set(named) <= set(rules):
        for pack in built_in_packs():
            rules += [
                name for _, name in rule_ids(_parsed(pack, pack_text(pack, None)).text)
            ]
    return Known(
        views=[*views, *(name for one in read for name in _own(one, "views"))],
        groups=[*groups, *(name for one in read for name in _own(one, "groups"))],
        rules=rules,
    )


def _own(one: _Read, table: str) -> Mapping[str, Any]:
    loaded = one.text.document.value
    found = loaded.get(table) if isinstance(loaded, dict) else None
    return found if isinstance(found, dict) else {}


def _taken(read: list[_Read]) -> Iterator[Problem]:
    """Yield names that stand elsewhere with another meaning, and rules in two packs."""
    views, groups = _tables()
    meanings: dict[tuple[str, str], tuple[str, Any]] = {
        **{("views", name): ("", view) for name, view in views.items()},
        **{("groups", name): ("", group) for name, group in groups.items()},
    }
    for position, one in enumerate(read):
        own: list[tuple[Place, str, Any]] = [
            (place, name, position) for place, name in rule_ids(one.text)
        ]
        for table in TABLES if one.pack else ():
            entries: Mapping[str, Any] = getattr(one.pack, table)
            own += [((table, k), k, meaning) for k, meaning in entries.items()]
        for place, name, meaning in own:
            key = (str(place[0]), name)
            where, before = meanings.setdefault(key, (one.text.name, meaning))
            if before != meaning:
                yield _taken_name(one.text, place, where)


def _taken_name(pack: PackText, place: Place, where: str) -> Problem:
    kind = str(place[0]).removesuffix("s")
    name = place[1] if kind != "rule" else dict(rule_ids(pack))[place]
    return pack.problem(
        "PACK_NAME_TAKEN",
        place,
        name=str(name),
        kind_zh=terms.label("pack_name", kind, "zh"),
        kind_en=terms.label("pack_name", kind, "en"),
        where_zh=f"规则包 {where}" if where else "内置的表",
        where_en=f"pack {where}" if where else "the tables of the product",
    )


def _line(problem: Problem) -> int:
    return int(problem.where.rpartition(":")[2])
