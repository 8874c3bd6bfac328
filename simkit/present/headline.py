"""The result in plain words. An interval says how well a figure is known; '90 % of lives' says how lives differ."""

from __future__ import annotations

from functools import partial

from simkit.present.figures import Shown, between, money, month, number, per_cent
from simkit.run import Amount, Ensemble, Month, Share, Summary


def headline(ensemble: Ensemble) -> tuple[str, ...]:
    """Sentences: whether and when results cross, the valley before, the money, and what it all rests on."""
    said = ensemble.summary
    return (" ".join([_crossing(said), *_outcomes(said)]), _valley(said), _money(said), _source(said))


def in_metric(said: Summary) -> Shown:
    """How to write an amount of what is expected: as money, or as a count with its noun."""
    if said.metric == "margin":
        return partial(money, currency=said.currency)
    return lambda value: f"{number(value)} {said.metric}"


def _crossing(said: Summary) -> str:
    share, when = said.crossed_share, said.crossing_month
    ends = between(share.low, share.high, per_cent)
    crossed = f"Results cross the expected line in {_lives(said, share)} (95 % interval {ends})"
    if when.median is None:
        half = f"for half of all lives it is not reached within {said.months} months"
    elif when.median == 0:
        half = "half of all lives are on it from the start"
    else:
        interval = between(when.low, when.high, month)
        half = f"half of all lives have crossed by month {month(when.median)} (95 % interval {interval})"
    return f"{crossed}; {half}."


def _outcomes(said: Summary) -> list[str]:
    """What else happened, where it did; that the rest does not cross goes without saying."""
    told = (
        (said.never_below_share, "are never below the line"),
        (said.relapsed_share, "cross and fall below again"),
        (said.abandoned_share, "are stopped before crossing"),
    )
    parts = [f"{per_cent(share.mean)} {what}" for share, what in told if share.mean]
    return [f"Of all lives, {', '.join(parts)}."] if parts else []


def _valley(said: Summary) -> str:
    depth, area, shown = said.valley_depth, said.valley_area, in_metric(said)
    if not depth.mean:
        return "There is no valley: no life falls below the line."
    return (
        f"In the valley a life falls short by {per_cent(depth.mean)} of the target at the worst "
        f"{_ends(depth, per_cent)} and misses {shown(area.mean)} in all {_ends(area, shown)}."
    )


def _money(said: Summary) -> str:
    amount, roi, even = partial(money, currency=said.currency), said.roi, said.break_even_month
    margin, cost = amount(said.total_margin.mean), amount(said.total_cost.mean)
    told = f"Over {said.months} months a life brings {margin} of margin for {cost} of cost"
    if roi.mean is None:
        return f"{told}."
    half = f"is month {month(even.median)}" if even.median else "is not reached"
    return (
        f"{told}; without the margin that the firm had anyway, the return on cost is {per_cent(roi.mean)} "
        f"{_ends(roi, per_cent)}. The cost is earned back in {_lives(said, _share(even))}; the month by which half of "
        f"all lives have done so {half}."
    )


def _source(said: Summary) -> str:
    worth = f", weighted and worth {number(said.effective_sample_size)} equal ones" if _weighted(said) else ""
    return (
        f"Scenario '{said.scenario}', {said.replications} lives{worth}, seed {said.seed}. Amounts are means over "
        "lives; in brackets the 95 % interval of the mean, then what the middle 90 % of lives have."
    )


def _ends(figure: Amount, shown: Shown) -> str:
    """The interval of the mean and the spread of lives, told apart."""
    interval = "" if figure.low is None else f"{between(figure.low, figure.high, shown)}; "
    return f"({interval}90 % of lives {between(figure.p5, figure.p95, shown)})"


def _lives(said: Summary, share: Share) -> str:
    if _weighted(said):
        return f"{per_cent(share.mean)} of the weighted lives"
    return f"{round((share.mean or 0.0) * said.replications)} of {said.replications} simulated lives"


def _share(when: Month) -> Share:
    return Share(when.share, when.share_low, when.share_high, when.level, when.n, when.kind)


def _weighted(said: Summary) -> bool:
    return said.effective_sample_size < said.replications * (1.0 - 1e-9)
