"""What `zoning layers diff` prints and writes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from zoning.check.editions import Change, LayerChanges, LayerEdition
from zoning.cli.console import say, text
from zoning.cli.printing import print_json, print_lines, print_rows
from zoning.cli.staged_files import put_in_place
from zoning.errors import Problem, UsageError
from zoning.io.layer_editions import DiffOptions, LayerPair, diff_layers
from zoning.report.layer_changes import (
    changes_csv,
    changes_document,
    changes_package,
    total_m2,
)
from zoning.terms import label

__all__ = ["run_diff"]

COLUMNS = (
    *("layer", "features_old", "features_new", "added", "removed", "changed"),
    *("unchanged", "area_old", "area_new", "area_change"),
)
NOT_WHOLE = 4
_WRITERS = {".gpkg": changes_package, ".csv": changes_csv}


def run_diff(
    old: Path,
    new: Path,
    options: DiffOptions,
    *,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """Compare, print and write; return 4 when a layer could not be compared whole."""
    if out is not None:
        _require_writable(out)
    pairs = diff_layers(old, new, options)
    if as_json:
        print_json([_record(pair) for pair in pairs])
    else:
        _tell(pairs, lang)
    compared = {p.layer: p.changes for p in pairs if p.changes is not None}
    if out is not None:
        content = _WRITERS[out.suffix.lower()](compared)
        put_in_place({out.name: content}, out.parent, approve=lambda _: None)
        say(text("diff_written", lang, path=out))
    return 0 if all(map(_is_whole, pairs)) else NOT_WHOLE


def _is_whole(pair: LayerPair) -> bool:
    changes = pair.changes
    unread = changes is not None and changes.old.unreadable + changes.new.unreadable
    return not (pair.problems or unread)


def _require_writable(out: Path) -> None:
    suffix = out.suffix.lower()
    if suffix not in _WRITERS:
        values = {"suffix": suffix or out.name}
        raise UsageError(Problem(code="DIFF_TARGET_UNKNOWN", values=values))
    if out.exists():
        raise UsageError(Problem(code="DIFF_EXISTS", values={"name": out.name}))


def _record(pair: LayerPair) -> dict[str, object]:
    told = [
        {"code": one.code, "zh": one.text("zh"), "en": one.text("en")}
        for one in pair.problems
    ]
    head: dict[str, object] = {"layer": pair.layer, "standing": pair.standing}
    own = {} if pair.changes is None else changes_document(pair.layer, pair.changes)
    return {**head, **own, "problems": told}


def _tell(pairs: Sequence[LayerPair], lang: str) -> None:
    heads = [text(f"diff_column_{name}", lang) for name in COLUMNS]
    print_rows(heads, [_cells(pair, lang) for pair in pairs])
    for pair in pairs:
        name = label("layer", pair.layer, lang)
        if pair.changes is not None:
            lines = list(_lines(pair.changes, lang))
            print_lines([f"{name}\t{line}" for line in lines])
            for edition in (pair.changes.old, pair.changes.new):
                for problem in _doubts(edition):
                    say(problem.line(lang))
        for problem in pair.problems:
            say(problem.line(lang))


def _cells(pair: LayerPair, lang: str) -> list[str]:
    name, changes = label("layer", pair.layer, lang), pair.changes
    if changes is None:
        standing = text(f"diff_standing_{pair.standing}", lang)
        return [name, standing, *[""] * (len(COLUMNS) - 2)]
    old, new = total_m2(changes.old), total_m2(changes.new)
    return [
        name,
        str(len(changes.old.geometry)),
        str(len(changes.new.geometry)),
        *(str(changes.count(kind)) for kind in Change),
        str(changes.unchanged),
        f"{old:.2f}",
        f"{new:.2f}",
        f"{new - old:+.2f}",
    ]


def _lines(changes: LayerChanges, lang: str) -> Iterator[str]:
    """Yield in words what the table has no column for."""
    if changes.id_fields is None:
        yield text("diff_by_outline", lang)
    elif changes.features:
        field = " → ".join(dict.fromkeys(changes.id_fields))
        yield text("diff_by_field", lang, field=field)
    yield from _formats(changes.old, changes.new, lang)
    comma = "、" if lang == "zh" else ", "
    for key, names in (
        ("fields_added", changes.fields_added),
        ("fields_removed", changes.fields_removed),
    ):
        if names:
            yield text(f"diff_{key}", lang, fields=comma.join(names))
    if changes.values_changed:
        yield text(
            "diff_values", lang, fields=comma.join(_counted(changes.values_changed))
        )
    moved = [one for one in changes.features if one.moved]
    if moved:
        gained, lost = (
            sum(side)
            for side in zip(*((m.gained_m2, m.lost_m2) for m in moved), strict=True)
        )
        yield text(
            "diff_moved",
            lang,
            count=len(moved),
            gained=f"{gained:.2f}",
            lost=f"{lost:.2f}",
        )


def _formats(old: LayerEdition, new: LayerEdition, lang: str) -> Iterator[str]:
    sides = {
        "crs": (old.crs, new.crs),
        "encoding": (old.encoding or "-", new.encoding or "-"),
    }
    for key, (one, other) in sides.items():
        if one != other:
            yield text(f"diff_{key}", lang, old=one, new=other)


def _counted(values: Mapping[str, int]) -> list[str]:
    return [f"{name} {count}" for name, count in values.items()]


def _doubts(edition: LayerEdition) -> Iterator[Problem]:
    for code, count in (
        ("DIFF_REPAIRED", edition.repaired),
        ("DIFF_UNREADABLE_ROWS", edition.unreadable),
    ):
        if count:
            yield Problem(code=code, values={"path": edition.path, "count": str(count)})
