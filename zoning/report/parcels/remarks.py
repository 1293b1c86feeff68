"""What a format cannot hold as it is: cut in sight, and told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from zoning import strict_yaml
from zoning.errors import Problem
from zoning.model.parcels import Parcel, ParcelTable

__all__ = [
    "Change",
    "Held",
    "beyond_gbk",
    "fields_left",
    "held",
    "renamed",
    "rounding",
    "word",
]

Change = Callable[[str], tuple[str, str]]
"""From a text to what a reader will find, and why it differs ('' when it need not)."""

_ROLES = ("number", "name", "project_name")
_SHOWN, _ROWS_SHOWN, _SIGNS_SHOWN = 60, 8, 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """Parcels as a format holds them, and what became of their texts."""

    parcels: tuple[Parcel, ...]
    remarks: tuple[Problem, ...]


def held(
    table: ParcelTable, change: Change, *, columns: Collection[str], file: str = ""
) -> Held:
    """Return parcels with the texts that the format leaves them.

    Parameters
    ----------
    change : Change
        Applied to number, name and project, and to the values of `columns`.
    columns : collection of str
        Names of the attributes that the format keeps.
    file : str
        Name of the table that holds whole texts, for the cure.
    """
    parcels, remarks = [], []
    own = set(table.roles.values())
    changed: dict[int, list[tuple[int, str]]] = {}
    for row, parcel in enumerate(table.parcels, start=1):
        texts = {}
        for role in _ROLES:
            value = str(getattr(parcel, role)).strip()
            texts[role], why = change(value)
            if texts[role] != value:
                remarks.append(_text((row, role), (value, texts[role]), why, file=file))
        cells = list(parcel.values)
        for place, (name, value) in enumerate(zip(table.columns, cells, strict=True)):
            if name not in columns:
                continue
            cells[place], why = change(value.strip())
            if cells[place] != value.strip() and place not in own:
                changed.setdefault(place, []).append((row, why))
        parcels.append(
            replace(
                parcel,
                number=texts["number"],
                name=texts["name"],
                project_name=texts["project_name"],
                values=tuple(cells),
            )
        )
    remarks += [
        _values(table.columns[place], rows, file)
        for place, rows in sorted(changed.items())
    ]
    return Held(parcels=tuple(parcels), remarks=tuple(remarks))


def _text(
    place: tuple[int, str], texts: tuple[str, str], why: str, *, file: str
) -> Problem:
    row, role = place
    value, written = (
        text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…" for text in texts
    )
    values = {"row": str(row), "value": _visible(value), "written": _visible(written)}
    values |= _both("field", role) | _both("why", why) | _both("how", why, file=file)
    return Problem(code="CONVERT_TEXT_CHANGED", values=values)


def _values(field: str, rows: Sequence[tuple[int, str]], file: str) -> Problem:
    listed = ", ".join(str(row) for row, _ in rows[:_ROWS_SHOWN])
    more = "…" if len(rows) > _ROWS_SHOWN else ""
    values = {"field": field, "count": str(len(rows)), "rows": listed + more}
    return Problem(
        code="CONVERT_VALUES_CHANGED",
        values=values | _both("how", rows[0][1], file=file),
    )


def renamed(
    columns: Sequence[str], names: Sequence[str], *, file: str = ""
) -> list[Problem]:
    """Name the columns that got another name; `file` holds the table of names."""
    how = _both("how", "alias" if file else "taken", file=file)
    return [
        Problem(
            code="CONVERT_FIELD_RENAMED",
            values={"field": _visible(full) or "''", "written": short, **how},
        )
        for full, short in zip(columns, names, strict=True)
        if full != short
    ]


def fields_left(
    table: ParcelTable, suffix: str, carried: Sequence[str] = ()
) -> list[Problem]:
    """Name the attributes that a format has no place for and a parcel fills."""
    left = [
        name
        for place, name in enumerate(table.columns)
        if place not in table.roles.values()
        and name not in carried
        and any(parcel.values[place].strip() for parcel in table.parcels)
    ]
    if not left:
        return []
    values = {"suffix": suffix, "fields": "、".join(left)}
    return [Problem(code="CONVERT_FIELDS_LEFT", values=values)]


def beyond_gbk(text: str) -> list[Problem]:
    """Name the characters that GB18030 has and GBK has not."""
    known = text.encode("gbk", errors="ignore").decode("gbk")
    foreign = sorted(set(text) - set(known))
    if not foreign:
        return []
    shown = "".join(foreign[:_SIGNS_SHOWN]) + (
        "…" if len(foreign) > _SIGNS_SHOWN else ""
    )
    return [Problem(code="CONVERT_BEYOND_GBK", values={"characters": _visible(shown)})]


def rounding(places: int, shift: float, *, degrees: bool) -> list[Problem]:
    """Say how many decimals were written, where that moved a point."""
    if shift == 0:
        return []
    unit, unit_en = ("度", "degrees") if degrees else ("米", "m")
    values = {"places": str(places), "shift": f"{shift:.1g}", "unit": unit}
    return [Problem(code="CONVERT_ROUNDED", values=values | {"unit_en": unit_en})]


def word(group: str, key: str, lang: str, **values: str) -> str:
    """Return a word of ``words.yaml``."""
    return _words()[group][key][lang].format(**values)


def _both(group: str, key: str, **values: str) -> dict[str, str]:
    return {
        group: word(group, key, "zh", **values),
        f"{group}_en": word(group, key, "en", **values),
    }


def _visible(text: str) -> str:
    """Return a text that a terminal shows in one line."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("zoning").joinpath("report/parcels/words.yaml").read_text("utf-8")
    loaded: Mapping[str, Mapping[str, Mapping[str, str]]] = strict_yaml.load_text(text)
    return loaded
