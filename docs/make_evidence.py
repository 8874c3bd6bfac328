"""Writes docs/evidence.md, all that speaks for and against the model: python docs/make_evidence.py.

The page is put together from the claims and their tests, from what the studies found, and from the pages on the model
and its parameters, and is shipped with the package: `simkit evidence` shows it.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from docs.make_claims import CLAIMS, shown_by
from docs.make_studies import measured
from simkit.parameters import declarations
from simkit.parameters.values import declaration
from simkit.present.board_details import name_of, written
from simkit.present.figures import between_signed, months, signed

DOCS = Path(__file__).parent
ROOT = DOCS.parent
RESULTS = ROOT / "studies" / "results.json"
FIRST = 12
"""Assumptions that are named, the others being counted."""

DIAGRAM = """    plans --> items: brief > create > contribution > outside answer > review > publish --> channels
      ^       |  (each step waits in a desk's queue for a person)              (activation, assets)
      |       v                                                                        |
    insights <-- analyst's queue <-- tests           media --> brand ---------------> leads <-- word of mouth
      ^                                                                                |             ^
      |                                                                                v             |
    market that drifts and jumps                               margin <-- customers <-- qualified   advocates
                                                                 |            |                      ^
    executives compare it with the expected line at each review <+            +----------------------+
      +--> hold, push, cut, reorganise, chase, reset, stop --> pressure on people, plans, money"""

STRESS = (
    (
        "1.1",
        "Purpose of the model",
        "To show when, and whether, a marketing programme's results cross what was expected "
        "of them, how deep the valley before is, and what moves both; to train people in expecting.",
    ),
    (
        "1.2",
        "Model outputs",
        "Crossing month (or not crossed, or abandoned), months and depth of the valley, P(crossed by "
        "m), margin, cost, return, cash needed; 24 monthly outputs. Defined in the description below.",
    ),
    (
        "1.3",
        "Aims of experimentation",
        "Differences between scenarios in paired lives, their causes (Shapley values), next "
        "steps, sweeps, precision, what is due to luck and to not knowing, fits to a company's months, stop or "
        "go on.",
    ),
    ("2.1", "Overview diagram", "At the head of the description below."),
    ("2.2", "Base model logic", "The description below, mechanism by mechanism."),
    (
        "2.3",
        "Scenario logic",
        "A scenario is the baseline with some values replaced from the start, values that change in "
        "a month, and executives' decisions. Shipped ones are TOML files that name what they change and why.",
    ),
    (
        "2.4",
        "Algorithms",
        "Order of tasks at a desk, planning, reallocation to the highest measured marginal return, "
        "executives' reactions: in the description below.",
    ),
    ("2.5.1", "Entities", "Items, improvements, tests, urgent requests, leads and customers (in cohorts), assets."),
    (
        "2.5.2",
        "Activities",
        "Steps of an item, planning, improving, testing, analysing, hiring, learning, media, reviews.",
    ),
    (
        "2.5.3",
        "Resources",
        "People by role and seat, who hold one task at a time; none can be preempted by chance, "
        "urgent requests go first in the queue.",
    ),
    (
        "2.5.4",
        "Queues",
        "One a desk; order of service in the description below; unbounded; items that nobody began "
        "within `work.stale_months` of their due date leave.",
    ),
    (
        "2.5.5",
        "Entry and exit points",
        "Items enter with plans and leave published or dropped; leads enter from seven "
        "origins and leave as customers or lost; people enter by hiring and leave at a constant hazard.",
    ),
    (
        "3.1",
        "Data sources",
        "Each parameter names its source in the table below, or is called an assumption. One real "
        "programme (months of a Brazilian marketplace's leads) is compared with; the model was not tuned to it.",
    ),
    (
        "3.2",
        "Pre-processing",
        "None for the defaults. A company's months are taken as they are; part months are declared.",
    ),
    ("3.3", "Input parameters", "The table below: path, default, unit, bounds, source."),
    ("3.4", "Assumptions", "All that say so in the table below; how far each moves the headline is measured above."),
    (
        "4.1",
        "Initialisation",
        "No warm-up: a firm starts in the steady state that its starting results imply (Little's "
        "law), which is a fixed point of the model without a programme; tested.",
    ),
    ("4.2", "Run length", "Terminating: to a horizon of 6 to 120 months, 36 by default."),
    (
        "4.3",
        "Estimation approach",
        "Independent replications, 100 by default or until an interval is narrow enough; "
        "common random numbers between scenarios; Student's t, Wilson's and Newcombe's intervals; Holm's correction.",
    ),
    ("5.1", "Software", "Python 3.11 or newer, SimPy 4.1, NumPy, SciPy; versions in every result's provenance."),
    (
        "5.2",
        "Random sampling",
        "NumPy's PCG64 streams addressed by (seed, replication, purpose), never by the order of events.",
    ),
    (
        "5.3",
        "Model execution",
        "One event loop a life; lives on any number of processes or a Dask cluster, the same to the bit.",
    ),
    (
        "5.4",
        "System specification",
        "A life of 36 months takes about a twentieth of a second of one core; 100 lives a few seconds on a laptop.",
    ),
    (
        "6.1",
        "Sharing",
        "Source, scenarios, tests and studies under the MIT licence; the real data beside the "
        "scenarios have a licence of their own.",
    ),
)

LIMITS = (
    "**No firm's history was fitted to make the defaults.** Most numbers are assumptions; where the table "
    "names a source, "
    "the source is about other firms. Ranks of scenarios and directions of effects deserve more trust than months.",
    "**The one real series is short**, and no life of the model looks like all of it (likeness below). It "
    "illustrates; it proves nothing.",
    "**Studies of fits and advice are about companies of the model's own making.** They show that the statistics are "
    "right where the model is. Months from another model are mostly flagged; those that are not may mislead.",
    "**Advice hardly ever beats holding on** among the studied companies, as stopping is best for few of them. "
    "It does beat "
    "stopping by rules of thumb. Where stopping is right more often, it has not been measured.",
    "**Intervals hold one at a time**, and say how many lives there were, not how true the model is.",
    "**What is not in the model cannot come out of it**: see 'What it leaves out' at the end of the description.",
)


def page(found: dict[str, Any]) -> str:
    """The whole page as Markdown."""
    parts = [
        _first(found),
        "# The evidence in full",
        _claims(),
        _behaviours(found["behaviours"]),
        _closed_forms(),
        "\n\n".join(["## Fits, forecasts and advice", *(_lower(part) for part in measured(found))]),
        _assumptions(found["assumptions"]),
        "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in LIMITS),
        _stress(),
        _model(),
        _lower(_unlinked((DOCS / "parameters.md").read_text(encoding="utf-8"))),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _first(found: dict[str, Any]) -> str:
    rows = found["behaviours"]["rows"]
    inside = sum(row["reached"] for row in rows)
    tests = sum(map(len, shown_by().values()))
    fits, wait = found["coverage"], found["waiting"]
    shares = [row[f"held_{share}"] for row in fits["intervals"] for share in ("50%", "90%")]
    at = next(row for row in fits["chances"] if row["month"] == 24)
    rules = {row["rule"]: row for row in wait["rules"]}
    year, line = rules["stop after a bad first year"], rules["stop after six months below the line"]
    total = [path for path, entry in declarations().items() if entry.low is not None]
    assumed = [path for path in total if declaration(path).assumed]
    moving = _moving(found["assumptions"])
    unknown = [rows for rows in moving if declaration(rows[0]["path"]).kind != "lever"]
    first = "\n".join(f"- {_sentence(rows)}" for rows in unknown[:5])
    return f"""# Can this be believed?

One page for those who decide; all the rest is for those who check. The figures were found with model
`{found["behaviours"]["model"]}` and are found again by one command in the repository (`make studies`); its
tests fail when they no longer hold.

**What it is.** simkit lives a marketing team's months person by person and item by item, many times over, and shows
when results cross what was expected. It is a way to think a plan through with its delays, not a forecast of your
company, until it is fitted to your months; and then only as far as these tell.

**What speaks for it**

- {len(CLAIMS)} claims of practitioners come out of mechanisms, and none is written in: {tests} tests show each
  effect, and that it goes when its mechanism is switched off.
- {inside} of {len(rows)} figures lie, with their whole 99 % interval, in bands that were set before they were measured:
  ranges around published figures, or the direction of a published effect.
- It agrees with closed forms wherever there is one: queues, carry-over, response curves, delays, Little's law.
- Fitted to a year of {fits["companies"]:,} simulated companies, whose truth is known, {sum(shares)} of {len(shares)}
  kinds of interval held the share they promise. Chances to cross by month 24 came true, with a Brier score of
  {at["brier"]:.3f} (base rate: {at["brier_of_base_rate"]:.3f}; 0 is perfect).
- Among these its advice to stop or go on earned EUR {_more(year, 1e6, ".1f")} million more a company than
  stopping after a bad first year, and EUR {_more(line, 1e6, ".1f")} million more than stopping after six months below
  the line (95 % intervals).

**What speaks against it**

- {len(assumed)} of {len(total)} numbers are assumptions: nobody has published them. Measure your own.
- No study shows that it is right about real companies. The one real programme at hand looks like hardly any life of
  the model: {100 * found["olist"]["likeness"]:.1f} % of its own lives are as unlike the others.
- The same advice earned no more than always going on: EUR {_more(rules["always hold"], 1e3, "+,.0f")} thousand a
  company.
- Competitors, prices and the quality of the product are not in it.

**What the answer hangs on.** Moved by a quarter of itself, each alone, these assumptions about the world move the mean
crossing of the shipped baseline most ({found["assumptions"]["lives"]} paired lives each; not crossed counts as the
horizon):

{first}

A valley is no evidence of a payoff: companies that never cross have one too."""


def _more(row: dict[str, Any], unit: float, form: str) -> str:
    """What the advice earned more than a rule, with its interval."""
    value, low, high = (row[f"advice_more{end}"] / unit for end in ("", "_low", "_high"))
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def _lower(text: str) -> str:
    """The same one heading lower."""
    return re.sub(r"^#", "##", text, flags=re.MULTILINE)


def _unlinked(text: str) -> str:
    """Without links to files that are not beside this page where it is shipped."""
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)


def _claims() -> str:
    tests = shown_by()
    rows = [
        f"| {claim.number} | {claim.says} | {claim.mechanism} | {', '.join(f'`{name}`' for name in claim.modules)} | "
        + "; ".join(shown.test.removeprefix("test_").replace("_", " ") for shown in tests[claim.number])
        + " |"
        for claim in CLAIMS
    ]
    return "\n".join(
        [
            "## Claims, mechanisms, tests",
            "",
            "Lives are compared in pairs that share their luck, with a mechanism on and off, at 99.9 % "
            "confidence. Modules "
            "are in `simkit/model/`, tests in `tests/claims/`.",
            "",
            "| | claim | mechanism | modules | shown by |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _behaviours(found: dict[str, Any]) -> str:
    rows = [
        f"| {row['behaviour']} | {row['what']} | {row['band']} | {row['shown']} | "
        f"{'yes' if row['reached'] else '**no**'} |"
        for row in found["rows"]
    ]
    return "\n".join(
        [
            "## Behaviours and their bands",
            "",
            f"{found['replications']} paired lives, seed {found['seed']}, intervals of 99 %; in the band if "
            "all of the interval "
            "is.",
            "",
            "| | what | band | measured | in it |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _closed_forms() -> str:
    files = sorted((ROOT / "tests" / "verification").glob("test_*.py"))
    rows = [f"| `{file.stem}` | {test} | {says} |" for file in files for test, says in _tests(file)]
    return "\n".join(
        [
            "## Closed forms, exact equalities and extremes",
            "",
            "Each row is a test that runs with every change. Statistical ones fail by chance once in 100,000, "
            "and refuse to pass "
            "where too few lives could have seen a difference.",
            "",
            "| file | test | what is compared, and what would make it fail |",
            "|---|---|---|",
            *rows,
        ]
    )


def _tests(file: Path) -> list[tuple[str, str]]:
    found = []
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            says = " ".join((ast.get_docstring(node) or "").split()).replace("|", "\\|")
            found.append((node.name.removeprefix("test_").replace("_", " "), says))
    return found


def _moving(found: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Rows by value, those first that surely move the outcome, and by how far."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in found["rows"]:
        grouped.setdefault(row["path"], []).append(row)
    return [rows for rows in grouped.values() if min(row["adjusted_p"] for row in rows) < 0.05]


def _sentence(rows: list[dict[str, Any]]) -> str:
    path = rows[0]["path"]
    ends = "; ".join(
        f"at {written(path, row['to'])} {signed(row['effect'], months)} "
        f"({between_signed(row['low'], row['high'], months)})"
        for row in rows
    )
    return f"{name_of(path)} (`{path}`, {written(path, rows[0]['from'])}): {ends}"


def _assumptions(found: dict[str, Any]) -> str:
    moving = _moving(found)
    rows = [
        f"| `{row['path']}` | {written(row['path'], row['from'])} | {written(row['path'], row['to'])} | "
        f"{row['effect']:+.2f} | {row['low']:+.2f} to {row['high']:+.2f} | {max(row['adjusted_p'], 0.001):.3f} |"
        for rows in moving
        for row in rows
    ]
    return "\n".join(
        [
            "## How the headline answers to every assumption",
            "",
            f"Every number without a source, {found['values']} of them, a quarter lower and a quarter higher, each "
            "alone (all but the horizon, which is how far one looks): change of the mean crossing month of the "
            "baseline (not crossed counts as the horizon), "
            f"{found['lives']} paired lives, seed {found['seed']}, intervals of 95 %, p corrected for all "
            f"{len(found['rows'])} rows (Holm; below 0.001 it is shown as that). Defaults of levers are among them: "
            f"what a company decides, not what is so. The {len(moving)} that surely move it, the widest first; the "
            f"other {found['values'] - len(moving)} do not, as far as so many lives can tell. One at a time says "
            "nothing of how assumptions act together.",
            "",
            "| value | default | moved to | months | interval | p |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _stress() -> str:
    rows = [f"| {number} | {item} | {answer} |" for number, item, answer in STRESS]
    return "\n".join(
        [
            "## STRESS-DES checklist",
            "",
            "Monks et al. 2019, [doi:10.1080/17477778.2018.1442155](https://doi.org/10.1080/17477778.2018.1442155).",
            "",
            "| | item | where, or what |",
            "|---|---|---|",
            *rows,
        ]
    )


def _model() -> str:
    title, rest = _unlinked((DOCS / "model.md").read_text(encoding="utf-8")).split("\n", 1)
    return f"#{title}\n\n{DIAGRAM}\n" + _lower(rest)


if __name__ == "__main__":
    text = page(json.loads(RESULTS.read_text(encoding="utf-8")))
    (DOCS / "evidence.md").write_text(text, encoding="utf-8")
