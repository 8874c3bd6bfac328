"""Scenarios as short texts that hold only what differs from another one: what a link carries.

In an address such a text is spread, a value by its path: ``?process.silos=0.4&team.analyst=2``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from simkit.errors import ScenarioError, SimkitError
from simkit.parameters.values import declaration, flattened
from simkit.scenarios.scenario import Change, Scenario
from simkit.scenarios.toml_files import with_entry

LONGEST = 6_000
"""Characters; a longer address is cut by some programs that pass it on."""

_KEYS = {"title", "set", "changes"}
_METRIC, _TARGETS = "expectation.metric", ("expectation.target_per_month", "expectation.points")


def difference(base: Scenario, scenario: Scenario) -> str:
    """What makes a scenario of another one, as JSON; '' where they are the same.

    Raises:
        ScenarioError: the scenario has joint draws, which are a file, or more differs than a link can hold.
    """
    if scenario.joint != base.joint:
        hint = "Save it as a file instead."
        raise ScenarioError("draws that belong together do not fit into a link", field="link", hint=hint)
    before, after = _everything(base), _everything(scenario)
    differing = {path: value for path, value in after.items() if value != before[path]}
    if _METRIC in differing:
        differing |= {path: after[path] for path in _TARGETS if after[path] != []}
    content: dict[str, Any] = {}
    if scenario.title != base.title:
        content["title"] = scenario.title
    if differing:
        content["set"] = differing
    if scenario.changes != base.changes:
        content["changes"] = [_written(change) for change in scenario.changes]
    text = _short(content) if content else ""
    if len(text) > LONGEST:
        hint = "Save it as a file instead."
        raise ScenarioError("more differs than fits into a link", field="link", hint=hint)
    return text


def changed_by(base: Scenario, text: str) -> Scenario:
    """The scenario that a text of `difference` makes of another one.

    Raises:
        ScenarioError: the text is no such text.
        ParameterError: a value in it cannot be.
    """
    if not text:
        return base
    if len(text) > LONGEST:
        raise ScenarioError(f"is longer than {LONGEST:,} characters", field="link")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ScenarioError("cannot be read; was it cut off?", field="link", value=text) from None
    if not isinstance(content, dict) or set(content) - _KEYS:
        raise ScenarioError(f"expected an object with the keys {', '.join(sorted(_KEYS))}", field="link", value=text)
    values, changes, title = content.get("set", {}), content.get("changes"), content.get("title", base.title)
    if not isinstance(values, dict) or not isinstance(title, str):
        raise ScenarioError("expected values by path, and a title", field="link", value=text)
    try:
        made = replace(base, title=title)
        made = replace(made, changes=()) if changes is not None else made
        made = made.with_changes(values)
        for entry in changes or ():
            made = with_entry(made, entry)
        return made
    except SimkitError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError):
        raise ScenarioError("cannot be understood", field="link", value=text) from None


def spread(text: str) -> dict[str, str]:
    """A text of `difference` as parts of an address, which people can read and change."""
    content = json.loads(text) if text else {}
    parts = {"title": content["title"]} if "title" in content else {}
    parts |= {
        path: value if isinstance(value, str) else _short(value) for path, value in content.get("set", {}).items()
    }
    return parts | ({"changes": _short(content["changes"])} if "changes" in content else {})


def gathered(parts: Mapping[str, str]) -> str:
    """The text that was spread into these parts; what they mean is checked by `changed_by`."""
    content: dict[str, Any] = {}
    for key, text in parts.items():
        value: Any = text
        if key != "title":
            with suppress(ValueError, RecursionError):  # what is no number, list or range is a word
                value = json.loads(text)
        if key in _KEYS - {"set"}:
            content[key] = value
        else:
            content.setdefault("set", {})[key] = value
    return _short(content) if content else ""


def _short(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _everything(scenario: Scenario) -> dict[str, Any]:
    """Values and ranges as JSON knows them."""
    values: dict[str, Any] = dict(flattened(scenario.parameters))
    for path, r in scenario.ranges:
        whole = declaration(path).integer
        ends = {"low": r.low, "mode": r.mode, "high": r.high}
        values[path] = {name: round(end) if whole else end for name, end in ends.items()}
    return {path: _plain(value) for path, value in values.items()}


def _plain(value: Any) -> Any:
    return [list(point) for point in value] if isinstance(value, tuple) else value


def _written(change: Change) -> dict[str, Any]:
    entry = {
        "month": change.month,
        "set": {path: _plain(value) for path, value in change.values},
        "decision": change.decision,
        "months": change.months,
    }
    return {key: value for key, value in entry.items() if value}
