"""Names for what users send: safe on every system, and still theirs to know."""

import re
import secrets
import unicodedata

__all__ = ["IDENTIFIER", "fresh_identifier", "safe_name"]

IDENTIFIER = "^[0-9a-f]{16}$"
"""Of uploads and jobs."""

_LONGEST = 80
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_UNWANTED = re.compile(r"[^\w.\-()（）\[\]【】〔〕 ]")
_USUAL = "site"


def fresh_identifier() -> str:
    """Return an identifier that nobody can guess."""
    return secrets.token_hex(8)


def safe_name(given: str) -> str:
    """Return a file name without path, control or reserved words.

    Letters of every language stay, so that a person finds the file again. What
    is left of nothing is ``site``.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    words = _UNWANTED.sub("_", plain).strip(" .")
    stem, dot, suffix = words.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.strip(" .")[: _LONGEST - len(suffix[:12])] or _USUAL
    name = f"{stem}.{suffix[:12]}" if suffix else stem
    return f"_{name}" if _RESERVED.match(name) else name
