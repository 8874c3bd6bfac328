"""Scenarios: frozen objects that round-trip through TOML, and the library that is shipped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from simkit.errors import ScenarioError, nearest
from simkit.scenarios.scenario import DECISIONS, Change, Resolved, Scenario
from simkit.scenarios.toml_files import read_scenario, save_scenario, to_toml
from simkit.scenarios.uncertainty import Joint, Range

__all__ = [
    "DECISIONS",
    "Change",
    "Joint",
    "Range",
    "Resolved",
    "Scenario",
    "load_scenario",
    "save_scenario",
    "shipped_scenarios",
    "to_toml",
]


def load_scenario(source: str | Path, folder: Path = Path()) -> Scenario:
    """Load a scenario from a TOML file, or a shipped one by its name.

    Args:
        source: the file or the name.
        folder: where a relative path begins.

    Raises:
        ScenarioError: no such file or name (the nearest name is suggested), or the file is no scenario.
        ParameterError: a key or value in it cannot be.
    """
    return read_scenario(_find(str(source), folder), _find)


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that come with simkit, the baseline first."""
    names = sorted(path.stem for path in _library().glob("*.toml"))
    return sorted(names, key=lambda name: name != "baseline")


def _find(source: str, folder: Path) -> Path:
    shipped = _library() / f"{source}.toml"
    if "/" not in source and not source.endswith(".toml") and shipped.is_file():
        return shipped
    for candidate in (folder / source, folder / f"{source}.toml"):
        if candidate.is_file():
            return candidate
    hint = nearest(source, shipped_scenarios()) or "`simkit scenarios` lists those that are shipped."
    raise ScenarioError("there is no such scenario file or shipped scenario", field="scenario", value=source, hint=hint)


def _library() -> Path:
    # Installed, the library lies in the package; in a checkout it is the folder that people edit.
    installed = Path(str(files("simkit"))) / "shipped"
    return installed if installed.is_dir() else Path(str(files("simkit"))).parent / "scenarios"
