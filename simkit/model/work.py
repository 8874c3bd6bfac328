"""Items: brief, create, contributions from others, review, publish.

An item is (channel, kind, ordinal) and carries its luck with it, so it is the same item in every scenario. What is late
is late because a queue was long, a brief unclear or another function slow; nothing here states a delay but the
hand-over and the answer of functions outside the team.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH
from simkit.model.desk import Task, Urgency
from simkit.model.recorder import CHANNELS
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.people import Person
    from simkit.model.simulation import World

KINDS = ("always_on", "campaign", "hype", "improvement", "interruption", "planning")
CONTRIBUTOR = {"search": "content", "content": "search", "social": "content", "paid": "analyst", "email": "analyst"}
"""Whose contribution a channel's items need (assumed): texts from content, words people search for, figures."""
# What each number of an item's luck decides.
WORTH, SERVES, CONTRIBUTION, PARTNER, ANSWER, REWORK, DUPLICATE, LAST, WIN, ACTED, NOISE, POSTPONED = range(12)


@dataclass(slots=True, eq=False)
class Item:
    """A piece of work on its way through the team.

    Attributes:
        channel, kind, ordinal: its identity.
        luck: twelve numbers in (0, 1), drawn for that identity.
        due: day by which it should be published.
        effort: working days of creation.
        maker: role whose people make it, its own channel's unless another lends them.
        test: whether an improvement is a test, from which something can be learned.
        craft: proficiency of the person who made it.
        reworked: whether it has been sent back once.
    """

    channel: str
    kind: str
    ordinal: int
    luck: list[float]
    due: float
    effort: float
    maker: str
    test: bool = False
    craft: float = 1.0
    reworked: bool = False


