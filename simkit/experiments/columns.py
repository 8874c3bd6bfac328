"""Arrow columns from NumPy arrays, put together from their memory.

``pyarrow.array`` does the same but imports pandas on the way, which costs every worker process a quarter of a second
and 40 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.parameters import Value

if TYPE_CHECKING:
    import pyarrow as pa


def column(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """A column of numbers or truth values.

    Args:
        values: one dimension, any shape of memory.
        missing: where there is no value, whatever the array has there; by default where it is not a number.
    """
    import pyarrow as pa

    if missing is None:
        missing = np.isnan(values)
    bits = values.dtype == np.bool_  # Arrow packs truth values, as it does what is missing
    memory = _bits(values) if bits else pa.py_buffer(np.ascontiguousarray(values))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [_there(missing), memory], int(missing.sum()))


def given(values: Sequence[Value | None], whole: bool) -> pa.Array:
    """A column of the values of a parameter, whole numbers or not where all are missing; None is missing."""
    there = [value for value in values if value is not None]
    if there and isinstance(there[0], str):
        return words(values)  # type: ignore[arg-type]  # one parameter's
    nothing: Value = there[0] if there else 0 if whole else 0.0
    missing = np.array([value is None for value in values])
    return column(np.array([nothing if value is None else value for value in values]), missing)


def words(values: Sequence[str | None]) -> pa.Array:
    """A column of texts; None is missing."""
    import pyarrow as pa

    texts = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    missing = np.array([value is None for value in values])
    buffers = [_there(missing), pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers, int(missing.sum()))


def _there(missing: NDArray[np.bool_]) -> pa.Buffer | None:
    return _bits(~missing) if missing.any() else None


def _bits(values: NDArray[np.bool_]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(values, bitorder="little"))
