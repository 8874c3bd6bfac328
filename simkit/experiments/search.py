"""Searching for the best scenario that a company can afford, and confirming it in lives that did not choose it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from simkit.errors import RunError
from simkit.experiments.axes import Levels
from simkit.experiments.design import Design
from simkit.experiments.objectives import measured
from simkit.experiments.plans import Plan
from simkit.experiments.proposals import Proposals
from simkit.experiments.search_design import SearchDesign, Values, search_design
from simkit.experiments.searched import Infeasible, Search, Tried, not_dominated
from simkit.experiments.stages import Stages
from simkit.experiments.store import FORMAT, SCENARIO, Store, lock
from simkit.experiments.sweep import SweepInterrupted, temporary_folder
from simkit.run.provenance import version_of
from simkit.scenarios import Scenario, to_toml

Progress = Callable[[int, int], object]
Standing = Callable[[Search], object]


class SearchInterrupted(RunError):
    """A search that was interrupted.

    Attributes:
        search: what was done before.
    """

    def __init__(self, search: Search) -> None:
        done = f"{len(search.tried)} of {search.design.points} plans were tried and are kept in {search.folder}"
        super().__init__(f"interrupted; {done}", hint="Resume to do the rest.")
        self.search = search

    def __reduce__(self) -> tuple[Any, ...]:
        return SearchInterrupted, (self.search,)


def search(
    scenario: Scenario | SearchDesign,
    levers: Mapping[str, Levels] | None = None,
    objective: str | Iterable[str] = "restricted_crossing_month",
    budget: float | None = None,
    constraints: str | Iterable[str] = (),
    points: int = 64,
    replications: int = 20,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    costs: Mapping[str, float] | None = None,
    confirming: int = 100,
    finalists: int = 5,
    batch: int = 8,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    standing: Standing | None = None,
) -> Search:
    """Look for the plan that makes an outcome best, within a budget and constraints, and confirm it in fresh lives.

    All plans are tried in the same lives. The best of many looks better there than it is, so those that look best are
    lived again with luck of their own: one half of these lives chooses among them, and figures come from the other.

    Args:
        scenario: where plans begin; or a whole design, which then says all but where to.
        levers: for each path a list of levels, or a range (low, high), which is cut into the lever's declared steps.
        objective: an outcome that every life has, or several, for a front; each is made better in its own direction:
            soonest crossing, least valley, highest return.
        budget: the most that a plan may cost a month above today's, by the declared costs of levers and `costs`.
        constraints: comparisons on means of outcomes, such as 'crossed_by_24 >= 0.5'.
        points: how many plans are tried; all of them, where there are no more.
        replications: lives of each.
        seed: of luck, draws and proposals. The same seed tries the same plans on any number of workers.
        out: folder of the results; None for one that lasts as long as this process.
        costs: what a declared step away from today's value costs a month, by path, of levers whose declaration has no
            price in money. It is charged to total_cost, net_margin and roi.
        confirming: fresh lives that choose among finalists, and as many again that figures come from.
        finalists: how many plans are confirmed at most; twice as many of a front.
        batch: plans that are tried at once.
        resume: go on with what is in `out`; begin where there is nothing.
        workers, executor, cluster: as in `sweep`.
        progress: told how many lives are done, and how many there will be at most.
        standing: told of the search as it stands, with nothing confirmed, after each batch of plans.

    Raises:
        ParameterError, RunError: what cannot be asked; no plan within the budget.
        Infeasible: no plan that was tried meets the constraints; what was tried is kept.
        StoreError: a folder that cannot be used, or that holds something else.
        SearchInterrupted: by the user; what was done is kept.
    """
    if isinstance(scenario, SearchDesign):
        asked = scenario
    else:
        asked = search_design(
            scenario,
            levers or {},
            objective,
            budget,
            constraints,
            points,
            replications,
            seed,
            costs=costs,
            confirming=confirming,
            finalists=finalists,
            batch=batch,
        )
    proposals = Proposals(asked.plans, len(asked.objectives), asked.points, asked.seed)
    folder = Path(out) if out is not None else temporary_folder()
    # Each stage resumes: whether the whole search may go on in the folder is for its own store to say.
    stages = Stages(folder, asked.lives, True, workers, executor, cluster, progress)
    with lock(folder):
        store = _store(asked, folder, resume)
        found = _found(Search(asked, {}, (), (), None, folder), proposals, stages, store, standing)
    if progress is not None:
        progress(asked.lives, asked.lives)
    return found


def _found(found: Search, proposals: Proposals, stages: Stages, store: Store, standing: Standing | None) -> Search:
    """The search with all plans tried and the best of them confirmed; what people open is kept after both."""
    try:
        for more in _tried(found, proposals, stages):
            found = more
            if standing is not None:
                standing(found)
        _keep(store, found)
        found = _confirmed(found, stages)
    except (SweepInterrupted, KeyboardInterrupt):
        raise SearchInterrupted(found) from None
    _keep(store, found)
    return found


def _tried(found: Search, proposals: Proposals, stages: Stages) -> Iterator[Search]:
    """The search with one batch of plans more, again and again."""
    design = found.design
    while len(found.tried) < design.points:
        plans = proposals.ask(min(design.batch, design.points - len(found.tried)))
        if not plans:
            return
        first = not found.tried
        asked = [None, *plans] if first else plans
        name = f"plans-{len(found.tried):06d}"
        outcomes = _lived(design, stages, asked, name, design.replications, design.seed)
        if first:
            found = replace(found, today=_whole(outcomes.pop(0), design.outcomes))
        pairs = zip(plans, outcomes, strict=True)
        tried = [Tried(len(found.tried) + i, *pair) for i, pair in enumerate(pairs)]
        for one in tried:
            losses = design.losses(one.outcomes) if one.whole else None
            proposals.tell(one.plan, losses, sum(design.violations(one.outcomes)) if one.whole else 0.0)
        found = replace(found, tried=(*found.tried, *tried))
        yield found


def _confirmed(found: Search, stages: Stages) -> Search:
    """The search with its finalists lived in fresh lives."""
    design, feasible = found.design, found.feasible
    if not feasible:
        raise Infeasible(found)
    losses = np.array([design.losses(one.outcomes) for one in feasible])
    if len(design.objectives) == 1:
        order = np.argsort(losses[:, 0], kind="stable").tolist()[: design.most_finalists]
    else:
        order = _spread(not_dominated(losses), design.most_finalists)
    finalists = tuple(feasible[i] for i in order)
    plans = [None, *(one.plan for one in finalists)]
    fresh = _lived(design, stages, plans, "confirmed", 2 * design.confirming, design.fresh_seed)
    for values in fresh:
        _whole(values, design.outcomes)
    return replace(found, finalists=finalists, fresh=tuple(fresh))


def _spread(order: list[int], most: int) -> list[int]:
    """So many members of a front, evenly along its first objective, ends included."""
    if len(order) <= most:
        return order
    return [order[round(i)] for i in np.linspace(0, len(order) - 1, most).tolist()]


def _lived(
    design: SearchDesign, stages: Stages, plans: Sequence[Plan | None], name: str, replications: int, seed: int
) -> list[Values]:
    """Outcomes of some plans in the same lives, None being today's."""
    base, paths = design.plans.base, design.plans.paths
    rows = tuple((None,) * len(paths) if plan is None else tuple(design.plans.values(plan).values()) for plan in plans)
    lives = stages.live(Design(base, paths, rows, replications, seed, "search"), name)
    months = base.parameters.horizon_months
    found: list[Values] = []
    for point, plan in enumerate(plans):
        charge = 0.0 if plan is None else design.plans.charge(plan)
        its = lives[lives["point"] == point]
        found.append({outcome: measured(its, outcome, months, charge) for outcome in design.outcomes})
    return found


