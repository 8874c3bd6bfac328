"""Every assumption of a scenario as a table that can be searched, from the parameters' declarations."""

from __future__ import annotations

from functools import cache

import pandas as pd

from simkit.parameters import Value, declarations
from simkit.present.board_details import name_of
from simkit.present.reference import bounds, written
from simkit.scenarios import Range, Scenario

KINDS = {
    "lever": "The company chooses it",
    "uncertainty": "The company does not choose it, and may not know it",
    "constant": "It belongs to the model",
}
WHOLE_RUN = "the whole run"
ASSUMED, SOURCED = "assumed", "from a source"
"""Whether nobody has measured a default, or somebody has."""


def group_of(path: str) -> str:
    """The group of a parameter in plain words, for example 'channels: search'."""
    return path.rpartition(".")[0].replace(".", ": ") or WHOLE_RUN


@cache
def groups() -> tuple[str, ...]:
    """All groups, in order of declaration."""
    return tuple(dict.fromkeys(group_of(path) for path in declarations()))


def said(value: Value | Range) -> str:
    """A value or a range, short."""
    if isinstance(value, Range):
        return f"{written(value.low)} to {written(value.high)}, most likely {written(value.mode)}"
    return written(value) if value != () else "none"


def assumption_rows(
    scenario: Scenario, text: str = "", group: str = "", kind: str = "", unmeasured: bool = False, changed: bool = False
) -> pd.DataFrame:
    """Parameters by their paths, one a row.

    Columns: Parameter, Group, Value, Default, Values, Kind, Measured, Source, Claims.

    Args:
        scenario: whose values are shown.
        text: words of which each is in the row, in any case.
        group, kind: only these; '' for all.
        unmeasured: only those that nobody has measured.
        changed: only those whose value is not the default.
    """
    drawn = scenario.joint.paths if scenario.joint else ()
    rows = {}
    for path, entry in declarations().items():
        value = scenario[path]
        together = " (drawn together with others)" if path in drawn else ""
        row = {
            "Parameter": name_of(path),
            "Group": group_of(path),
            "Value": said(value) + together,
            "Default": said(entry.default),
            "Values": bounds(entry),
            "Kind": entry.kind,
            "Measured": ASSUMED if entry.assumed else SOURCED,
            "Source": entry.source,
            "Claims": " ".join(entry.claims),
        }
        searched = " ".join([path, entry.label, *row.values()]).lower()
        if (
            all(word in searched for word in text.lower().split())
            and group in ("", row["Group"])
            and kind in ("", entry.kind)
            and (entry.assumed or not unmeasured)
            and (value != entry.default or together or not changed)
        ):
            rows[path] = row
    columns = ["Parameter", "Group", "Value", "Default", "Values", "Kind", "Measured", "Source", "Claims"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
