"""Arrow columns are those that pyarrow makes, without what it imports for them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from simkit.experiments.columns import column, given, words

PARAMETERS = st.one_of(
    *(
        st.lists(st.none() | kind, min_size=1)
        for kind in (st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text())
    )
)


@drawn(PARAMETERS)
def test_values_of_a_parameter_are_as_pyarrow_has_them(values: list[Any]) -> None:
    """Fails if a value, its type or what is missing comes out otherwise."""
    if any(value is not None for value in values):
        assert given(values, whole=False).equals(pa.array(values))


@pytest.mark.parametrize(("whole", "kind"), [(True, pa.int64()), (False, pa.float64())])
def test_a_parameter_without_a_value_keeps_its_type(whole: bool, kind: pa.DataType) -> None:
    """Fails if parts without a value cannot be put beside parts that have one."""
    assert given([None, None], whole).equals(pa.array([None, None], kind))


@drawn(st.lists(st.floats()))
def test_what_is_not_a_number_is_missing(values: list[float]) -> None:
    """Fails if NaN is kept as a value, or infinity is not."""
    array = np.array(values, dtype=float)
    made = column(array)
    made.validate(full=True)
    assert made.equals(pa.array(array, from_pandas=True))


@drawn(st.lists(st.none() | st.text()))
def test_texts_are_as_pyarrow_has_them(values: list[str | None]) -> None:
    """Fails for other letters than ASCII, for empty texts, or if an empty text counts as missing."""
    made = words(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


def test_arrays_that_lie_scattered_in_memory() -> None:
    """Fails if a column of a two-dimensional array is read as if its values lay side by side."""
    table = np.arange(12.0).reshape(4, 3)
    assert column(table[:, 1]).to_pylist() == [1.0, 4.0, 7.0, 10.0]


def test_a_worker_does_without_pandas() -> None:
    """Fails if living a part imports pandas: each worker would take a quarter of a second and 40 MB more."""
    code = (
        "import sys, simkit; from simkit.experiments.design import design_of; from simkit.experiments import part\n"
        "base = simkit.load_scenario('baseline').with_changes({'horizon_months': 6})\n"
        "part.live_part(part.part_of(design_of(base, {'process.silos': [0.0, 1.0]}, replications=1), 0, True))\n"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
