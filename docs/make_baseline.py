"""Write scenarios/baseline.toml again: every parameter with its default, and what it means. Its texts are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simkit.parameters import Parameters
from simkit.scenarios import load_scenario, save_scenario

PAGE = Path(__file__).parents[1] / "scenarios" / "baseline.toml"


def main() -> None:
    """Replace the values and comments, keep title, story and lesson."""
    save_scenario(replace(load_scenario(PAGE), parameters=Parameters()), PAGE, comments=True)


if __name__ == "__main__":
    main()
