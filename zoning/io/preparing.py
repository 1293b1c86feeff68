"""Putting every layer of a base into the store before anybody waits for it."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zoning import store
from zoning.errors import Problem, RulePackError
from zoning.io.base import base_of
from zoning.io.config import AbsentEntry, read_config
from zoning.model import Base
from zoning.model.problems import layer_problem
from zoning.rules.packs import read_rule_book

__all__ = ["PreparedLayer", "prepare"]

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedLayer:
    """One layer of a base and its file in the store.

    Parameters
    ----------
    layer : str
        Layer id.
    features : int or None
        Of vector layers that could be read.
    size : int
        Bytes of its file; 0 where there is none.
    seconds : float
        What opening it took.
    problems : tuple of Problem
        Why it is not in the store.
    """

    layer: str
    features: int | None
    size: int
    seconds: float
    problems: tuple[Problem, ...] = ()


def prepare(folder: Path, told: Told | None = None) -> tuple[PreparedLayer, ...]:
    """Open a base with every hash computed, so that all its layers are stored.

    Parameters
    ----------
    folder : Path
        Base folder.
    told : callable, optional
        Called with the id of each layer before it is read.

    Returns
    -------
    tuple of PreparedLayer
        In the order in which they were read.

    Raises
    ------
    BaseError
        When zoning.yaml or the county outline cannot be used.
    """
    config = read_config(folder)
    started: dict[str, float] = {}

    def begun(layer: str) -> None:
        started[layer] = time.perf_counter()
        if told is not None:
            told(layer)

    base = base_of(config, folder, verify=True, told=begun)
    with contextlib.suppress(RulePackError):  # told by the first check
        read_rule_book(base.packs, folder)
    ends = [*list(started.values())[1:], time.perf_counter()]
    listed = {"county", *config.layers}
    store.forget(folder, keep=listed | {f"{name}.coverage" for name in listed})
    absent = {n for n, e in config.layers.items() if isinstance(e, AbsentEntry)}
    return tuple(
        _prepared(layer, base, folder, seconds=end - start)
        for (layer, start), end in zip(started.items(), ends, strict=True)
        if layer in listed - absent
    )


def _prepared(layer: str, base: Base, folder: Path, *, seconds: float) -> PreparedLayer:
    size = store.size_of(folder, layer)
    problems = base.missing.get(layer, ())
    if not problems and size == 0:
        problems = (layer_problem("STORE_NOT_WRITTEN", layer),)
    vector = base.layers.get(layer)
    return PreparedLayer(
        layer=layer,
        features=None if vector is None else vector.info.features,
        size=size,
        seconds=seconds,
        problems=problems,
    )
