"""Shared settings and fixtures."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("zoning", deadline=None, derandomize=True)
settings.load_profile("zoning")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """Folder of files and answers that nobody here wrote."""
    if not SHARED.is_dir():
        if "shared" in os.environ.get("ZONING_REQUIRE", "").split(","):
            pytest.fail(f"required, but absent: {SHARED}")
        pytest.skip(f"absent: {SHARED.name}")
    return SHARED
