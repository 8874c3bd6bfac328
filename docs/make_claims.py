"""Write docs/claims.md, what is claimed of marketing and what shows it: python docs/make_claims.py.

A test shows a claim when its docstring begins with the claim's number: 'C10: ...'.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

from simkit.parameters import declarations

ROOT = Path(__file__).parents[1]


class Claim(NamedTuple):
    """A claim that the simulator must embody.

    Attributes:
        number: C1 to C26.
        says: what practitioners say.
        mechanism: what makes it happen in the model; nothing there states it.
        modules: where, in ``simkit/model/``.
    """

    number: str
    says: str
    mechanism: str
    modules: tuple[str, ...]


class Shown(NamedTuple):
    """A test that shows a claim."""

    file: str
    test: str


CLAIMS = (
    Claim(
        "C1",
        "Firms expect linear, early results; reality is imperceptible at first, then accelerates.",
        "Published work ripens into assets over months, assets add up, and a lead buys a sales cycle later.",
        ("channels", "customers"),
    ),
    Claim(
        "C2",
        "Small improvements of about 1 % accumulate into a large change, if a system keeps making them.",
        "A test that wins and is acted on adds a small gain to capability; gains compound and are slowly forgotten.",
        ("capability", "feedback"),
    ),
    Claim(
        "C3",
        "Managing expectations is the key factor: what the firm expects against what happens.",
        "Executives compare the trailing mean with the expected line at every review and react when patience ends.",
        ("executives",),
    ),
    Claim(
        "C4",
        "Channels are many, keep changing, and hype draws effort to what does not pay.",
        "What customers respond to drifts and jumps; hype arrives and draws items away where strategy is unclear or "
        "executives chase it.",
        ("market", "planning"),
    ),
    Claim(
        "C5",
        "Each touch point needs someone who owns it; one person for everything is too few.",
        "A channel nobody owns falls to the least crowded desk, whose people lose time switching and master it less.",
        ("team", "people"),
    ),
    Claim(
        "C6",
        "Customers do not walk a one-way funnel: relationships, loyalty and word of mouth feed back.",
        "Customers become advocates who recommend, more with community work, less when won under pressure.",
        ("customers",),
    ),
    Claim(
        "C7",
        "Teams must be re-aligned as channels change, and re-aligning costs.",
        "A reorganisation slows all work while it lasts and leaves fewer silos behind.",
        ("executives", "team"),
    ),
    Claim(
        "C8",
        "Activity is mistaken for results: counts of e-mails, dials, campaigns.",
        "A push plans more items and squeezes leads out of the channels; haste makes fewer of them qualify.",
        ("executives", "planning", "customers"),
    ),
    Claim(
        "C9",
        "Urgent requests from above displace strategy.",
        "Requests are taken up before anything else; what is late makes pressure, and pressure postpones improvement.",
        ("interruptions", "desk", "work"),
    ),
    Claim(
        "C10",
        "Decentralised, one-off plans carry the full weight of planning each: lower return, higher cost, duplicates.",
        "Isolated plans share no overhead; their items take more effort and rework, and some double another channel's.",
        ("planning", "work"),
    ),
    Claim(
        "C11",
        "An integrated plan removes waste and gives a halo: channels lift each other.",
        "A channel's response is lifted by the others' saturation, as far as there are no silos.",
        ("channels",),
    ),
    Claim(
        "C12",
        "Always-on beats one-off.",
        "Campaign items wait for their launch and appear together, where response is concave and audiences tire.",
        ("work", "channels"),
    ),
    Claim(
        "C13",
        "Content must fit what segments want, tested continuously.",
        "Response falls with the distance between market and tactic; a test sees the market and corrects the tactic.",
        ("market", "feedback", "automation"),
    ),
    Claim(
        "C14",
        "Report results, find the best channels and shift effort there.",
        "People's time moves to the channel whose measured marginal return is highest; what is measured lags by the "
        "latency of feedback.",
        ("planning", "channels"),
    ),
    Claim(
        "C15",
        "Sales enablement supports conversion at every stage.",
        "Enablement raises the win rate; days of hand-over lower the chance that a lead qualifies.",
        ("customers",),
    ),
    Claim(
        "C16",
        "Strategy not translated into workable goals gives fragments, uneven resources, missed deadlines.",
        "Clarity decides which items serve an objective, how often a brief sends work back, and how even plans are.",
        ("work", "team"),
    ),
    Claim(
        "C17",
        "Execution is cross-functional; unaligned functions give friction, duplicates, conflicting priorities.",
        "Items need contributions from other roles and wait on their desks behind what is there; silos put them last.",
        ("work", "desk"),
    ),
    Claim(
        "C18",
        "Without measures and feedback, correction is late or misdirected.",
        "An insight says where the market was when it was observed, and comes to a decision a latency later.",
        ("feedback",),
    ),
    Claim(
        "C19",
        "Rigid processes cannot adapt; iterate.",
        "Insights wait for the next planning point.",
        ("feedback", "planning"),
    ),
    Claim(
        "C20",
        "Over-reliance on automation replaces judgement: fast, not meaningful; it does not follow a changing market.",
        "Machines save effort and keep the tactic of their last revision, which is rare unless people review.",
        ("automation",),
    ),
    Claim(
        "C21",
        "Tools without skilled people give average results; technology amplifies strategy.",
        "What tools add to an item's worth is multiplied by the clarity of the strategy and its maker's proficiency.",
        ("simulation", "work"),
    ),
    Claim(
        "C22",
        "Data collected is not analysed, insight reported is not acted on, learning is slow.",
        "A test's data come in, queue at the analyst's, wait for a decision, and are acted on or not.",
        ("feedback", "desk"),
    ),
    Claim(
        "C23",
        "Everything connects to a business objective; strategic leadership matters.",
        "Part of the clarity needs a strategist's time, and each can keep so many people aligned.",
        ("team",),
    ),
    Claim(
        "C24",
        "Paid media run for the short term alone ignores its long-run effect on the brand.",
        "Media sink into a brand that fades over years and carries baseline demand.",
        ("media",),
    ),
    Claim(
        "C25",
        "More is not better: volume beyond what people want tires them and harms.",
        "Items beyond an audience's appetite tire it and make part of it leave for good.",
        ("channels",),
    ),
    Claim(
        "C26",
        "Inexperience and haste set the expectation; it can be set better.",
        "A reset moves the target back; the shortfall shrinks, and with it the pressure on the team.",
        ("executives",),
    ),
)

HEAD = """# Claims

