"""Along what a value is varied: levels, a range, or what a scenario says is uncertain about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simkit.errors import ParameterError, RunError, nearest
from simkit.parameters import Declaration, Value, declarations
from simkit.parameters.values import check_value, declaration, value_at
from simkit.scenarios import Range, Scenario

SPAN = 0.25
"""By what share of itself a value is moved either way, where no range says how far it may be off."""

Levels = Sequence[Value] | tuple[float, float]
Over = Mapping[str, "Levels | Range | None"] | Iterable[str]
"""What is varied: for each path its range or levels, None for what follows from the scenario; or only names."""

_NAMED: dict[str, Callable[[Declaration], bool]] = {
    "levers": lambda entry: entry.kind == "lever",
    "uncertainties": lambda entry: entry.kind == "uncertainty",
    "assumptions": lambda entry: entry.assumed,
    "everything": lambda entry: True,
}


@dataclass(frozen=True, slots=True)
class Axis:
    """A path with its levels, or with a range (low, high).

    Attributes:
        path: what is varied.
        levels: equally likely values, or none where there is a range.
        range: its ends; all values between them are equally likely.
        mode: where it is not None, the most likely value of a triangular distribution over the range.
    """

    path: str
    levels: tuple[Value, ...] = ()
    range: tuple[float, float] | None = None
    mode: float | None = None

    @property
    def ends(self) -> tuple[Value, Value]:
        """The first and the last level, or the ends of the range."""
        return self.range or (self.levels[0], self.levels[-1])

    def at(self, u: float) -> Value:
        """The value below which a share of the axis lies."""
        if self.range is None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        low, high = self.range
        if self.mode is not None:
            value = Range(low, self.mode, high).quantile(u)
            return round(value) if declaration(self.path).integer else value
        if declaration(self.path).integer:
            return int(min(low + math.floor(u * (high - low + 1)), high))
        return low + u * (high - low)

    def cut(self, number: int) -> Axis:
        """A range as so many levels in equal steps, ends included."""
        if self.range is None:
            return self
        steps = np.linspace(*self.range, number).tolist()
        whole_numbers = declaration(self.path).integer
        return Axis(self.path, tuple(dict.fromkeys(round(step) if whole_numbers else step for step in steps)))


def axis_of(path: str, given: Any) -> Axis:
    """The axis of levels (a list), or of a range: a pair (low, high), or both by their names.

    Raises:
        ParameterError: no such path, a value out of bounds, or a range that cannot be.
        RunError: no level, or one twice.
    """
    entry = declaration(path)
    if isinstance(given, Mapping):
        if set(given) != {"low", "high"}:
            raise ParameterError("a range has exactly the keys low and high", field=path, value=dict(given))
        given = (given["low"], given["high"])
    if isinstance(given, tuple):
        if entry.low is None:
            raise ParameterError("has no range", field=path, value=given, hint="Give a list of levels.")
        if len(given) != 2:
            raise ParameterError("a range is a pair (low, high)", field=path, value=given, hint="Levels are a list.")
        low, high = (check_value(path, end) for end in given)
        if not low < high:  # type: ignore[operator]
            raise ParameterError("a range needs low < high", field=path, value=given)
        return Axis(path, range=(low, high))  # type: ignore[arg-type]
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        hint = f"For one level: [{given!r}]."
        raise ParameterError("expected a list of levels or a range (low, high)", field=path, value=given, hint=hint)
    levels = tuple(check_value(path, value) for value in np.asarray(given, dtype=object).tolist())
    if not levels:
        raise RunError("has no level", field=path, hint="Give at least one, or leave the path out.")
    if len(set(levels)) < len(levels):
        raise RunError("has a level twice", field=path, value=list(levels))
    return Axis(path, levels)


def axes_over(scenario: Scenario, over: Over | None = None) -> tuple[Axis, ...]:
    """What is varied together, each value independently of the others.

    Args:
        scenario: what is varied.
        over: a range (low, high), a `Range` or levels for each path, or None for the scenario's own range, a quarter
            of its value either way where it has none; or only names, as in `named_paths`. By default all that the
            scenario has a range for.

    Raises:
        ParameterError: no such path, or what cannot be varied.
        RunError: nothing to vary.
    """
    if over is None:
        if not scenario.ranges:
            said = "are drawn together, and are no ranges" if scenario.joint else "there are none"
            hint = "Name what to vary: paths with a range, such as process.silos from 0 to 1, or 'levers'."
            raise RunError(f"by default ranges of the scenario are varied; {said}", field="over", hint=hint)
        over = [path for path, _ in scenario.ranges]
    if isinstance(over, str):
        raise RunError("expected a list of names", field="over", value=over, hint=f"For one name: [{over!r}].")
    if not isinstance(over, Mapping):
        over = dict.fromkeys(named_paths(over, scenario))
    if not over:
        raise RunError("nothing is varied", field="over", hint="Name at least one path.")
    return tuple(_varied(scenario, path, given) for path, given in over.items())


def named_paths(names: Iterable[str], scenario: Scenario | None = None) -> tuple[str, ...]:
    """The numbers that names stand for: a path for itself, a group or a kind for all of it that can be moved.

    Args:
        names: paths, groups such as 'process', or 'levers', 'uncertainties', 'assumptions' (values without a source)
            and 'everything'.
        scenario: where it is given, a group or kind stands only for values that `around` can move.

    Raises:
        ParameterError: there is no such path, or it is no number.
    """
    found: dict[str, None] = {}
    for name in names:
        kind = _NAMED.get(name)
        inside = [entry for path, entry in declarations().items() if kind or path.startswith(f"{name}.")]
        if not inside:
            _check_group(name)
            check_number(name)
            found[name] = None
            continue
        movable = [entry.path for entry in inside if _number(entry) and (kind is None or kind(entry))]
        found |= {path: None for path in movable if scenario is None or len(set(around(scenario, path))) == 2}
    return tuple(found)


def _check_group(name: str) -> None:
    """Refuse a name without a dot that is no parameter, and say which group or kind is nearest."""
    if "." in name or name in declarations():
        return
    groups = dict.fromkeys(path.partition(".")[0] for path in declarations() if "." in path)
    hint = nearest(name, (*groups, *_NAMED)) or f"There are {', '.join((*groups, *_NAMED))}, and paths."
    raise ParameterError("there is no such group", field="over", value=name, hint=hint)


def check_number(path: str) -> None:
    """Refuse what is no number that can be moved.

    Raises:
        ParameterError: it is a word, a switch or a list, the horizon, or no parameter at all.
    """
    if not _number(declaration(path)):
        raise ParameterError("is no number that can be moved", field=path, hint="Its levels may be given as a list.")


def around(scenario: Scenario, path: str, span: float = SPAN) -> tuple[float, float]:
    """The ends of a value's range, or a share of itself down and up, within its bounds; both the same if it stays.

    One that is 0 goes up by its declared step, or stays where it has none.
    """
    entry = declaration(path)
    assert entry.low is not None
    assert entry.high is not None
    if (uncertain := dict(scenario.ranges).get(path)) is not None:
        low, high = uncertain.low, uncertain.high
    else:
        at = float(value_at(scenario.parameters, path))  # type: ignore[arg-type]  # it has bounds
        by = abs(at) * span or entry.step or 0.0
        if entry.integer and by:
            by = max(1.0, math.floor(by + 0.5))
        low, high = (min(max(end, entry.low), entry.high) for end in (at - by, at + by))
    return (int(low), int(high)) if entry.integer else (low, high)


def _number(entry: Declaration) -> bool:
    return entry.low is not None and entry.path != "horizon_months"


def _varied(scenario: Scenario, path: str, given: Any) -> Axis:
    if isinstance(given, Mapping) and "mode" in given:
        given = Range(**given) if set(given) == {"low", "mode", "high"} else given
    if given is None:
        check_number(path)
        given = dict(scenario.ranges).get(path, around(scenario, path))
    if not isinstance(given, Range):
        axis = axis_of(path, given)
    else:
        axis = axis_of(path, (given.low, given.high))
        if not given.low <= given.mode <= given.high:
            raise ParameterError("a range needs low <= mode <= high", field=path, value=given)
        axis = Axis(path, range=axis.range, mode=given.mode)
    if path == "horizon_months":
        raise RunError("is the same at every point", field=path, hint="Change it in the scenario.")
    if axis.range is None and len(axis.levels) < 2:
        raise RunError("has one level, so it is not varied", field=path, value=axis.levels[0])
    return axis
