"""Bytes to text, without guessing: BOM, strict UTF-8, strict GB18030, or refusal."""

import codecs
import re
from dataclasses import dataclass

from zoning.errors import Problem, SiteError

__all__ = ["DecodedText", "decode", "lines_of", "plain_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """Text and the encoding that it was in."""

    text: str
    encoding: str


def decode(content: bytes, where: str) -> DecodedText:
    """Decode a text file.

    Raises
    ------
    SiteError
        ``SITE_ENCODING_UNKNOWN`` when the bytes are none of UTF-8, UTF-16
        with a BOM and GB18030, or hold control characters (a binary file).
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return DecodedText(text=text, encoding=encoding)
    raise SiteError(Problem(code="SITE_ENCODING_UNKNOWN", where=where))


def lines_of(text: str) -> list[str]:
    """Split at CR LF, CR or LF only: line numbers agree with any editor."""
    return _LINE_END.split(text)


def plain_text(value: object) -> str:
    """Return a value of a table as text: numbers without a trailing .0."""
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return ""
    if isinstance(value, float):
        return "" if value != value else f"{value:.15g}"  # noqa: PLR0124 - NaN
    return str(value)
