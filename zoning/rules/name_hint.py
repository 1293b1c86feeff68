"""The cure of an unknown name: the likely one, else what there is."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

__all__ = ["hint", "likely"]

_CLOSE = 0.6  # of difflib: share of letters in common
_SHOWN = 40


def hint(name: str, known: Iterable[str]) -> Mapping[str, str]:
    """Return ``hint_zh`` and ``hint_en`` for a message on an unknown name."""
    names = list(known)
    close = likely(name, names)
    if close:
        return {"hint_zh": f"是否应为 {close}", "hint_en": f"did you mean {close}?"}
    shown = names[:_SHOWN] + ["…"] * (len(names) > _SHOWN)
    return {
        "hint_zh": f"可用：{'、'.join(shown) or '无'}",
        "hint_en": f"use: {', '.join(shown) or 'none'}",
    }


def likely(name: str, known: Iterable[str]) -> str:
    """Return the known name most like the one given; '' when none is close."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=_CLOSE)), "")
