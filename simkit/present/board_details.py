"""What lies behind a board's headline: reasons, next steps, activity beside results, and where work waits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from textwrap import wrap

import numpy as np
import pandas as pd

from simkit.experiments.attribution import Attribution
from simkit.experiments.levers import levers_between
from simkit.experiments.next_steps import NextSteps, Step
from simkit.model.recorder import ROLE_OUTPUTS, ROLES
from simkit.parameters import Value, declarations
from simkit.parameters.values import declaration
from simkit.present.board import REFERENCE, SCENARIO
from simkit.present.figures import between_signed, money, months, number, signed
from simkit.run import Ensemble
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit.statistics import percentiles

ACTIVITY = {
    "activity": "Items published",
    "leads": "Leads",
    "leads_qualified": "Qualified leads",
    "customers": "Customers won",
}
"""From what is done to what comes of it."""

WORK = {
    "utilisation": "Share of time at work",
    "waiting_days": "Days a request waits",
    "queue": "Requests in the queue",
}
_LINE = 34
"""Letters in a line beside a bar."""

_PATH = re.compile(rf"\b({'|'.join(map(re.escape, declarations()))})\b(?: ([^\s;]+?)(?=,?(?:[\s;]|$)))?")
"""A path, and the value that follows it where levers are said as a group."""

NEARER, LATER = "brings the crossing nearer", "moves it away"


def name_of(path: str) -> str:
    """A parameter's name in plain words: what its declaration says before it explains; other texts stay as they are.

    What each channel or each reaction of executives has is told apart by whose it is.
    """
    if path not in declarations():
        return path
    name = declaration(path).label.split(":")[0].split(" (")[0]
    section, *whose, _ = ("", *path.split("."))[-3:]
    if not section:
        return name
    owner = role_name(*whose) if section == "channels" else whose[0].capitalize()
    return f"{owner}: {name[0].lower()}{name[1:]}"


def role_name(role: str) -> str:
    """What somebody does, in plain words."""
    return name_of(f"team.{role}").removeprefix("People for ").capitalize()


def written(path: str, value: Value) -> str:
    """A value of a parameter with its unit, as a label says it."""
    if path not in declarations() or isinstance(value, (str, tuple)):
        return str(value)
    unit = declaration(path).unit
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit.startswith("share") or unit == "0-1":
        return f"{100 * value:.3g} %"
    plain = unit if unit in {"heads", "weeks", "months", "days", "items/month", "tests/month"} else ""
    return f"{value:,.6g} {plain if value != 1 else plain.removesuffix('s')}".strip()


def changes_in_words(reference: Scenario, scenario: Scenario, most: int = 3) -> str:
    """In what a scenario differs from a reference: the first few levers, and how many more there are."""
    levers = levers_between(reference, scenario)
    said = [
        f"{name_of(one.name)} {_readable(one.name, one.before)} → {_readable(one.name, one.after)}"
        for one in levers[:most]
    ]
    more = [f"{len(levers) - most} more"] if len(levers) > most else []
    return "; ".join([*said, *more])


def reason_rows(why: Attribution) -> pd.DataFrame:
    """Rows of the chart of reasons: name, change, bar (both, in lines), value, low, high, side; the largest
    contribution first.
    """
    rows = []
    for row in why.table.to_dict("records"):
        path = str(row["lever"])
        before, after = (_readable(path, str(row[end])) for end in ("from", "to"))
        rows.append(_bar(_in_words(path), f"{before} → {after}", row["contribution"], row["low"], row["high"]))
    return pd.DataFrame(rows)


def reason_sentence(why: Attribution) -> str:
    """What the changes do together, and that the parts add up to it."""
    total = why.total
    if total.value is None or total.low is None or total.high is None:
        return "Too few lives to tell."
    if total.low <= 0.0 <= total.high:
        return (
            f"Together the changes move the mean crossing by {signed(total.value, months)} "
            f"(95 % interval {between_signed(total.low, total.high, months)}): no sure effect in {why.lives} lives."
        )
    way = "nearer" if total.value < 0 else "away"
    return (
        f"Together the changes bring the mean crossing {abs(total.value):.1f} months {way} "
        f"(95 % interval {between_signed(total.low, total.high, months)}, {why.lives} paired lives). "
        "The bars add up to that."
    )


def step_rows(steps: NextSteps) -> pd.DataFrame:
    """Rows of the chart of next steps, the best first: as `reason_rows`."""
    return pd.DataFrame(
        [_bar(name_of(s.path), step_change(s), s.effect.value, s.effect.low, s.effect.high) for s in steps.steps]
    )


def step_change(step: Step) -> str:
    """What a step does, in short."""
    return f"{written(step.path, step.before)} → {written(step.path, step.after)}"


def step_effect(step: Step) -> str:
    """By how much a step moves the mean crossing, with the interval of that."""
    effect = step.effect
    if effect.value is None or effect.low is None or effect.high is None:
        return "no effect can be told"
    return f"{signed(effect.value, months)} ({between_signed(effect.low, effect.high, months)})"


def step_price(step: Step, currency: str) -> str:
    """What a step costs and what it brings for the money."""
    paid = declaration(step.path).step_cost
    cost = step.cost.value or 0.0
    if abs(cost) < 1.0:
        return f"no money; {paid}" if paid else "no money"
    if cost < 0:
        return f"saves {money(-cost, currency)}"
    each = "" if step.per_money is None else f"; {number(1e4 * step.per_money)} months nearer for {currency} 10,000"
    return f"{money(cost, currency)}{each}"


def _bar(name: str, change: str, value: float | None, low: float | None, high: float | None) -> dict[str, object]:
    known = [math.nan if end is None else float(end) for end in (value, low, high)]
    side = NEARER if known[0] < 0 else LATER
    return {
        "name": name,
        "change": change,
        "bar": "\n".join([*wrap(name, _LINE), change]),
        "value": known[0],
        "low": known[1],
        "high": known[2],
        "side": side,
    }


def _readable(path: str, text: str) -> str:
    """A value that was already written, in the parameter's unit where it is a number; of a group, each value in it."""
    if path not in declarations():
        return _in_words(text)
    try:
        return written(path, float(text.replace(",", "")))
    except ValueError:
        return text


