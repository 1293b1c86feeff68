"""The sample county: synthetic, seeded, marked as demo data."""

from pathlib import Path

__all__ = ["build_sample_base"]


def build_sample_base(folder: Path, *, seed: int = 500237) -> None:
    """Write the sample base, its project sites and its manifest.

    Parameters
    ----------
    folder : Path
        Made when missing; an older sample base in it is replaced.
    seed : int
        Same seed and library versions, same bytes.

    Raises
    ------
    FileExistsError
        When the folder holds anything but a sample base.
    """
    from zoning.samples import build  # slow to import, and rarely wanted

    build.build_sample_base(folder, seed=seed)