def _whole(values: Values, outcomes: tuple[str, ...]) -> Values:
    """Outcomes of lives that must all have them."""
    for outcome in outcomes:
        missing = int(np.isnan(values[outcome]).sum())
        if missing:
            message = f"{missing} of {len(values[outcome])} lives have no number"
            raise RunError(message, field=outcome, hint="A life failed, or spends nothing, so that it has no return.")
    return values


def _store(design: SearchDesign, folder: Path, resume: bool) -> Store:
    """The folder of a search: a new one, or the one that is resumed."""
    base = design.plans.base
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "simkit": version_of("simkit"),
        "optuna": version_of("optuna"),
        "scenario": base.name,
        "scenario_hash": base.hash,
        "levers": {path: list(levels) for path, levels in zip(design.plans.paths, design.plans.levels, strict=True)},
        "costs": [None if costs is None else list(costs) for costs in design.plans.costs],
        "budget": design.plans.budget,
        "objectives": list(design.objectives),
        "constraints": [str(one) for one in design.constraints],
        **{
            name: getattr(design, name)
            for name in ("points", "replications", "confirming", "finalists", "batch", "seed")
        },
    }
    files = {SCENARIO: to_toml(base).encode()}
    if base.joint is not None:
        files[f"{base.name}.draws.parquet"] = base.joint.to_bytes()
    if resume and (folder / "manifest.json").exists():
        store = Store.open(folder)
        store.check(manifest)
        store.restore(files)
        return store
    return Store.begin(folder, manifest, files)


def _keep(store: Store, found: Search) -> None:
    """Write what people open: the plans that were tried, those that were confirmed, and the best as a scenario."""
    store.write("trials.csv", found.trials.to_csv(index=False).encode())
    if found.fresh is None:
        return
    store.write("confirmed.csv", found.confirmed.to_csv(index=False).encode())
    chosen = found.confirmed.loc[found.confirmed["chosen"], "plan"].unique().tolist()
    for number in chosen:
        name = "best" if len(found.design.objectives) == 1 else f"plan-{number}"
        store.write(f"{name}.toml", to_toml(found.scenario(number)).encode())
