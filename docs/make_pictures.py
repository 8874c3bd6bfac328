"""Draw the README's picture: python docs/make_pictures.py. It needs simkit[experiments]: Altair and its PNG writer."""

from __future__ import annotations

from pathlib import Path

from simkit.present.charts import trajectory_chart
from simkit.run import simulate
from simkit.scenarios import load_scenario

if __name__ == "__main__":
    images = Path(__file__).with_name("images")
    images.mkdir(exist_ok=True)
    ensemble = simulate(load_scenario("baseline"), replications=100, seed=1)
    trajectory_chart(ensemble).save(images / "baseline.png", scale_factor=2)
