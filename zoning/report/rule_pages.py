"""Rules as Markdown: one page each and an index, made from the packs.

``python -m zoning.report.rule_pages docs/rules`` writes them. The same packs
give the same bytes; a test compares them with what is committed.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from zoning.report.rule_story import RulePart, RuleTable, state_when_met, tell_rule
from zoning.report.rule_wording import article, listing, rule_text, state_both
from zoning.rules.packs import RuleBook, built_in_packs, read_rule_book
from zoning.rules.schema import Rule
from zoning.terms import LANGUAGES, group, label

__all__ = ["INDEX", "index_page", "origin", "rule_page", "rule_pages", "write_pages"]

INDEX = "README.md"
_LEFT_OUT = "not_in_pack.md"
_COLUMNS = ("id", "title", "state", "layers", "since", "article")


def rule_pages(book: RuleBook) -> Mapping[str, str]:
    """Return every page by file name, the index first."""
    pages = {INDEX: index_page(book)}
    return pages | {f"{rule.id}.md": rule_page(rule, book) for rule in book.rules}


def rule_page(rule: Rule, book: RuleBook) -> str:
    """Return the page of one rule as Markdown: Chinese, then English."""
    back = " ".join(rule_text("page.index", lang) for lang in LANGUAGES)
    lines = [f"# {rule.id} {_plain(rule.title.zh)}", ""]
    lines += [f"[{back}]({INDEX}) · [English](#english)", ""]
    lines += [origin(rule, "zh"), ""]
    for part in tell_rule(rule, book, "zh"):
        lines += _part(part, "##")
    lines += ['<div lang="en">', "", "## English", ""]
    lines += [f"**{_plain(rule.title.en)}**", "", origin(rule, "en"), ""]
    for part in tell_rule(rule, book, "en"):
        lines += _part(part, "###")
    lines += ["</div>", "", "---", ""]
    return "\n".join([*lines, *_footer()])


def index_page(book: RuleBook) -> str:
    """Return the index as Markdown: how to read, then the rules by scope."""
    heading = " ".join(rule_text("page.index", lang) for lang in LANGUAGES)
    lines = [f"# {heading}", ""]
    for lang in LANGUAGES:
        packs = listing((f"{pack.id} {pack.version}" for pack in book.packs), lang)
        said = rule_text("page.read", lang, count=len(book.rules), packs=packs)
        lines += [f'<div lang="en">\n\n{said}\n\n</div>' if lang == "en" else said, ""]
    lines += [f"[{rule_text('page.left_out', 'zh')}]({_LEFT_OUT})", ""]
    for scope, words in group("scope").items():
        rules = [rule for rule in book.rules if rule.scope == scope]
        if rules:
            lines += [f"## {words['zh']} {words['en']}", ""]
            lines += [*_index_table(rules, book), ""]
    return "\n".join([*lines, "---", "", *_footer()])


def write_pages(folder: Path, book: RuleBook) -> tuple[str, ...]:
    """Write every page; pages of rules that are gone are taken away.

    Returns
    -------
    tuple of str
        The file names written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = rule_pages(book)
    for old in sorted(folder.glob("*-[0-9][0-9][0-9].md")):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_bytes(text.encode())
    return tuple(pages)


def origin(rule: Rule, lang: str) -> str:
    """Return chapter and year of a rule's text."""
    scope = label("scope", rule.scope, lang)
    return rule_text("page.origin", lang, scope=scope, year=rule.source.year)


def _part(part: RulePart, mark: str) -> Iterator[str]:
    """Yield the lines of one part, its heading under `mark`."""
    yield from (f"{mark} {part.heading}", "")
    if part.table is not None:
        yield from (*_table(part.table), "")
    for item in part.items:
        yield f"- {_plain(item.text)}"
        yield from (f"  - {_plain(line)}" for line in item.below)
    if part.items:
        yield ""


def _table(table: RuleTable) -> Iterator[str]:
    yield _row(table.columns)
    yield _row(("---",) * len(table.columns))
    yield from (_row(tuple(map(_cell, row))) for row in table.rows)


def _index_table(rules: list[Rule], book: RuleBook) -> Iterator[str]:
    heads = [
        " ".join(rule_text(f"column.{name}", lang) for lang in LANGUAGES)
        for name in _COLUMNS
    ]
    yield _row(tuple(heads))
    yield _row(("---",) * len(heads))
    for rule in rules:
        layers = dict.fromkeys(book.views[space.view].layer for space in rule.space)
        yield _row(
            (
                f"[{rule.id}]({rule.id}.md)",
                f"{_cell(rule.title.zh)}<br>{_cell(rule.title.en)}",
                state_both(state_when_met(rule, rule)),
                listing((label("layer", layer) for layer in layers), "zh"),
                rule.effective_from.isoformat() if rule.effective_from else "—",
                _cell(article(rule, "zh")),
            )
        )


def _footer() -> list[str]:
    said = [
        f"{rule_text('page.aside', lang)} {rule_text('page.generated', lang)}"
        for lang in LANGUAGES
    ]
    return [said[0], "", said[1], ""]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return _plain(text).replace("|", r"\|")


def _plain(text: str) -> str:
    """Keep Markdown from reading marks into a text."""
    return text.replace("*", r"\*").replace("<", "&lt;")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), read_rule_book(built_in_packs()))
