"""Reading and setting values by their dotted paths, with errors that say what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from simkit.errors import ParameterError, nearest
from simkit.parameters import Declaration, Parameters, Value, declarations


def declaration(path: str) -> Declaration:
    """The declaration at a path.

    Raises:
        ParameterError: there is no such parameter; the message names the nearest one.
    """
    try:
        return declarations()[path]
    except KeyError:
        inside = [p for p in declarations() if p.startswith(f"{path}.")]
        if inside:
            hint = f"It is a group; name one of its parameters, for example '{inside[0]}'."
        else:
            last = path.rpartition(".")[2]
            endings = [p for p in declarations() if p.endswith(f".{last}")]
            hint = f"Did you mean '{endings[0]}'?" if len(endings) == 1 else nearest(path, declarations())
            hint = hint or "`simkit explain` lists all parameters."
        raise ParameterError("there is no such parameter", field=path, hint=hint) from None


def value_at(parameters: Parameters, path: str) -> Value:
    """The value at a path of a complete set of parameters."""
    declaration(path)
    value: Any = parameters
    for name in path.split("."):
        value = getattr(value, name)
    return value  # type: ignore[no-any-return]


def with_values(parameters: Parameters, values: Mapping[str, Value]) -> Parameters:
    """The same parameters with some values replaced; the rest is shared.

    Raises:
        ParameterError: an unknown path, or a value of the wrong type or out of bounds.
    """
    tree: dict[str, Any] = {}
    for path, value in values.items():
        checked = check_value(path, value)
        *groups, name = path.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = checked
    return _replaced(parameters, tree)  # type: ignore[no-any-return]


def check_value(path: str, value: Any) -> Value:
    """The value, in the parameter's own type.

    Raises:
        ParameterError: the value is of the wrong type or out of bounds; the message says what was expected.
    """
    entry = declaration(path)
    group: Any = Parameters()
    *groups, name = path.split(".")
    for part in groups:
        group = getattr(group, part)
    if isinstance(value, list):
        value = tuple(tuple(point) if isinstance(point, list) else point for point in value)
    try:
        checked = replace(group, **{name: value})
    except ValidationError:
        raise ParameterError(f"expected {expected(entry)}", field=path, value=value) from None
    return getattr(checked, name)  # type: ignore[no-any-return]


def expected(entry: Declaration) -> str:
    """What a parameter admits, in words."""
    if entry.choices:
        return "one of " + ", ".join(f'"{choice}"' for choice in entry.choices)
    if isinstance(entry.default, bool):
        return "true or false"
    if isinstance(entry.default, tuple):
        return "a list of [month, value] pairs"
    if isinstance(entry.default, str):
        return "a three-letter currency code such as EUR"
    noun = "a whole number" if entry.integer else "a number"
    unit = f" ({entry.unit})" if entry.unit not in ("", "0-1") else ""
    return f"{noun} from {entry.low:,g} to {entry.high:,g}{unit}"


def flattened(parameters: Parameters) -> dict[str, Value]:
    """Every value by its path, in the order of declaration."""
    return {path: value_at(parameters, path) for path in declarations()}


def _replaced(group: Any, tree: Mapping[str, Any]) -> Any:
    return replace(group, **{k: _replaced(getattr(group, k), v) if isinstance(v, dict) else v for k, v in tree.items()})
