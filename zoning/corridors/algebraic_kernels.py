"""The loops of `algebraic`, compiled; see there for what they mean."""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["apply", "backward", "forward", "matched", "throughflow"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]
Matrix = tuple[Numbers, Numbers, Floats]
STRONG = 0.25  # of a node's strongest tie


@compiled
def apply(starts: Numbers, ends: Numbers, values: Floats, x: Floats) -> Floats:
    """Return A x."""
    out = np.empty(len(x))
    for i in range(len(x)):
        total = 0.0
        for k in range(starts[i], starts[i + 1]):
            total += values[k] * x[ends[k]]
        out[i] = total
    return out


@compiled
def _relaxed(
    starts: Numbers, ends: Numbers, values: Floats, b: Floats, x: Floats, i: int
) -> float:
    """Return what makes the equation of node i hold, the others as they are."""
    total, diag = float(b[i]), 1.0
    for k in range(starts[i], starts[i + 1]):
        if ends[k] == i:
            diag = values[k]
        else:
            total -= values[k] * x[ends[k]]
    return total / diag


@compiled
def forward(
    starts: Numbers, ends: Numbers, values: Floats, b: Floats, x: Floats
) -> None:
    """One Gauss-Seidel sweep in order of number."""
    for i in range(len(x)):
        x[i] = _relaxed(starts, ends, values, b, x, i)


@compiled
def backward(
    starts: Numbers, ends: Numbers, values: Floats, b: Floats, x: Floats
) -> None:
    """One Gauss-Seidel sweep against the order of number."""
    for i in range(len(x) - 1, -1, -1):
        x[i] = _relaxed(starts, ends, values, b, x, i)


@compiled
def matched(starts: Numbers, ends: Numbers, values: Floats, group: Numbers) -> int:
    """Write the group of each node, by strongest ties; return how many.

    A node takes the strongest of its free neighbours; where all strong ones are
    taken, it joins the strongest tie's group.
    """
    count = 0
    group[:] = -1
    for i in range(len(group)):
        if group[i] >= 0:
            continue
        strongest, best, mate, host = 0.0, 0.0, -1, -1
        for k in range(starts[i], starts[i + 1]):
            tie = -values[k]
            if ends[k] == i or tie <= 0.0:
                continue
            if tie > strongest:
                strongest, host = tie, ends[k]
            if group[ends[k]] < 0 and tie > best:
                best, mate = tie, ends[k]
        if mate >= 0 and best >= STRONG * strongest:
            group[i] = group[mate] = count
            count += 1
        elif host >= 0 and group[host] >= 0:
            group[i] = group[host]
        else:
            group[i] = count
            count += 1
    return count


@compiled
def throughflow(
    starts: Numbers, ends: Numbers, values: Floats, x: Floats, leak: Floats
) -> Floats:
    """Return the larger of what enters and leaves each node of a Laplacian.

    `leak` has a conductance to the ground for each node, or is empty. Without a
    branch: the larger is half of their sum and of their difference.
    """
    out = np.empty(len(x))
    for i in range(len(x)):
        here = x[i]
        net = leak[i] * here if len(leak) else 0.0
        every = abs(net)
        for k in range(starts[i], starts[i + 1]):
            flow = values[k] * (x[ends[k]] - here)
            net += flow
            every += abs(flow)
        out[i] = 0.5 * (every + abs(net))
    return out
