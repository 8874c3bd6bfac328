"""Writes docs/studies.md from what the studies found: how good fits, forecasts and advice are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simkit.experiments.condition import UNLIKE

DOCS = Path(__file__).parent
RESULTS = DOCS.parent / "studies" / "results.json"
RANKS = (
    " Of eight right tests one falls so low with a chance of 4 %. So it was looked at again, once and by hand, in "
    "1,024 other companies (lives 2,048 to 3,071 of seed 1) and a table of 2,048 lives, 205 kept, in which a bias "
    "of the method would be larger. There its P value is 0.15 and the mean rank 0.498 (95 % interval 0.480 to "
    "0.516): draws of it are not shifted by more than 0.02, and the low P value is most likely chance. In so "
    "small a table ranks of all values but the market's drift and what media bring vary 1.06 to 1.07 times as "
    "much as uniform ones (standard error 0.03 each), so intervals of values are about 3 % too narrow there. How "
    "much of that is left with 5,120 lives was not recorded; intervals of what is to come hold there, as the "
    "table says."
)
"""What is known of the rank test that is the furthest from uniform."""


def page(found: dict[str, Any]) -> str:
    """The page, from the results of all studies."""
    return "\n\n".join([_head(found), *measured(found)]) + "\n"


def measured(found: dict[str, Any]) -> list[str]:
    """What the studies of fits, forecasts and advice measured, one section each."""
    parts = [_coverage(found["coverage"]), _chances(found["coverage"]), _waiting(found["waiting"])]
    return [*parts, _wrong(found["wrong_model"]), _olist(found["olist"])]


def _head(found: dict[str, Any]) -> str:
    model = found["coverage"]["model"]
    return (
        "# How good fits, forecasts and advice are\n\n"
        "Companies whose truth is known are lives of the model that are not in the table that fits rest on; of "
        "each some "
        "values are unknown within wide bounds ([company.toml](../studies/company.toml)). What is measured is "
        "how well a "
        "fit does where the model is right, and, in the last two parts, where it is not. `make studies` finds these "
        f"figures again (three quarters of an hour on two cores); they belong to model `{model}`, and the "
        "tests fail when "
        "they do not."
    )


def _coverage(found: dict[str, Any]) -> str:
    rows = [
        f"| {row['what']} | {_verdict(row, '50%')} | {_verdict(row, '90%')} | {row['p_uniform']:.2f} |"
        for row in found["intervals"]
    ]
    low, high = found["intervals"][0]["band_50%"]
    low9, high9 = found["intervals"][0]["band_90%"]
    least = min(row["p_uniform"] for row in found["ranks"])
    number = len(found["ranks"])
    return "\n".join(
        [
            "## Intervals hold what they promise",
            "",
            f"{found['companies']:,} companies, seen for {found['observed_months']} months (leads, qualified "
            "leads, customers, "
            f"margin); {found['lives']:,} lives in the table, {found['kept']} kept. "
            f"{100 * found['crossed']:.0f} % of the "
            f"companies cross by their horizon. Right intervals of 50 % hold {100 * low:.1f} to "
            f"{100 * high:.1f} % of the "
            f"companies with a chance of 99 %, those of 90 % {100 * low9:.1f} to {100 * high9:.1f} %. Where a "
            "company lies in its forecast is its randomised probability integral transform, uniform where forecasts "
            "are right, ties and 'not crossed' included (Czado et al. 2009, doi:10.1111/j.1541-0420.2009.01191.x); "
            "'not crossed' comes after every month. P values are those of a chi-square test with ten bins.",
            "",
            "| what | inside 50 % | inside 90 % | P value of 'uniform' |",
            "|---|---|---|---|",
            *rows,
            "",
            f"Ranks of the {number} unknown values among their fitted draws, which are uniform where fits are right: P "
            "values of 'uniform' are "
            + ", ".join(f"{row['p_uniform']:.3f} ({row['path']})" for row in found["ranks"])
            + f". The least is {least:.3f}, {min(1.0, least * number):.2f} after correction for {number} (Bonferroni)."
            + (RANKS if least < 0.01 else ""),
        ]
    )


def _verdict(row: dict[str, Any], share: str) -> str:
    held = "" if row[f"held_{share}"] else " (**outside the band**)"
    return f"{100 * row[f'inside_{share}']:.1f} %{held}"


def _chances(found: dict[str, Any]) -> str:
    lines = [
        "## Chances to cross come true",
        "",
        "The base rate is the share of lives of the prior that cross by then. The gain over it is paired by company; "
        "in brackets behind the bins is the 95 % interval of the share that came.",
        "",
        "| crossed by month | Brier score | of the base rate | gain, 95 % interval | said → came, in five bins "
        "of equal count |",
        "|---|---|---|---|---|",
    ]
    for row in found["chances"]:
        bins = "; ".join(f"{100 * one['said']:.0f} → {100 * one['came']:.0f} % ({_ends(one)})" for one in row["bins"])
        lines.append(
            f"| {row['month']} | {row['brier']:.3f} | {row['brier_of_base_rate']:.3f} | {row['gain']:.3f}, "
            f"{row['gain_low']:.3f} to {row['gain_high']:.3f} | {bins} |"
        )
    return "\n".join(lines)


def _ends(one: dict[str, Any]) -> str:
    return f"{100 * max(0.0, one['low']):.0f} to {100 * min(1.0, one['high']):.0f}"


def _waiting(found: dict[str, Any]) -> str:
    lines = [
        "## Advice against simple rules",
        "",
        f"{found['companies']:,} companies may stop after months {', '.join(map(str, found['reviews']))}; all "
        "end at the "
        f"horizon, and what is left yields for two years more. For {100 * found['best_to_stop']:.0f} % "
        "stopping at one of "
        f"these is best in hindsight; hindsight would earn {found['earned_by_hindsight'] / 1e6:.3f} million on "
        "average.",
        "",
        "| rule | stopped | earned, million (95 % interval) | the advice earns more by (95 % interval, paired) |",
        "|---|---|---|---|",
    ]
    for row in found["rules"]:
        more = (
            "–"
            if row["rule"] == "by the advice"
            else f"{row['advice_more'] / 1e3:,.0f} thousand ({row['advice_more_low'] / 1e3:,.0f} to "
            f"{row['advice_more_high'] / 1e3:,.0f})"
        )
        lines.append(
            f"| {row['rule']} | {100 * row['stopped']:.0f} % | {row['earned'] / 1e6:.3f} ({row['low'] / 1e6:.3f} to "
            f"{row['high'] / 1e6:.3f}) | {more} |"
        )
    return "\n".join([*lines, "", _verdicts(found)])


def _verdicts(found: dict[str, Any]) -> str:
    """Which rules the advice beats, and which it ties with."""
    beaten: list[str] = []
    tied: list[str] = []
    lost: list[str] = []
    for row in found["rules"][1:]:
        low, high = row["advice_more_low"], row["advice_more_high"]
        (beaten if low > 0.0 else lost if high < 0.0 else tied).append(f"'{row['rule']}'")
    said = [
        f"The advice {does} {' and '.join(rules)}."
        for does, rules in (("beats", beaten), ("ties with", tied), ("loses to", lost))
        if rules
    ]
    held = next(row["earned"] for row in found["rules"] if row["rule"] == "always hold")
    spare = found["earned_by_hindsight"] - held
    return " ".join(
        [
            *said,
            f"There is little to be had above holding: who knew the future would earn {spare / 1e3:,.0f} thousand more "
            f"({100 * spare / held:.1f} %). Where stopping is right more often, this has not been measured.",
        ]
    )


def _wrong(found: dict[str, Any]) -> str:
    rows = [
        f"| {row['what']} | {_share(row['held_where_not_flagged'])} | {_share(row['held'])} | "
        f"{_share(row['held_or_flagged'])} |"
        for row in found["rows"]
    ]
    return "\n".join(
        [
            "## Months of another model",
            "",
            f"{found['series']} series of base, trend, media with carry-over and saturation, season and noise: "
            f"{100 * found['flagged']:.0f} % are flagged as unlike any life. A series should be flagged, or else its "
            f"90 % interval hold what came in at least {100 * found['least']:.0f} % of cases. Only "
            f"{found['not_flagged']} are not flagged, too few to say how well intervals hold where nothing is; of all, "
            "flagged or not, they hold far too few, so a flag is to be believed. Of companies that the model itself "
            f"made {100 * UNLIKE:.0f} % are flagged, by construction (15 of 200, 5 to 12 %, when that was counted "
            "once in a smaller table).",
            "",
            "| what | held, not flagged | held, all | held or flagged |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _olist(found: dict[str, Any]) -> str:
    lines = [
        "## Real months, as an illustration",
        "",
        f"The first {found['fitted_months']} months of the programme in `scenarios/data` fitted, the next two "
        "forecast. Two "
        f"numbers prove nothing. The months tell something about {len(found['informed'])} of {found['of']} "
        "unknown values; "
        f"likeness {found['likeness']:.2f}{'; ' + found['warning'] if found['warning'] else ''}.",
        "",
        "| metric | came | simkit, 90 % interval | mean error: " + ", ".join(found["rows"][0]["mean_error"]) + " |",
        "|---|---|---|---|",
    ]
    for row in found["rows"]:
        ours = "; ".join(
            f"{said:,.0f} ({low:,.0f} to {high:,.0f})"
            for said, low, high in zip(row["said"]["simkit"], row["low"], row["high"], strict=True)
        )
        came = ", ".join(f"{value:,.0f}" for value in row["came"])
        errors = ", ".join(f"{value:,.0f}" for value in row["mean_error"].values())
        lines.append(f"| {row['metric']} | {came} | {ours} | {errors} |")
    return "\n".join(lines)


if __name__ == "__main__":
    text = page(json.loads(RESULTS.read_text(encoding="utf-8")))
    (DOCS / "studies.md").write_text(text, encoding="utf-8")
