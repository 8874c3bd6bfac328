"""What every parameter means, from its declaration: one of them, a group, or all."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import ParameterError, nearest
from simkit.parameters import Declaration, Parameters, Value, declarations
from simkit.parameters.values import expected

KINDS = {
    "lever": "lever: the company chooses it",
    "uncertainty": "uncertainty: the company does not choose it and may not know it",
    "constant": "constant: a property of the model",
}


def reference(path: str | None = None) -> RenderableType:
    """A parameter, a group such as ``process`` or ``channels``, or (without a path) all groups.

    Raises:
        ParameterError: there is neither a parameter nor a group of that name; the message names the nearest.
    """
    if path is not None and path in declarations():
        return _entry(declarations()[path])
    groups = grouped(declarations().values())
    chosen = [name for name in groups if path is None or name == path or name.startswith(f"{path}.")]
    if not chosen:
        raise ParameterError("there is no such parameter or group", field=path, hint=_nearest(path or "", groups))
    intro = [Text(f"{about(path)}\n")] if path else []
    return Group(*intro, *(_group(name, groups[name]) for name in chosen))


def grouped(entries: Iterable[Declaration]) -> dict[str, list[Declaration]]:
    """Declarations by the group that their path names ('' for those of the whole run), in order of declaration."""
    groups: dict[str, list[Declaration]] = {}
    for entry in entries:
        groups.setdefault(entry.path.rpartition(".")[0], []).append(entry)
    return groups


def bounds(entry: Declaration) -> str:
    """The admissible values, short: '0 to 26 weeks', or the words themselves."""
    if entry.low is None or entry.high is None:
        return expected(entry).removeprefix("one of ").replace('"', "")
    unit = "" if entry.unit == "0-1" else entry.unit
    return f"{entry.low:,.10g} to {entry.high:,.10g} {unit}".rstrip()


def written(value: Value) -> str:
    """A value as a scenario file writes it, with thousands separated."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:,.10g}"
    return value if isinstance(value, str) else str([list(point) for point in value])


def about(path: str) -> str:
    """What a group says of itself, in the words of its class."""
    section: Any = Parameters()
    for name in path.split("."):
        section = getattr(section, name)
    return " ".join(inspect.getdoc(type(section)).replace("``", "").split())  # type: ignore[union-attr]


def _entry(entry: Declaration) -> RenderableType:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    rows = {"Default": f"{written(entry.default)} {entry.unit}".removesuffix(" 0-1"), "Expected": expected(entry)}
    if entry.step is not None:
        price = "" if entry.priced else ", which has no price in the model"
        rows["Step"] = f"{entry.step:,g}; costs {entry.step_cost or 'nothing by itself'}{price}"
    rows["Kind"] = KINDS[entry.kind]
    rows["Source"] = entry.source
    rows["Claims"] = ", ".join(entry.claims) or "none"
    rows["To set it"] = f"simkit run baseline --set {entry.path}={_example(entry)}"
    for name, said in rows.items():
        facts.add_row(name, Text(said))
    return Group(Text(entry.path, style="bold"), Text(f"{entry.label}.\n"), Padding(facts, (0, 0, 0, 2)))


def _example(entry: Declaration) -> str:
    """A value other than the default, ready for the shell."""
    default = entry.default
    if entry.path == "expectation.metric":
        return "leads --set expectation.target_per_month=2000"  # a metric without a target in its unit is refused
    if isinstance(default, bool):
        return written(not default)
    if isinstance(default, tuple):
        return "'[[6, 90000], [12, 160000]]'"
    if isinstance(default, str):
        return next((word for word in entry.choices if word != default), "USD")
    assert entry.low is not None
    assert entry.high is not None
    step = entry.step or (1 if entry.integer else default / 4 or entry.high / 10)
    return f"{default + step if default + step <= entry.high else default - step:.10g}"


def _group(name: str, entries: list[Declaration]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("parameter", no_wrap=True, style="bold")
    table.add_column("default", justify="right", no_wrap=True)
    table.add_column("values", ratio=2)
    table.add_column("meaning", ratio=4)
    for entry in entries:
        cells = entry.path.rpartition(".")[2], written(entry.default), bounds(entry), entry.label
        table.add_row(*(Text(cell) for cell in cells))
    return Group(Text(name or "the whole run", style="bold underline"), table, Text())


def _nearest(path: str, groups: Iterable[str]) -> str:
    alike = [known for known in declarations() if known.rpartition(".")[2] == path.rpartition(".")[2]]
    guess = nearest(path, [*declarations(), *groups])
    return guess or (f"Did you mean '{alike[0]}'?" if alike else "`simkit explain` lists all parameters.")
