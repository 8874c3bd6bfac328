"""When will results cross what was expected of them, will they at all, and what would bring that month nearer?

A company invests in marketing, expects a straight line from the first month on, and lives through months in which
almost nothing shows. Most give up, panic or reorganise in that valley; those who keep a sound system running cross it.
simkit simulates the marketing team itself, person by person and work item by work item, and shows the crossing with
its uncertainty, before anybody has to live through it:

    scenario = simkit.load_scenario("siloed")
    ensemble = simkit.simulate(scenario.with_changes({"feedback.latency_weeks": 2}), replications=100, seed=1)
    print(ensemble.crossing)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simkit.errors import (
        ObservedError,
        OutputError,
        ParameterError,
        RunError,
        ScenarioError,
        SimkitError,
        StoreError,
    )
    from simkit.experiments.bridges import ema_model, salib_problem, salib_response
    from simkit.experiments.calibrate import Fit, calibrate
    from simkit.experiments.compare import Attribution, Comparison, compare
    from simkit.experiments.condition import condition
    from simkit.experiments.decide import Advice, decide
    from simkit.experiments.design import Design, load_design
    from simkit.experiments.discover import Discovery, discover
    from simkit.experiments.doubts import unsure
    from simkit.experiments.next_steps import NextSteps, next_steps
    from simkit.experiments.prior import Prior, prior_lives
    from simkit.experiments.rank import Ranking, rank
    from simkit.experiments.robust import Robustness, robust
    from simkit.experiments.search import SearchInterrupted, search
    from simkit.experiments.search_design import SearchDesign, load_search_design
    from simkit.experiments.searched import Infeasible, Search
    from simkit.experiments.sensitivity import Sensitivity, sensitivity
    from simkit.experiments.sweep import Sweep, SweepInterrupted, load_sweep, sweep
    from simkit.experiments.tornado import Tornado, tornado
    from simkit.experiments.unknowns import separate
    from simkit.observed import Observation, Observed, load_observed
    from simkit.run import Ensemble, Interrupted, Precision, simulate, stream
    from simkit.scenarios import Range, Scenario, load_scenario, save_scenario, shipped_scenarios

    __version__: str

__all__ = [
    "Advice",
    "Attribution",
    "Comparison",
    "Design",
    "Discovery",
    "Ensemble",
    "Fit",
    "Infeasible",
    "Interrupted",
    "NextSteps",
    "Observation",
    "Observed",
    "ObservedError",
    "OutputError",
    "ParameterError",
    "Precision",
    "Prior",
    "Range",
    "Ranking",
    "Robustness",
    "RunError",
    "Scenario",
    "ScenarioError",
    "Search",
    "SearchDesign",
    "SearchInterrupted",
    "Sensitivity",
    "SimkitError",
    "StoreError",
    "Sweep",
    "SweepInterrupted",
    "Tornado",
    "calibrate",
    "compare",
    "condition",
    "decide",
    "discover",
    "ema_model",
    "load_design",
    "load_observed",
    "load_scenario",
    "load_search_design",
    "load_sweep",
    "next_steps",
    "prior_lives",
    "rank",
    "robust",
    "salib_problem",
    "salib_response",
    "save_scenario",
    "search",
    "sensitivity",
    "separate",
    "shipped_scenarios",
    "simulate",
    "stream",
    "sweep",
    "tornado",
    "unsure",
]

_MODULES = (
    "errors",
    "scenarios",
    "observed",
    "run",
    "experiments.calibrate",
    "experiments.decide",
    "experiments.prior",
    "experiments.compare",
    "experiments.condition",
    "experiments.design",
    "experiments.discover",
    "experiments.doubts",
    "experiments.next_steps",
    "experiments.sensitivity",
    "experiments.rank",
    "experiments.robust",
    "experiments.search",
    "experiments.search_design",
    "experiments.sweep",
    "experiments.tornado",
    "experiments.unknowns",
    "experiments.bridges",
)

if not TYPE_CHECKING:  # a type checker that saw this would take every misspelt name for an export

    def __getattr__(name: str) -> Any:
        """Take a name from its module when it is first used: importing the package itself costs next to nothing."""
        if name == "__version__":
            return globals().setdefault(name, import_module("importlib.metadata").version("simkit"))
        if name in __all__:
            for module in _MODULES:
                found = import_module(f"simkit.{module}")
                if hasattr(found, name):
                    return globals().setdefault(name, getattr(found, name))
        raise AttributeError(f"module 'simkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