def _in_words(text: str) -> str:
    """A text with names for paths, and units for the values that follow them."""
    return _PATH.sub(lambda m: name_of(m[1]) + (f" {_readable(m[1], m[2])}" if m[2] else ""), text)


def activity_rows(scenario: Ensemble, reference: Ensemble | None = None) -> pd.DataFrame:
    """Rows of the panels of activity beside results: panel, what, month, value (the median life)."""
    return _panels(scenario, reference, lambda e: {ACTIVITY[name]: e.values(name) for name in ACTIVITY})


def _panels(
    scenario: Ensemble, reference: Ensemble | None, values: Callable[[Ensemble], Mapping[str, Floats]]
) -> pd.DataFrame:
    tables = []
    for what, ensemble in ((REFERENCE, reference), (SCENARIO, scenario)):
        if ensemble is None:
            continue
        for panel, lives in values(ensemble).items():
            median = percentiles(lives, (50.0,), ensemble.weights)[0]
            months = np.arange(1, ensemble.months + 1)
            tables.append(pd.DataFrame({"panel": panel, "what": what, "month": months, "value": median}))
    return pd.concat(tables, ignore_index=True)


def work_rows(scenario: Ensemble, reference: Ensemble | None = None) -> pd.DataFrame:
    """Rows of the picture of work: panel, role, what, value; the mean over lives and over the months that have it."""
    tables = []
    for what, ensemble in ((REFERENCE, reference), (SCENARIO, scenario)):
        if ensemble is None:
            continue
        roles = ensemble.lives.roles
        for i, output in enumerate(ROLE_OUTPUTS):
            lives = roles[..., i].reshape(-1, len(ROLES))
            there = np.isfinite(lives)
            count = there.sum(axis=0)
            mean = np.where(count > 0, np.where(there, lives, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
            names = [role_name(role) for role in ROLES]
            tables.append(pd.DataFrame({"panel": WORK[output], "role": names, "what": what, "value": mean}))
    return pd.concat(tables, ignore_index=True)
