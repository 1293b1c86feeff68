"""Shared settings and fixtures."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import small_base
from hypothesis import settings
from postgis_server import Place, Server, binaries, running

from zoning.io.base import open_base
from zoning.model import Base

if TYPE_CHECKING:  # loads what only the desk needs
    from serving_desk import Served

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


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the small base made by hand."""
    return small_base.write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def base(base_folder: Path) -> Base:
    """Open the small base."""
    return open_base(base_folder)


@pytest.fixture(scope="module")
def desk(
    base_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Served]":
    """Serve the small base at a desk."""
    from serving_desk import served

    with served(base_folder, tmp_path_factory.mktemp("desk")) as one:
        yield one


@pytest.fixture(scope="session")
def postgis() -> Iterator[Server]:
    """Start a PostGIS of our own; its database ``empty`` is to be copied."""
    place = binaries()
    if place is None:
        if "postgis" in os.environ.get("ZONING_REQUIRE", "").split(","):
            pytest.fail("required, but absent: PostgreSQL with PostGIS")
        pytest.skip("absent: PostgreSQL with PostGIS")
    with running(place) as server:
        server.create("empty")
        yield server


_NUMBERS = count()


@pytest.fixture
def place(
    postgis: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Make a database with PostGIS; the services `planning` and `reader` name it."""
    name = f"planning{next(_NUMBERS)}"
    postgis.copy(name, of="empty")
    path = tmp_path / "pg_service.conf"
    monkeypatch.setenv("PGSERVICEFILE", str(path))
    postgis.service_file(path, planning=name, reader=f"reader@{name}")
    yield Place(postgis, name)
    postgis.drop(name)
