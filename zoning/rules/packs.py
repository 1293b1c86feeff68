"""Reading rule packs, views and industry groups.

A malformed pack is told whole: every fault of form, of shape and of names, in
all packs, each with its line and cure. None of it looks like a finding.
"""

from pathlib import Path

from zoning.errors import Problem, RulePackError
from zoning.rules.book import RuleBook
from zoning.rules.pack_files import built_in_packs, pack_text, table_texts
from zoning.rules.stored_book import book_key, load_book, save_book

__all__ = ["RuleBook", "built_in_packs", "read_rule_book"]


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
            texts[name] = pack_text(name, folder)
        except RulePackError as error:
            problems += error.problems
    if folder is None or problems or len(texts) < len(packs):
        return _read([(n, texts[n]) for n in packs if n in texts], problems)
    key = book_key([*table_texts(), *(s for pair in texts.items() for s in pair)])
    book = load_book(folder, key)
    if book is None:
        book = _read(list(texts.items()), [])
        save_book(folder, key, book)
    return book


def _read(texts: list[tuple[str, str]], problems: list[Problem]) -> RuleBook:
    from zoning.rules.pack_reading import read_book  # not for a book that is kept

    return read_book(texts, problems)
