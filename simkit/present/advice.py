"""Wait or stop, in plain words and a table: what each decision is worth, why, and how sure that is."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from rich.table import Table

from simkit.experiments.decide import HOLD, STOP, Advice
from simkit.experiments.prior import RUN_OFF
from simkit.present.figures import Shown, between, between_signed, money, number, per_cent, scale, signed

BETTER, WORSE = "worth more than holding", "worth less"
NAMES = {
    HOLD: "Hold",
    STOP: "Stop",
    "push": "Push: demand more activity",
    "cut": "Cut media and tools",
    "reorganise": "Reorganise",
    "chase": "Chase what is hyped",
}


def advice_sentences(advice: Advice) -> tuple[str, ...]:
    """What is worth most, why, what waiting is worth, and what stands against believing it."""
    amount = partial(money, currency=advice.fit.prior.scenario.parameters.company.currency)
    rows = {row["option"]: row for row in advice.options.to_dict("records")}
    best, horizon = advice.best, advice.fit.prior.months
    said = [f"{_named(best)} from month {advice.month} on: {_reason(advice, rows, amount)}"]
    stop, now = rows[STOP], _now(advice)
    said.append(
        f"In {per_cent(now['crossed'])} of the lives that look like yours results cross the expected line by month "
        f"{horizon} (95 % interval {between(now['low'], now['high'], per_cent)})."
    )
    said.append(
        f"Stopping now would save {amount(stop['saved'])} of cost and forgo {amount(stop['forgone'])} of margin. Every "
        f"programme is taken to end at month {horizon} at the latest; what is left of it, such as a brand, is counted "
        f"for {RUN_OFF} months more."
    )
    said.append(_waiting(advice, amount))
    if advice.fit.warning:
        said.append(f"Careful: {advice.fit.warning}.")
    said.append(
        f"{advice.lives} lives with each decision, the same luck in each, seed {advice.fit.prior.table.design.seed}. "
        "A valley is no evidence of a payoff, nor against one: what counts is what these months tell of the rest."
    )
    return tuple(said)


def options_table(advice: Advice) -> Table:
    """Each decision, the best first: what it is worth by the horizon, above holding, and whether results then cross."""
    table = advice.options.sort_values("gain", ascending=False)
    size, unit = _size(advice, float(table["net"].abs().max()))
    made = _table(unit, "decision", "worth", "interval", "above holding", "interval", "crosses")
    for row in table.to_dict("records"):
        gain = ["", ""]
        if row["option"] != HOLD:
            gain[0] = signed(row["gain"] / size, number)
            gain[1] = between_signed(row["gain_low"] / size, row["gain_high"] / size, number)
        ends = between(row["low"] / size, row["high"] / size, number)
        made.add_row(_short(str(row["option"])), number(row["net"] / size), ends, *gain, per_cent(row["crossed"]))
    return made


def reviews_table(advice: Advice) -> Table:
    """Each review, past and to come: the chance to cross, and what holding is worth above stopping there."""
    size, unit = _size(advice, float(advice.reviews["gain"].abs().max()))
    made = _table(unit, "after month", "months known", "crosses", "interval", "holding, above stopping", "interval")
    for row in advice.reviews.to_dict("records"):
        made.add_row(
            str(row["month"]),
            str(row["known"]),
            per_cent(row["crossed"]),
            between(row["low"], row["high"], per_cent),
            signed(row["gain"] / size, number),
            between_signed(row["gain_low"] / size, row["gain_high"] / size, number),
        )
    return made


def best_table(advice: Advice) -> Table:
    """What is worth most at each review, and how much above holding."""
    best = _best(advice)
    size, unit = _size(advice, max(abs(row["gain"]) for row in best.values()))
    made = _table(unit, "after month", "worth most there", "above holding", "interval")
    for month, row in best.items():
        ends = between_signed(row["gain_low"] / size, row["gain_high"] / size, number)
        more = ("", "") if row["option"] == HOLD else (signed(row["gain"] / size, number), ends)
        made.add_row(str(month), _short(str(row["option"])), *more)
    return made


def advice_rows(advice: Advice) -> pd.DataFrame:
    """Rows of the chart of decisions, the best first: name, value, low, high (above holding), side."""
    rows = []
    for row in advice.options.sort_values("gain", ascending=False).to_dict("records"):
        side = BETTER if row["gain"] >= 0.0 else WORSE
        ends = {"value": row["gain"], "low": row["gain_low"], "high": row["gain_high"]}
        rows.append({"name": _named(str(row["option"])), **ends, "side": side})
    return pd.DataFrame(rows)


def review_rows(advice: Advice) -> list[dict[str, str]]:
    """Each review, past and to come, in words."""
    best = _best(advice)
    amount = partial(money, currency=advice.fit.prior.scenario.parameters.company.currency)
    return [
        {
            "review after month": str(row["month"]),
            "months known": str(row["known"]),
            "chance to cross": f"{per_cent(row['crossed'])} ({between(row['low'], row['high'], per_cent)})",
            "holding, above stopping there": signed(row["gain"], amount),
            "95 % interval": between_signed(row["gain_low"], row["gain_high"], amount),
            "worth most there": _named(str(best[int(row["month"])]["option"])),
            "above holding": _gain(best[int(row["month"])], amount),
        }
        for row in advice.reviews.to_dict("records")
    ]


def decision_rows(advice: Advice) -> list[dict[str, str]]:
    """Each decision at each review, in words."""
    amount = partial(money, currency=advice.fit.prior.scenario.parameters.company.currency)
    return [
        {
            "review after month": str(row["month"]),
            "months known": str(row["known"]),
            "decision": _named(str(row["option"])),
            "worth": f"{amount(row['net'])} ({between(row['low'], row['high'], amount)})",
            "above holding": _gain(row, amount),
            "crosses": per_cent(row["crossed"]),
            "lives": str(row["lives"]),
        }
        for row in advice.decisions.to_dict("records")
    ]


def _best(advice: Advice) -> dict[int, dict[Any, Any]]:
    """The row of the decision that is worth most, by the month after which it is taken."""
    found: dict[int, dict[Any, Any]] = {}
    for row in advice.decisions.to_dict("records"):
        month = int(row["month"])
        if month not in found or row["gain"] > found[month]["gain"]:
            found[month] = row
    return found


def _size(advice: Advice, largest: float) -> tuple[float, str]:
    """What to divide amounts by, and the unit that they then have."""
    size, word = scale(largest)
    return size, f"{advice.fit.prior.scenario.parameters.company.currency} {word}".rstrip()


def _gain(row: dict[Any, Any], amount: Shown) -> str:
    if row["option"] == HOLD:
        return ""
    return f"{signed(row['gain'], amount)} ({between_signed(row['gain_low'], row['gain_high'], amount)})"


def _reason(advice: Advice, rows: dict[Any, dict[Any, Any]], amount: Any) -> str:
    best = advice.best
    horizon = advice.fit.prior.months
    if best == HOLD:
        stop = rows[STOP]
        if stop["gain"] > 0.0:
            return (
                f"stopping now is worth {amount(stop['gain'])} more than holding to month {horizon}, but "
                f"looking again in {advice.wait} months is worth still more."
            )
        ends = between_signed(-stop["gain_high"], -stop["gain_low"], amount)
        close = " These months do not tell for sure." if stop["gain_high"] > 0.0 else ""
        return (
            f"to month {horizon} it is worth {amount(-stop['gain'])} more than stopping (95 % interval {ends}), and no "
            f"other decision is worth more.{close}"
        )
    row = rows[best]
    ends = between_signed(row["gain_low"], row["gain_high"], amount)
    close = " These months do not tell for sure." if row["gain_low"] < 0.0 else ""
    return f"it is worth {amount(row['gain'])} more than holding to month {horizon} (95 % interval {ends}).{close}"


def _waiting(advice: Advice, amount: Any) -> str:
    waiting = advice.waiting
    then = f"in {advice.wait} months" if advice.wait > 1 else "next month"
    if waiting.value is None or waiting.low is None or waiting.high is None:
        return f"What looking again {then} is worth cannot be told from so few lives."
    ends = between_signed(waiting.low, waiting.high, amount)
    if waiting.low == waiting.high == 0.0:
        return f"Nothing that could be seen {then} would speak for stopping: looking again changes nothing."
    if waiting.value <= 0.0:
        return (
            f"Looking again {then} and deciding between holding and stopping by what is seen until then is worth "
            f"nothing above deciding now ({signed(waiting.value, amount)}, 95 % interval {ends})."
        )
    return (
        f"Looking again {then} and deciding by what is seen until then is worth {amount(waiting.value)} more than the "
        f"better of holding to the end and stopping now (95 % interval {ends}); one would stop then in "
        f"{per_cent(advice.stops_then)} of lives."
    )


def _now(advice: Advice) -> dict[Any, Any]:
    rows: list[dict[Any, Any]] = advice.reviews.to_dict("records")
    return next(row for row in rows if row["month"] == advice.month - 1)


def _named(option: str) -> str:
    return NAMES.get(option, option)


def _short(option: str) -> str:
    return _named(option).split(":")[0] if option in NAMES else option


def _table(unit: str, first: str, *numbers: str) -> Table:
    title = f"Amounts in {unit}; intervals of 95 %."
    table = Table(
        title=title, title_justify="left", title_style="", box=None, padding=(0, 2, 0, 0), header_style="bold"
    )
    table.add_column(first.replace(" ", "\n"))
    for name in numbers:
        table.add_column(name.replace(" ", "\n"), justify="right")
    return table
