"""Models of the valley, built in memory."""

from datetime import date
from functools import cache
from pathlib import Path

from valley import table_text

from zoning.io.base import open_base
from zoning.linkage.building import build
from zoning.linkage.forecast import Ahead
from zoning.linkage.ground import layers_read, read_ground
from zoning.linkage.table import model_table_of
from zoning.linkage.values import BuildOptions, CorridorModel, LinkageReport
from zoning.model import Base, CheckOptions

DAY = date(2026, 11, 23)
PLENTY = 64 * 2**30


@cache
def _opened(folder: Path) -> Base:
    """Open a base once: folders of tests do not change."""
    return open_base(folder)


class Quiet:
    """Listens, and says that there is as much memory as it was given."""

    def __init__(self, free_bytes: int = PLENTY) -> None:
        self.free = free_bytes
        self.forecasts: list[Ahead] = []
        self.steps: list[str] = []

    def free_bytes(self) -> int:
        return self.free

    def ahead(self, found: Ahead) -> None:
        self.forecasts.append(found)

    def step(self, name: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        if name not in self.steps:
            self.steps.append(name)


def report_of(
    folder: Path,
    text: str | None = None,
    options: BuildOptions | None = None,
    listener: Quiet | None = None,
) -> LinkageReport:
    """Build a model of a base on disk."""
    base, table = _opened(folder), model_table_of(text or table_text())
    chosen = options or BuildOptions()
    day = CheckOptions(as_of=DAY)
    ground = read_ground(base, table, day, cell_m=chosen.cell_m)
    model = build(ground, table, chosen, listener=listener or Quiet())
    return LinkageReport(base=base, model=model, as_of=DAY, used=layers_read(table))


def model_of(
    folder: Path, text: str | None = None, options: BuildOptions | None = None
) -> CorridorModel:
    return report_of(folder, text, options).model
