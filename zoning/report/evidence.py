"""The folder ``evidence/``: layers and options, and how to read a run."""

from collections.abc import Mapping
from typing import Any

from zoning.model import Report, Verdict
from zoning.report.texts import keys, text
from zoning.report.verdict import json_bytes, verdict_document
from zoning.terms import LANGUAGES, label

__all__ = ["evidence_files", "evidence_texts"]


def evidence_files(report: Report) -> Mapping[str, bytes]:
    """Return the evidence by file name: layers, options, README."""
    document = verdict_document(report)
    return evidence_texts(report, document, verdict=report.verdict)


def evidence_texts(
    report: Report, document: Mapping[str, Any], *, verdict: Verdict
) -> Mapping[str, bytes]:
    """Return the evidence by file name; `document` is the verdict as written."""
    options: dict[str, Any] = {
        "options": document["options"],
        "packs": document["packs"],
        "software": document["software"],
        "digest": document["digest"],
    }
    return {
        "README.md": _read_me(report, document, verdict).encode(),
        "layers.json": json_bytes(document["base"]),
        "options.json": json_bytes(options),
    }


def _read_me(report: Report, document: Mapping[str, Any], verdict: Verdict) -> str:
    """Return what the folder holds, in Chinese and in English."""
    lines: list[str] = []
    for lang in LANGUAGES:
        lines += [f"# {text('report.title', lang)}", ""]
        if report.base.demo:
            lines += [f"**{text('report.stamp', lang)}**", ""]
        lines += [
            text("read_me.base", lang, base=report.base.name),
            text("read_me.as_of", lang, as_of=report.options.as_of.isoformat()),
            text("read_me.sites", lang, count=document["counts"]["sites"]),
            text("read_me.verdict", lang, verdict=label("verdict", verdict, lang)),
            text("read_me.digest", lang, digest=document["digest"]),
            "",
        ]
        lines += [f"- {text(key, lang)}" for key in keys("file")]
        lines += ["", text("report.footer", lang), ""]
    return "\n".join(lines)
