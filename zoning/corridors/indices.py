"""How much habitat is within reach: PC, IIC, EC, and what each part is worth.

A landscape is a set of nodes with an attribute (area, or area by quality) and
links between some of them. The probability of connectivity weighs each pair of
nodes by the best chain of links between them; the equivalent connectivity is
the size of the one patch that would be worth as much. The worth of a node or
link is what is lost without it.

References
----------
.. [1] S. Saura, L. Pascual-Hortal (2007), Landscape and Urban Planning 83,
   91-103: PC.
.. [2] L. Pascual-Hortal, S. Saura (2006), Landscape Ecology 21, 959-967: IIC.
.. [3] S. Saura, L. Rubio (2010), Ecography 33, 523-537: the parts intra, flux
   and connector.
.. [4] S. Saura et al. (2011), Forest Ecology and Management 262, 150-160: EC.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from zoning.errors import Problem, UsageError

__all__ = [
    "Connectivity",
    "Importance",
    "connectivity",
    "integral_index",
    "link_importance",
    "node_importance",
    "probability_of_dispersal",
    "restoration_gain",
]

Floats = NDArray[np.float64]
_SAME = 1e-12
"""Two products of probabilities closer than this, relatively, are one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Connectivity:
    """What a landscape is worth as a whole.

    Parameters
    ----------
    best : ndarray of float64, shape (n, n)
        p*: the product along the best chain between two nodes; 1 on the diagonal.
    numerator : float
        Sum of a_i a_j p*_ij over all ordered pairs, i = j included.
    equivalent : float
        Its square root, EC, in the unit of the attribute.
    """

    best: Floats
    numerator: float
    equivalent: float

    def index(self, whole: float) -> float:
        """Return PC: the numerator over the square of the landscape's attribute."""
        return self.numerator / whole**2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Importance:
    """What is lost without each part, in percent of the numerator.

    Parameters
    ----------
    whole : ndarray of float64, shape (k,)
        dPC. For nodes it is the sum of the other three.
    intra, flux, connector : ndarray of float64, shape (k,)
        The node's own size; its exchange with others; its part as a stepping
        stone. Links have the last alone.
    """

    whole: Floats
    intra: Floats
    flux: Floats
    connector: Floats


def probability_of_dispersal(
    distance: Floats, *, at: float, probability: float
) -> Floats:
    """Return p = exp(d ln(probability) / at), any shape.

    Parameters
    ----------
    distance : ndarray of float64
        Metres or accumulated cost; infinite where there is no way.
    at : float
        The distance at which `probability` is reached, in the same unit.
    probability : float
        Between 0 and 1, both excluded; 0.5 at the median dispersal distance.

    Raises
    ------
    UsageError
        ``DISPERSAL_IMPOSSIBLE``.
    """
    if not (0 < probability < 1 and 0 < at < np.inf):
        values = {"at": f"{at:g}", "probability": f"{probability:g}"}
        raise UsageError(Problem(code="DISPERSAL_IMPOSSIBLE", values=values))
    decay = np.log(probability) / at
    return np.asarray(np.exp(np.asarray(distance, dtype=np.float64) * decay))


def connectivity(attribute: Floats, direct: Floats) -> Connectivity:
    """Return the probability of connectivity of a landscape.

    p*_ij is the greatest product of probabilities along any chain from i to j;
    the numerator of PC is the sum of a_i a_j p*_ij over all i and j [1]_, its
    square root the equivalent connectivity EC [4]_. PC itself is the numerator
    over the square of the area of the landscape, in the unit of the attribute.

    Parameters
    ----------
    attribute : ndarray of float64, shape (n,)
        Of the nodes; not negative.
    direct : ndarray of float64, shape (n, n)
        Probability of each direct link, symmetric; 0 for none. The diagonal is
        taken for 1.

    Raises
    ------
    UsageError
        ``LINKS_MALFORMED`` when shapes, symmetry or range do not fit.
    """
    _require(attribute, direct)
    best = _best_products(direct)
    numerator = _numerator(attribute, best)
    return Connectivity(best=best, numerator=numerator, equivalent=numerator**0.5)


def node_importance(attribute: Floats, direct: Floats) -> Importance:
    """Return dPC of each node and its parts, shapes (n,), percent.

    dPC_k = 100 (N - N without k) / N with N the numerator of `connectivity`;
    intra = 100 a_k^2 / N, flux = 200 a_k (sum of a_j p*_kj over j other than k)
    / N, connector the rest: what pairs of others lose [3]_.

    Only chains that lead through a node are looked for again without it, so
    that the price is that of the stepping stones.
    """
    whole = connectivity(attribute, direct)
    pull = whole.best @ attribute
    share = 100 / whole.numerator if whole.numerator > 0 else 0.0
    lost = np.array(
        [_lost_chains(attribute, direct, whole.best, node=k) for k in _range(attribute)]
    )
    intra = attribute**2
    flux = 2 * (attribute * pull - intra)
    parts = (share * intra, share * flux, share * lost)
    return Importance(
        whole=sum(parts, np.zeros_like(intra)),
        intra=parts[0],
        flux=parts[1],
        connector=parts[2],
    )


