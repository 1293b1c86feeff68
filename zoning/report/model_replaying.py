"""Two documents of a county side by side: the same, or what differs.

Of a corridor model, of the impact of a site on one, of a layout on trial, of river
banks.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from zoning.report.replay_words import Words, bilingual, change_words, replay_text
from zoning.report.replaying import (
    Comparison,
    Difference,
    software_changes,
    value_changes,
)
from zoning.terms import LANGUAGES, label

__all__ = ["compare_documents"]

Json = Mapping[str, Any]

_PLAIN = ("name", "demo", "admin_code", "crs", "absent")
_RESULTS: Mapping[str, tuple[str, ...]] = {
    "model": (
        "grid",
        "pattern",
        "land_cover",
        "net",
        "sources",
        "links",
        "pinch_points",
        "barriers",
    ),
    "impact": ("site", "net", "links", "sources", "measures"),
    "riverside": ("counts", "rivers"),
    "layout": ("states", "counts", "features", "graph", "missed_modelled"),
}
"""What came out, by the kind of run."""
_MADE_BY = ("model", "tried", "table")
"""What a result was made by, beside base and options."""
_TOLD = 12
"""Values of a kind of result that are told one by one."""


def compare_documents(before: Json, now: Json, kind: str) -> Comparison:
    """Compare two documents of one kind.

    What a result rests on (base, layers, their doubts) is told apart from what
    came out. Documents whose digests differ have a difference.

    Parameters
    ----------
    before, now : dict
        As ``corridors.json``, ``impact.json``, ``layout.json``, ``riverside.json``.
    kind : str
        ``model``, ``impact``, ``layout`` or ``riverside``.
    """
    found = [*_inputs(before, now), *_results(before, now, kind)]
    if before["digest"] != now["digest"] and not found:
        found.append(_difference(bilingual("part.run"), before, now, of_inputs=False))
    return Comparison(
        before=before["digest"],
        now=now["digest"],
        sites=0,
        differences=tuple(found),
        rounding=0,
        software=tuple(software_changes(before["software"], now["software"])),
        kind=kind,
    )


def _inputs(before: Json, now: Json) -> Iterator[Difference]:
    made = [{key: one.get(key) for key in _MADE_BY} for one in (before, now)]
    if made[0] != made[1]:
        yield _difference(bilingual("part.options"), *made, of_inputs=True)
    plain = [{key: one["base"].get(key) for key in _PLAIN} for one in (before, now)]
    if plain[0] != plain[1]:
        yield _difference(bilingual("part.base"), *plain, of_inputs=True)
    old, new = (
        {layer["id"]: layer for layer in one["base"]["layers"]} for one in (before, now)
    )
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            words = {
                lang: replay_text(
                    "said.layer", lang, label=label("layer", name, lang), id=name
                )
                for lang in LANGUAGES
            }
            yield _difference(
                words, old.get(name, {}), new.get(name, {}), of_inputs=True
            )


def _results(before: Json, now: Json, kind: str) -> Iterator[Difference]:
    for key in _RESULTS[kind]:
        if before[key] != now[key]:
            words = bilingual(f"part.{key}")
            yield _difference(words, before[key], now[key], of_inputs=False)


def _difference(name: Words, before: Any, now: Any, *, of_inputs: bool) -> Difference:
    changes = list(value_changes(before, now))[:_TOLD]
    changes = [(path or name["en"], old, new) for path, old, new in changes]
    return Difference(of_inputs=of_inputs, text=change_words(name, changes), site={})
