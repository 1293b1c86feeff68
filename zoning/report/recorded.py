"""A run read back from its ``verdict.json``: what was found, as it was written.

Nothing is measured or judged again. A document that was altered is still
read; `Run.intact` says that its digest no longer fits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoning.errors import OutputError, Problem, UsageError
from zoning.model import (
    ClauseSource,
    FeatureOverlap,
    Finding,
    NearestFeature,
    PackInfo,
    Residue,
    State,
    Verdict,
)
from zoning.report.statements import expanded
from zoning.report.verdict import SCHEMA, digest_of

__all__ = [
    "RecordedAbsence",
    "RecordedGap",
    "RecordedLayer",
    "RecordedSite",
    "Run",
    "read_run",
]

VERDICT_NAME = "verdict.json"
Json = Mapping[str, Any]
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGap:
    """A gap, a warning or a rejection: its number, text and cure as written."""

    rule_id: str
    layer: str
    reason: str
    number: str
    where: str
    text: Words
    cure: Words

    def line(self, lang: str) -> str:
        """Return number, place, text and cure as one line."""
        stop, colon = ("。", "：") if lang == "zh" else (". ", ": ")
        place = f" {self.where}{colon}" if self.where else " "
        return f"{self.number}{place}{self.text[lang]}{stop}{self.cure[lang]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLayer:
    """The standing of a layer at the time of the check."""

    id: str
    edition: str
    features: int
    coverage: str
    authority: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAbsence:
    """A declaration that the county has none."""

    statement: str
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSite:
    """One site of the run; findings in the order of the run.

    `states` counts all findings, also those that a batch leaves out here.
    """

    id: str
    name: str
    project: Words
    verdict: Verdict
    complete: bool
    area_m2: float | None
    length_m: float | None
    rejection: RecordedGap | None
    states: Mapping[State, int]
    findings: tuple[Finding, ...]
    gaps: tuple[RecordedGap, ...]
    residue: tuple[Residue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The whole answer; `intact` is False when its digest does not fit.

    `short`: of a batch, findings that are neither conflict nor notice are left
    out; ``findings.parquet`` has them.
    """

    intact: bool
    short: bool
    as_of: str
    base: str
    demo: bool
    scope: tuple[str, ...]
    near_m: float
    layers: Mapping[str, RecordedLayer]
    absent: Mapping[str, RecordedAbsence]
    packs: tuple[PackInfo, ...]
    sites: tuple[RecordedSite, ...]


def read_run(path: Path) -> Run:
    """Read a run folder, or its ``verdict.json``.

    Raises
    ------
    UsageError
        When there is no such file.
    OutputError
        When it is no ``zoning/verdict/1`` document.
    """
    file = path / VERDICT_NAME if path.is_dir() else path
    if not file.is_file():
        raise UsageError(Problem(code="VERDICT_NOT_FOUND", values={"path": str(path)}))
    try:
        document = json.loads(file.read_bytes().decode("utf-8-sig"))
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise _unreadable(f"schema {SCHEMA}")
        return _run(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def _unreadable(detail: str) -> OutputError:
    return OutputError(Problem(code="VERDICT_UNREADABLE", values={"detail": detail}))


def _run(document: Json) -> Run:
    intact = digest_of(document) == document["digest"]
    whole, base = expanded(document), document["base"]
    return Run(
        intact=intact,
        short="statements" in document,
        as_of=document["as_of"],
        base=base["name"],
        demo=base["demo"],
        scope=tuple(base["scope"]),
        near_m=document["options"]["near_m"],
        layers={entry["id"]: _layer(entry) for entry in base["layers"]},
        absent={
            entry["id"]: RecordedAbsence(
                statement=entry["statement"], source=entry["source"], date=entry["date"]
            )
            for entry in base["absent"]
        },
        packs=tuple(PackInfo(**entry) for entry in document["packs"]),
        sites=tuple(_site(entry) for entry in whole["sites"]),
    )


def _layer(entry: Json) -> RecordedLayer:
    return RecordedLayer(
        id=entry["id"],
        edition=entry["edition"] or "",
        features=entry["features"],
        coverage=entry["coverage"] or "",
        authority=entry["authority"],
        sha256=entry["sha256"] or "",
    )


def _site(entry: Json) -> RecordedSite:
    rejection = entry["rejection"]
    return RecordedSite(
        id=entry["id"],
        name=entry["name"],
        project=entry["project"],
        verdict=Verdict(entry["verdict"]),
        complete=entry["complete"],
        area_m2=entry["area_m2"],
        length_m=entry["length_m"],
        rejection=None if rejection is None else _gap(rejection),
        states={State(name): count for name, count in entry["states"].items()},
        findings=tuple(_finding(finding) for finding in entry["findings"]),
        gaps=tuple(_gap(gap) for gap in entry["gaps"]),
        residue=tuple(Residue(**residue) for residue in entry["residue"]),
    )


def _gap(entry: Json) -> RecordedGap:
    return RecordedGap(
        rule_id=entry.get("rule_id", ""),
        layer=entry.get("layer", ""),
        reason=entry.get("reason") or entry.get("code", ""),
        number=entry["number"],
        where=entry["where"],
        text=entry["text"],
        cure=entry["cure"],
    )


def _finding(entry: Json) -> Finding:
    nearest, source = entry["nearest"], entry["source"]
    plain = {
        name: entry[name]
        for name in (
            "rule_id",
            "scope",
            "title",
            "severity",
            "names_project",
            "layer",
            "view",
            "relation",
            "threshold",
            "overlap_m2",
            "overlap_m2_deduplicated",
            "share",
            "length_m",
            "distance_m",
            "reason",
        )
    }
    return Finding(
        **plain,
        state=State(entry["state"]),
        features=tuple(FeatureOverlap(**feature) for feature in entry["features"]),
        nearest=None if nearest is None else NearestFeature(**nearest),
        questions=tuple(entry["questions"]),
        needs=tuple(entry["needs"]),
        notes=tuple(entry["notes"]),
        source=None if source is None else ClauseSource(**source),
    )