def link_importance(
    attribute: Floats, direct: Floats, links: NDArray[np.integer]
) -> Importance:
    """Return what is lost without each link, shapes (k,), percent.

    100 (N - N without the link) / N with N the numerator of `connectivity` [3]_.

    Parameters
    ----------
    links : ndarray of int, shape (k, 2)
        Node numbers of the links to try.
    """
    whole = connectivity(attribute, direct)
    without = [_changed(direct, i, j, to=0.0) for i, j in links.tolist()]
    lost = np.array(
        [whole.numerator - connectivity(attribute, d).numerator for d in without]
    )
    share = 100 / whole.numerator if whole.numerator > 0 else 0.0
    worth = np.maximum(lost, 0.0) * share
    none = np.zeros_like(worth)
    return Importance(whole=worth, intra=none, flux=none, connector=worth)


def restoration_gain(
    attribute: Floats,
    direct: Floats,
    links: NDArray[np.integer],
    *,
    probability: Floats,
) -> Floats:
    """Return what each link would add if it were restored, percent of the numerator.

    100 (N with the better link - N) / N, shape (k,); each by itself, sums of
    several are not their gain together.

    Parameters
    ----------
    links : ndarray of int, shape (k, 2)
        Node numbers.
    probability : ndarray of float64, shape (k,)
        Of each link after restoration; a link never gets worse by it.
    """
    whole = connectivity(attribute, direct)
    gains = []
    for (i, j), better in zip(links.tolist(), probability.tolist(), strict=True):
        # one better link: every new best chain uses it once, in one direction
        chain = np.outer(whole.best[:, i], whole.best[j]) * better
        best = np.maximum(whole.best, np.maximum(chain, chain.T))
        gains.append(_numerator(attribute, best) - whole.numerator)
    return np.asarray(gains) * (100 / whole.numerator)


def integral_index(attribute: Floats, linked: NDArray[np.bool_]) -> float:
    """Return the numerator of IIC: sum of a_i a_j / (1 + links between them).

    Links are counted along the shortest chain; nodes that no chain joins add
    nothing, each adds a_i^2 by itself [2]_. In the square of the attribute's unit.

    Parameters
    ----------
    linked : ndarray of bool, shape (n, n)
        Which nodes have a link, symmetric.
    """
    _require(attribute, linked.astype(np.float64))
    steps = shortest_path(csr_array(linked.astype(np.float64)), unweighted=True)
    return float(attribute @ (1 / (1 + steps)) @ attribute)


def _lost_chains(
    attribute: Floats, direct: Floats, best: Floats, *, node: int
) -> float:
    """Return what pairs of other nodes lose when a node no longer stands between."""
    others = np.arange(len(attribute)) != node
    through = np.outer(best[:, node], best[node])
    led = (through >= best * (1 - _SAME)) & (through > direct * (1 + _SAME))
    led &= others[:, None] & others[None, :]
    rows = np.flatnonzero(led.any(axis=1))
    if len(rows) == 0:
        return 0.0
    left = direct.copy()
    left[node], left[:, node] = 0.0, 0.0
    again = _best_products(left, rows)
    gap = np.where(led[rows], best[rows] - again, 0.0)
    return float(attribute[rows] @ np.maximum(gap, 0.0) @ attribute)


def _best_products(direct: Floats, rows: NDArray[np.intp] | None = None) -> Floats:
    """Return the best product of probabilities between nodes.

    A product is greatest where the sum of -log is least; a sure link (p = 1) has
    length 0, which a sparse graph would take for none.
    """
    with np.errstate(divide="ignore"):
        length = -np.log(direct)
    np.fill_diagonal(length, np.inf)
    tail, head = np.nonzero(np.isfinite(length))
    tiny = np.nextafter(0.0, 1.0)
    graph = csr_array(
        (np.maximum(length[tail, head], tiny), (tail, head)), shape=direct.shape
    )
    found = np.exp(-shortest_path(graph, method="D", indices=rows))
    return np.asarray(found, dtype=np.float64)


def _numerator(attribute: Floats, best: Floats) -> float:
    return float(attribute @ best @ attribute)


def _changed(direct: Floats, i: int, j: int, *, to: float) -> Floats:
    changed = direct.copy()
    changed[i, j] = changed[j, i] = to
    return changed


def _range(attribute: Floats) -> range:
    return range(len(attribute))


def _require(attribute: Floats, direct: Floats) -> None:
    fits = (
        attribute.ndim == 1
        and direct.shape == (len(attribute), len(attribute))
        and bool((attribute >= 0).all())
        and bool(((direct >= 0) & (direct <= 1)).all())
        and bool((direct == direct.T).all())
    )
    if not fits:
        values = {"nodes": str(attribute.shape), "links": str(direct.shape)}
        raise UsageError(Problem(code="LINKS_MALFORMED", values=values))
