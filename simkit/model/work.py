"""Items: brief, create, contributions from others, review, publish.

An item is (channel, kind, ordinal) and carries its luck with it, so it is the same item in every scenario. What is late
is late because a queue was long, a brief unclear or another function slow; nothing here states a delay but the
hand-over and the answer of functions outside the team.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH
from simkit.model.desk import Task, Urgency
from simkit.model.recorder import CHANNELS, Mean
from simkit.randomness import Rows, normal_quantile

if TYPE_CHECKING:
    from simkit.model.simulation import World
    from simkit.model.team import Person

KINDS = ("always_on", "campaign", "hype", "improvement", "interruption", "planning")
CONTRIBUTOR = {"search": "content", "content": "search", "social": "content", "paid": "analyst", "email": "analyst"}
"""Whose contribution a channel's items need; assumed: texts come from content, words and figures from search and analyst."""
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
        craft: proficiency of the person who made it.
        reworked: whether it has been sent back once.
    """

    channel: str
    kind: str
    ordinal: int
    luck: list[float]
    due: float
    effort: float
    craft: float = 1.0
    reworked: bool = False


class Work:
    """All items, from start to publication."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.started = self.finished = self.dropped = 0
        self.published = self.late = self.duplicates = 0
        self.useful = 0.0
        self.lateness = Mean()
        self.held: list[Item] = []
        self.record: list[tuple[Item, float, float]] | None = None
        self._luck: dict[tuple[str, str], Rows] = {}
        self._ordinals: dict[tuple[str, str], int] = {}

    def item(self, channel: str, kind: str, due: float, effort: float) -> Item:
        """The next item of its channel and kind; it counts as started."""
        key = (channel, kind)
        if key not in self._luck:
            self._luck[key] = self.world.luck.uniforms(f"item/{channel}/{kind}", 12)
            self._ordinals[key] = 0
        ordinal = self._ordinals[key]
        self._ordinals[key] = ordinal + 1
        self.started += 1
        return Item(channel, kind, ordinal, self._luck[key][ordinal], due, effort)

    @property
    def in_progress(self) -> int:
        """Items started and neither finished nor dropped."""
        return self.started - self.finished - self.dropped

    def create(self, item: Item) -> None:
        """Give an item to the owners of its channel."""
        p = self.world.p
        effort = item.effort * (1.0 + p.process.silo_effort * p.process.silos)
        if item.kind == "campaign":
            effort *= 1.0 + p.work.campaign_effort
        effort *= self.world.automation.effort()
        learning = 1.0 - p.team.learning_lost_to_automation * p.automation.reliance
        done = self._then(item, self._created)
        task = Task(item.channel, effort, "producing", done, item.due, learning, begin=self._fresh(item))
        self.world.team.desk(item.channel).put(task, Urgency.OWN)

    def improve(self, item: Item, done: Callable[[Item], None]) -> None:
        """Give an improvement to the owners of its channel; under pressure it is put off until nothing else is left."""
        postponed = item.luck[POSTPONED] < self.world.executives.pressure
        urgency = Urgency.POSTPONED if postponed else Urgency.OWN
        finished = self._then(item, lambda i, _: self._finish(i, done))
        task = Task(item.channel, item.effort, "improving", finished, item.due, begin=self._fresh(item))
        self.world.team.desk(item.channel).put(task, urgency)

    def plan(self, item: Item, role: str) -> None:
        """Give a planning task to a role."""
        finished = self._then(item, lambda i, _: self._finish(i, None))
        self.world.team.desk(role).put(Task(role, item.effort, "planning", finished, item.due), Urgency.PLANNING)

    def interrupt(self, item: Item, role: str) -> None:
        """Give an urgent request to a role; some need another role's help at once."""
        finished = self._then(item, lambda i, _: self._finish(i, None))
        self.world.team.desk(role).put(Task(role, item.effort, "interrupted", finished), Urgency.INTERRUPTION)
        p = self.world.p.work
        if role in CHANNELS and item.luck[CONTRIBUTION] < p.contribution_share:
            helper = CONTRIBUTOR[role]
            task = Task(helper, item.effort * p.contribution_effort, "interrupted", _nothing)
            self.world.team.desk(helper).put(task, Urgency.INTERRUPTION)

    def launch(self) -> None:
        """Publish every campaign item that is ready."""
        ready, self.held = self.held, []
        for item in ready:
            self._publish(item)

    def _then(self, item: Item, step: Callable[[Item, Person], None]) -> Callable[[Person], None]:
        return lambda person: step(item, person)

    def _fresh(self, item: Item) -> Callable[[], bool]:
        def begin() -> bool:
            if self.world.env.now <= item.due + self.world.p.work.stale_months * MONTH:
                return True
            self.dropped += 1
            return False

        return begin

    def _created(self, item: Item, person: Person) -> None:
        item.craft = person.proficiency(item.channel)
        if item.luck[CONTRIBUTION] < self.world.p.work.contribution_share and not item.reworked:
            role = CONTRIBUTOR[item.channel]
            effort = item.effort * self.world.p.work.contribution_effort
            self._hand_over(item, role, effort, lambda i, _: self._ask_partner(i))
        else:
            self._ask_partner(item)

    def _hand_over(self, item: Item, role: str, effort: float, step: Callable[[Item, Person], None]) -> None:
        last = item.luck[LAST] < self.world.p.process.silos and role != "strategist"
        urgency = Urgency.OTHERS_LAST if last else Urgency.HANDED_OVER
        task = Task(role, effort, "producing", self._then(item, step), item.due, handed_over=True)
        self.world.later(self.world.p.process.handover_days, lambda: self.world.team.desk(role).put(task, urgency))

    def _ask_partner(self, item: Item) -> None:
        if item.luck[PARTNER] < self.world.p.work.partner_share and not item.reworked:
            days = -math.log1p(-item.luck[ANSWER]) * self.world.p.process.partner_response_days
            self.world.later(days, lambda: self._review(item))
        else:
            self._review(item)

    def _review(self, item: Item) -> None:
        self._hand_over(item, "strategist", item.effort * self.world.p.work.review_effort, self._reviewed)

    def _reviewed(self, item: Item, person: Person) -> None:
        p = self.world.p
        # An unclear brief is noticed when the work comes back: up to twice as much rework without any clarity.
        share = p.work.rework * (2.0 - self.world.clarity) + p.process.silo_rework * p.process.silos
        if not item.reworked and item.luck[REWORK] < share:
            item.reworked = True
            effort = item.effort * p.work.rework_effort
            task = Task(item.channel, effort, "producing", self._then(item, self._created), item.due)
            self.world.team.desk(item.channel).put(task, Urgency.HANDED_OVER)
        elif item.kind == "campaign":
            self.held.append(item)
        else:
            self._publish(item)

    def _publish(self, item: Item) -> None:
        world, p = self.world, self.world.p
        self.published += 1
        self.late += world.env.now > item.due
        duplicate = item.luck[DUPLICATE] < p.process.silo_duplicates * p.process.silos
        self.duplicates += duplicate
        floor = p.work.useful_without_clarity
        serves = item.luck[SERVES] < floor + (1.0 - floor) * world.clarity
        worth = 0.0
        if serves and not duplicate:
            spread = getattr(p.channels, item.channel).worth_spread
            worth = math.exp(spread * normal_quantile(item.luck[WORTH] or 1e-12) - spread * spread / 2.0)
            worth *= world.tools(item.craft)
            if item.kind == "hype":
                worth *= p.market.hype_worth
        self.useful += worth
        world.channels[item.channel].publish(worth)
        if self.record is not None:
            self.record.append((item, world.env.now, worth))
        self._finish(item, None)

    def _finish(self, item: Item, then: Callable[[Item], None] | None) -> None:
        self.finished += 1
        if then is not None:
            then(item)


def _nothing(person: Person) -> None:
    """A helper's part of an urgent request ends with itself."""
