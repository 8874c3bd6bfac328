"""In what two scenarios differ, lever by lever, and scenarios between them that take some of the levers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from simkit.parameters import Value, declarations
from simkit.parameters.values import flattened, with_values
from simkit.scenarios import Change, Range, Scenario

MOST_LEVERS = 5
MOST_GROUPS = 7
REST = "the rest"

_GROUPS = {
    "horizon_months": "calendar",
    "start_month": "calendar",
    "company": "company",
    "team": "team",
    "channels": "channels",
    "work": "channels",
    "process": "silos and process",
    "capability": "learning",
    "automation": "automation",
    "feedback": "feedback",
    "market": "market",
    "media": "budget",
    "tools": "budget",
    "budget": "budget",
    "expectation": "expectations",
    "reactions": "expectations",
}
_JOINT, _DECISIONS, _DATED = "joint draws", "decisions", "dated changes"
_LINE = ("expectation.metric", "expectation.shape", "expectation.points", "expectation.target_per_month")
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing, or a group of things, in which a scenario differs from a reference.

    Attributes:
        name: a path, what happens in a month, or the group in plain words.
        group: the group it belongs to.
        before, after: what it is in the reference and in the scenario, in words.
        paths: whose values and ranges differ.
        joint: whether the table of joint draws differs.
        dropped, added: the dated changes and decisions that only the reference, or only the scenario, has.
    """

    name: str
    group: str
    before: str
    after: str
    paths: frozenset[str] = frozenset()
    joint: bool = False
    dropped: tuple[Change, ...] = ()
    added: tuple[Change, ...] = ()


def levers_between(reference: Scenario, scenario: Scenario) -> tuple[Lever, ...]:
    """Everything in which a scenario runs differently from a reference.

    A path is a lever; so is a dated change or a decision, which counts as one with that of the same month and kind in
    the reference. What means nothing apart is one lever: a table of joint draws with the paths in it, and a new metric
    or shape of the expected line with its target.
    """
    before, after = _everything(reference), _everything(scenario)
    differing = [path for path in before if before[path] != after[path]]
    found: list[Lever] = []
    if reference.joint != scenario.joint:
        drawn = {path for given in (reference, scenario) if given.joint for path in given.joint.paths}
        old, new = (f"{len(given.joint.values)} draws" if given.joint else _NONE for given in (reference, scenario))
        found.append(Lever(_JOINT, _JOINT, old, new, frozenset(drawn), joint=True))
        differing = [path for path in differing if path not in drawn]
    together = [path for path in _LINE if path in differing]
    if {"expectation.metric", "expectation.shape"} & set(together):
        old, new = (", ".join(_shown(values[path]) for path in together) for values in (before, after))
        found.append(Lever(together[0], group_of(together[0]), old, new, frozenset(together)))
        differing = [path for path in differing if path not in together]
    found += [
        Lever(path, group_of(path), _shown(before[path]), _shown(after[path]), frozenset({path})) for path in differing
    ]
    return (*found, *_changes(reference, scenario))


def grouped(levers: tuple[Lever, ...]) -> tuple[Lever, ...]:
    """The levers as they are up to five of them, else one a group; of more than seven groups the smallest as one."""
    if len(levers) <= MOST_LEVERS:
        return levers
    sizes = Counter(lever.group for lever in levers)
    kept = [group for group, _ in sizes.most_common(MOST_GROUPS if len(sizes) <= MOST_GROUPS else MOST_GROUPS - 1)]
    gathered: dict[str, list[Lever]] = {}
    for lever in levers:
        gathered.setdefault(lever.group if lever.group in kept else REST, []).append(lever)
    return tuple(_together(group, members) for group, members in gathered.items())


def unpriced(reference: Scenario, scenario: Scenario) -> dict[str, str]:
    """What it takes to come from one scenario to the other that the model puts no price on: a phrase by path."""
    changed = [lever.paths for lever in levers_between(reference, scenario)]
    changed += [frozenset(dict(change.values)) for change in {*reference.changes} ^ {*scenario.changes}]
    paths = frozenset().union(*changed)
    return {path: entry.step_cost for path, entry in declarations().items() if path in paths and not entry.priced}


