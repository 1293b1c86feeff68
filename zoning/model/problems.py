"""Problems of layers, named in both languages."""

from zoning import terms
from zoning.errors import Problem

__all__ = ["layer_problem"]


def layer_problem(code: str, layer_id: str, **values: str) -> Problem:
    """Return a problem of a layer; its text names the layer, not its id."""
    names = {
        f"layer_{lang}": terms.label("layer", layer_id, lang)
        for lang in terms.LANGUAGES
    }
    return Problem(code=code, values={"layer": layer_id, **names, **values})
