"""What a report and a deck tell of a scenario beside its reference; computed here, and only drawn there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from simkit.experiments.attribution import Attribution
from simkit.experiments.levers import Lever, levers_between
from simkit.experiments.next_steps import NextSteps
from simkit.observed import Observed
from simkit.parameters import declarations
from simkit.present.board import (
    REFERENCE,
    SCENARIO,
    Figure,
    board_figures,
    board_headline,
    board_source,
    crossed_rows,
    results,
)
from simkit.present.board_charts import crossed_spec, results_spec
from simkit.present.board_details import name_of, reason_rows, reason_sentence, step_change, step_price, written
from simkit.present.figures import MISSING, between_signed, months, signed
from simkit.present.pictures import Picture
from simkit.run import Ensemble
from simkit.scenarios import Change, Range, Scenario

Row = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Account:
    """A scenario and what is known of it.

    Attributes:
        own, reference: the lives; the reference is None where nothing was changed.
        why: what each change contributes, or None.
        steps: what to try next, or None.
        observed, metric, cumulative: what the chart of results shows, as in `results`.
        unfinished: what is missing because it was still being worked out, in words.
    """

    own: Ensemble
    reference: Ensemble | None = None
    why: Attribution | None = None
    steps: NextSteps | None = None
    observed: Observed | None = None
    metric: str | None = None
    cumulative: bool = False
    unfinished: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Of the scenario."""
        return titled(self.own.scenario)

    @cached_property
    def headline(self) -> str:
        """When lives cross, in one sentence."""
        return board_headline(self.own, self.reference)

    @cached_property
    def source(self) -> str:
        """How well the headline is known."""
        return board_source(self.own)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of the board."""
        return board_figures(self.own, self.reference)

    @property
    def stamp(self) -> str:
        """Seed, replications and version: what every picture, page and slide states."""
        lives = f"{len(self.own)} replications"
        if self.reference is not None:
            lives += f" (reference {len(self.reference)})"
        return f"Seed {self.own.seed}, {lives}, simkit {self.own.provenance.simkit}"

    def pictures(self, width: int = 880, height: int = 400, alone: bool = True) -> tuple[Picture, Picture]:
        """The charts of the board: results, and the share that has crossed.

        Args:
            width, height: of each plot, in pixels.
            alone: with the title and where it comes from; else what is shown only.
        """
        metric = self.metric or self.own.scenario.parameters.expectation.metric
        shown = results(self.own, self.reference, self.observed, metric, self.cumulative)
        sides = (SCENARIO,) if self.reference is None else (REFERENCE, SCENARIO)
        crossed = crossed_rows(self.own, self.reference)  # who is never below has crossed in month 1 too
        charts = (
            (shown.rows, results_spec(shown.names, shown.title, self.own.months), shown.title),
            (crossed, crossed_spec(sides, self.own.months), CROSSED_TITLE),
        )
        first, second = (
            Picture(rows, spec, self.title if alone else "", (what, self.stamp), width, height)
            for rows, spec, what in charts
        )
        return first, second

    @cached_property
    def changes(self) -> tuple[Row, ...]:
        """What was changed: name, in the reference, in the scenario."""
        if self.reference is None:
            return ()
        before, after = self.reference.scenario, self.own.scenario
        return tuple(_changed(lever, before, after) for lever in levers_between(before, after))

    @property
    def changes_apart(self) -> bool:
        """Whether what was changed has to be told apart from the reasons, which may take changes together."""
        return bool(self.changes) and (self.reasons is None or len(self.reasons[1]) != len(self.changes))

    @cached_property
    def reasons(self) -> tuple[str, tuple[Row, ...]] | None:
        """A sentence, and what each change contributes: name, change, months with their interval."""
        if self.why is None:
            return None
        rows = reason_rows(self.why).to_dict("records")
        told = [(str(row["name"]), str(row["change"]), _effect(row["value"], row["low"], row["high"])) for row in rows]
        sentence = reason_sentence(self.why).partition(" The bars")[0]
        return f"{sentence} The rows add up to that.", tuple(told)

    @cached_property
    def next(self) -> tuple[str, tuple[Row, ...]] | None:
        """A sentence, and the steps that bring the crossing nearest: name, change, months with interval, price."""
        if self.steps is None:
            return None
        currency = self.own.scenario.parameters.company.currency
        told = [
            (
                name_of(step.path),
                step_change(step),
                _effect(step.effect.value, step.effect.low, step.effect.high),
                step_price(step, currency),
            )
            for step in self.steps.steps
        ]
        lives = self.steps.steps[0].lives
        sentence = (
            f"The best of {self.steps.tried} single steps. Their figures come from {lives} fresh replications that "
            f"had no part in choosing them (seed {self.steps.seed})."
        )
        return sentence, tuple(told)

    @cached_property
    def provenance(self) -> tuple[tuple[str, str], ...]:
        """Where it comes from: name and value."""
        made = self.own.provenance
        lines = [("Scenario", f"{self.title} [{made.scenario_hash}]")]
        if self.reference is not None:
            scenario = self.reference.scenario
            lines.append(("Reference", f"{titled(scenario)} [{scenario.hash}], {len(self.reference)} replications"))
        versions = f"simkit {made.simkit}, Python {made.python}, NumPy {made.numpy}, SimPy {made.simpy}"
        return (
            *lines,
            ("Seed", str(made.seed)),
            ("Replications", str(len(self.own))),
            ("Versions", versions),
            ("The same figures", command("SCENARIO.toml", made.seed, len(self.own))),
        )


CROSSED_TITLE = "Lives that have crossed by then"
EFFECTS = ("Change", "From and to", "Mean crossing moves by (95 % interval)")
STEPS = ("Step", *EFFECTS[1:], "Cost")
HOW_TO_READ = (
    "Each replication is one simulated life of the same company; they differ by luck alone and by what is uncertain. "
    "An interval says how well a figure is known, '9 in 10 lives' how much lives differ. 'Not reached' means not "
    "within the simulated months. A simulation shows what follows from its assumptions; it is no promise."
)


def titled(scenario: Scenario) -> str:
    """The title of a scenario in one line of at most 120 characters; what cannot be printed is left out."""
    text = " ".join("".join(c if c.isprintable() else " " for c in scenario.title or scenario.name).split())
    return text if len(text) <= 120 else f"{text[:119]}…"


def command(file: str, seed: int, replications: int) -> str:
    """The command that gives the same figures, from the scenario as a file."""
    return f"simkit run {file} --seed {seed} --replications {replications}"


def _changed(lever: Lever, reference: Scenario, scenario: Scenario) -> Row:
    if lever.name in declarations() and len(lever.paths) == 1:
        old, new = (_written(lever.name, one) for one in (reference, scenario))
        return name_of(lever.name), old or lever.before, new or lever.after
    dated = (*lever.added, *lever.dropped)
    if dated:
        parts = [dated[0].decision or "", *(name_of(path) for path, _ in dated[0].values)]
        name = f"From month {dated[0].month}: {', '.join(part for part in parts if part)}"
        return name, _happening(lever.dropped), _happening(lever.added)
    return name_of(lever.name), lever.before, lever.after


def _written(path: str, scenario: Scenario) -> str:
    """A value with its unit; '' for one that a lever says better."""
    value = scenario[path]
    if isinstance(value, Range):
        return f"{written(path, value.low)} to {written(path, value.high)}, most likely {written(path, value.mode)}"
    return "" if isinstance(value, tuple) else written(path, value)


def _happening(changes: tuple[Change, ...]) -> str:
    if not changes:
        return MISSING
    change = changes[0]
    lasting = f"for {change.months} months" if change.months else "yes"
    return ", ".join(
        [*([lasting] if change.decision else []), *(written(path, value) for path, value in change.values)]
    )


def _effect(value: float | None, low: float | None, high: float | None) -> str:
    """Months by which the mean crossing moves, with the interval; a minus is nearer."""
    if value is None or low is None or high is None or value != value:
        return MISSING
    return f"{signed(value, months)} ({between_signed(low, high, months)})"
