"""Reading rule packs, views and industry groups.

A malformed pack is told whole: every fault of form, of shape and of names, in
all packs, each with its line and cure. None of it looks like a finding.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zoning import strict_yaml, terms
from zoning.errors import Problem, RulePackError
from zoning.model import PackInfo
from zoning.rules.book import RuleBook
from zoning.rules.pack_form import form_faults, unquoted_codes
from zoning.rules.pack_names import Known, name_faults, rule_ids
from zoning.rules.pack_schema import schema_faults
from zoning.rules.pack_text import PackText
from zoning.rules.schema import Pack, View
from zoning.rules.stored_book import book_key, load_book, save_book
from zoning.strict_yaml import Place

__all__ = ["RuleBook", "built_in_packs", "read_rule_book"]

TABLES = ("views", "groups")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """A pack as far as it can be read; `pack` is None when it is malformed."""

    text: PackText
    sha256: str
    pack: Pack | None
    problems: tuple[Problem, ...]
    told: frozenset[Place]


def built_in_packs() -> tuple[str, ...]:
    """Return the ids of the packs that ship with the package."""
    names = [file.name for file in files("zoning").joinpath("packs").iterdir()]
    tables = {"views.yaml", "industry_groups.yaml", "audit.yaml"}
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n not in tables))


def read_rule_book(packs: tuple[str, ...], folder: Path | None = None) -> RuleBook:
    """Read packs by built-in id or by path relative to `folder`.

    A pack's own views and groups join those of the product; every pack of the
    call may use them. A name means one thing: a table of the product or of
    another pack cannot be changed.

    Raises
    ------
    RulePackError
        With every problem of every pack, pack by pack in the order of lines.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name in packs:
        try:
            texts[name] = _pack_text(name, folder)
        except RulePackError as error:
            problems += error.problems
    if folder is None or problems or len(texts) < len(packs):
        return _read_book([(n, texts[n]) for n in packs if n in texts], problems)
    key = book_key([*_table_texts(), *(s for pair in texts.items() for s in pair)])
    book = load_book(folder, key)
    if book is None:
        book = _read_book(list(texts.items()), [])
        save_book(folder, key, book)
    return book


def _read_book(texts: list[tuple[str, str]], problems: list[Problem]) -> RuleBook:
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
    views, groups = map(strict_yaml.load_text, _table_texts())
    return (
        {name: View.model_validate(view) for name, view in views.items()},
        {name: tuple(prefixes) for name, prefixes in groups.items()},
    )


@cache
def _table_texts() -> tuple[str, str]:
    folder = files("zoning").joinpath("packs")
    views, groups = (
        folder.joinpath(f"{name}.yaml").read_text("utf-8")
        for name in ("views", "industry_groups")
    )
    return views, groups


def _pack_text(name: str, folder: Path | None) -> str:
    if name in built_in_packs():
        return files("zoning").joinpath(f"packs/{name}.yaml").read_text("utf-8")
    path = (folder or Path()) / name
    if not path.is_file():
        raise RulePackError(Problem(code="PACK_NOT_FOUND", values={"pack": name}))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        values = {"pack": name}
        raise RulePackError(
            Problem(code="PACK_ENCODING", where=f"{name}:1", values=values)
        ) from error


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
                name for _, name in rule_ids(_parsed(pack, _pack_text(pack, None)).text)
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
