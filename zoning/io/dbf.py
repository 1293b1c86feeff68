"""dBASE attribute tables: names and values as text, encoding told not guessed.

The encoding is the .cpg's if the bytes agree, else the language byte of the
header, else strict UTF-8, else strict GB18030. One in which no text makes sense
gives way to UTF-8 or GB18030 in which some does, by `known_words.yaml`.

References
----------
.. [1] dBASE III+ header: record count at byte 4, lengths at 8 and 10, language
   driver at 29, field descriptors of 32 bytes up to a carriage return.
"""

import codecs
import re
import struct
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from zoning import strict_yaml
from zoning.errors import Problem, SiteError
from zoning.io.catalogue import catalogue

__all__ = ["AUTO", "Table", "TableText", "known_words", "read_dbf", "text_of_dbf"]

_HEADER = struct.Struct("<4xIHH17xB2x")
_DESCRIPTOR = struct.Struct("<11sc4xB15x")
_FIELDS_END = 0x0D
_DELETED, _LAST_ASCII = 0x2A, 0x7F
# Language driver byte → encoding; 0x57 (ANSI) and 0 say nothing in practice.
_LANGUAGES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4E: "cp949", 0x4F: "big5"}
_CHINESE_PAGES = {"936", "gbk", "gb2312", "gb18030", "cp936", "ansi936"}
_ENOUGH = 5_000
"""Different texts after which their sense is known."""
AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """What the bytes of a table are read as, and how many records are deleted.

    `stated` is the encoding that file or caller name, '' where neither does;
    `guessed` says that neither does and that no text holds a known word.
    """

    encoding: str
    stated: str = ""
    guessed: bool = False
    deleted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(TableText):
    """The same, with rows in file order; None where the record is marked deleted."""

    rows: tuple[dict[str, str] | None, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: bytes
    kind: str
    start: int
    end: int


def read_dbf(
    content: bytes, *, cpg: bytes = b"", declared: str = AUTO, where: str
) -> Table:
    """Read a whole table.

    Parameters
    ----------
    content, cpg : bytes
        The .dbf and, if there is one, the .cpg file.
    declared : str
        Encoding that a person names: it stands where the bytes agree.
    where : str
        File name for messages.

    Raises
    ------
    SiteError
        ``SITE_FILE_DAMAGED`` when the header is broken or records are missing,
        ``SITE_ENCODING_UNKNOWN`` when no encoding fits.
    """
    laid = _laid_out(content, where)
    text = _text_of(laid, cpg, declared, where=where)
    encoding = text.encoding
    names = _unique([_decode(field.name, encoding) for field in laid.fields])
    rows = [
        None if raw[0] == _DELETED else _row(raw, laid.fields, names, encoding=encoding)
        for raw in map(bytes, laid.records)
    ]
    doubt: tuple[Problem, ...] = ()
    if text.stated and encoding != text.stated:
        values = {"detail": f"{text.stated} → {encoding}"}
        doubt = (Problem(code="ATTRIBUTES_DOUBTFUL", where=where, values=values),)
    return Table(
        rows=tuple(rows),
        encoding=encoding,
        stated=text.stated,
        guessed=text.guessed,
        deleted=text.deleted,
        problems=doubt,
    )


def text_of_dbf(
    content: bytes, *, cpg: bytes = b"", declared: str = AUTO, where: str
) -> TableText:
    """Tell how the text of a table is read, without making its rows.

    Parameters and errors as of `read_dbf`.
    """
    return _text_of(_laid_out(content, where), cpg, declared, where=where)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Laid:
    """Fields, and the bytes of all records, shape (n, length of a record)."""

    fields: list[_Field]
    records: NDArray[np.uint8]
    language: int


def _laid_out(content: bytes, where: str) -> _Laid:
    try:
        count, header, record, language = _HEADER.unpack_from(content)
        fields = _fields(content, header)
    except struct.error as error:
        raise SiteError(_damaged("dbf header", where)) from error
    if record < 1 or len(content) < header + count * record:
        raise SiteError(_damaged("dbf records", where))
    if fields and fields[-1].end > record:
        raise SiteError(_damaged("dbf fields", where))
    found = np.frombuffer(content, np.uint8, count * record, header)
    return _Laid(fields=fields, records=found.reshape(count, record), language=language)


def _text_of(laid: _Laid, cpg: bytes, declared: str, *, where: str) -> TableText:
    stated = _stated(cpg, laid.language) if declared == AUTO else [_plain(declared)]
    texts = _texts(laid)
    encoding = _encoding(texts, stated, sure=declared != AUTO, where=where)
    first = stated[0] if stated else ""
    return TableText(
        encoding=encoding,
        stated=first,
        guessed=bool(texts) and not first and not _known(texts, encoding),
        deleted=int((laid.records[:, 0] == _DELETED).sum()),
    )


def _fields(content: bytes, header: int) -> list[_Field]:
    found, place, start = [], 32, 1
    while place + 32 <= header and content[place] != _FIELDS_END:
        name, kind, length = _DESCRIPTOR.unpack_from(content, place)
        clean = name.partition(b"\0")[0].strip()
        end = start + length
        kind_text = kind.decode("latin-1")
        found.append(_Field(name=clean, kind=kind_text, start=start, end=end))
        place, start = place + 32, end
    return found


def _stated(cpg: bytes, language: int) -> list[str]:
    word = _plain(cpg.decode("latin-1"))
    stated = [word] if word else []
    if language in _LANGUAGES:
        stated.append(_LANGUAGES[language])
    return stated


def _plain(name: str) -> str:
    """Return the name of an encoding as it is compared."""
    word = name.strip("\ufeff\xef\xbb\xbf \t\r\n\0").lower()
    if word.removeprefix("oem ").removeprefix("ansi ") in _CHINESE_PAGES:
        return "gb18030"
    if word in {"utf8", "utf-8", "65001"}:
        return "utf-8"
    bare = re.sub(r"[^a-z0-9]", "", word)
    for spelt in (word, bare, f"cp{bare}", bare.replace("koi8", "koi8-")):
        try:
            return codecs.lookup(spelt).name
        except LookupError:
            continue
    return word


def _texts(laid: _Laid) -> list[bytes]:
    """Return names and text values that are not plain ASCII, each once."""
    found = {field.name for field in laid.fields if not field.name.isascii()}
    for field in laid.fields:
        if field.kind == "C":
            values = laid.records[:, field.start : field.end]
            foreign = values[(values > _LAST_ASCII).any(axis=1)]
            found |= set(map(bytes, foreign))
    return sorted(found)


def _encoding(texts: list[bytes], stated: list[str], *, sure: bool, where: str) -> str:
    """Return the encoding that every text obeys and that makes most sense."""
    wanted = stated if sure else [*stated, "utf-8", "gb18030"]
    obeyed = [name for name in dict.fromkeys(wanted) if _obeyed(name, texts)]
    if not obeyed:
        raise SiteError(Problem(code="SITE_ENCODING_UNKNOWN", where=where))
    first, *others = obeyed
    if _known(texts, first):
        return first
    return max(obeyed, key=lambda name: _known(texts, name)) if others else first


def _known(texts: list[bytes], encoding: str) -> int:
    """Count the texts that hold a known word or end as names of places do."""
    words, endings = known_words()
    decoded = (_decode(text, encoding).strip() for text in texts[:_ENOUGH])
    return sum(
        text.endswith(endings) or any(word in text for word in words)
        for text in decoded
    )


@cache
def known_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words that Chinese tables hold, and endings of their names."""
    path = files("zoning").joinpath("data/known_words.yaml")
    loaded = strict_yaml.load_text(path.read_text(encoding="utf-8"))
    classes = {
        value
        for layer in catalogue().values()
        for field in layer.fields.values()
        for value in field.values or ()
        if len(value) > 1 and not value.isascii()
    }
    return tuple(sorted({*loaded["words"], *classes})), tuple(loaded["endings"])


def _obeyed(encoding: str, texts: list[bytes]) -> bool:
    try:
        codecs.lookup(encoding)
        for text in texts:
            _decode(text, encoding)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _decode(raw: bytes, encoding: str) -> str:
    """Decode a value; a character cut off by the field's width is dropped."""
    raw = raw.rstrip(b" \0")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end == len(raw) and len(raw) - error.start <= 3:  # noqa: PLR2004 - part of one
            return raw[: error.start].decode(encoding)
        raise


def _row(
    raw: bytes, fields: list[_Field], names: list[str], *, encoding: str
) -> dict[str, str]:
    return {
        name: _decode(
            raw[field.start : field.end], encoding if field.kind == "C" else "latin-1"
        ).strip()
        for name, field in zip(names, fields, strict=True)
    }


def _unique(names: list[str]) -> list[str]:
    """Give repeated names numbers; the 10-byte limit brings them about."""
    taken: dict[str, int] = {}
    result = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        result.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    return result


def _damaged(detail: str, where: str) -> Problem:
    return Problem(code="SITE_FILE_DAMAGED", where=where, values={"detail": detail})
