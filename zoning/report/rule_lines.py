"""The parts of a rule as lines for the screen."""

from collections.abc import Iterator, Sequence

from zoning.report.rule_story import RulePart

__all__ = ["part_lines"]


def part_lines(parts: Sequence[RulePart]) -> Iterator[str]:
    """Yield headings and indented lines; a row of a table is a line of its own.

    Every cell but an empty one is named, since a screen is too narrow for the
    columns of a law.
    """
    for part in parts:
        yield from ("", part.heading)
        if part.table is not None:
            for row in part.table.rows:
                named = zip(part.table.columns, row, strict=True)
                cells = [f"{name} {cell}" for name, cell in named if cell]
                yield f"  - {' · '.join(cells)}"
        for item in part.items:
            yield f"  - {item.text}"
            yield from (f"      {line}" for line in item.below)
