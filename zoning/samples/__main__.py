"""``python -m zoning.samples DIR [--seed N]``: write the sample base."""

import argparse
from pathlib import Path

from zoning.samples import build_sample_base


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(prog="python -m zoning.samples")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=500237)
    arguments = parser.parse_args()
    build_sample_base(arguments.folder, seed=arguments.seed)


if __name__ == "__main__":
    main()
