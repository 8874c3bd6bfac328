"""Dask: the same parts on other machines."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from simkit.errors import RunError
from simkit.run.execution import ASK_SECONDS

if TYPE_CHECKING:
    from distributed import Client

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Cluster:
    """A Dask cluster.

    Attributes:
        address: of its scheduler.
        client: the connection to it.
        executor: what work is given to.
    """

    address: str
    client: Client
    executor: Executor
    _cores: int = 0
    _asked: float = -math.inf
    _deserted: bool = False

    def cores(self) -> int:
        """How many tasks it works on at once; workers come and go, so the scheduler is asked again now and then.

        That there are none is logged as a warning, and that there are some again: a batch system may start them in an
        hour, so a sweep waits for them, but nobody should wait without knowing.
        """
        if self._deserted or monotonic() - self._asked >= ASK_SECONDS:
            with suppress(OSError):  # whether the scheduler is lost is for the tasks under way to say
                self._cores = sum(self.client.ncores().values())  # type: ignore[no-untyped-call]
                self._tell(self._cores == 0)
            self._asked = monotonic()
        return self._cores

    def _tell(self, deserted: bool) -> None:
        if deserted and not self._deserted:
            _LOG.warning(
                "The cluster has no workers; waiting for some. Start them with `dask worker %s`, or interrupt: "
                "what is done is kept.",
                self.address,
            )
        elif self._deserted and not deserted:
            _LOG.warning("The cluster has workers again; going on.")
        self._deserted = deserted


@contextmanager
def cluster_at(address: str, timeout: float = 10.0) -> Iterator[Cluster]:
    """The cluster of a Dask scheduler, while the block is open.

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
    with _quiet(), client:
        yield Cluster(address, client, client.get_executor(pure=False))  # type: ignore[no-untyped-call]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask's client logs: that its scheduler is lost is said in one line of ours, not in a traceback."""
    log = logging.getLogger("distributed.client")  # its level is set when Dask is imported, so not before
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
