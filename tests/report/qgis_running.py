"""QGIS itself, from Debian's packages: asked by the long tests alone."""

import os
import subprocess
from pathlib import Path

import pytest

__all__ = ["in_qgis", "need_qgis"]

QGIS_PYTHON = "/usr/bin/python3"


def need_qgis() -> None:
    """Skip, and say why, unless the long tests run and QGIS is here."""
    if os.environ.get("ZONING_THOROUGH") != "1":
        pytest.skip("long: make test-full opens the project in QGIS")
    if not has_qgis():
        if "qgis" in os.environ.get("ZONING_REQUIRE", "").split(","):
            pytest.fail("required, but absent: QGIS with its Python")
        pytest.skip("QGIS with its Python is absent")


def has_qgis() -> bool:
    return (
        Path(QGIS_PYTHON).exists() and not in_qgis("-c", "import qgis.core").returncode
    )


def in_qgis(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run QGIS's Python without a screen."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [QGIS_PYTHON, *arguments],
        capture_output=True,
        check=False,
        timeout=300,
        env={**kept, "QT_QPA_PLATFORM": "offscreen"},
    )
