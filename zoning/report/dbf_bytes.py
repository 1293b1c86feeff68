"""Attribute tables (.dbf) in GBK or UTF-8: no value is cut unseen.

References
----------
.. [1] dBASE III+ table layout: 32-byte head, 32-byte field descriptors, ``0D``,
   records led by a blank, ``1A``. Byte 29 is the language driver; 4D is code
   page 936 (GBK).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zoning.report.run_layers import Column, Value

__all__ = [
    "ENCODING",
    "TEXT_BYTES",
    "Field",
    "LostValue",
    "Table",
    "cell_text",
    "table_bytes",
]

ENCODING = "gbk"
TEXT_BYTES = 254
"""Longest text of a cell."""

LANGUAGE_GBK = 0x4D
ENDING = "……"
"""End of a text that goes on in the table of long texts."""

GETA = "〓"
"""Stands for a character that GBK lacks, as typesetters have it."""

_VERSION, _END_OF_FIELDS, _END_OF_FILE = 0x03, b"\r", b"\x1a"
_HEAD_BYTES = _FIELD_BYTES = 32
_NUMBER_BYTES, _MOST_DECIMALS = 24, 15
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column as it stands in the table; width in bytes."""

    column: Column
    short: str
    width: int
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostValue:
    """A text whose cell does not hold it whole; `row` counts from 0."""

    row: int
    field: str
    short: str
    value: str
    too_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The bytes of a table, its fields, and what it does not hold whole."""

    content: bytes
    fields: tuple[Field, ...]
    lost: tuple[LostValue, ...]


def table_bytes(
    columns: Sequence[Column],
    shorts: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    day: date,
    encoding: str = ENCODING,
) -> Table:
    """Return a .dbf of columns under short names.

    Parameters
    ----------
    columns : sequence of Column
        At most 255.
    shorts : sequence of str
        Field names, at most 10 bytes each.
    rows : sequence of sequence
        Values in the order of `columns`; None becomes blanks.
    day : date
        Day of the last change, for the head.
    encoding : str
        ``gbk`` or ``utf-8``.

    Raises
    ------
    ValueError
        When a number has no room in 24 digits and 15 decimals.
    """
    lost: list[LostValue] = []
    cells: list[list[bytes]] = []
    fields: list[Field] = []
    for place, (column, short) in enumerate(zip(columns, shorts, strict=True)):
        values = [row[place] for row in rows]
        if column.kind == "text":
            texts = ["" if value is None else str(value) for value in values]
            own = [_text(text, encoding) for text in texts]
            lost += _lost(texts, own, (column.name, short), encoding=encoding)
            decimals = 0
        else:
            decimals = _decimals(values)
            own = [_number(value, decimals) for value in values]
        width = max(1, *(len(cell) for cell in own)) if own else 1
        fields.append(Field(column=column, short=short, width=width, decimals=decimals))
        cells.append(
            [
                cell.ljust(width) if column.kind == "text" else cell.rjust(width)
                for cell in own
            ]
        )
    content = _content(fields, cells, encoding, count=len(rows), day=day)
    return Table(content=content, fields=tuple(fields), lost=tuple(lost))


def cell_text(text: str, encoding: str) -> str:
    """Return what a reader finds in the cell of a text."""
    return _text(text, encoding).decode(encoding)


def _lost(
    texts: Sequence[str],
    cells: Sequence[bytes],
    names: tuple[str, str],
    *,
    encoding: str,
) -> Iterator[LostValue]:
    """Yield what a reader of the table would not get back."""
    name, short = names
    for row, (text, cell) in enumerate(zip(texts, cells, strict=True)):
        if cell.decode(encoding) != text.rstrip(" "):
            long = len(text.encode(encoding, errors="replace")) > TEXT_BYTES
            yield LostValue(row=row, field=name, short=short, value=text, too_long=long)


def _text(text: str, encoding: str) -> bytes:
    """Return a cell: whole where it fits, else up to a character and ``……``."""
    known = "".join(_encoded(character, encoding) for character in text.rstrip(" "))
    whole = known.encode(encoding)
    if len(whole) <= TEXT_BYTES:
        return whole
    room = TEXT_BYTES - len(ENDING.encode(encoding))
    start = whole[:room].decode(encoding, errors="ignore")
    return (start + ENDING).encode(encoding)


def _encoded(character: str, encoding: str) -> str:
    """Return the character; a line end and other controls become a blank."""
    if ord(character) < ord(" "):
        return " "
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return GETA
    return character


def _decimals(values: Sequence[Value]) -> int:
    """Return the decimals that hold every value exactly."""
    needed = [
        -int(Decimal(repr(value)).normalize().as_tuple().exponent)
        for value in values
        if isinstance(value, float)
    ]
    return max(0, *needed) if needed else 0


def _number(value: Value, decimals: int) -> bytes:
    if value is None:
        return b""
    told = f"{Decimal(repr(value)):.{decimals}f}"
    if len(told) > _NUMBER_BYTES or decimals > _MOST_DECIMALS:
        raise ValueError(told)
    return told.encode("ascii")


def _content(
    fields: Sequence[Field],
    cells: Sequence[Sequence[bytes]],
    encoding: str,
    *,
    count: int,
    day: date,
) -> bytes:
    head = _HEAD_BYTES + _FIELD_BYTES * len(fields) + len(_END_OF_FIELDS)
    width = 1 + sum(field.width for field in fields)
    day_bytes = day.year - _FIRST_YEAR, day.month, day.day
    parts = [
        struct.pack("<4BIHH", _VERSION, *day_bytes, count, head, width),
        bytes(17),
        bytes([LANGUAGE_GBK if encoding == ENCODING else 0]),
        bytes(2),
    ]
    for field in fields:
        kind = b"C" if field.column.kind == "text" else b"N"
        name = field.short.encode(encoding).ljust(11, b"\0")
        sizes = bytes([field.width, field.decimals])
        parts.append(name + kind + bytes(4) + sizes + bytes(14))
    parts.append(_END_OF_FIELDS)
    for row in range(count):
        parts.append(b" ")
        parts.extend(column[row] for column in cells)
    parts.append(_END_OF_FILE)
    return b"".join(parts)
