"""What the smallest trim comes to, in words of both languages."""

from typing import Any

from zoning.check.fixes import FixOptions, FixReport, SiteFix
from zoning.report.numbers import rounded
from zoning.report.trim_words import (
    cut_lines,
    move_of,
    notes_of,
    outcome_of,
    standing_lines,
)
from zoning.terms import LANGUAGES

__all__ = ["fix_document"]

Json = dict[str, Any]
_AREA = 4


def fix_document(fixed: FixReport) -> list[Json]:
    """Return one entry for each site, in their order."""
    return [_one(fix, fixed.options) for fix in fixed.fixes]


def _one(fix: SiteFix, options: FixOptions) -> Json:
    return {
        "site": fix.before.site.id,
        "outcome": str(fix.outcome),
        "before": str(fix.before.verdict),
        "after": None if fix.after is None else str(fix.after.verdict),
        "kept_m2": rounded(fix.kept_m2, _AREA),
        "lost_m2": rounded(fix.lost_m2, _AREA),
        "lines": {lang: _lines(fix, options, lang) for lang in LANGUAGES},
    }


def _lines(fix: SiteFix, options: FixOptions, lang: str) -> list[str]:
    told = [problem.line(lang) for problem in (outcome_of(fix, options),) if problem]
    told += [problem.line(lang) for problem in (move_of(fix),) if problem]
    told += [*notes_of(fix, options, lang), *cut_lines(fix, lang)]
    if fix.after is not None:
        told += standing_lines(fix.after, lang)
    return list(dict.fromkeys(told))
