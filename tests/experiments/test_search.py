"""Searches in the model: the same plans on any number of workers, after a break, and figures from lives apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import simkit
from simkit import RunError, Scenario, SimkitError, StoreError
from simkit.experiments.search_design import load_search_design, search_design
from simkit.experiments.searched import Search, Tried, not_dominated
from simkit.model.recorder import ROLES

FIRM = Scenario("firm").with_changes(
    {**{f"team.{role}": int(role in {"content", "email"}) for role in ROLES}, "horizon_months": 8}
)
LEVERS: dict[str, Any] = {
    "process.silos": [0.0, 0.2, 0.4, 0.8],
    "team.content": [1, 2, 3],
    "feedback.latency_weeks": (1, 5),
}
COSTS = {"process.silos": 300, "feedback.latency_weeks": 100}
DESIGN: dict[str, Any] = {
    "levers": LEVERS,
    "objective": "net_margin",
    "budget": 6000,
    "constraints": "valley_depth <= 0.95",
    "costs": COSTS,
    "points": 20,
    "replications": 4,
    "confirming": 6,
    "finalists": 3,
    "seed": 3,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return simkit.search(FIRM, **DESIGN, out=tmp_path_factory.mktemp("search") / "runs", workers=1)


def test_every_plan_has_the_lives_of_a_single_run(found: Search) -> None:
    """Fails if plans do not share their luck, a value goes to the wrong plan, the cost of a plan is not what its levers
    cost, or what the user priced is not charged."""
    assert len(found.tried) == 20
    assert (found.trials["cost"] <= 6000).all()
    for one in (found.tried[0], found.tried[-1]):
        row = found.trials.iloc[one.number]
        plan = FIRM.with_changes(found.design.plans.values(one.plan))
        assert found.scenario(one.number) == plan
        assert plan["process.silos"] == row["process.silos"]
        steps = abs(row["process.silos"] - 0.4) / 0.1 * 300 + abs(row["feedback.latency_weeks"] - 4) * 100
        assert row["cost"] == pytest.approx(steps + 5500 * (row["team.content"] - 1))
        lives = simkit.simulate(plan, 4, 3, workers=1).measure("net_margin")
        np.testing.assert_allclose(one.outcomes["net_margin"], lives - 8 * steps)


def test_figures_come_from_lives_that_chose_nothing(found: Search) -> None:
    """The second half of lives with another seed. Fails if the figures are those of the lives that chose, not paired
    with today's, or the shrinkage is not by how much the search looked better."""
    row = found.front[found.front["outcome"] == "net_margin"].iloc[0]
    numbers = range(6, 12)
    seed = found.design.fresh_seed
    assert seed != 3
    ours, today = (simkit.simulate(one, numbers, seed, workers=1).measure("net_margin") for one in (found.best, FIRM))
    charge = found.design.plans.charge(found.chosen[0].plan)
    assert row["effect"] == pytest.approx((ours - today).mean() - 8 * charge)
    assert row["low"] <= row["effect"] <= row["high"]
    assert row["searched"] == pytest.approx((found.chosen[0].outcomes["net_margin"] - found.today["net_margin"]).mean())
    assert row["shrinkage"] == pytest.approx(row["searched"] - row["effect"])
    assert row["n"] == 6


def test_a_search_says_how_it_stands_after_each_batch() -> None:
    """Fails if a batch is not told, or plans are shown as confirmed before they are."""
    told: list[Search] = []
    design = {**DESIGN, "points": 5, "replications": 2, "confirming": 2, "constraints": ()}
    whole = simkit.search(FIRM, **design, batch=2, workers=1, standing=told.append)
    assert [len(one.tried) for one in told] == [2, 4, 5]
    assert all(one.fresh is None for one in told)
    assert told[-1].trials.equals(whole.trials)


def test_the_best_of_many_loses_what_luck_gave_it() -> None:
    """Forty plans that are all alike, with luck of their own: the best one looks good, and keeps nothing in fresh
    lives. Fails if luck is reported as merit."""
    random = np.random.default_rng(5)
    plans = search_design(FIRM, {"team.content": [1, 2]}, "net_margin", points=40, confirming=400).plans
    design = replace(search_design(FIRM, {"team.content": [1, 2]}, "net_margin", confirming=400), plans=plans)
    tried = tuple(Tried(i, (0,), {"net_margin": random.normal(size=8)}) for i in range(40))
    finalists = tuple(sorted(tried, key=lambda one: -one.outcomes["net_margin"].mean())[:3])
    fresh = tuple({"net_margin": random.normal(size=800)} for _ in range(4))
    made = Search(design, {"net_margin": np.zeros(8)}, tried, finalists, fresh, Path())
    first = made.confirmed.iloc[0]
    assert first["searched"] > 0.5
    assert first["low"] < 0.0 < first["high"]
    assert first["shrinkage"] == pytest.approx(first["searched"] - first["effect"])


def test_the_same_search_on_any_number_of_workers_and_after_a_break(found: Search, tmp_path: Path) -> None:
    """Fails if a plan or a byte differs, or what was done is lived again."""

    def stop(done: int, asked: int) -> None:
        if done >= 60:
            raise KeyboardInterrupt

    with pytest.raises(simkit.SearchInterrupted, match=r"interrupted; 8 of 20 plans were tried and are kept in"):
        simkit.search(FIRM, **DESIGN, out=tmp_path / "runs", workers=1, progress=stop)
    seen: list[int] = []
    again = simkit.search(
        FIRM, **DESIGN, out=tmp_path / "runs", resume=True, workers=2, progress=lambda done, _: seen.append(done)
    )
    assert again.trials.equals(found.trials)
    assert again.confirmed.equals(found.confirmed)
    for name in ("trials.csv", "confirmed.csv", "best.toml", "plans-000000/outcomes/part-000000.parquet"):
        assert (tmp_path / "runs" / name).read_bytes() == (found.folder / name).read_bytes()
    assert simkit.load_scenario(tmp_path / "runs" / "best.toml") == found.best


