"""The monthly ledger: adds up what ticks, people and items report, and closes each month with a row of figures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.model.clock import MONTH, TICK, TICK_MONTHS
from simkit.model.customers import Flow
from simkit.model.recorder import CHANNELS, ITEM_TYPE, ROLES
from simkit.parameters import Channel

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Ledger:
    """Rows in the order of ``MONTHLY``, ``ORIGINS`` and ``ROLES``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.monthly: list[tuple[float, ...]] = []
        self.channels: list[list[tuple[int, int, float]]] = []
        self.roles: list[list[tuple[float, float, float]]] = []
        self._flows: list[Flow] = []
        self._before = (0, 0, 0, 0.0, 0)

    def flow(self, flow: Flow) -> None:
        """Add one tick's arrivals and decisions."""
        self._flows.append(flow)

    def close_month(self, month: int) -> float:
        """Close a month; returns its result in the metric that is expected."""
        world = self.world
        value = world.p.company.customer_value
        team = world.team.close_month()
        published, late, duplicates, useful, hired = self._since_last_month()
        active = [c for c in CHANNELS if world.active(c)] or list(CHANNELS)
        leads_of, qualified_of, won_of = (_by_origin(flows) for flows in zip(*self._flows, strict=True))
        leads, won = sum(leads_of), sum(won_of)
        tools = 0.0 if world.executives.stopped else world.p.budget.tools_per_month * (1.0 - world.executives.cut)
        people = team.present_days / MONTH * world.p.team.cost_per_person_month + hired * world.p.team.hiring_cost
        self.monthly.append(
            (
                leads,
                sum(qualified_of),
                won,
                won * value,
                people + world.media.spending() + tools,
                published,
                useful,
                world.capability.mean(),
                sum(world.automation.fit[c] for c in active) / len(active),
                team.utilisation,
                team.waiting_days,
                world.feedback.age.take(),
                team.present_days / MONTH,
                world.executives.confidence,
                world.executives.pressure,
                world.executives.expected(month),
                late / published if published else math.nan,
                duplicates,
                *team.time.values(),
            )
        )
        self.channels.append([(new, won, won * value) for new, won in zip(leads_of, won_of, strict=True)])
        self.roles.append([team.roles[role] for role in ROLES])
        world.capability.close_month(team.practice)
        self._flows.clear()
        metric = world.p.expectation.metric
        return {"leads": float(leads), "customers": float(won), "margin": won * value}[metric]

    def _since_last_month(self) -> tuple[Any, ...]:
        work = self.world.work
        now = (work.published, work.late, work.duplicates, work.useful, self.world.team.hired)
        change = tuple(a - b for a, b in zip(now, self._before, strict=True))
        self._before = now
        return change

    def items(self) -> NDArray[Any]:
        """One record an item that was published, with the leads it brought up to the horizon."""
        brought = self.item_results().sum(axis=1)
        record = self.world.work.record or []
        rows = [
            (item.channel, item.kind, item.ordinal, int(day // MONTH) + 1, worth, results)
            for (item, day, worth), results in zip(record, brought.tolist(), strict=True)
        ]
        return np.array(rows, dtype=ITEM_TYPE)

    def item_results(self) -> NDArray[np.float64]:
        """Expected leads that each published item brought in each tick: array (items, ticks)."""
        record = self.world.work.record or []
        ticks = len(self.world.channels["search"].response_per_stock)
        results = np.zeros((len(record), ticks))
        for name, channel in self.world.channels.items():
            own = [i for i, (item, _, _) in enumerate(record) if item.channel == name]
            days = np.array([record[i][1] for i in own])
            worth = np.array([record[i][2] for i in own])
            age = (np.arange(ticks) - np.floor(days / TICK)[:, None] + 1.0) * TICK_MONTHS
            stock = np.where(age > 0.0, _stock(np.maximum(age, 0.0), channel.settings), 0.0)
            results[own] = worth[:, None] * stock * np.array(channel.response_per_stock) * TICK_MONTHS
        return results


def _by_origin(flows: Iterable[list[int]]) -> list[int]:
    return [sum(ticks) for ticks in zip(*flows, strict=True)]


def _stock(age: NDArray[np.float64], s: Channel) -> NDArray[np.float64]:
    """What is left of an item of worth 1 at an age in months, activation and ripe asset together."""
    fading = 0.5 ** (age / s.asset_half_life)
    asset = fading - fading * np.exp(-age / s.maturing_months)
    return s.activation_share * 0.5 ** (age / s.activation_half_life) + (1.0 - s.activation_share) * asset
