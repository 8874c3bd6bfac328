"""Scenario files: TOML in, TOML out, and the starter file. Unknown keys are refused with the nearest name."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from simkit.errors import OutputError, ParameterError, ScenarioError, nearest, within
from simkit.parameters import declarations
from simkit.parameters.values import expected, flattened
from simkit.scenarios.scenario import Scenario
from simkit.scenarios.uncertainty import Range, read_joint

TEXTS = ("title", "story", "lesson")
REFERENCES = ("extends", "joint")
CHANGE_KEYS = ("month", "set", "decision", "months")


def read_scenario(path: Path, find: Callable[[str, Path], Path]) -> Scenario:
    """Read a scenario file.

    Args:
        path: the file.
        find: finds the file that an ``extends`` names, given the name and the folder of the file that says so.

    Raises:
        ScenarioError: the file cannot be read, is no TOML (with line and column), or extends itself.
        ParameterError: an unknown key or a value that cannot be.
    """
    return _read(path, find, ())


def _read(path: Path, find: Callable[[str, Path], Path], above: tuple[Path, ...]) -> Scenario:
    if path.resolve() in above:
        raise ScenarioError("a scenario cannot extend itself", field="extends", value=str(path))
    content = read_toml(path, "scenario")
    for key in (*TEXTS, *REFERENCES):
        if not isinstance(content.get(key, ""), str):
            raise ScenarioError("expected a text", field=f"{path.name}: {key}", value=content[key])
    base = Scenario()
    if "extends" in content:
        parent = find(content["extends"], path.parent)
        base = _read(parent, find, (*above, path.resolve()))
    texts = {key: content.get(key, getattr(base, key)).strip() for key in TEXTS}
    scenario = replace(base, name=path.stem, **texts)
    if "joint" in content:
        scenario = scenario.with_joint(read_joint(path.parent / content["joint"]))
    with within(path.name):
        return _filled(scenario, content)


def from_toml(text: str, name: str) -> Scenario:
    """The scenario that `to_toml` wrote, if it has no table of draws beside it.

    Raises:
        ParameterError: a value that cannot be, as in a text of another version.
    """
    content = tomllib.loads(text)
    return _filled(Scenario(name, **{key: content[key] for key in TEXTS if key in content}), content)


def _filled(scenario: Scenario, content: Mapping[str, Any]) -> Scenario:
    scenario = scenario.with_changes(dict(_values(content)))
    for entry in _change_entries(content):
        scenario = with_entry(scenario, entry)
    return scenario


def read_toml(path: Path, field: str) -> dict[str, Any]:
    """What a TOML file holds.

    Args:
        path: the file.
        field: what the file is, for the message of an error.

    Raises:
        ScenarioError: it is not there, cannot be read, or is no TOML (with line and column).
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError("there is no such file", field=field, value=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ScenarioError(f"cannot read the file: {reason}", field=field, value=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not valid TOML: {error}", field=str(path)) from None


def _values(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        path = f"{prefix}{key}"
        if not prefix and key in (*TEXTS, *REFERENCES, "changes"):
            continue
        group = any(known.startswith(f"{path}.") for known in declarations())
        if isinstance(value, dict) and group:
            yield from _values(value, f"{path}.")
        elif path in declarations():
            yield path, value
        elif group:
            hint = f"Write [{path}] and its parameters below, or {path}.NAME = VALUE."
            raise ParameterError("is a group of parameters and has no value itself", field=path, value=value, hint=hint)
        else:
            top = () if prefix else (*TEXTS, *REFERENCES, "changes")
            raise ParameterError("unknown key", field=path, hint=nearest(path, [*declarations(), *_groups(), *top]))


def _groups() -> set[str]:
    return {path.rpartition(".")[0] for path in declarations()} - {""}


def _change_entries(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = content.get("changes", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ScenarioError("write each change as its own [[changes]] table", field="changes")
    return entries


def with_entry(scenario: Scenario, entry: dict[str, Any]) -> Scenario:
    """The scenario with one more change, as it is written in a file.

    Raises:
        ScenarioError: an unknown key, no month, or nothing that changes.
        ParameterError: a month, path or value that cannot be.
    """
    for key in entry:
        if key not in CHANGE_KEYS:
            raise ScenarioError("unknown key", field=f"changes.{key}", hint=nearest(key, CHANGE_KEYS))
    if "month" not in entry:
        raise ScenarioError("a change needs a month", field="changes")
    values = entry.get("set", {})
    if not isinstance(values, dict) or not (values or "decision" in entry):
        raise ScenarioError("a change needs set = { path = value } or a decision", field="changes")
    if values:
        scenario = scenario.with_changes(dict(_values(values)), month=entry["month"])
    if "decision" in entry:
        scenario = scenario.with_decision(entry["decision"], month=entry["month"], months=entry.get("months"))
    elif "months" in entry:
        raise ScenarioError("only a decision has a length; undo a set with another change", field="changes.months")
    return scenario


def to_toml(scenario: Scenario, comments: bool = False) -> str:
    """The whole scenario as TOML, complete, so that other defaults in a later version do not change it.

    Values that are drawn together are in the table that ``joint`` names, and only there: a value would override them.

    Args:
        comments: say at each parameter what it means, its unit, bounds and source.
    """
    document = tomlkit.document()
    for key in TEXTS:
        if text := getattr(scenario, key):
            document.add(key, tomlkit.string(text, multiline="\n" in text))
    if scenario.joint is not None:
        document.add("joint", f"{scenario.name}.draws.parquet")
    ranges = dict(scenario.ranges)
    joint = scenario.joint.paths if scenario.joint else ()
    for path, value in flattened(scenario.parameters).items():
        if path in joint:
            continue
        *groups, name = path.split(".")
        table: Any = document
        for group in groups:
            if group not in table:
                table.add(group, tomlkit.table())
            table = table[group]
        if comments:
            entry = declarations()[path]
            table.add(tomlkit.comment(f"{entry.label}: {expected(entry)}. {entry.source}."))
        if isinstance(value, tuple):
            value = [list(point) for point in value]  # type: ignore[assignment]
        table.add(name, _range(path, ranges[path]) if path in ranges else value)
    if scenario.changes:
        document.add("changes", _changes(scenario))
    return tomlkit.dumps(document)


def _range(path: str, given: Range) -> InlineTable:
    table = tomlkit.inline_table()
    ends = {"low": given.low, "mode": given.mode, "high": given.high}
    table.update({name: int(end) for name, end in ends.items()} if declarations()[path].integer else ends)
    return table


def _changes(scenario: Scenario) -> Any:
    entries = tomlkit.aot()
    for change in scenario.changes:
        entry = tomlkit.table()
        entry.add("month", change.month)
        if change.values:
            values = tomlkit.inline_table()
            for path, value in change.values:
                values.add(tomlkit.key(path), value)
            entry.add("set", values)
        if change.decision:
            entry.add("decision", change.decision)
        if change.months:
            entry.add("months", change.months)
        entries.append(entry)
    return entries


def save_scenario(scenario: Scenario, path: str | Path, comments: bool = False) -> None:
    """Write a scenario to a TOML file, its table of draws beside it; an existing file is replaced whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    there = Path(path)
    try:
        if scenario.joint is not None:
            # The TOML names the table after the scenario, not after the file.
            table = scenario.joint.to_bytes()
            _replace_with(there.parent / f"{scenario.name}.draws.parquet", lambda file: file.write_bytes(table))
        text = to_toml(scenario, comments)
        _replace_with(there, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"cannot write the file: {error.strerror}", field=str(path)) from None


def _replace_with(path: Path, write: Callable[[Path], Any]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
