"""Dask: the same parts on other machines."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from simkit.errors import RunError


@contextmanager
def cluster_executor(address: str, timeout: float = 10.0) -> Iterator[Executor]:
    """An executor that works on the cluster of a Dask scheduler, while the block is open.

    Args:
        address: of the scheduler, such as tcp://10.0.0.1:8786.
        timeout: seconds to wait for it.

    Raises:
        RunError: Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise RunError("needs Dask", field="cluster", hint="pip install 'simkit[cluster]'") from None
    try:
        client = Client(address, timeout=timeout)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        hint = "Start one with `dask scheduler`, and workers with `dask worker ADDRESS`."
        raise RunError(f"no scheduler answers: {said}", field="cluster", value=address, hint=hint) from None
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
