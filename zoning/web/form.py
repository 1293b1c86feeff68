"""The form: what is asked of a project, and only while it can change the verdict."""

from collections.abc import Mapping
from typing import Any

from zoning.model import Report
from zoning.report.wording import open_questions
from zoning.rules.vocabulary import attributes, values_of

__all__ = ["attribute_fields", "questions_of"]

Json = dict[str, Any]


def questions_of(report: Report) -> list[Json]:
    """Return the open questions of all sites, the most decisive first.

    One attribute is asked once; `sites` are those whose verdict hangs on it,
    `rules` those that ask.
    """
    asked: dict[str, Json] = {}
    for result in report.sites:
        for question, finding in open_questions(result.findings):
            name = question["attribute"]
            entry = asked.setdefault(
                name,
                {
                    **_field(name),
                    "asked": {"zh": question["zh"], "en": question["en"]},
                    "sites": [],
                    "rules": [],
                },
            )
            _add(entry["sites"], result.site.id)
            _add(entry["rules"], finding.rule_id)
    return list(asked.values())


def attribute_fields() -> list[Json]:
    """Return every attribute that a project can have, in order of the table."""
    return [_field(name) for name in attributes()]


def _field(name: str) -> Json:
    entry: Mapping[str, Any] = attributes().get(name, {"type": "text"})
    values = values_of(name) if name in attributes() else None
    return {
        "attribute": name,
        "type": "choice" if values else entry["type"],
        "zh": entry.get("zh", name),
        "en": entry.get("en", name),
        "values": [
            {"id": key, "zh": words["zh"], "en": words["en"]}
            for key, words in (values or {}).items()
        ],
    }


def _add(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)
