"""What the README promises."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def lines(block: str) -> list[list[str]]:
    return [words for line in block.splitlines() if (words := shlex.split(line, comments=True))]


def run(*arguments: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


SHELL = [lines(block) for language, block in BLOCKS if language == "sh"]
FILES = {block.split()[1]: block for language, block in BLOCKS if language == "toml"}  # named by their first line
PYTHON = [block for language, block in BLOCKS if language == "python"]


def test_readme_starts_with_its_two_commands() -> None:
    """Fails if the README does not begin with the main job and the tests, or the Makefile does not know a command."""
    assert SHELL[0] == [["make", "run"], ["make", "test"]]
    for command in (words for block in SHELL for words in block if words[0] == "make"):
        subprocess.run([*command, "--dry-run"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("command", [words for block in SHELL for words in block if words[0] != "make"], ids=" ".join)
def test_every_command_in_the_readme_works(command: list[str], tmp_path: Path) -> None:
    """Fails if a command, an option, a scenario or a parameter that the README shows does not exist."""
    program, action, *arguments = command
    assert program == "simkit"
    if action == "check":
        run("-m", "simkit.cli", "new", *arguments, cwd=tmp_path)
    for file, content in FILES.items():
        (tmp_path / file).write_text(re.sub(r"(?m)^replications = .*", "replications = 2", content), encoding="utf-8")
    few = ["--replications", "5"] if action in {"run", "compare"} else []  # the last one counts; here no number matters
    few = ["--budget", "20"] if "--within" in arguments else few
    run("-m", "simkit.cli", action, *arguments, *few, cwd=tmp_path)


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: "example")
def test_python_in_the_readme_works(block: str, tmp_path: Path) -> None:
    """Fails if a name or an argument in the README's example does not exist."""
    run("-c", block, cwd=tmp_path)