class Work:
    """All items, from start to publication.

    Attributes:
        started, finished, dropped: items of all kinds so far; what is neither finished nor dropped is in progress.
        published, late, duplicates: items that appeared, after their due date, and as another channel's double.
        useful: worth published that serves an objective.
        record: (item, day, worth) of each published item, when asked for.
    """

    def __init__(self, world: World, record_items: bool) -> None:
        self.world = world
        self.started = self.finished = self.dropped = 0
        self.published = self.late = self.duplicates = 0
        self.useful = 0.0
        self.record: list[tuple[Item, float, float]] | None = [] if record_items else None
        self._ready: list[Item] = []
        self._series: dict[tuple[str, str], Iterator[tuple[int, list[float]]]] = {}

    @property
    def in_progress(self) -> int:
        """Items started and neither finished nor dropped."""
        return self.started - self.finished - self.dropped

    def item(self, channel: str, kind: str, due: float, effort: float) -> Item:
        """The next item of its channel and kind; it counts as started."""
        series = self._series.get((channel, kind))
        if series is None:
            luck = self.world.luck.uniforms(f"item/{channel}/{kind}", 12)
            series = self._series[channel, kind] = enumerate(luck)
        ordinal, luck_of_item = next(series)
        self.started += 1
        return Item(channel, kind, ordinal, luck_of_item, due, effort, channel)

    def drop(self) -> None:
        """A brief went stale before anybody began."""
        self.dropped += 1

    def create(self, item: Item) -> None:
        """Give an item to the owners of its channel, or to those of another channel that lends them."""
        p = self.world.p
        effort = item.effort * (1.0 + p.process.silo_effort * self.world.team.silos) * self.world.automation.effort()
        if item.kind == "campaign":
            effort *= 1.0 + p.work.campaign_effort
        learning = 1.0 - p.team.learning_lost_to_automation * p.automation.reliance
        task = Task(item.channel, effort, "producing", item, self._created, item.due, self._expires(item), learning)
        self.world.team.cover[item.maker].put(task, Urgency.OWN)

    def improve(self, item: Item) -> None:
        """Give an improvement to the owners of its channel; under pressure it is put off until nothing else is left."""
        postponed = item.luck[POSTPONED] < self.world.executives.pressure
        task = Task(item.channel, item.effort, "improving", item, self._improved, item.due, self._expires(item))
        self.world.team.cover[item.channel].put(task, Urgency.POSTPONED if postponed else Urgency.OWN)

    def plan(self, item: Item, role: str) -> None:
        """Give a planning task to a role."""
        task = Task(role, item.effort, "planning", item, self._finish, item.due)
        self.world.team.cover[role].put(task, Urgency.PLANNING)

    def interrupt(self, item: Item, day: float) -> None:
        """Give an urgent request to a role on a day to come; some need another role's help at once."""
        role, p = item.channel, self.world.p.work
        task = Task(role, item.effort, "interrupted", item, self._finish)
        self.world.team.cover[role].put(task, Urgency.INTERRUPTION, day)
        if role in CHANNELS and item.luck[CONTRIBUTION] < p.contribution_share:
            other = CONTRIBUTOR[role]
            task = Task(other, item.effort * p.urgent_help, "interrupted", item, _helped)
            self.world.team.cover[other].put(task, Urgency.INTERRUPTION, day)

    def launch(self) -> None:
        """Publish every campaign item that is ready."""
        ready, self._ready = self._ready, []
        for item in ready:
            self._publish(item)

    def _expires(self, item: Item) -> float:
        return item.due + self.world.p.work.stale_months * MONTH

    def _created(self, item: Item, person: Person) -> None:
        item.craft = person.proficiency(item.channel)
        p = self.world.p.work
        if item.reworked:
            self._release(item)
        elif item.luck[CONTRIBUTION] < p.contribution_share:
            self._hand_over(item, CONTRIBUTOR[item.channel], p.contribution_effort, self._ask_partner)
        else:
            self._ask_partner(item, person)

    def _hand_over(
        self, item: Item, role: str, effort: float, done: Callable[[Item, Person | None], None], after: float = 0.0
    ) -> None:
        """Put work on another role's desk, ``after`` some days and those of the hand-over; silos take it up last.

        Whoever covers for the other role too has nothing to hand over and nobody to wait for.
        """
        team, process = self.world.team, self.world.p.process
        if team.cover[role] is team.cover[item.maker]:
            self.world.later(after, lambda: done(item, None))
            return
        last = role != "strategist" and item.luck[LAST] < team.silos
        urgency = Urgency.OTHERS_LAST if last else Urgency.HANDED_OVER
        task = Task(role, item.effort * effort, "producing", item, done, item.due, handed_over=True)
        ready = self.world.env.now + after + process.handover_days
        team.cover[role].put(task, urgency, ready)

    def _ask_partner(self, item: Item, person: Person | None) -> None:
        """Some items need an answer from product, sales or legal, who take their time; then comes the review."""
        p, days = self.world.p, 0.0
        if item.luck[PARTNER] < p.work.partner_share:
            days = -math.log1p(-item.luck[ANSWER]) * p.process.partner_response_days
        self._hand_over(item, "strategist", p.work.review_effort, self._reviewed, after=days)

    def _reviewed(self, item: Item, person: Person | None) -> None:
        p = self.world.p
        # An unclear brief shows when the work comes back; to those who brief themselves it is clear.
        share = p.work.rework + p.work.unclear_rework * (1.0 - self.world.team.clarity)
        share += p.process.silo_rework * self.world.team.silos
        if person is not None and item.luck[REWORK] < share:
            item.reworked = True
            task = Task(item.channel, item.effort * p.work.rework_effort, "producing", item, self._created, item.due)
            self.world.team.cover[item.maker].put(task, Urgency.HANDED_OVER)
        else:
            self._release(item)

    def _release(self, item: Item) -> None:
        if item.kind == "campaign":
            self._ready.append(item)
        else:
            self._publish(item)

    def _publish(self, item: Item) -> None:
        world, p = self.world, self.world.p
        self.published += 1
        self.late += world.env.now > item.due
        duplicate = item.luck[DUPLICATE] < p.process.silo_duplicates * world.team.silos
        self.duplicates += duplicate
        floor = p.work.useful_without_clarity
        serves = item.luck[SERVES] < floor + (1.0 - floor) * world.team.clarity
        worth = 0.0
        if serves and not duplicate:
            spread = world.channels[item.channel].settings.worth_spread
            worth = math.exp(spread * normal_quantile(item.luck[WORTH] or 1e-12) - spread * spread / 2.0)
            worth *= world.tools(item.craft) * world.automation.quality()
            if item.kind == "hype":
                worth *= p.market.hype_worth
        self.useful += worth
        world.channels[item.channel].publish(worth)
        if self.record is not None:
            self.record.append((item, world.env.now, worth))
        self.finished += 1

    def _improved(self, item: Item, person: Person) -> None:
        self.finished += 1
        if item.test:
            self.world.feedback.observe(item)

    def _finish(self, item: Item, person: Person) -> None:
        self.finished += 1


def _helped(item: Item, person: Person) -> None:
    """Help with an urgent request ends with itself; the request is finished by whom it was asked of."""
