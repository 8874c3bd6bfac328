"""Charts of searches, rankings and regrets. What they show is computed apart from how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from simkit.experiments.objectives import more_is_better
from simkit.experiments.rank import Ranking
from simkit.experiments.robust import MOST, Robustness
from simkit.experiments.searched import Search
from simkit.present.comparison_tables import signed_outcome
from simkit.present.experiment_charts import label
from simkit.present.figures import between
from simkit.run.precision import is_share

TRIED, CHOSEN, OTHER, TODAY = "tried in the search", "chosen, in fresh lives", "confirmed, in fresh lives", "today"
PROMISED, KEPT = "in the search, which chose it", "in fresh lives, with 95 % interval"
EACH, AVERAGE, SHARE = "one future", "mean, with 95 % interval", f"{MOST:.0%} of futures keep below"
# Okabe & Ito's colours (Wong 2011, doi:10.1038/nmeth.1618); marks differ in shape as well.
_FRONT = {TRIED: "#8A949D", CHOSEN: "#D55E00", OTHER: "#0072B2", TODAY: "#000000"}
_SHAPES = {TRIED: "circle", CHOSEN: "diamond", OTHER: "square", TODAY: "cross"}
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#8A949D"
_SCALED = "abs(datum.value) < 1000 ? format(datum.value, '~g') : format(datum.value, '~s')"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Figures of plans or scenarios, as a chart shows them.

    Attributes:
        title, said: the headline, and where the figures come from.
        x, y: what is on the axes, in words; `y` is '' where names are.
        table: one row a mark: name, kind, x, text; low and high where there is an interval; y, y_low and y_high for two
            objectives.
        order: the names, from top to bottom.
        shares: whether x, and y, are shares.
    """

    title: str
    said: str
    x: str
    y: str
    table: pd.DataFrame
    order: tuple[str, ...]
    shares: tuple[bool, bool] = (False, False)


def search_chart(search: Search) -> alt.LayerChart:
    """What the finalists of a search kept of what they promised; the front, where there are several objectives."""
    return draw_search(shown_search(search))


def ranking_chart(ranking: Ranking) -> alt.LayerChart:
    """How far each scenario is behind the pick."""
    return draw_ranking(shown_ranking(ranking))


def robustness_chart(robustness: Robustness) -> alt.LayerChart:
    """The regrets of each plan over all futures."""
    return draw_robustness(shown_robustness(robustness))


def shown_search(search: Search) -> Shown:
    """What a chart of a search shows: all plans in two objectives, or the effects of finalists, promised and kept.

    Raises:
        RunError: there is one objective, and nothing is confirmed yet.
    """
    return shown_plans(search) if len(search.design.objectives) > 1 else _shown_kept(search)


def shown_plans(search: Search) -> Shown:
    """The plans in two objectives, or one above what they cost a month, as differences from today.

    Plans that break a constraint are left out, but where all of them do. `table` has the plan's number as `point`, too;
    -1 is today. Finalists are there where they are confirmed.
    """
    design, trials = search.design, search.trials
    x, y = axes = axes_of(search)
    met = trials[trials["met"]] if trials["met"].any() else trials[trials["failed"] == 0]
    today = {axis: 0.0 if axis == "cost" else float(search.today[axis].mean()) for axis in axes}
    tried = pd.DataFrame(
        {
            "name": [f"plan {plan}" for plan in met["plan"]],
            "kind": TRIED,
            "x": met[x] - today[x],
            "y": met[y] - today[y],
            "point": met["plan"],
        }
    )
    rows = [{"name": TODAY, "kind": TODAY, "x": 0.0, "y": 0.0, "point": -1}]
    for plan, by in _by_outcome(search).items():
        row: dict[str, Any] = {"name": f"plan {plan}", "kind": CHOSEN if by[y]["chosen"] else OTHER, "point": plan}
        for axis, outcome in (("x", x), ("y", y)):
            if outcome == "cost":
                row["x"] = by[y]["cost"]
                continue
            row |= {axis: by[outcome]["effect"], f"{axis}_low": by[outcome]["low"], f"{axis}_high": by[outcome]["high"]}
        rows.append(row)
    table = pd.concat([tried, pd.DataFrame(rows)], ignore_index=True)
    table = table.reindex(columns=list(dict.fromkeys([*table.columns, "x_low", "x_high", "y_low", "y_high"])))
    show_x, show_y = signed_outcome(x), signed_outcome(y)
    table["text"] = [f"{show_x(a)}, {show_y(b)}" for a, b in zip(table["x"], table["y"], strict=True)]
    currency = str(design.plans.base["company.currency"])
    kept = "" if len(met) == len(trials) else f"{len(trials) - len(met)} plans that break a constraint are left out. "
    kept = kept if trials["met"].any() else "No plan meets all constraints, so those are shown that were tried. "
    fresh = "" if search.fresh is None else f"; 95 % intervals of {design.confirming} fresh lives"
    said = f"{kept}Differences from today{fresh}, seed {design.seed}"
    names = tuple(dict.fromkeys(table["name"]))
    title = f"What can be had together: {_words(x)} and {_words(y)}"
    labels = (f"Cost a month above today's, {currency}" if x == "cost" else label(x, currency), label(y, currency))
    return Shown(title, said, *labels, table, names, (is_share(x), is_share(y)))


