"""How a parameter is declared: once, with everything that sliders, messages, help pages and sweeps derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, Literal, TypeVar, dataclass_transform, get_args, get_origin

import pydantic.dataclasses
from pydantic import ConfigDict, Field
from pydantic.fields import FieldInfo

Kind = Literal["lever", "uncertainty", "constant"]
Value = float | int | bool | str | tuple[tuple[float, float], ...]
T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def section(group: type[T]) -> type[T]:
    """Make a class a group of parameters: frozen, strict about types, and closed to unknown names.

    A dataclass with slots, for the model reads tens of thousands of values a life, and a Pydantic model takes ten
    times as long to hand one out.
    """
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    return pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=config)(group)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Declaration:
    """One parameter as declared.

    Attributes:
        path: dotted path, for example ``process.silos``.
        default: value in a scenario that says nothing about it.
        unit: plain unit, '' for a bare number.
        low, high: bounds, both included; None for parameters that are not numbers.
        step, step_cost: for a lever, a sensible step and what it costs (a phrase, or '' when it costs nothing by itself).
        priced: whether the model counts what a step costs, as money or as the team's own time.
        label: its meaning in plain words.
        kind: lever (we choose), uncertainty (we do not know) or constant.
        source: where the default comes from; it begins with 'Assumption' where nobody has measured it.
        claims: the claims (C1-C26) that it bears on.
        choices: the admissible words, for a parameter that is a word.
    """

    path: str
    default: Value
    unit: str
    low: float | None
    high: float | None
    step: float | None
    step_cost: str
    priced: bool
    label: str
    kind: Kind
    source: str
    claims: tuple[str, ...]
    choices: tuple[str, ...]
    integer: bool

    @property
    def assumed(self) -> bool:
        """Whether the default has no published source."""
        return self.source.startswith("Assumption")


def lever(
    default: Any,
    label: str,
    *,
    unit: str,
    low: float,
    high: float,
    step: float,
    source: str,
    claims: str,
    cost: str = "",
    unpriced: str = "",
) -> Any:
    """Declare a number that the company chooses, with what a step costs: `cost` if the model counts it, else `unpriced`."""
    extra = {"step": step, "step_cost": cost or unpriced, "priced": not unpriced}
    return _field(default, label, "lever", unit, low, high, source, claims, extra)


def uncertainty(default: Any, label: str, *, unit: str, low: float, high: float, source: str, claims: str = "") -> Any:
    """Declare a number that the company does not choose and may not know."""
    return _field(default, label, "uncertainty", unit, low, high, source, claims)


def constant(default: Any, label: str, *, unit: str, low: float, high: float, source: str, claims: str = "") -> Any:
    """Declare a number of the model itself."""
    return _field(default, label, "constant", unit, low, high, source, claims)


def choice(default: Any, label: str, *, kind: Kind, source: str, claims: str = "", **constraints: Any) -> Any:
    """Declare a parameter that is a word, a switch or a list of points."""
    extra: Any = {"unit": "", "kind": kind, "source": source, "claims": tuple(claims.split())}
    return Field(default=default, description=label, json_schema_extra=extra, **constraints)


def _field(
    default: Any,
    label: str,
    kind: Kind,
    unit: str,
    low: float,
    high: float,
    source: str,
    claims: str,
    extra: dict[str, Any] | None = None,
) -> Any:
    declared: Any = {"unit": unit, "kind": kind, "source": source, "claims": tuple(claims.split()), **(extra or {})}
    return Field(default=default, ge=low, le=high, description=label, json_schema_extra=declared)


def declared(defaults: Any, prefix: str = "") -> dict[str, Declaration]:
    """All declarations below a section's defaults, by path, in the order in which they are declared."""
    found: dict[str, Declaration] = {}
    for name, field in defaults.__pydantic_fields__.items():
        path = f"{prefix}{name}"
        default = getattr(defaults, name)
        if is_dataclass(default):
            found.update(declared(default, f"{path}."))
        else:
            found[path] = _declaration(path, field, default)
    return found


def _declaration(path: str, field: FieldInfo, default: Value) -> Declaration:
    extra = field.json_schema_extra
    assert isinstance(extra, Mapping)
    bounds = {type(m).__name__: m for m in field.metadata}
    low = getattr(bounds.get("Ge"), "ge", None)
    high = getattr(bounds.get("Le"), "le", None)
    annotation = field.annotation
    words = get_args(annotation) if get_origin(annotation) is Literal else ()
    return Declaration(
        path=path,
        default=default,
        unit=str(extra["unit"]),
        low=low,
        high=high,
        step=extra.get("step"),  # type: ignore[arg-type]
        step_cost=str(extra.get("step_cost", "")),
        priced=bool(extra.get("priced", True)),
        label=str(field.description),
        kind=extra["kind"],  # type: ignore[arg-type]
        source=str(extra["source"]),
        claims=extra["claims"],  # type: ignore[arg-type]
        choices=tuple(str(w) for w in words),
        integer=annotation is int,
    )
