"""A rule book that was read before, kept as JSON beside the prepared layers.

Its name is a hash over every text that it was read from and the form of the
rules; a checksum covers what it says. Checked when it was first read, it is
checked against the form of rules again, but not for names and unquoted codes.
"""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from zoning.model import PackInfo
from zoning.rules.book import RuleBook
from zoning.rules.schema import Rule, View
from zoning.store import FOLDER
from zoning.whole_files import put_whole

__all__ = ["book_key", "load_book", "save_book"]

CONFIG = "zoning.yaml"


def book_key(texts: Sequence[str]) -> str:
    """Return the name of a book: a hash over all texts and the form of rules."""
    digest = hashlib.sha256()
    form = files("zoning").joinpath("rules/schema.py").read_text("utf-8")
    for text in (form, *texts):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:32]


def load_book(folder: Path, key: str) -> RuleBook | None:
    """Return the book, or None where there is none or it is damaged."""
    try:
        text = _path(folder, key).read_bytes()
        check, _, body = text.partition(b"\n")
        if check.decode() != hashlib.sha256(body).hexdigest():
            return None
        return _book(json.loads(body))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_book(folder: Path, key: str, book: RuleBook) -> None:
    """Keep a book beside a base; where it cannot be written, nothing happens."""
    if not (folder / CONFIG).is_file():
        return
    path = _path(folder, key)
    body = json.dumps(_plain(book), ensure_ascii=False).encode()
    try:
        path.parent.mkdir(exist_ok=True)
        put_whole(path, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    except OSError:
        return
    for old in path.parent.glob("rules-*.json"):
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()


def _path(folder: Path, key: str) -> Path:
    return folder / FOLDER / f"rules-{key}.json"


def _plain(book: RuleBook) -> dict[str, Any]:
    return {
        "packs": [[p.id, p.version, p.sha256, p.rules] for p in book.packs],
        "rules": [rule.model_dump(mode="json") for rule in book.rules],
        "views": {n: view.model_dump(mode="json") for n, view in book.views.items()},
        "groups": book.groups,
    }


def _book(plain: dict[str, Any]) -> RuleBook:
    return RuleBook(
        packs=tuple(
            PackInfo(id=name, version=version, sha256=sha256, rules=rules)
            for name, version, sha256, rules in plain["packs"]
        ),
        rules=tuple(Rule.model_validate(rule) for rule in plain["rules"]),
        views={n: View.model_validate(view) for n, view in plain["views"].items()},
        groups={name: tuple(group) for name, group in plain["groups"].items()},
    )
