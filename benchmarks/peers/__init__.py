"""The same simplified team in other simulators, so that our speed can be judged.

Eight servers, five queues, 36 months, and nothing else: no plans, no hand-offs, no market, no customers. A
library appears twice where its customary form and its fastest honest form differ much.
"""

from __future__ import annotations

from benchmarks.peers.team import Simulate, Tally, Work, draw_work, load_peer

# Label -> (module here, library it needs).
PEERS = {
    "Ciw": ("ciw_network", "ciw"),
    "salabim, items as components": ("salabim_components", "salabim"),
    "salabim, items as numbers": ("salabim_numbers", "salabim"),
    "Mesa, events": ("mesa_events", "mesa"),
    "Mesa, daily steps": ("mesa_days", "mesa"),
}

__all__ = ["PEERS", "Simulate", "Tally", "Work", "draw_work", "load_peer"]
