"""The jobs that every contender gets. Standard library only: peers read it too."""

from dataclasses import dataclass

__all__ = ["JOBS", "LAYERS", "Job"]

LAYERS = ("parcels", "red_lines", "farmland", "urban", "units", "corridors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Areas that each feature of `left` shares with each of the `right` layers.

    Sites are new in every run; what a contender makes of them before it can
    measure is part of the run. A layer of the county may be prepared.
    """

    id: str
    title: str
    left: str
    right: tuple[str, ...]

    @property
    def new(self) -> bool:
        """Say whether `left` are sites."""
        return self.left not in LAYERS


JOBS = {
    job.id: job
    for job in (
        Job(id="J2", title="1 000 sites × 6 layers", left="sites_1000", right=LAYERS),
        Job(id="J3", title="20 000 sites × 6 layers", left="sites_20000", right=LAYERS),
        Job(
            id="J4",
            title="red line × farmland",
            left="red_lines",
            right=("farmland",),
        ),
        Job(id="J6", title="parcels × units", left="parcels", right=("units",)),
    )
}
