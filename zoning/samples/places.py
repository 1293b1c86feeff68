"""Where the sample base lies: in the installed package or in the repository."""

from importlib.resources import files
from pathlib import Path

__all__ = ["sample_folder"]


def sample_folder() -> Path | None:
    """Return the folder of the sample base; None when it was not shipped."""
    package = Path(str(files("zoning")))
    for folder in (
        package / "data" / "sample_layers",
        package.parent / "data" / "sample_layers",
    ):
        if (folder / "zoning.yaml").is_file():
            return folder
    return None
