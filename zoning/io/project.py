"""What is known of projects: attributes and declared papers, by site.

They come from YAML, from an Excel form or from Python. Keys and values are
checked against `zoning/data/project_attributes.yaml`; a misspelt activity
must not pass for one that no rule knows. Every fault is told at once, with its
line or cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoning import strict_yaml
from zoning.errors import Problem, SiteError, UsageError
from zoning.io.declared_evidence import (
    evidence_fault,
    is_evidence_key,
    joined,
    papers_of,
    papers_of_text,
)
from zoning.io.magic import is_workbook
from zoning.io.project_values import (
    canonical_attributes,
    canonical_entries,
    is_missing,
    project_fault,
)
from zoning.io.text import decode
from zoning.model import DeclaredEvidence
from zoning.rules.name_hint import likely
from zoning.rules.vocabulary import activities, attributes
from zoning.strict_yaml import Document, Place

__all__ = [
    "Projects",
    "SiteKeys",
    "activities",
    "attributes",
    "canonical_attributes",
    "is_missing",
    "project_of_mapping",
    "read_projects",
]

_LISTED = 12  # keys and sites named in one message
_TOP = ("project", "sites")
_FORM_FAULTS = MappingProxyType(
    {
        "syntax": "PROJECT_SYNTAX",
        "alias": "PROJECT_ALIAS",
        "tag": "PROJECT_TAG",
        "repeated": "PROJECT_KEY_REPEATED",
        "key": "PROJECT_NESTING",
        "depth": "PROJECT_NESTING",
        "documents": "PROJECT_NESTING",
    }
)

SiteKeys = tuple[str, str, str]
"""What an entry of a project file can call a site by: id, name, file stem."""
Papers = tuple[DeclaredEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """Attributes and declared papers for a whole call and for single sites.

    Parameters
    ----------
    default : mapping of str to str
        Attribute id → canonical value, for every site.
    by_site : mapping of str to mapping
        The same by site id, site name or file stem; adds to and overrides
        `default`. Every site that the file names has an entry.
    default_evidence : tuple of DeclaredEvidence
        Papers that count for every site.
    evidence_by_site : mapping of str to tuple
        Papers by site id, name or stem; add to `default_evidence`.
    """

    default: Mapping[str, str] = field(default_factory=dict)
    by_site: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_evidence: Papers = ()
    evidence_by_site: Mapping[str, Papers] = field(default_factory=dict)

    def for_site(self, site_id: str, name: str, stem: str) -> Mapping[str, str]:
        """Return the attributes of a site; the id outweighs name and stem."""
        merged = dict(self.default)
        for key in (stem, name, site_id):
            merged |= self.by_site.get(key, {})
        return merged

    def evidence_for(self, site_id: str, name: str, stem: str) -> Papers:
        """Return the papers of a site: those of all, then its own, each once."""
        own = (self.evidence_by_site.get(key, ()) for key in (stem, name, site_id))
        return joined(self.default_evidence, *own)

    def unmatched(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the entries that none of `keys` (ids, names, stems) calls for."""
        known = set(keys)
        return tuple(key for key in self.by_site if key not in known)

    def require_entries(
        self, sites: Sequence[SiteKeys], *, rejected: Sequence[SiteKeys] = ()
    ) -> None:
        """Refuse entries that match nothing while a site has none of its own.

        One of them may be the misspelt key of that site, which would be
        checked as another project. Where every site has an entry the rest of
        the file speaks of sites that are not checked now.

        Parameters
        ----------
        sites : sequence of (id, name, stem)
            The sites to check.
        rejected : sequence of (id, name, stem), optional
            Sites that will not be checked: they may have entries, need none.

        Raises
        ------
        UsageError
            ``PROJECT_SITE_UNKNOWN``, naming the keys and the sites.
        """
        self._refuse_shared_keys(sites)
        bare = [keys[0] for keys in sites if not any(k in self.by_site for k in keys)]
        stray = self.unmatched(key for keys in (*sites, *rejected) for key in keys)
        if bare and stray:
            values = {"keys": _listed(stray), "sites": _listed(bare), "site": bare[0]}
            raise UsageError(Problem(code="PROJECT_SITE_UNKNOWN", values=values))

    def _refuse_shared_keys(self, sites: Sequence[SiteKeys]) -> None:
        """Refuse a key that is the id of one site and the name of another."""
        ids = {site_id for site_id, _, _ in sites}
        for site_id, name, _ in sites:
            if name != site_id and name in ids and name in self.by_site:
                values = {"key": name, "site": site_id}
                raise UsageError(Problem(code="PROJECT_KEY_SHARED", values=values))


