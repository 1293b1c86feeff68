"""The features of a FlatGeobuf, counted and their boxes read without GDAL.

References
----------
.. [1] FlatGeobuf 3.0: magic, size-prefixed header, packed Hilbert R-tree with
   40 bytes a node, size-prefixed features up to the end of the file.
"""

import struct

import numpy as np
from numpy.typing import NDArray

__all__ = ["count_flatgeobuf", "leaf_boxes"]

_START = 8
_COUNT_FIELD, _NODE_FIELD = 8, 9
_DEFAULT_NODE = 16
_NODE_BYTES = 40


def count_flatgeobuf(content: bytes) -> int:
    """Walk from feature to feature; each must end where the next begins.

    Returns
    -------
    int
        Number of features.

    Raises
    ------
    ValueError
        When the file does not end with a feature, or the header counts
        otherwise.
    """
    try:
        (size,) = struct.unpack_from("<I", content, _START)
        header = content[_START + 4 : _START + 4 + size]
        stated = _field(header, _COUNT_FIELD, "<Q", default=0)
        node = _field(header, _NODE_FIELD, "<H", default=_DEFAULT_NODE)
        place = _START + 4 + size + _index_bytes(stated, node)
        count = 0
        while place < len(content):
            (length,) = struct.unpack_from("<I", content, place)
            place += 4 + length
            count += 1
    except struct.error as error:
        raise ValueError("FlatGeobuf") from error
    if place != len(content) or stated not in {0, count}:
        raise ValueError(f"FlatGeobuf: {stated} / {count}")
    return count


def leaf_boxes(content: bytes) -> NDArray[np.float64] | None:
    """Return the boxes of the features, in their order; None without an index.

    Returns
    -------
    ndarray of float, shape (n, 4), or None
        West, south, east, north.

    Raises
    ------
    ValueError
        When the header or the index is cut short.
    """
    try:
        (size,) = struct.unpack_from("<I", content, _START)
        header = content[_START + 4 : _START + 4 + size]
        count = _field(header, _COUNT_FIELD, "<Q", default=0)
        node = _field(header, _NODE_FIELD, "<H", default=_DEFAULT_NODE)
    except struct.error as error:
        raise ValueError("FlatGeobuf") from error
    end = _START + 4 + size + _index_bytes(count, node)
    start = end - count * _NODE_BYTES
    if count == 0 or node == 0:
        return None
    if end > len(content):
        raise ValueError("FlatGeobuf index")
    leaves = np.frombuffer(content[start:end], dtype="<f8").reshape(count, 5)
    return np.array(leaves[:, :4])


def _field(header: bytes, number: int, form: str, *, default: int) -> int:
    """Return a scalar of the header's table."""
    (table,) = struct.unpack_from("<I", header, 0)
    (back,) = struct.unpack_from("<i", header, table)
    listing = table - back
    if listing < 0:
        raise ValueError("FlatGeobuf header")
    (length,) = struct.unpack_from("<H", header, listing)
    if length < 4 + 2 * number + 2:
        return default
    (offset,) = struct.unpack_from("<H", header, listing + 4 + 2 * number)
    if not offset:
        return default
    (value,) = struct.unpack_from(form, header, table + offset)
    return int(value)


def _index_bytes(count: int, node: int) -> int:
    if count == 0 or node == 0:
        return 0
    if node == 1:
        raise ValueError("FlatGeobuf index")
    level, nodes = count, count
    while level > 1:
        level = -(-level // node)
        nodes += level
    if count == 1:
        nodes += 1  # the root is written even for one leaf
    return nodes * _NODE_BYTES