def test_another_search_does_not_go_on_in_the_folder(found: Search) -> None:
    """Fails if results of another question are taken for those of this one."""
    with pytest.raises(StoreError, match=r"was begun with budget 6000\.0, not 7000\.0"):
        simkit.search(FIRM, **{**DESIGN, "budget": 7000}, out=found.folder, resume=True)
    with pytest.raises(StoreError, match="holds results already"):
        simkit.search(FIRM, **DESIGN, out=found.folder)


def test_a_front_holds_what_no_other_plan_beats() -> None:
    """Of points in the plane. Fails if one that is beaten in both is kept, or an end is lost."""
    losses = np.array([[1.0, 5.0], [2.0, 3.0], [3.0, 3.0], [4.0, 1.0], [4.0, 4.0], [0.5, 6.0]])
    assert not_dominated(losses) == [5, 0, 1, 3]


def test_several_objectives_give_a_front(tmp_path: Path) -> None:
    """Cost against margin. Fails if a plan of the front is beaten in the lives that chose, if there is a single best,
    or the scenarios of the front are not written."""
    levers: dict[str, list[float]] = {"team.content": [0, 1, 2], "process.silos": [0.0, 0.8]}
    made = simkit.search(
        FIRM,
        levers,
        ["total_cost", "net_margin"],
        replications=3,
        confirming=4,
        finalists=4,
        out=tmp_path / "runs",
        workers=1,
    )
    assert len(made.tried) == 6
    losses = np.array([made.design.losses({k: v[:4] for k, v in f.items()}) for f in made.fresh or ()])[1:]
    chosen = [made.finalists[i].number for i in not_dominated(losses)]
    assert [one.number for one in made.chosen] == chosen
    assert sorted(set(made.front["plan"])) == sorted(chosen)
    assert {path.stem for path in (tmp_path / "runs").glob("plan-*.toml")} == {f"plan-{number}" for number in chosen}
    with pytest.raises(RunError, match="several objectives have no single best"):
        made.best  # noqa: B018


def test_no_plan_that_meets_the_constraints_says_which_binds(tmp_path: Path) -> None:
    """Fails if the message does not name the constraint, how near one came, and with which plan; or the plans that were
    tried are not kept."""
    with pytest.raises(RunError) as error:
        simkit.search(
            FIRM,
            {"team.content": [1, 2]},
            "net_margin",
            constraints=["total_cost <= 100000", "abandoned <= 0.5"],
            replications=2,
            out=tmp_path / "runs",
            workers=1,
        )
    said = str(error.value)
    assert said.startswith("constraints: no plan of 2 tried meets all of them; the nearest one breaks")
    assert "'total_cost <= 100000' with " in said
    assert "(team.content 1)" in said
    assert "'abandoned <= 0.5'" not in said
    assert len(pd.read_csv(tmp_path / "runs" / "trials.csv")) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"levers": {}}, "levers: expected levels or a range by path"),
        ({"objective": "crossing_month"}, "objective: may be missing in some lives, so it has no mean"),
        ({"constraints": ["crossed >= 0.9", "crossed <= 0.1"]}, "contradict each other"),
        ({"costs": None}, "a budget needs a cost in money of every lever"),
        ({"budget": -9000}, "there is no plan within it: the cheapest costs 0 a month above today's"),
        ({"objective": "cash_needed"}, "cannot be charged with costs that were given"),
        ({"points": 0}, "points: expected a whole number from 1 on (given: 0)"),
        ({"levers": {"expectation.metric": ["leads"]}, "costs": None}, "a new metric needs a target"),
    ],
)
def test_what_cannot_be_searched_is_one_line(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Fails if it is run, a folder is left behind, or the line does not say what is wrong."""
    with pytest.raises(SimkitError) as error:
        simkit.search(FIRM, **{**DESIGN, **options}, out=tmp_path / "runs")
    assert said in str(error.value)
    assert not (tmp_path / "runs").exists()


def test_a_design_file_asks_for_the_same(tmp_path: Path) -> None:
    """Fails if a key is not read, or one that is unknown is taken."""
    simkit.save_scenario(FIRM, tmp_path / "firm.toml")
    file = tmp_path / "plan.toml"
    text = """
scenario = "firm.toml"
objective = "net_margin"
budget = 6000
constraints = ["valley_depth <= 0.95"]
points = 20
replications = 4
confirming = 6
finalists = 3
seed = 3

[levers]
"process.silos" = [0.0, 0.2, 0.4, 0.8]
"team.content" = [1, 2, 3]
"feedback.latency_weeks" = { low = 1, high = 5 }

[costs]
"process.silos" = 300
"feedback.latency_weeks" = 100
"""
    file.write_text(text, encoding="utf-8")
    read = load_search_design(file)
    assert read == search_design(FIRM, **DESIGN)
    file.write_text(text.replace("budget", "budgets"), encoding="utf-8")
    with pytest.raises(SimkitError, match=r"Did you mean 'budget'\?"):
        load_search_design(file)
    file.write_text(text.replace('scenario = "firm.toml"', ""), encoding="utf-8")
    with pytest.raises(SimkitError, match="names no scenario"):
        load_search_design(file)
