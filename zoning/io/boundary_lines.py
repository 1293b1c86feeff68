"""Lines of a boundary-point TXT: header keys, parcel lines, point lines.

Nothing here knows coordinates or geometry; fields stay text.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zoning.io.boundary_points import Kind, PointRow, number, pair_of

__all__ = [
    "Document",
    "ParcelLines",
    "ParcelTitle",
    "parse_document",
    "point_rows",
    "title_of",
]

_FULLWIDTH = str.maketrans(
    "，＠；［］【】＝．－＋　\t０１２３４５６７８９Ｊ",
    ",@;[][]=.-+  0123456789J",
)
_BRACKETS = str.maketrans("［］【】＝＠　", "[][]=@ ")
_SECTION = re.compile(r"\[(.*)\]")
_STARTS_AS_NUMBER = re.compile(r"[+-]?\.?\d")
_COORDINATES = "地块坐标"
_POINT_FIELDS = (2, 1, 0)  # where north and east may start, likeliest first
_RING_IN_FIFTH = 4
_MINISTRY_FIELDS = 8
_MINISTRY_KEYS = {5: "图幅号", 6: "用途", 7: "地类编码"}


@dataclass(slots=True, kw_only=True)
class ParcelLines:
    """One parcel: its title line (None when missing) and its point lines."""

    line: int
    title: tuple[str, ...] | None
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Document:
    """A whole file, split into header and parcels; lines count from 1."""

    header: dict[str, str] = field(default_factory=dict)
    parcels: list[ParcelLines] = field(default_factory=list)
    fullwidth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelTitle:
    """The fields of a parcel line.

    `count_certain` is False in the short forms, whose first field is a point
    count or a serial number.
    """

    kind: Kind = Kind.POLYGON
    count: str = ""
    count_certain: bool = False
    area: str = ""
    number: str = ""
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def parse_document(lines: Sequence[str]) -> Document:
    """Sort the lines of a file; sections may be missing or come in any order."""
    document = Document()
    inside, before = False, 0
    for number_, raw in enumerate(lines, start=1):
        line = raw.translate(_BRACKETS).strip()
        match = _SECTION.fullmatch(line)
        if match:
            inside, before = _COORDINATES in match.group(1), len(document.parcels)
        elif line:
            # Coordinates have begun once a parcel has, whatever the marker says.
            begun = inside or len(document.parcels) > before
            _sort_line(document, raw, in_coordinates=begun, line=number_)
    return document


def _sort_line(
    document: Document, raw: str, *, in_coordinates: bool, line: int
) -> None:
    text = raw.translate(_FULLWIDTH).strip()
    fields = _fields(text)
    pointlike = any(_pair_at(fields, start) for start in _POINT_FIELDS)
    if _is_title(fields, pointlike=pointlike):
        changed = raw.translate(_FULLWIDTH) != raw.replace("\t", " ")
        document.fullwidth |= changed and "，" in raw
        title = _without_mark(_fields(raw.replace("，", ",").replace("＠", "@")))
        document.parcels.append(ParcelLines(line=line, title=tuple(title)))
        return
    if not in_coordinates and "=" in text:
        key, _, value = raw.translate(_BRACKETS).partition("=")
        document.header[key.replace(" ", "").strip()] = value.strip()
        return
    # A spoilt point must not pass for a heading: two numbers are enough.
    numbers = sum(bool(_STARTS_AS_NUMBER.match(value)) for value in fields[1:])
    if in_coordinates or pointlike or numbers > 1:
        document.fullwidth |= text != raw.replace("\t", " ").strip()
        if not document.parcels:
            document.parcels.append(ParcelLines(line=line, title=None))
        document.parcels[-1].rows.append((line, fields))


def _fields(text: str) -> list[str]:
    parts = text.split(",") if "," in text else re.split(r"[;\s]+", text.strip())
    return [part.strip() for part in parts]


def _is_title(fields: Sequence[str], *, pointlike: bool) -> bool:
    """Say whether a line describes a parcel: it has a lone @ or a shape word."""
    marked = "@" in fields or fields[-1].endswith("@") or fields[0].startswith("@")
    worded = any(value in {kind.value for kind in Kind} for value in fields)
    return marked or (worded and not pointlike)


def _without_mark(fields: Sequence[str]) -> list[str]:
    kept = [value for value in fields if value != "@"]
    if kept:
        kept[0] = kept[0].removeprefix("@").strip()
        kept[-1] = kept[-1].removesuffix("@").strip()
    return kept


def _pair_at(fields: Sequence[str], start: int) -> bool:
    pair = fields[start : start + 2]
    return len(pair) == 2 and pair_of(pair[0], pair[1]) is not None  # noqa: PLR2004 - a pair


# ----------------------------------------------------------------- parcel lines
def title_of(fields: Sequence[str] | None) -> ParcelTitle:
    """Read a parcel line: ministry form (8, 12 or more fields) or a short one."""
    if fields is None:
        return ParcelTitle()
    words = {kind.value: kind for kind in Kind}
    place = next((i for i, value in enumerate(fields) if value in words), None)
    kind = Kind.POLYGON if place is None else words[fields[place]]
    if len(fields) >= _MINISTRY_FIELDS and place in {None, 4}:
        return ParcelTitle(
            kind=kind,
            count=_digits(fields[0]),
            count_certain=bool(_digits(fields[0])),
            area=_digits(fields[1]),
            number=fields[2],
            name=fields[3],
            attributes=_extra(fields, 5),
        )
    return _short_title(fields, kind, place)


def _short_title(fields: Sequence[str], kind: Kind, place: int | None) -> ParcelTitle:
    """Read forms such as ``5,地块1,面,用途,``: first field count or serial."""
    before = list(fields if place is None else fields[:place])
    texts = [value for value in before if value and number(_digits(value)) is None]
    numbers = [_digits(value) for value in before if number(_digits(value)) is not None]
    rest = [] if place is None else [v for v in fields[place + 1 :] if v]
    return ParcelTitle(
        kind=kind,
        count=numbers[0] if numbers else "",
        area=numbers[1] if len(numbers) > 1 else "",
        number=texts[0] if len(texts) > 1 else "",
        name=texts[-1] if texts else "",
        attributes={"用途": rest[0]} if rest else {},
    )


def _extra(fields: Sequence[str], start: int) -> dict[str, str]:
    """Name the later fields; only the 8-field form has fixed meanings."""
    official = len(fields) == _MINISTRY_FIELDS
    return {
        _MINISTRY_KEYS[index] if official else f"字段{index + 1}": value
        for index, value in enumerate(fields)
        if index >= start and value
    }


def _digits(text: str) -> str:
    return text.translate(_FULLWIDTH).strip()


# ------------------------------------------------------------------ point lines
def point_rows(document: Document, file: str) -> list[list[PointRow]]:
    """Return the points of each parcel, columns settled over the whole file.

    North and east stand at the pair of columns that reads as coordinates on
    most lines, so that a bad line is found by the layout of the good ones.
    """
    rows = [row for parcel in document.parcels for row in parcel.rows]
    votes: Counter[int] = Counter()
    for _, fields in rows:
        votes.update(start for start in _POINT_FIELDS if _pair_at(fields, start))
    start = max(_POINT_FIELDS, key=lambda index: votes[index])
    ring_column = _ring_column(start, [fields for _, fields in rows])
    return [
        [
            PointRow(
                where=f"{file}:{line}",
                name=_at(fields, 0) if start else "",
                ring="" if ring_column is None else _at(fields, ring_column),
                first=_at(fields, start),
                second=_at(fields, start + 1),
            )
            for line, fields in parcel.rows
        ]
        for parcel in document.parcels
    ]


def _ring_column(start: int, rows: Sequence[Sequence[str]]) -> int | None:
    if start == 2:  # noqa: PLR2004 - point, ring, north, east
        return 1
    fifth = [_at(fields, _RING_IN_FIFTH) for fields in rows]
    whole = all(value.isdigit() and int(value) > 0 for value in fifth)
    return _RING_IN_FIFTH if start == 1 and fifth and whole else None


def _at(fields: Sequence[str], index: int) -> str:
    return fields[index] if index < len(fields) else ""
