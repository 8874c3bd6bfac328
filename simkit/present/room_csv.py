"""What a room expected and did as CSV: numbers in full, each row with its seed and version."""

from __future__ import annotations

import pandas as pd

from simkit.present.room_account import RoomAccount
from simkit.present.room_words import did
from simkit.run.provenance import version_of
from simkit.training.drawing import Score

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def people_csv(account: RoomAccount) -> str:
    """A row a person: what they named, how close it came, what was decided for them.

    Columns: person, crossing and patience (as named; empty for never or no drawing, see drew), drew, came (the crossing
    of the company that they lived, empty for never), timing (months between), shape and line (mean distance of drawing
    and of the promised line from what came, as shares of the target), stopped, then the choice at each review, and the
    value drawn for each month.
    """
    played = account.session
    scores = {person.number: score for person, score in played.scored()}
    rows = []
    for group in played.groups:
        for person in group.people:
            drawn = person.drawing
            score: Score | None = scores.get(person.number)
            row: dict[str, object] = {
                "person": harmless(person.name),
                "drew": drawn is not None,
                "crossing": drawn and drawn.crossing,
                "patience": drawn and drawn.patience,
                "came": group.lived.crossing,
                "timing": score and score.timing,
                "shape": score and score.shape,
                "line": score and score.line,
                "stopped": group.stopped,
            }
            decided = dict(group.decided)
            row |= {f"review {month}": decided.get(month, "hold") for month in played.company.reviews}
            months = [f"month {month}" for month in range(1, played.company.months + 1)]
            row |= dict.fromkeys(months) if drawn is None else dict(zip(months, list(drawn.values), strict=True))
            rows.append((person.number, row))
    table = pd.DataFrame([row for _, row in sorted(rows, key=lambda one: one[0])])
    for name in ("crossing", "patience", "came", "timing", "stopped"):
        if name in table:
            table[name] = table[name].astype("Int64")
    return _with_source(table, account)


def months_csv(account: RoomAccount) -> str:
    """A row a month of the company without any decision, and of each that people lived.

    Columns: company (what was decided), people, month, promised, result, average (of three months), leads, customers,
    margin, cost, activity.
    """
    played = account.session
    companies = [("held throughout", 0, played.held)] if all(group.decided for group in played.groups) else []
    companies += [(did(group.decided), len(group.people), group.lived) for group in played.groups]
    rows = [{"company": name, "people": people, **row} for name, people, lived in companies for row in lived.rows]
    return _with_source(pd.DataFrame(rows).rename(columns={"expected": "promised"}), account)


def harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name


def _with_source(table: pd.DataFrame, account: RoomAccount) -> str:
    company = account.session.company
    table["seed"], table["replication"] = company.seed, company.replication
    table["version"], table["scenario_hash"] = version_of("simkit"), company.scenario.hash
    text: str = table.to_csv(index=False)
    return text
