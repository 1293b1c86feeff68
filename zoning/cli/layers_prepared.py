"""What `zoning layers prepare` says."""

from typing import TYPE_CHECKING

from zoning.cli.console import say, text
from zoning.terms import label

if TYPE_CHECKING:  # a base is opened only when a command runs
    from collections.abc import Sequence

    from zoning.io.preparing import PreparedLayer

__all__ = ["tell_prepared"]

COLUMNS = ("layer", "features", "size", "seconds")
MEGABYTE = 1_000_000
NOT_WHOLE = 4


def tell_prepared(
    done: "Sequence[PreparedLayer]", seconds: float, *, as_json: bool, lang: str
) -> int:
    """Print what was prepared; return the exit code."""
    from zoning.cli.printing import print_json, print_rows

    if as_json:
        print_json([_record(one) for one in done])
    else:
        heads = [text(f"layers_column_{name}", lang) for name in COLUMNS]
        print_rows(heads, [_cells(one, lang) for one in done])
        for one in done:
            for problem in one.problems:
                say(problem.line(lang))
    stored = [one for one in done if one.size]
    say(
        text(
            "layers_prepared",
            lang,
            layers=len(stored),
            features=sum(one.features or 0 for one in stored),
            size=f"{sum(one.size for one in stored) / MEGABYTE:.1f}",
            seconds=f"{seconds:.1f}",
        )
    )
    return NOT_WHOLE if any(one.problems for one in done) else 0


def _cells(one: "PreparedLayer", lang: str) -> list[str]:
    return [
        label("layer", one.layer, lang),
        "" if one.features is None else str(one.features),
        f"{one.size / MEGABYTE:.1f}" if one.size else "",
        f"{one.seconds:.1f}",
    ]


def _record(one: "PreparedLayer") -> dict[str, object]:
    return {
        "layer": one.layer,
        "features": one.features,
        "bytes": one.size,
        "problems": [
            {"code": problem.code, "zh": problem.text("zh"), "en": problem.text("en")}
            for problem in one.problems
        ],
    }
