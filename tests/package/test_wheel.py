"""What is distributed: its contents, and that it works on its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import time
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path
from socket import socket

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PAGE_FILES = {
    f"simkit_app/{path.relative_to(ROOT / 'app' / 'simkit_app').as_posix()}"
    for path in (ROOT / "app" / "simkit_app").rglob("*")
    if path.is_file() and path.suffix != ".pyc"
}
SCENARIOS = {path.stem for path in (ROOT / "scenarios").glob("*.toml")}


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it sees nothing of the environment that runs the tests."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as an index would receive it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment that holds the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return programs


@pytest.fixture(scope="module")
def with_app(installed: Path, wheel: Path) -> Path:
    """The same with what the board needs besides."""
    run(installed / "python", "-m", "pip", "install", "--quiet", f"{wheel}[app]", cwd=wheel.parent)
    return installed


def test_wheel_holds_the_scenarios_and_nothing_of_another_licence(wheel: Path) -> None:
    """Fails if a scenario or the evidence is not shipped, the typing marker is missing, or data or tests get in."""
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {Path(name).stem for name in names if name.startswith("simkit/shipped/") and name.endswith(".toml")}
    assert "simkit/shipped/evidence.md" in names
    assert SCENARIOS
    assert shipped == SCENARIOS
    assert "simkit/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"simkit", "simkit_app"}
    assert {name for name in PAGE_FILES if name not in names} == set()
    assert not [name for name in names if name.endswith(".csv")]


def test_source_distribution_leaves_the_data_out(wheel: Path) -> None:
    """Fails if the source distribution carries the real data or lacks the licence."""
    with tarfile.open(next(wheel.parent.glob("*.tar.gz"))) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "LICENSE" in names
    assert not [name for name in names if name.startswith("scenarios/data")]


@pytest.mark.wheel
def test_installed_wheel_lists_its_scenarios(installed: Path, tmp_path: Path) -> None:
    """Fails if the installed program does not find every scenario of the library, or the evidence for them."""
    assert "lives the same lives" in run(installed / "simkit", "evidence", cwd=tmp_path)
    listed = run(installed / "simkit", "scenarios", cwd=tmp_path)
    assert {name for name in SCENARIOS if name in listed.split()} == SCENARIOS


@pytest.mark.wheel
def test_installed_wheel_runs_the_main_job(installed: Path, tmp_path: Path) -> None:
    """Fails if a dependency is undeclared, a needed file is not shipped, or the version is not the project's."""
    printed = run(installed / "simkit", "run", "baseline", "--replications", "2", "--seed", "1", "--json", cwd=tmp_path)
    result = json.loads(printed)
    assert result["replications"] == 2
    assert result["seed"] == 1
    assert result["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.wheel
def test_installed_wheel_simulates_every_scenario(installed: Path, tmp_path: Path) -> None:
    """Fails if a shipped scenario needs a file that stays in the repository, such as the real data."""
    script = (
        "import simkit\n"
        "from simkit.scenarios import shipped_scenarios\n"
        "for name in shipped_scenarios():\n"
        "    simkit.simulate(simkit.load_scenario(name), replications=1, seed=1, workers=1).outcomes\n"
        "    print(name)\n"
        "print(simkit.__file__)\n"
    )
    *simulated, where = run(installed / "python", "-c", script, cwd=tmp_path).splitlines()
    assert set(simulated) == SCENARIOS
    assert installed.parent in Path(where).parents


@pytest.mark.wheel
def test_the_board_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    """Fails on a traceback where the extra is not installed."""
    command = [str(installed / "simkit"), "app", "--no-browser"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'simkit[app]'" in done.stderr


@pytest.mark.wheel
def test_the_installed_wheel_opens_the_board_on_this_machine_only(with_app: Path, tmp_path: Path) -> None:
    """Fails if a file of the board is not shipped, or the server listens to other machines without being told to."""
    with socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [str(with_app / "simkit"), "app", "--no-browser", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        rooms = {"SIMKIT_ROOMS": str(tmp_path / "rooms.sqlite")}
        server = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env={**os.environ, **rooms})
    try:
        until = time.monotonic() + 60
        while "ok" not in _answer(f"http://localhost:{port}/_stcore/health"):
            assert server.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.2)
        listening = {c.laddr.ip for c in psutil.Process(server.pid).net_connections() if c.status == "LISTEN"}
        assert listening <= {"127.0.0.1", "::1"}
        assert "<title>" in _answer(f"http://localhost:{port}/")
    finally:
        server.terminate()
        server.wait(30)


def _answer(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return str(answer.read(), "utf-8")
    except OSError:
        return ""