def axes_of(search: Search) -> tuple[str, str]:
    """What plans are shown in: two objectives, or 'cost' and the only one."""
    first, *more = search.design.objectives
    return (first, more[0]) if more else ("cost", first)


def _by_outcome(search: Search) -> dict[int, dict[str, Any]]:
    """Rows of the finalists in fresh lives, by plan and outcome; none as long as nothing is confirmed."""
    found: dict[int, dict[str, Any]] = {}
    if search.fresh is None:
        return found
    for row in search.confirmed.to_dict("records"):
        found.setdefault(row["plan"], {})[row["outcome"]] = row
    return found


def _shown_kept(search: Search) -> Shown:
    design = search.design
    objective = design.objectives[0]
    rows = search.confirmed[search.confirmed["outcome"] == objective]
    change = signed_outcome(objective)
    pairs = zip(rows["plan"], rows["chosen"], strict=True)
    names = [f"plan {plan}{' (chosen)' if chosen else ''}" for plan, chosen in pairs]
    promised = pd.DataFrame({"name": names, "kind": PROMISED, "x": rows["searched"].to_numpy()})
    promised["text"] = [change(value) for value in promised["x"]]
    kept = pd.DataFrame({"name": names, "kind": KEPT, "x": rows["effect"].to_numpy()})
    kept = _with_interval(kept.assign(low=rows["low"].to_numpy(), high=rows["high"].to_numpy()), change)
    better = "to the right" if more_is_better(objective) else "to the left"
    lives = f"{rows['n'].iloc[0]} fresh lives that chose nothing, seed {design.seed}"
    said = f"Difference from today, better {better}; {lives}"
    currency = str(design.plans.base["company.currency"])
    table = pd.concat([promised, kept], ignore_index=True)
    title = f"{label(objective, currency)}: what plans promised, and what they keep"
    return Shown(title, said, "", "", table, tuple(names), (is_share(objective), False))


def shown_ranking(ranking: Ranking) -> Shown:
    """What a chart of a ranking shows: how far each scenario is behind the pick."""
    rows = ranking.table
    change = signed_outcome(ranking.outcome)
    table = pd.DataFrame(
        {"name": rows["scenario"], "kind": "", "x": rows["behind"], "low": rows["low"], "high": rows["high"]}
    )
    table = _with_interval(table, change)
    pick = table["x"].isna()
    table = table.assign(x=table["x"].fillna(0.0), text=table["text"].mask(pick, "the pick"))
    said = f"95 % intervals of {rows['lives'].min()} or more paired lives; seed {ranking.seed}"
    title = f"{label(ranking.outcome)}: how far behind '{ranking.best}'"
    return Shown(title, said, "", "", table, tuple(rows["scenario"]), (is_share(ranking.outcome), False))


def shown_robustness(robustness: Robustness) -> Shown:
    """What a chart of regrets shows: each future's, their mean, and what most of them keep below."""
    rows = robustness.table
    change = signed_outcome(robustness.outcome)
    tables = []
    for i, name in enumerate(robustness.plans):
        regrets = robustness.regrets[i]
        tables.append(pd.DataFrame({"name": name, "kind": EACH, "x": regrets, "text": [change(x) for x in regrets]}))
    for kind, columns in ((AVERAGE, ("regret", "low", "high")), (SHARE, ("most", "most_low", "most_high"))):
        part = rows[["plan", *columns]].set_axis(["name", "x", "low", "high"], axis=1).assign(kind=kind)
        tables.append(_with_interval(part, change))
    futures, replications = rows["futures"].iloc[0], rows["n"].iloc[0]
    said = f"{futures} futures, {replications} lives in each, intervals 95 %, seed {robustness.seed}; less is better"
    title = f"Regret in {_words(robustness.outcome)}"
    table = pd.concat(tables, ignore_index=True)
    return Shown(title, said, "", "", table, tuple(rows["plan"]), (is_share(robustness.outcome), False))


def _with_interval(table: pd.DataFrame, shown: Callable[[float | None], str]) -> pd.DataFrame:
    """Figures with their interval in words: columns x, low, high."""
    ends = zip(table["x"].tolist(), table["low"].tolist(), table["high"].tolist(), strict=True)
    return table.assign(text=[f"{shown(x)} ({between(low, high, shown)})" for x, low, high in ends])


def draw_search(shown: Shown, width: int = 480, height: int = 320) -> alt.LayerChart:
    """Draw a search: points in two objectives, or pairs of marks a finalist; sizes in pixels."""
    return draw_plans(shown, width, height) if shown.y else _draw_kept(shown, width)


