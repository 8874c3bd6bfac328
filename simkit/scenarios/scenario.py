"""One scenario: values, what is uncertain about them, and what changes over time. Frozen and hashable."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, get_args

import numpy as np

from simkit.errors import ParameterError, nearest
from simkit.parameters import Decision, Expectation, Parameters, Value
from simkit.parameters.values import check_value, declaration, flattened, value_at, with_values
from simkit.scenarios.uncertainty import Joint, Range, range_from, uniform

DECISIONS: tuple[str, ...] = get_args(Decision)
UNDATED = frozenset({"horizon_months", "start_month", "expectation.metric", "company.currency"})
"""What cannot change during a run: the clock, the unit of results and the firm's starting state."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens at the start of a month: values that are set, or a decision, or both.

    Attributes:
        month: month from 1.
        values: pairs of path and value.
        decision: what executives do, or None.
        months: how long the decision lasts; None takes the reaction's own length.
    """

    month: int
    values: tuple[tuple[str, Value], ...] = ()
    decision: Decision | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario with every uncertain value drawn.

    Attributes:
        epochs: (first month, parameters from that month on), in order of time. The first one is the scenario without
            its dated changes, even where one of them is dated month 1.
        decisions: changes that carry a decision, in order of time.
        draw: the values that were drawn, by path.
    """

    epochs: tuple[tuple[int, Parameters], ...]
    decisions: tuple[Change, ...]
    draw: Mapping[str, float]