Generated by `docs/make_claims.py` from its own table, the tests and the declarations in `simkit/parameters/`; do not
edit it by hand.

Practitioners who write about why marketing fails claim C1 to C26. None of them is written into the model: each comes
from a mechanism, and a test shows that the effect is there with the mechanism on and gone, or smaller by a stated
amount, with the mechanism switched off by its own parameters. Lives are compared in pairs that share their luck.

| | claim | mechanism | modules | parameters that bear on it | shown by |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown."""
    tests = shown_by()
    return HEAD + "".join(_row(claim, tests.get(claim.number, [])) for claim in CLAIMS)


def shown_by() -> dict[str, list[Shown]]:
    """Tests by the claim that their docstring begins with."""
    found: dict[str, list[Shown]] = {}
    for path in sorted(ROOT.glob("tests/claims/test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = re.match(r"(C\d+): ", ast.get_docstring(node) or "")
                if named:
                    found.setdefault(named[1], []).append(Shown(f"tests/claims/{path.name}", node.name))
    return found


def parameters(number: str) -> list[str]:
    """Paths of the parameters that bear on a claim; what every channel has is named once."""
    paths = [path for path, entry in declarations().items() if number in entry.claims]
    return list(dict.fromkeys(re.sub(r"^channels\.\w+\.", "channels.*.", path) for path in paths))


def _row(claim: Claim, tests: list[Shown]) -> str:
    modules = [f"[`{name}`](../simkit/model/{name}.py)" for name in claim.modules]
    bearing = [f"`{path}`" for path in parameters(claim.number)]
    shown = [f"[`{test.test}`](../{test.file})" for test in tests]
    cells = (claim.number, claim.says, claim.mechanism, *map("<br>".join, (modules, bearing, shown)))
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    Path(__file__).with_name("claims.md").write_text(page(), encoding="utf-8")
