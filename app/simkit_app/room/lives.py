"""What companies go through under their decisions: each is lived once, ahead of being asked for where possible."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from simkit.training.company import Company, Decided, Lived, live, taken

_KEPT = 2_000


class Lives:
    """Companies as they were lived, the last ones asked for.

    Args:
        submit: has something computed, as an executor's.
    """

    def __init__(self, submit: Callable[..., Future[Lived]]) -> None:
        self._submit = submit
        self._known: OrderedDict[tuple[Company, Decided], Future[Lived]] = OrderedDict()
        self._lock = Lock()

    def ask(self, company: Company, decided: Decided) -> Future[Lived]:
        """Have it lived, if it has not been."""
        # Holding changes nothing: whoever decides nothing else lives the same.
        key = company, taken(decided)
        with self._lock:
            future = self._known.get(key)
            if future is None or (future.done() and (future.cancelled() or future.exception() is not None)):
                future = self._known[key] = self._submit(live, *key)
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return future

    async def ready(self, company: Company, *decided: Decided) -> None:
        """Wait until all of these are known, without keeping a thread."""
        # Shielded: that somebody no longer waits is no reason to give up what others wait for too.
        await asyncio.gather(*(asyncio.shield(asyncio.wrap_future(self.ask(company, one))) for one in decided))

    def get(self, company: Company, decided: Decided = ()) -> Lived:
        """The months of a company."""
        return self.ask(company, decided).result()