def draw_plans(shown: Shown, width: int = 480, height: int = 320, chosen: Any = None) -> alt.LayerChart:
    """Draw plans in two outcomes; sizes in pixels. `chosen` is a selection of points, if they can be chosen."""
    scales = {"x": _axis(shown.shares[0]), "y": _axis(shown.shares[1])}
    kinds = [kind for kind in _FRONT if (shown.table["kind"] == kind).any()]
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=[_FRONT[kind] for kind in kinds]))
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=[_SHAPES[kind] for kind in kinds]))
    legend = alt.Legend(orient="bottom", labelLimit=320, symbolOpacity=1)
    x = alt.X("x:Q", title=shown.x, axis=scales["x"], scale=alt.Scale(zero=False))
    y = alt.Y("y:Q", title=shown.y or None, axis=scales["y"], scale=alt.Scale(zero=False))
    base = alt.Chart().encode(x=x, y=y, color=colour.legend(legend), tooltip=["name:N", "kind:N", "text:N"])
    layers = [
        base.transform_filter("isValid(datum.x_low)").mark_rule(opacity=0.6).encode(x="x_low:Q", x2="x_high:Q"),
        base.transform_filter("isValid(datum.y_low)").mark_rule(opacity=0.6).encode(y="y_low:Q", y2="y_high:Q"),
        base.mark_point(filled=True, size=70, opacity=0.85).encode(shape=shape.legend(legend)),
    ]
    layers[-1] = layers[-1] if chosen is None else layers[-1].add_params(chosen)
    return _titled(shown, layers).properties(width=width, height=height)


def _draw_kept(shown: Shown, width: int) -> alt.LayerChart:
    base = _named(shown)
    kept, promised = f"datum.kind == '{KEPT}'", f"datum.kind == '{PROMISED}'"
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=[PROMISED, KEPT], range=[_GREY, _BLUE]))
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=[PROMISED, KEPT], range=["diamond", "circle"]))
    legend = alt.Legend(orient="bottom", labelLimit=320)
    base = base.encode(color=colour.legend(legend))
    layers = [
        _zero(),
        base.transform_filter(kept).mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        *(
            base.transform_filter(one).mark_point(filled=True, size=80, opacity=1).encode(shape=shape.legend(legend))
            for one in (promised, kept)
        ),
    ]
    return _titled(shown, layers).properties(width=width, height=alt.Step(28))


def draw_ranking(shown: Shown, width: int = 480) -> alt.LayerChart:
    """Draw how far scenarios are behind the pick; the width is that of the plot, in pixels."""
    base = _named(shown).encode(color=alt.value(_BLUE))
    layers = [
        _zero(),
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1),
    ]
    return _titled(shown, layers).properties(width=width, height=alt.Step(26))


def draw_robustness(shown: Shown, width: int = 480) -> alt.LayerChart:
    """Draw regrets: a tick a future, and what they come to; the width is that of the plot, in pixels."""
    kinds, colours = [EACH, AVERAGE, SHARE], [_GREY, _BLUE, _ORANGE]
    shapes = ["stroke", "circle", "diamond"]
    legend = alt.Legend(orient="bottom", labelLimit=320, symbolOpacity=1)
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=colours), legend=legend)
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=shapes), legend=legend)
    base = _named(shown).encode(color=colour)
    below = alt.YOffset("kind:N", scale=alt.Scale(domain=kinds))
    layers = [
        _zero(),
        base.transform_filter(f"datum.kind == '{EACH}'").mark_tick(opacity=0.5, thickness=1.5).encode(yOffset=below),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2.5)
        .encode(x=alt.X("low:Q", title=None), x2="high:Q", yOffset=below),
        base.transform_filter(f"datum.kind != '{EACH}'")
        .mark_point(filled=True, size=80, opacity=1)
        .encode(shape=shape, yOffset=below),
    ]
    return _titled(shown, layers).properties(width=width, height=alt.Step(16, **{"for": "offset"}))


def _named(shown: Shown) -> alt.Chart:
    """Marks beside names."""
    return alt.Chart().encode(
        y=alt.Y("name:N", title=None, sort=list(shown.order), axis=alt.Axis(labelLimit=280)),
        x=alt.X("x:Q", title=None, axis=_axis(shown.shares[0])),
        tooltip=["name:N", "kind:N", "text:N"],
    )


def _titled(shown: Shown, layers: list[alt.Chart]) -> alt.LayerChart:
    title = alt.TitleParams(shown.title, subtitle=shown.said, anchor="start")
    chart = alt.LayerChart(data=shown.table, layer=layers)
    made: alt.LayerChart = chart.properties(title=title)
    return made


def _axis(share: bool) -> alt.Axis:
    return alt.Axis(format="%") if share else alt.Axis(labelExpr=_SCALED)


def _zero() -> alt.Chart:
    line: alt.Chart = (
        alt.Chart().mark_rule(color="#888888", strokeDash=[3, 3]).encode(x=alt.datum(0, type="quantitative"))
    )
    return line


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
