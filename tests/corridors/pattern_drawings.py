"""Patterns drawn by hand, cell by cell, and what each cell is."""

import numpy as np
from numpy.typing import NDArray

CODES = {
    " ": 0,
    "#": 17,
    "o": 9,
    "e": 3,
    "p": 5,
    "b": 33,
    "B": 35,
    "P": 37,
    "l": 65,
    "L": 67,
    "Q": 69,
    "r": 1,
    "-": 100,
    "_": 220,
}
"""Letters of the drawings; within openings of cores 100 is added by the test."""

TWO_JOINED = """

 eeeeee     eeeeee
 e####e     e####e
 e####BbbbbbB####e
 e####e     e####e
 eeeeee     eeeeee
   r          r
   r      o   r
          o
"""

RING_WITH_LOOP = """

 eeeeeeee
 e######e
 e######Llllr
 e######e   l
 e######e   l
 e######Llllr
 eeeeeeee

"""

HOLED = """

 eeeeeeeeee
 e########e
 e##ppppp#e
 e##p   p#e
 e##p r p#e
 e##ppppp#e
 e########e
 eeeeeeeeee

"""

CORNERS = """

 eeee
 e##e
 e##e
 eeee
     oo
     oo

"""

WIDE_EDGE = """

 eeeeeeeeeeee
 eeeeeeeeeeee
 ee########ee
 ee########ee
 ee########ee
 ee########ee
 eeeeeeeeeeee
 eeeeeeeeeeee

"""


def codes_of(drawing: str) -> NDArray[np.int64]:
    """Return the codes of a drawing, shape (rows, columns)."""
    rows = drawing.strip("\n").split("\n")
    rows = ["", *rows, ""]
    width = max(map(len, rows)) + 1
    return np.array([[CODES[c] for c in row.ljust(width)] for row in rows])
