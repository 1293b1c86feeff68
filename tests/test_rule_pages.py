"""docs/rules says what the packs say: made from them, and compared here."""

import re
import subprocess
import sys
from pathlib import Path

from zoning import terms
from zoning.report.rule_pages import INDEX, rule_pages, write_pages
from zoning.rules.packs import built_in_packs, read_rule_book

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/rules"
LEFT_OUT = "not_in_pack.md"
BOOK = read_rule_book(built_in_packs())


def test_the_pages_are_those_of_the_packs() -> None:
    """If this fails, run `make rules-docs` and look at the difference."""
    pages = rule_pages(BOOK)
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}

    stale = [name for name, text in pages.items() if there.get(name) != text]
    assert not stale, "run: make rules-docs"
    assert set(there) == {*pages, LEFT_OUT}


def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "zoning.report.rule_pages", str(tmp_path)]
    environment = {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run(call, check=True, cwd=ROOT, env=environment)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {name: text.encode() for name, text in rule_pages(BOOK).items()}


def test_the_page_of_a_rule_that_is_gone_goes_too(tmp_path: Path) -> None:
    for name in ("OLD-001.md", LEFT_OUT):
        (tmp_path / name).write_text("old", encoding="utf-8")

    write_pages(tmp_path, BOOK)

    assert not (tmp_path / "OLD-001.md").exists()
    assert (tmp_path / LEFT_OUT).read_text("utf-8") == "old"


def test_the_index_links_every_rule_once_under_its_chapter() -> None:
    chapters = rule_pages(BOOK)[INDEX].split("\n## ")[1:]

    for scope, words in terms.group("scope").items():
        rules = [rule.id for rule in BOOK.rules if rule.scope == scope]
        found = [part for part in chapters if part.startswith(f"{words['zh']} ")]
        linked = re.findall(r"\[([A-Z]+-\d{3})\]\(\1\.md\)", "".join(found))
        assert linked == rules, scope


def test_a_page_tells_its_rule_in_both_languages() -> None:
    pages = rule_pages(BOOK)
    for rule in BOOK.rules:
        chinese, _, english = pages[f"{rule.id}.md"].partition('<div lang="en">')
        texts = [rule.title, *rule.remedy, *rule.notes]
        texts += [case.title for case in rule.exceptions]
        texts += [paper for case in rule.exceptions for paper in case.evidence]
        for text in texts:
            assert text.zh in chinese, rule.id
            assert text.en in english, rule.id


def test_a_page_tells_every_clause_with_its_days() -> None:
    pages = rule_pages(BOOK)
    for rule in BOOK.rules:
        rows = [
            row
            for row in pages[f"{rule.id}.md"].partition("<div")[0].splitlines()
            if re.match(r"\| (\d{4}-\d\d-\d\d|施行日期未查明) \|", row)
        ]
        assert len(rows) == len(rule.supersedes) + 1, rule.id
        told = " ".join(rows)
        days = [rule.effective_from, rule.effective_to]
        documents = [rule.source.document]
        for old in rule.supersedes:
            days += [old.effective_from, old.effective_to]
            documents.append(old.document)
        assert all(day is None or day.isoformat() in told for day in days), rule.id
        assert all(name.split("; ")[0] in told for name in documents), rule.id


def test_every_example_stands_in_the_table_of_its_page() -> None:
    pages = rule_pages(BOOK)
    for rule in BOOK.rules:
        chinese = pages[f"{rule.id}.md"].partition('<div lang="en">')[0]
        rows = re.findall(r"^\| (?:触及|不触及|临界) \|", chinese, flags=re.MULTILINE)
        assert len(rows) == len(rule.examples), rule.id


def test_every_fact_has_a_page_or_is_named_with_its_reason(shared: Path) -> None:
    text = (shared / "domain/rules_facts.yaml").read_text(encoding="utf-8")
    facts = set(re.findall(r"^\s*-\s*\{?\s*id:\s*([A-Z]+-\d{3})", text, re.MULTILINE))
    assert len(facts) == 92
    left_out = (FOLDER / LEFT_OUT).read_text("utf-8").split("\n## ")[1]
    named = set(re.findall(r"^\| ([A-Z]+-\d{3}) \|", left_out, flags=re.MULTILINE))
    pages = [path.stem.split("-") for path in FOLDER.glob("*-[0-9][0-9][0-9].md")]
    paged = {f"{letters}-{int(number) % 100:03d}" for letters, number in pages}

    assert facts <= paged | named
    assert not facts & paged & named
