"""Which rule packs a command means: those named, those of a base, or all built in."""

from pathlib import Path

__all__ = ["named_packs"]


def named_packs(packs: tuple[str, ...], base: Path | None) -> tuple[str, ...]:
    """Return packs by id or path, in the order of the base.

    Raises
    ------
    BaseError
        When the zoning.yaml of `base` is needed and cannot be read.
    """
    from zoning.rules.packs import built_in_packs

    if packs:
        return packs
    if base is None:
        return built_in_packs()
    from zoning.io.base import PRUDENCE
    from zoning.io.config import read_config

    named = [pack for pack in read_config(base).packs if pack != PRUDENCE]
    return (*named, PRUDENCE)
