"""The reference of the public names, derived from their docstrings."""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path

import pytest

import simkit

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """What the page says under a heading, its members included."""
    found = re.search(rf"^### {name}\n(.*?)(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"{name} is missing"
    return found[1]


def test_the_page_is_up_to_date() -> None:
    """Fails when a signature or docstring changed and `python docs/make_api.py` was not run."""
    assert runpy.run_path(str(ROOT / "docs" / "make_api.py"))["page"]() == PAGE


@pytest.mark.parametrize("name", simkit.__all__)
def test_every_public_name_has_its_arguments_and_members(name: str) -> None:
    """Fails when a name, an argument with its default, a property or a method that Python knows is not on the page."""
    found, text = getattr(simkit, name), section(name)
    if not inspect.isclass(found):
        for parameter in inspect.signature(found).parameters.values():
            plain = isinstance(parameter.default, str | int | float | None)
            default = f" = {parameter.default!r}" if plain else ""
            assert f"{parameter.name}: {parameter.annotation}{default}" in text
        return
    fields = getattr(found, "__dataclass_fields__", {})
    for member, value in vars(found).items():
        if not member.startswith("_") and not inspect.ismemberdescriptor(value) and inspect.getdoc(value):
            assert f"#### {name}.{member}" in text or member in fields, member
    for field in fields:
        assert re.search(rf"^- `([\w, ]+, )?{field}\b", text, re.MULTILINE), field


@pytest.mark.parametrize("name", simkit.__all__)
def test_no_argument_is_described_that_does_not_exist(name: str) -> None:
    """Fails when a docstring describes an argument that was renamed or removed."""
    found = getattr(simkit, name)
    if inspect.isclass(found):
        functions = [value for value in vars(found).values() if inspect.isfunction(value)]
    else:
        functions = [found]
    for function in functions:
        described = re.search(r"^Args:\n(.*?)(?=^\w|\Z)", inspect.getdoc(function) or "", re.MULTILINE | re.DOTALL)
        listed = re.findall(r"^    (\w[\w, ]*):", described[1], re.MULTILINE) if described else []
        names = {argument.strip() for arguments in listed for argument in arguments.split(",")}
        assert names <= set(inspect.signature(function).parameters), function.__qualname__
