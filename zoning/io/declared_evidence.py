"""Declared papers: an opinion's kind, number and date, as the applicant states it.

They are declared, never verified. In a column of a table papers are text, one
a line::

    limited_activity_opinion | 渝府函〔2026〕12号 | 2026-05-01 | 重庆市人民政府
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from zoning import terms
from zoning.errors import Problem
from zoning.io.project_values import Note, identifier, is_missing
from zoning.model import DeclaredEvidence
from zoning.rules.name_hint import likely
from zoning.rules.vocabulary import evidence_fields, no_number

__all__ = [
    "EVIDENCE",
    "evidence_fault",
    "evidence_text",
    "is_evidence_key",
    "joined",
    "paper_of",
    "papers_of",
    "papers_of_text",
]

EVIDENCE = "evidence"
"""Key of a project file, and column of a table of sites."""
_KEYS = (EVIDENCE, "证明材料", "申报材料")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEPARATOR = "|"
_COUNTS = re.compile("[1-9一二三四五六七八九十]")


def evidence_fault(where: str, chinese: str, english: str) -> Problem:
    """Return a fault of declared evidence."""
    values = {"detail_zh": chinese, "detail_en": english}
    return Problem(code="EVIDENCE_MALFORMED", where=where, values=values)


def is_evidence_key(key: Any) -> bool:
    """Say whether a key of a project holds papers instead of an attribute."""
    return isinstance(key, str) and key.strip() in _KEYS


def joined(*papers: Iterable[DeclaredEvidence]) -> tuple[DeclaredEvidence, ...]:
    """Return papers in order, each once."""
    return tuple(dict.fromkeys(paper for some in papers for paper in some))


def papers_of(value: Any, note: Note) -> tuple[DeclaredEvidence, ...]:
    """Return the papers of a list of mappings; `note` hears (position, key)."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        note(
            (),
            "应为列表，每份材料一项",
            "a list is expected, one item for each paper",
        )
        return ()
    found = [_item(entry, index, note) for index, entry in enumerate(value)]
    return joined(paper for paper in found if paper is not None)


def _item(entry: Any, index: int, note: Note) -> DeclaredEvidence | None:
    if not isinstance(entry, Mapping):
        note(
            (index,),
            "每份材料写成 {kind: …, number: …, date: …}",
            "write each paper as {kind: …, number: …, date: …}",
        )
        return None
    return paper_of(entry, lambda key, zh, en: note((index, *key), zh, en))


def paper_of(entry: Mapping[Any, Any], note: Note) -> DeclaredEvidence | None:
    """Return one paper; None, and notes with their key, where it is malformed.

    Parameters
    ----------
    entry : mapping
        ``kind`` (id or Chinese word), ``number``, ``date`` (ISO text or a day)
        and optionally ``issuer``; the keys also go by their Chinese words.
    note : callable
        Hears of each fault: () or (key,), Chinese, English.
    """
    faults: list[Any] = []

    def tell(key: Any, chinese: str, english: str) -> None:
        faults.append(key)
        note(key, chinese, english)

    given = _named(entry, tell)
    for name in ("kind", "number", "date"):
        if is_missing(given.get(name)):
            word = evidence_fields()[name][0]
            tell((), f"缺少{word}（{name}）", f"{name} is missing")
    kind = _kind(given.get("kind"), tell)
    day = _day(given.get("date"), tell)
    number = _number(given.get("number"), tell)
    issuer = _line(given.get("issuer"), "issuer", tell)
    if faults or kind is None or day is None:
        return None
    return DeclaredEvidence(kind=kind, number=number, date=day, issuer=issuer)


def evidence_text(papers: Iterable[DeclaredEvidence]) -> str:
    """Return papers as the text of a column; `papers_of_text` reads it back."""
    lines = []
    for paper in papers:
        parts = [paper.kind, paper.number, paper.date.isoformat(), paper.issuer]
        lines.append(f" {_SEPARATOR} ".join(part for part in parts if part))
    return "\n".join(lines)


def papers_of_text(text: str, note: Note) -> tuple[DeclaredEvidence, ...]:
    """Return the papers of a column; `note` hears of every malformed line."""
    entries: list[dict[str, str]] = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(_SEPARATOR)]
        if len(parts) > len(evidence_fields()):
            note((len(entries),), f"“{line}”的项数过多", f"too many parts in “{line}”")
        elif any(parts):
            entries.append(dict(zip(evidence_fields(), parts, strict=False)))
    return papers_of(entries, note)


def _named(entry: Mapping[Any, Any], note: Note) -> dict[str, Any]:
    """Return the entry by field ids; unknown and repeated keys are told."""
    words = {word: key for key, names in evidence_fields().items() for word in names}
    found: dict[str, Any] = {}
    for key, value in entry.items():
        name = words.get(str(key).strip())
        if name is None:
            close = likely(str(key), words)
            note(
                (key,),
                f"未知的键 {key}" + (f"（是否应为 {close}？）" if close else ""),
                f"unknown key {key}" + (f" (did you mean {close}?)" if close else ""),
            )
        elif name in found:
            note((key,), f"{key} 重复", f"{key} is repeated")
        else:
            found[name] = value
    return found


def _kind(value: Any, note: Note) -> str | None:
    if is_missing(value):
        return None
    known = terms.group("evidence")
    found = identifier(value, known) if isinstance(value, str) else None
    if found is None:
        listed = "；".join(f"{key} {entry['zh']}" for key, entry in known.items())
        english = "; ".join(f"{key}: {entry['en']}" for key, entry in known.items())
        note(
            ("kind",),
            f"未知的材料种类 {value}（可用：{listed}）",
            f"unknown kind {value} (use: {english})",
        )
    return found


def _day(value: Any, note: Note) -> date | None:
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if is_missing(value):
        return None
    text = str(value).strip()
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        note(
            ("date",),
            f"日期 {value} 写法不对或不存在（应写成 2026-05-01）",
            f"{value} is no day, or not written as 2026-05-01",
        )
        return None


def _number(value: Any, note: Note) -> str:
    """Return a paper's number; what says that there is none yet is a fault."""
    text = _line(value, "number", note)
    plain = unicodedata.normalize("NFKC", text).casefold()
    if text and (not _COUNTS.search(plain) or any(w in plain for w in no_number())):
        note(
            ("number",),
            f"“{text}”不是文号：尚未取得的材料不要填写，取得后再补",
            f"“{text}” is no number: leave out a paper that was not issued yet",
        )
    return text


def _line(value: Any, key: str, note: Note) -> str:
    """Return a text of one line, runs of blanks as one."""
    if is_missing(value):
        return ""
    if isinstance(value, list | Mapping | bool):
        note((key,), f"{key} 应为文字", f"{key} should be text")
        return ""
    text = " ".join(str(value).split())
    if _SEPARATOR in text:
        note(
            (key,),
            f"{key} 里不能有竖线 {_SEPARATOR}",
            f"{key} must not hold the bar {_SEPARATOR}",
        )
    return text
