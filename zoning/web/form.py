"""The form: what is asked of a project, and only while it can change the verdict."""

from collections.abc import Mapping
from typing import Any

from zoning import terms
from zoning.check.declarable import open_papers
from zoning.io.declared_evidence import EVIDENCE
from zoning.io.project import Projects
from zoning.model import DeclaredEvidence, Report
from zoning.report.wording import open_questions
from zoning.rules.book import RuleBook
from zoning.rules.vocabulary import attributes, values_of

__all__ = ["attribute_fields", "declared_document", "papers_of", "questions_of"]

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


def papers_of(report: Report, book: RuleBook) -> list[Json]:
    """Return the papers that would soften a finding once declared.

    One kind is asked once; `sites` are those it matters to, `rules` those that
    ask. Papers of the worst findings come first.
    """
    asked: dict[str, Json] = {}
    for result in report.sites:
        for kind, finding in open_papers(result, book, report.options.as_of):
            words = {
                lang: terms.label("evidence", kind, lang) for lang in terms.LANGUAGES
            }
            entry = asked.setdefault(
                kind, {"kind": kind, **words, "sites": [], "rules": []}
            )
            _add(entry["sites"], result.site.id)
            _add(entry["rules"], finding.rule_id)
    return list(asked.values())


def declared_document(projects: Projects) -> Json:
    """Return what a project file declares, as a check takes it.

    ``project`` holds for every site, ``projects`` by site; each with its papers
    under ``evidence``. Every site that the file names has an entry.
    """
    papers = projects.evidence_by_site
    return {
        "project": _declared(projects.default, projects.default_evidence),
        "projects": {
            site: _declared(given, papers.get(site, ()))
            for site, given in projects.by_site.items()
        },
    }


def _declared(given: Mapping[str, str], papers: tuple[DeclaredEvidence, ...]) -> Json:
    listed = [
        {
            "kind": paper.kind,
            "number": paper.number,
            "date": paper.date.isoformat(),
            "issuer": paper.issuer,
        }
        for paper in papers
    ]
    return {**given, **({EVIDENCE: listed} if listed else {})}


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