def between(reference: Scenario, scenario: Scenario, levers: Iterable[Lever]) -> Scenario:
    """The reference with some levers as in the scenario; with all of `levers_between` it runs like the scenario."""
    taken = list(levers)
    paths = frozenset().union(*(lever.paths for lever in taken))
    values = flattened(scenario.parameters)
    ranges = {path: r for path, r in reference.ranges if path not in paths}
    ranges |= {path: r for path, r in scenario.ranges if path in paths}
    return replace(
        reference,
        parameters=with_values(reference.parameters, {path: values[path] for path in paths}),
        ranges=tuple(sorted(ranges.items())),
        joint=scenario.joint if any(lever.joint for lever in taken) else reference.joint,
        changes=_mixed(reference, scenario, taken),
    )


def _everything(scenario: Scenario) -> dict[str, Value | Range]:
    return {**flattened(scenario.parameters), **dict(scenario.ranges)}


def _changes(reference: Scenario, scenario: Scenario) -> Iterator[Lever]:
    """A lever for each dated change or decision that only one of the two has, or that they have differently."""
    only = [change for change in scenario.changes if change not in reference.changes]
    for old in (change for change in reference.changes if change not in scenario.changes):
        new = next((change for change in only if _alike(change, old)), None)
        if new is not None:
            only.remove(new)
        yield _change(old, new)
    for new in only:
        yield _change(None, new)


def _alike(one: Change, other: Change) -> bool:
    """Whether two changes are about the same thing in the same month."""
    return (one.month, one.decision, set(dict(one.values))) == (other.month, other.decision, set(dict(other.values)))


def _change(old: Change | None, new: Change | None) -> Lever:
    shown = new or old
    assert shown is not None
    groups = {group_of(path) for path, _ in shown.values} | ({_DECISIONS} if shown.decision else set())
    paths = [path for path, _ in shown.values]
    return Lever(
        name=f"month {shown.month}: {', '.join([*([shown.decision] if shown.decision else []), *paths])}",
        group=groups.pop() if len(groups) == 1 else _DATED,
        before=_happening(old),
        after=_happening(new),
        dropped=(old,) if old else (),
        added=(new,) if new else (),
    )


def _happening(change: Change | None) -> str:
    if change is None:
        return _NONE
    lasting = f" for {change.months} months" if change.months else ""
    said = [f"{change.decision}{lasting}"] if change.decision else []
    return ", ".join([*said, *(_shown(value) for _, value in change.values)])


def _mixed(reference: Scenario, scenario: Scenario, taken: list[Lever]) -> tuple[Change, ...]:
    """The changes of the reference but those dropped, and those added, within a month in the order of the scenario."""
    dropped = [change for lever in taken for change in lever.dropped]
    added = [change for lever in taken for change in lever.added]
    if not dropped and not added:
        return reference.changes
    order = [*scenario.changes, *reference.changes]
    kept = [change for change in reference.changes if change not in dropped]
    return tuple(sorted([*kept, *added], key=lambda change: (change.month, order.index(change))))


def _together(group: str, members: list[Lever]) -> Lever:
    if len(members) == 1:
        return replace(members[0], name=group if group == REST else members[0].name)
    return Lever(
        name=group,
        group=group,
        before="; ".join(f"{lever.name} {lever.before}" for lever in members),
        after="; ".join(f"{lever.name} {lever.after}" for lever in members),
        paths=frozenset().union(*(lever.paths for lever in members)),
        joint=any(lever.joint for lever in members),
        dropped=tuple(change for lever in members for change in lever.dropped),
        added=tuple(change for lever in members for change in lever.added),
    )


def group_of(path: str) -> str:
    """The group a parameter belongs to, in plain words."""
    return _GROUPS[path.partition(".")[0]]


def _shown(value: Value | Range) -> str:
    if isinstance(value, Range):
        return f"{value.low:g} to {value.high:g}, most likely {value.mode:g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"month {month:g}: {level:g}" for month, level in value) or _NONE
    return value if isinstance(value, str) else f"{value:,.15g}"
