"""What there is to tell of a session in a training room: told on a page, on a wall, in a report and in a deck."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from simkit.present.account import titled
from simkit.present.figures import between, between_signed, money, number, per_cent, signed
from simkit.present.room_charts import (
    activity_rows,
    activity_spec,
    crossing_rows,
    crossing_spec,
    effect_rows,
    effect_spec,
    known_rows,
    known_spec,
    learned_rows,
    learned_spec,
    room_rows,
    room_spec,
)
from simkit.present.room_questions import Asked, asked
from simkit.present.room_section import Row, Section
from simkit.present.room_words import MOST_GROUPS, by_month, crossed, did, months_off, shift, stopped, turned
from simkit.run.provenance import version_of
from simkit.statistics import Estimate
from simkit.training.company import SAYS
from simkit.training.debrief import Effects, Knowable
from simkit.training.learning import Learned
from simkit.training.session import Group, Session


@dataclass(frozen=True, eq=False)
class RoomAccount:
    """A session, and what was computed about it.

    Attributes:
        session: what happened.
        effects: what decisions did, of each group that decided anything; None while that is worked out.
        known: what could have been known at each review; None while that is worked out.
        learned: what changed from the company before, or None.
        named: whether people are named.
    """

    session: Session
    effects: tuple[Effects, ...] | None = None
    known: tuple[Knowable, ...] | None = None
    learned: Learned | None = None
    named: bool = False

    @property
    def title(self) -> str:
        """Of the company."""
        return titled(self.session.company.scenario)

    @property
    def currency(self) -> str:
        """Of its money."""
        return str(self.session.company.scenario.parameters.company.currency)

    @property
    def unit(self) -> str:
        """What results are counted in."""
        metric = self.session.company.scenario.parameters.expectation.metric
        return f"{self.currency} a month" if metric == "margin" else f"{metric} a month"

    @property
    def headline(self) -> str:
        """Expected and actual crossing, in one sentence."""
        return crossed(self.session)

    @property
    def stamp(self) -> str:
        """Where it all comes from."""
        company = self.session.company
        people = f"{len(self.session.people)} people"
        return f"{people}; seed {company.seed}, life {company.replication}, simkit {version_of('simkit')}"

    @property
    def setting(self) -> str:
        """Who lived through what, and how decisions came about."""
        played = self.session
        company, expectation = played.company, played.company.scenario.parameters.expectation
        who = (
            "the majority decided"
            if played.mode == "one"
            else "each decided for a company of their own, under the same luck"
        )
        return (
            f"{len(played.people)} people lived through {company.months} months of this company; every {company.every} "
            f"months {who}. Promised were {self._result(expectation.target_per_month)} a month from month "
            f"{expectation.months_to_target:g} on. The company is simulated: it shows what follows from the model's "
            "assumptions, and is no forecast for anybody's own."
        )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Everything, in the order in which it is talked about."""
        found = [self._expected(), self._crossing(), self._stopped(), self._decisions(), self._known()]
        found += [self._activity(), *([self._learned(self.learned)] if self.learned else [])]
        return (*found, self._questions())

    @cached_property
    def questions(self) -> tuple[Asked, ...]:
        """What to talk about."""
        return asked(self.session, self.effects or (), self.known or ())

    @property
    def scores(self) -> tuple[Row, tuple[Row, ...]]:
        """How close each came: heads, and a row a person."""
        heads = ("who", "expected the crossing", "months off", "curve off by, share of target", "the promised line")
        rows = []
        for place, (person, score) in enumerate(sorted(self.session.scored(), key=lambda one: one[0].number), 1):
            assert person.drawing is not None
            said = "never" if person.drawing.crossing is None else f"month {person.drawing.crossing}"
            who = person.name if self.named else f"Person {place}"
            rows.append((who, said, str(score.timing), per_cent(score.shape), per_cent(score.line)))
        return heads, tuple(rows)

    def _expected(self) -> Section:
        played, main = self.session, self.session.main
        last = main.lived.rows[-1]
        said = [
            f"Month {last['month']}: promised {self._result(last['expected'])}, came {self._result(last['result'])}."
        ]
        middle = played.middle
        alone = len(played.drawings) == 1
        if middle is not None:
            whose = "The drawing" if alone else "The room's middle"
            said.append(
                f"{whose} was off by {per_cent(middle.shape)} of the target on average, the promised line by "
                f"{per_cent(middle.line)}."
            )
            closer = sum(score.shape > middle.shape for _, score in played.scored())
            if len(played.drawings) > 2:
                said.append(f"It was closer than {closer} of {len(played.drawings)} people by themselves.")
        held = None if not main.decided else played.held.column("average")
        rows = room_rows(played.line, main.lived.rows, played.fan, held, alone)
        spec = room_spec(self.unit, played.company.months, held=held is not None, alone=alone)
        note = "The band holds 8 in 10 of what was drawn. " if played.drawings else "Nobody drew. "
        if played.mode == "own" and len(played.groups) > 1:
            note += f"What came is the company of those who decided as most did: {did(main.decided)}."
        return Section("expected", "What was expected, and what came", tuple(said), rows, spec, note=note, height=420)

    def _crossing(self) -> Section:
        played = self.session
        said = [crossed(played)]
        scores = list(played.scored())
        if len(scores) > 1:
            early = sum(score.early is True for _, score in scores)
            late = sum(score.early is False for _, score in scores)
            said.append(f"{early} expected it too early, {late} too late, {len(scores) - early - late} in its month.")
        months = played.company.months
        rows = crossing_rows(played.crossings, played.main.lived.crossing, months)
        heads = ("decided", "people", "crossing")
        table: tuple[Row, ...] = ()
        if played.mode == "own" and len(played.groups) > 1:
            table = tuple(
                (did(one.decided), str(len(one.people)), by_month(one.lived.crossing, months))
                for one in played.groups[:MOST_GROUPS]
            )
        note = "Raised hands are counted in the quarter they named." if len(scores) < len(played.crossings) else ""
        return Section(
            "crossing",
            "When the crossing was expected, and when it came",
            tuple(said),
            rows,
            crossing_spec(months),
            heads if table else (),
            table,
            note,
        )

    def _stopped(self) -> Section:
        played = self.session
        months = played.company.months
        said = [stopped(one, played) for one in played.stops]
        if not said:
            said.append("Nobody stopped.")
        would = played.by_patience
        if would:
            told = len([one for one in played.drawings if one.patience is not None])
            crossing = played.held.crossing
            before = sum(crossing is not None and month < crossing for _, month in would)
            tail = (
                f"{before} of them before the crossing in month {crossing} that holding brought"
                if crossing is not None
                else f"and by month {months} holding brought no crossing"
            )
            said.append(
                f"By the patience they named beforehand {len(would)} of {told} would have stopped, holding until then: "
                f"{tail}."
            )
        note = "Whether a stop was right is not told by this one life: what could be known is in a later part."
        return Section(
            "stopped", "Who stopped, and what would have come", tuple(said), note=note if played.stops else ""
        )

    def _decisions(self) -> Section:
        title = "What decisions did, against holding"
        if self.effects is None:
            return Section("decisions", title, ("This is being worked out: the company lives again with other luck.",))
        if not self.effects:
            return Section("decisions", title, ("Nobody decided anything but to hold.",))
        groups = {one.decided: one for one in self.session.groups}
        shown = [(one, groups[one.decisions]) for one in self.effects]
        alone = len(shown) == 1
        rows: list[tuple[str, float, Estimate]] = []
        table: list[Row] = []
        for found, group in shown:
            who = "" if alone else f"{self._who(group)}: "
            for one in found.each:
                name = f"Month {one.month}: {SAYS[one.choice].split(':')[0]}"
                table.append((f"{who}{name}", *self._effect(one.here, one.usual)))
                if alone:
                    rows.append((name, one.here, one.usual))
            if not alone:
                rows.append((f"{self._who(group)}: {did(group.decided)}", found.here, found.usual))
            if len(found.each) > 1:
                table.append((f"{who}all together", *self._effect(found.here, found.usual)))
                if alone:
                    rows.append(("All together", found.here, found.usual))
        heads = ("decision", "with this luck", "on average", "95 % interval")
        frame = effect_rows(rows)
        told = [turned(frame)] if len(frame) else []
        left = sum(bool(one.decided) for one in self.session.groups) - len(shown)
        if left > 0:
            told.append(f"{left} more ways to decide, taken by fewest, are left out.")
        note = (
            "Margin less cost, each decision against holding in its place; the programme ends with the last month, and "
            f"what is left of it counts for two years more. On average: {self.effects[0].usual.n} other lives of the "
            "same company, in pairs. What came with this luck is no merit and no fault."
        )
        spec = effect_spec(self.currency, len(frame))
        return Section("decisions", title, tuple(told), frame, spec, heads, tuple(table), note, 46 * len(frame) + 70)

    def _known(self) -> Section:
        title = "What could have been known"
        if self.known is None:
            return Section("known", title, ("This is being worked out.",))
        table = tuple(
            (
                str(one.month),
                per_cent(one.chance.value),
                between(one.chance.low, one.chance.high, per_cent),
                f"{one.lives:.0f}",
                one.caution or "-",
            )
            for one in self.known
        )
        first, last = self.known[0], self.known[-1]
        said = (
            f"Going on, the chance to cross by month {self.session.company.months} was {per_cent(first.chance.value)} "
            f"for those who had seen what you had by month {first.month}, and {per_cent(last.chance.value)} by month "
            f"{last.month}."
        )
        heads = ("review of month", "chance to cross", "95 % interval", "alike lives", "careful")
        note = (
            "Lives of the same company in which the same had been decided by then, those most like yours counting "
            "most; 'alike lives' is how many equal ones they are worth."
        )
        spec = known_spec(self.session.company.months)
        return Section("known", title, (said,), known_rows(self.known), spec, heads, table, note, 260)

    def _activity(self) -> Section:
        rows = activity_rows(self.session.main.running)
        ends = {str(what): float(one["value"].iloc[-1]) for what, one in rows.groupby("what", sort=False)}
        said = "From the first quarter to the last: " + ", ".join(
            f"{what} {signed(value - 100.0, lambda v: f'{number(round(v or 0.0))} %')}" for what, value in ends.items()
        )
        spec = activity_spec(self.session.company.months)
        return Section("activity", "Activity is not results", (f"{said}.",), rows, spec)

    def _learned(self, found: Learned) -> Section:
        many = len(found.people)
        said = [
            f"{found.closer} of {many} came closer with their second drawing.",
            f"Results below the line at first: {found.valley[0]} of {many} drew them before, {found.valley[1]} after.",
            f"The distance of drawing and results changed by {shift(found.shape)} of the promised line's, that of the "
            f"crossing by {months_off(found.timing)}.",
        ]
        note = (
            f"Paired: the {many} people who drew twice. Companies differ, so distances are given as shares of the "
            "promised line's in the same company; it is no experiment, as nobody drew twice without the talk between."
        )
        return Section("learned", "What was learned", tuple(said), learned_rows(found), learned_spec(), note=note)

    def _questions(self) -> Section:
        said = tuple(f"{one.question} ({one.claim})" for one in self.questions)
        return Section("questions", "To talk about", said)

    def _result(self, value: float) -> str:
        metric = self.session.company.scenario.parameters.expectation.metric
        return money(value, self.currency) if metric == "margin" else f"{number(value)} {metric}"

    def _effect(self, here: float, usual: Estimate) -> Row:
        amount = partial(money, currency=self.currency)
        if usual.value is None or usual.low is None or usual.high is None:
            return (signed(here, amount), "-", "-")
        return signed(here, amount), signed(usual.value, amount), between_signed(usual.low, usual.high, amount)

    def _who(self, group: Group) -> str:
        many = len(group.people)
        if self.named and many <= 3:
            return ", ".join(person.name for person in group.people)
        return f"{many} {'person' if many == 1 else 'people'}"
