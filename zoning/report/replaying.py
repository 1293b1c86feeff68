"""Two verdict documents side by side: the same, or what differs, in words.

What was checked against (base, layers, packs, options) is told apart from what
came out: other results on another base prove nothing about the run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoning.report.replay_words import (
    Change,
    Words,
    bilingual,
    change_words,
    replay_text,
)
from zoning.report.statements import expanded
from zoning.terms import LANGUAGES, label

__all__ = [
    "Comparison",
    "Difference",
    "compare",
    "replay_lines",
    "software_changes",
    "value_changes",
]

Json = Mapping[str, Any]

_UNSIGNED = {"software", "digest"}
_PLAIN_BASE = ("name", "demo", "admin_code", "crs", "scope")
_STANDINGS = {"missing": "missing", "absent": "absent", "layers": "used"}
_FOLLOWS = {"findings", "states"}
"""Told finding by finding."""

_WITH_STATE = {
    "state",
    "reason",
    "overlap_m2",
    "share",
    "length_m",
    "distance_m",
    "source/effective_from",
}

_LAST_DIGITS = (("share", 1e-6), ("_m2", 1e-4), ("_m", 1e-2), ("_deg", 1e-2))
_WITNESS_DIGIT = 1e-8
_SLACK = 1.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as before.

    Parameters
    ----------
    of_inputs : bool
        True for base, packs and options, False for results.
    text : mapping of str to str
        What differs, by language.
    site : mapping of str to str
        The site in words; empty when it is about the whole run.
    """

    of_inputs: bool
    text: Words
    site: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What comparing a run with its replay found.

    Parameters
    ----------
    before, now : str
        Digests.
    sites : int
        Sites computed again.
    rounding : int
        Numbers of results that differ by one unit of their last printed digit
        at most; they are in no `Difference`.
    software : tuple of (str, str, str)
        Name, version before, version now, where they differ.
    kind : str
        ``model``, ``impact``, ``layout``; '' for sites.
    """

    before: str
    now: str
    sites: int
    differences: tuple[Difference, ...]
    rounding: int
    software: tuple[tuple[str, str, str], ...]
    kind: str = ""

    @property
    def same(self) -> bool:
        """True when the digests agree."""
        return self.before == self.now

    @property
    def same_inputs(self) -> bool:
        """True when base, packs and options are those of the run."""
        return not any(difference.of_inputs for difference in self.differences)


def compare(before: Json, now: Json) -> Comparison:
    """Compare two ``zoning/verdict/1`` documents.

    Documents whose digests differ have a difference, or differ in rounding.
    """
    rounding: list[Change] = []
    before, now = expanded(before), expanded(now)
    found = [
        *_base(before["base"], now["base"]),
        *_packs(before["packs"], now["packs"]),
        *_named("part.options", before["options"], now["options"], of_inputs=True),
        *_sites(before["sites"], now["sites"], rounding),
    ]
    if before["digest"] != now["digest"] and not found and not rounding:
        signed = [{k: d[k] for k in d if k not in _UNSIGNED} for d in (before, now)]
        found += _named("part.run", *signed, of_inputs=False)
    return Comparison(
        before=before["digest"],
        now=now["digest"],
        sites=len(now["sites"]),
        differences=tuple(found),
        rounding=len(rounding),
        software=tuple(software_changes(before["software"], now["software"])),
    )


def replay_lines(found: Comparison, lang: str) -> tuple[str, ...]:
    """Return the comparison as lines: outcome, digests, differences."""
    inputs = [d.text[lang] for d in found.differences if d.of_inputs]
    lines = [
        _outcome(found, len(inputs), lang),
        replay_text("replay.before", lang, digest=found.before),
        replay_text("replay.now", lang, digest=found.now),
        *inputs,
    ]
    site = ""
    for difference in found.differences:
        if difference.of_inputs:
            continue
        if difference.site and difference.site[lang] != site:
            site = difference.site[lang]
            lines.append(site)
        lines.append(f"  {difference.text[lang]}" if site else difference.text[lang])
    if found.rounding:
        lines.append(replay_text("replay.rounding", lang, count=found.rounding))
    if inputs and len(inputs) == len(found.differences) and not found.rounding:
        lines.append(replay_text(_worded(found, "kept"), lang))
    if found.software:
        listed = ", ".join(f"{name} {a} → {b}" for name, a, b in found.software)
        lines.append(replay_text("replay.software", lang, listed=listed))
    return tuple(lines)


def _outcome(found: Comparison, inputs: int, lang: str) -> str:
    if found.same:
        return replay_text(_worded(found, "same"), lang, sites=found.sites)
    if inputs:
        return replay_text("replay.other", lang, count=inputs)
    count = len(found.differences) + found.rounding
    return replay_text("replay.differs", lang, count=count)


def _worded(found: Comparison, key: str) -> str:
    return f"replay.{key}_{found.kind}" if found.kind else f"replay.{key}"


# -------------------------------------------------------- what was checked against
def _base(before: Json, now: Json) -> Iterator[Difference]:
    plain = [{key: base[key] for key in _PLAIN_BASE} for base in (before, now)]
    yield from _named("part.base", *plain, of_inputs=True)
    old, new = _layers(before), _layers(now)
    for name in dict.fromkeys([*old, *new]):
        words = {
            lang: replay_text(
                "said.layer", lang, label=label("layer", name, lang), id=name
            )
            for lang in LANGUAGES
        }
        a, b = old.get(name, {}), new.get(name, {})
        if a.get("standing") != b.get("standing"):
            change = ("standing", _standing(a), _standing(b))
            yield from _changed(words, [change], of_inputs=True)
        else:
            yield from _changed(words, value_changes(a, b), of_inputs=True)


def _layers(base: Json) -> dict[str, Json]:
    """Return layers by id; one that is used and has gaps keeps both lists."""
    found: dict[str, Json] = {}
    for group, standing in _STANDINGS.items():
        for entry in base[group]:
            gaps = found.get(entry["id"], {}).get("problems", [])
            problems = [*entry.get("problems", []), *gaps]
            own = {**entry, "standing": standing, "problems": problems}
            found[entry["id"]] = own
    return found


def _standing(layer: Json) -> Words | None:
    """Return how far a layer is there, with the reason why it is not."""
    if not layer:
        return None
    standing = bilingual(f"standing.{layer['standing']}")
    if not layer["problems"] or layer["standing"] != "missing":
        return standing
    problem = layer["problems"][0]
    return {
        lang: replay_text(
            "said.because",
            lang,
            standing=standing[lang],
            why=f"{problem['number']} {problem['text'][lang]}",
        )
        for lang in LANGUAGES
    }


def _packs(before: Sequence[Json], now: Sequence[Json]) -> Iterator[Difference]:
    old = {pack["id"]: pack for pack in before}
    new = {pack["id"]: pack for pack in now}
    for name in dict.fromkeys([*old, *new]):
        words = bilingual("said.pack", id=name)
        a, b = old.get(name, {}), new.get(name, {})
        if not a or not b:
            yield Difference(of_inputs=True, text=_presence(words, b), site={})
            continue
        yield from _changed(words, value_changes(a, b), of_inputs=True)
    if set(old) == set(new) and list(old) != list(new):
        order = ("order", ", ".join(old), ", ".join(new))
        yield from _changed(bilingual("part.packs"), [order], of_inputs=True)


def software_changes(before: Json, now: Json) -> Iterator[tuple[str, str, str]]:
    """Yield name, version before and version now of what is not the same."""
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield name, str(before.get(name, "-")), str(now.get(name, "-"))


# ------------------------------------------------------------------ what came out
def _sites(
    before: Sequence[Json], now: Sequence[Json], rounding: list[Change]
) -> Iterator[Difference]:
    """Yield what differs site by site; numbers off by rounding go to `rounding`."""
    old = {site["id"]: site for site in before}
    new = {site["id"]: site for site in now}
    for name in dict.fromkeys([*old, *new]):
        a, b = old.get(name, {}), new.get(name, {})
        site = _site_words({**b, **a})
        if not a or not b:
            yield Difference(of_inputs=False, text=_presence(site, b), site={})
            continue
        own, then = ({k: s[k] for k in s if k not in _FOLLOWS} for s in (a, b))
        changes = _beyond(value_changes(own, then), rounding)
        yield from _changed({}, changes, of_inputs=False, site=site)
        yield from _findings(a["findings"], b["findings"], rounding, site=site)


def _findings(
    before: Sequence[Json],
    now: Sequence[Json],
    rounding: list[Change],
    *,
    site: Words,
) -> Iterator[Difference]:
    old, new = _by_rule(before), _by_rule(now)
    for key in dict.fromkeys([*old, *new]):
        a, b = old.get(key, {}), new.get(key, {})
        title = {**b, **a}["title"]
        words = {lang: f"{key[0]} {title[lang]}" for lang in LANGUAGES}
        if not a or not b:
            yield Difference(of_inputs=False, text=_presence(words, b), site=site)
            continue
        changes = _beyond(value_changes(a, b), rounding)
        if a["state"] != b["state"]:  # what follows from it goes without saying
            changes = [change for change in changes if change[0] in _WITH_STATE]
        yield from _changed(words, changes, of_inputs=False, site=site)


def _by_rule(findings: Sequence[Json]) -> dict[tuple[str, int], Json]:
    """Return findings by rule and how often it has spoken before."""
    spoken: Counter[str] = Counter()
    found: dict[tuple[str, int], Json] = {}
    for finding in findings:
        rule = finding["rule_id"]
        found[rule, spoken[rule]] = finding
        spoken[rule] += 1
    return found


def _site_words(site: Json) -> Words:
    name, own = site["name"] or site["id"], site["id"]
    key = "said.site" if name == own else "said.site_id"
    return bilingual(key, name=name, id=own)


def _presence(name: Words, now: Json) -> Words:
    """Say that an entry is new, or gone."""
    said = bilingual("said.new" if now else "said.gone")
    return {
        lang: replay_text("said.changed", lang, name=name[lang], changes=said[lang])
        for lang in LANGUAGES
    }


def _beyond(changes: Iterable[Change], rounding: list[Change]) -> list[Change]:
    """Return the changes that are more than rounding; collect the others."""
    kept: list[Change] = []
    for change in changes:
        (rounding if _is_rounding(change) else kept).append(change)
    return kept


def _is_rounding(change: Change) -> bool:
    path, before, now = change
    if not isinstance(before, float) or not isinstance(now, float):
        return False
    digit = _WITNESS_DIGIT if path.startswith("witness/") else 0.0
    for ending, unit in _LAST_DIGITS:
        if not digit and path.endswith(ending):
            digit = unit
    return abs(before - now) <= digit * _SLACK


# ------------------------------------------------------------------- any two values
def _named(
    key: str, before: Json, now: Json, *, of_inputs: bool
) -> Iterator[Difference]:
    yield from _changed(bilingual(key), value_changes(before, now), of_inputs=of_inputs)


def _changed(
    name: Words,
    changes: Iterable[Change],
    *,
    of_inputs: bool,
    site: Words | None = None,
) -> Iterator[Difference]:
    """Yield one difference of all changes of an entry, or none."""
    listed = tuple(changes)
    if listed:
        text = change_words(name, listed)
        yield Difference(of_inputs=of_inputs, text=text, site=site or {})


def value_changes(before: Any, now: Any, path: str = "") -> Iterator[Change]:
    """Yield the values that differ; of lists that grew or shrank, how many."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            yield from value_changes(
                before.get(key), now.get(key), f"{path}/{key}".strip("/")
            )
    elif isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            yield path, len(before), len(now)
            return
        for index, (a, b) in enumerate(zip(before, now, strict=True)):
            yield from value_changes(a, b, f"{path}/{index}")
    elif before != now or type(before) is not type(now):
        yield path, before, now
