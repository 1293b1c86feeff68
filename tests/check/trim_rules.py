"""A pack of plain rules to trim by, each on one relation, all verified."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from zoning.rules.packs import RuleBook, read_rule_book

HEAD = """schema: zoning/rules/1
id: trims
version: "1"
title: {zh: 试, en: test}
rules:
"""
RULE = """  - id: {id}
    scope: three_lines
    title: {{zh: 规则, en: rule}}
    space: [{space}]
    when:
      - {{attribute: activity, one_of: [{activity}]}}
    severity: {severity}
    source: {{document: 某法, clause: 第一条, year: "2020"}}
    effective_from: "2020-01-01"
    confidence: verified
"""
RULES = (
    ("T-001", "{view: ecr}", "hotel_resort", "prohibit"),
    (
        "T-002",
        "{view: residential, relation: within_distance, distance_m: 300}",
        "chemical_project",
        "prohibit",
    ),
    ("T-003", "{view: udb, relation: outside}", "new_town_dev", "prohibit"),
    ("T-004", "", "solar", "prohibit"),
    ("T-005", "{view: ecr, relation: share_ge, share: 0.1}", "mining_open", "prohibit"),
    ("T-006", "{view: ecr}", "wind", "restrict"),
    ("T-008", "{view: pbf}, {view: ecr}", "livestock_scale", "prohibit"),
)


@cache
def trim_rules(*wanted: str) -> RuleBook:
    """Return the rules with these ids, or all."""
    chosen = [rule for rule in RULES if not wanted or rule[0] in wanted]
    text = HEAD + "".join(
        RULE.format(id=i, space=s, activity=a, severity=v) for i, s, a, v in chosen
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "trims.yaml").write_text(text, encoding="utf-8")
        return read_rule_book(("trims.yaml",), Path(folder))