def _listed(names: Sequence[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def read_projects(path: Path) -> Projects:
    """Read a project file, or an Excel form with one row per site.

    ::

        project: {activity: 化工项目, industry_code: C2614}   # every site
        sites:
          DK01:                                               # one site
            activity: road
            evidence:                                 # declared, not verified
              - kind: 省级人民政府有限人为活动认定意见
                number: 渝府函〔2026〕12号
                date: 2026-05-01
                issuer: 重庆市人民政府

    Raises
    ------
    SiteError
        With every fault: unknown key or value, bad number, wrong structure.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        values = {"detail": error.strerror or type(error).__name__}
        problem = Problem(code="SITE_FILE_NOT_FOUND", where=path.name, values=values)
        raise SiteError(problem) from error
    if is_workbook(content):
        from zoning.io.project_form import read_form

        form = read_form(content, file=path.name)
        return Projects(
            default=form.default.attributes,
            default_evidence=form.default.evidence,
            by_site={site: row.attributes for site, row in form.by_site.items()},
            evidence_by_site={
                site: row.evidence for site, row in form.by_site.items() if row.evidence
            },
        )
    document = strict_yaml.read_document(decode(content, path.name).text)
    reader = _Reader(path.name, document)
    projects = reader.read()
    if reader.faults:
        raise SiteError(*reader.faults)
    return projects


def project_of_mapping(given: Mapping[Any, Any], where: str) -> Projects:
    """Return what a mapping from Python says of every site.

    Parameters
    ----------
    given : mapping
        Attributes as for `canonical_attributes`; ``evidence`` is a list of
        mappings as in a file, or text as in a column of a table.
    where : str
        Place for the messages.

    Raises
    ------
    UsageError
        With every fault.
    """
    faults: list[Problem] = []
    found: Mapping[str, str] = {}
    try:
        plain = {key: value for key, value in given.items() if not is_evidence_key(key)}
        found = canonical_attributes(plain, where)
    except UsageError as error:
        faults += error.problems
    papers: Papers = ()
    for value in (value for key, value in given.items() if is_evidence_key(key)):
        read = papers_of_text if isinstance(value, str) else papers_of
        own = read(
            value, lambda _, zh, en: faults.append(evidence_fault(where, zh, en))
        )
        papers = joined(papers, own)
    if faults:
        raise UsageError(*faults)
    return Projects(default=found, default_evidence=papers)


class _Reader:
    """Walks a loaded file and gathers faults."""

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.document = document
        self.faults: list[Problem] = [
            Problem(
                code=_FORM_FAULTS[fault.kind],
                where=f"{file}:{fault.line}",
                values={"detail": fault.detail},
            )
            for fault in document.faults
        ]

    def read(self) -> Projects:
        """Return what is sound; `faults` holds the rest."""
        top = self._mapping(self.document.value, ())
        for key in top:
            if key not in _TOP:
                close = likely(str(key), _TOP)
                self._note(
                    (key,),
                    f"未知的键 {key}（应为 {close or 'project 或 sites'}）",
                    f"unknown key {key} ({close or 'project or sites'} expected)",
                )
        sites = self._mapping(top.get("sites"), ("sites",))
        entries = {
            site: (self._mapping(entry, ("sites", site)), ("sites", site))
            for site, entry in sites.items()
        }
        every = (self._mapping(top.get("project"), ("project",)), ("project",))
        return Projects(
            default=self._attributes(*every),
            default_evidence=self._evidence(*every),
            by_site={site: self._attributes(*entry) for site, entry in entries.items()},
            evidence_by_site={
                site: papers
                for site, entry in entries.items()
                if (papers := self._evidence(*entry))
            },
        )

    def _mapping(self, value: Any, path: Place) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self._note(path, "应为 键: 值 的形式", "a mapping is expected")
        return {}

    def _attributes(self, entry: Mapping[str, Any], path: Place) -> dict[str, str]:
        plain = {key: value for key, value in entry.items() if not is_evidence_key(key)}
        return canonical_entries(
            plain, lambda key, zh, en: self._note((*path, key), zh, en)
        )

    def _evidence(self, entry: Mapping[str, Any], path: Place) -> Papers:
        found: Papers = ()
        for key, value in entry.items():
            if is_evidence_key(key):
                at = (*path, key)
                found = joined(found, papers_of(value, self._noting(at)))
        return found

    def _noting(self, at: Place) -> Any:
        return lambda inner, zh, en: self._tell(
            evidence_fault(self._where((*at, *inner)), zh, en), (*at, *inner)
        )

    def _note(self, path: Place, chinese: str, english: str) -> None:
        self._tell(project_fault(self._where(path), chinese, english), path)

    def _where(self, path: Place) -> str:
        return f"{self.file}:{strict_yaml.line_at(self.document.lines, path)}"

    def _tell(self, problem: Problem, path: Place) -> None:
        """Add a fault, unless it only follows from an alias that was refused."""
        above = (path[:depth] for depth in range(len(path) + 1))
        if not any(place in self.document.unread for place in above):
            self.faults.append(problem)
