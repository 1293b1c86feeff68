"""The packs that rest on the fact base, and what tests compare them with."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zoning.rules.packs import RuleBook, read_rule_book
from zoning.rules.schema import Predecessor, Rule

ROOT = Path(__file__).resolve().parents[1]
PACKS = ("national", "yangtze", "chongqing")
LEFT_OUT = ROOT / "docs/rules/not_in_pack.md"


@cache
def book() -> RuleBook:
    return read_rule_book(PACKS)


@cache
def by_id() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in book().rules}


def fact_id(rule_id: str) -> str:
    """Return the fact a rule is (a part of): PBF-107 is part of PBF-007."""
    letters, number = rule_id.split("-")
    return f"{letters}-{int(number) % 100:03d}"


def basis_id(rule_id: str) -> str:
    """Return the fact whose document a rule cites.

    The ban of ECR-002 stands in the guideline of 2019, as that of ECR-001 does
    (policy dossier 1.3, evidence P2); its own fact names the notice of 2022,
    which lists what is exempt.
    """
    return {"ECR-002": "ECR-001"}.get(rule_id, fact_id(rule_id))


def is_part(rule_id: str) -> bool:
    return fact_id(rule_id) != rule_id


def read_facts(shared: Path) -> Mapping[str, Any]:
    text = (shared / "domain/rules_facts.yaml").read_text(encoding="utf-8")
    return {fact["id"]: fact for fact in yaml.safe_load(text)["rules"]}


def table_ids(heading: str) -> dict[str, str]:
    """Return first and second cells of the table under a heading of the page."""
    found = r"^\| ([A-Z]+-\d{3}) \| ([^|]*) \|"
    return dict(re.findall(found, section(heading), re.MULTILINE))


def section(heading: str) -> str:
    """Return what stands under a heading of the page of what is left out."""
    return LEFT_OUT.read_text("utf-8").split(f"## {heading}")[1].split("\n## ")[0]


def acts(clause: Rule | Predecessor) -> list[str]:
    source = clause.source if isinstance(clause, Rule) else clause
    return source.document.split("; ")


def stages(rule: Rule) -> list[Predecessor]:
    """Return what was cited before the youngest of the rule's own acts began."""
    own = set(acts(rule))
    return [old for old in rule.supersedes if own > set(acts(old))]


def first_day(rule: Rule) -> date | None:
    """Return the first day of the oldest of the rule's own acts."""
    begun = [old.effective_from for old in stages(rule)]
    return min([rule.effective_from, *begun]) if rule.effective_from else None