@dataclass(frozen=True, slots=True, repr=False)
class Scenario:
    """A company, its programme and its expectation, over time. Two scenarios are equal when they run alike.

    Attributes:
        name: short name, that of its file.
        title, story, lesson: for people; they do not enter the hash nor equality.
        parameters: values at month 1; for an uncertain one the most likely value.
        ranges: pairs of path and range, sorted by path.
        joint: draws of several parameters together, or None.
        changes: what happens later, in order of time.
    """

    name: str = field(default="scenario", compare=False)
    title: str = field(default="", compare=False)
    story: str = field(default="", compare=False)
    lesson: str = field(default="", compare=False)
    parameters: Parameters = Parameters()
    ranges: tuple[tuple[str, Range], ...] = ()
    joint: Joint | None = None
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        _check_whole(self)

    def __repr__(self) -> str:
        months, changes = self.parameters.horizon_months, len(self.changes)
        unsure = len(self.ranges) + (len(self.joint.paths) if self.joint else 0)
        said = [f"{months} months", *([f"{changes} dated changes"] if changes else [])]
        said += [f"{unsure} uncertain parameters"] if unsure else []
        return f"<Scenario '{self.name}': {', '.join(said)}, hash {self.hash}>"

    def __getitem__(self, path: str) -> Value | Range:
        """The value at a path at month 1, or its range."""
        return dict(self.ranges).get(path) or value_at(self.parameters, path)

    @property
    def hash(self) -> str:
        """Hash of everything that a run depends on: 16 hexadecimal digits."""
        content = {
            "values": flattened(self.parameters),
            "ranges": [[path, r.low, r.mode, r.high] for path, r in self.ranges],
            "joint": self.joint.digest if self.joint else None,
            "changes": [[c.month, c.values, c.decision, c.months] for c in self.changes],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def uncertain(self) -> bool:
        """Whether a run draws parameter values."""
        return bool(self.ranges) or self.joint is not None

    def with_changes(self, values: Mapping[str, Any], month: int | None = None) -> Scenario:
        """A new scenario with some values replaced, from the start or from a month on.

        An explicit value takes the place of a range or of a drawn one.

        Raises:
            ParameterError: unknown path, value out of bounds, a month outside the horizon, or a new metric
                without a target in its unit.
        """
        if not isinstance(values, Mapping):
            hint = 'For example {"process.silos": 0.2}.'  # type: ignore[unreachable]  # no checker in a notebook
            raise ParameterError("expected values by path", field="changes", value=values, hint=hint)
        if not values:
            return self
        if month is not None:
            pairs = tuple((path, check_value(path, value)) for path, value in values.items())
            return self._and(Change(month, pairs))
        if values.get("expectation.metric", self.parameters.expectation.metric) != self.parameters.expectation.metric:
            check_value("expectation.metric", values["expectation.metric"])
            _check_metric(self, values)
        ranges = {path: r for path, r in self.ranges if path not in values}
        points: dict[str, Any] = {}
        for path, value in values.items():
            if isinstance(value, Range):
                value = {"low": value.low, "mode": value.mode, "high": value.high}
            if isinstance(value, dict):
                ranges[path] = range_from(path, value)
                mode = ranges[path].mode
                points[path] = round(mode) if declaration(path).integer else mode
            else:
                points[path] = value
        joint = self.joint.without(set(values)) if self.joint else None
        parameters = with_values(self.parameters, points)
        return replace(self, parameters=parameters, ranges=tuple(sorted(ranges.items())), joint=joint)

    def with_decision(self, decision: str, month: int, months: int | None = None) -> Scenario:
        """A new scenario in which executives do something at the start of a month.

        Raises:
            ParameterError: an unknown decision, a month outside the horizon, or a length below one month.
        """
        if decision not in DECISIONS:
            hint = nearest(str(decision), DECISIONS)
            raise ParameterError(f"expected one of {', '.join(DECISIONS)}", field="decision", value=decision, hint=hint)
        if months is not None and not _is_whole(months, 1):
            raise ParameterError("expected a whole number of months from 1 on", field="months", value=months)
        return self._and(Change(month, (), decision, months))  # type: ignore[arg-type]

    def with_joint(self, joint: Joint) -> Scenario:
        """A new scenario in which some values are drawn together, in place of the values or ranges they had.

        At month 1 such a value is shown as the (lower) median of its draws.
        """
        middle = np.sort(joint.values, axis=0)[(len(joint.values) - 1) // 2].tolist()
        points = {
            path: round(value) if declaration(path).integer else value
            for path, value in zip(joint.paths, middle, strict=True)
        }
        ranges = tuple((path, r) for path, r in self.ranges if path not in joint.paths)
        return replace(self, parameters=with_values(self.parameters, points), ranges=ranges, joint=joint)

    def resolve(self, seed: int, draw: int) -> Resolved:
        """The scenario with uncertain values drawn: always the same ones for a seed and a draw number."""
        drawn = {path: r.quantile(uniform(seed, draw, path)) for path, r in self.ranges}
        if self.joint:
            drawn.update(self.joint.row(uniform(seed, draw, "joint")))
        drawn = {path: round(v) if declaration(path).integer else v for path, v in drawn.items()}
        parameters = with_values(self.parameters, drawn) if drawn else self.parameters
        epochs = [(1, parameters)]
        for change in self.changes:
            if change.values:
                parameters = with_values(parameters, dict(change.values))
                epochs.append((change.month, parameters))
        return Resolved(tuple(epochs), tuple(c for c in self.changes if c.decision), drawn)

    def _and(self, change: Change) -> Scenario:
        _check_month(change.month, self.parameters.horizon_months)
        return replace(self, changes=_merged(self.changes, change))


def _merged(changes: tuple[Change, ...], new: Change) -> tuple[Change, ...]:
    """Changes in order of time; values set twice in a month are those set last."""
    kept = []
    for old in changes:
        if old.month == new.month and old.decision is None and new.decision is None:
            new = replace(new, values=tuple({**dict(old.values), **dict(new.values)}.items()))
        else:
            kept.append(old)
    return tuple(sorted([*kept, new], key=lambda change: change.month))


def _check_metric(scenario: Scenario, values: Mapping[str, Any]) -> None:
    shape = values.get("expectation.shape", scenario.parameters.expectation.shape)
    target = "expectation.points" if shape == "points" else "expectation.target_per_month"
    if target not in values:
        raise ParameterError(
            "a new metric needs a target in its own unit",
            field="expectation.metric",
            value=values["expectation.metric"],
            hint=f"Set {target} too.",
        )


def _check_whole(scenario: Scenario) -> None:
    parameters = scenario.parameters
    _check_points(parameters.expectation)
    for change in scenario.changes:
        _check_month(change.month, parameters.horizon_months)
        for path, _ in change.values:
            if path in UNDATED or path.startswith("company.starting"):
                raise ParameterError("cannot change during a run; make it another scenario", field=path)
        if any(path.startswith("expectation.") for path, _ in change.values):
            parameters = with_values(parameters, dict(change.values))
            _check_points(parameters.expectation)


def _check_month(month: object, horizon: int) -> None:
    if not _is_whole(month, 1, horizon):
        raise ParameterError(
            f"expected a whole month from 1 to the horizon, {horizon}", field="changes.month", value=month
        )


def _check_points(expectation: Expectation) -> None:
    points, field = expectation.points, "expectation.points"
    if expectation.shape == "points" and not points:
        raise ParameterError("the shape 'points' needs expectation.points", field=field)
    months = [month for month, _ in points]
    if any(month < 1 for month in months) or any(b <= a for a, b in pairwise(months)):
        raise ParameterError("expected months from 1 on, each later than the one before", field=field, value=points)
    if points and not points[-1][1] > 0:
        raise ParameterError("the last value is the target and must be above 0", field=field, value=points)


def _is_whole(number: object, least: int, most: float = math.inf) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number <= most
