"""Hand-outs for a room: paper to draw on and to decide on, and what to take home. They print on A4."""

from __future__ import annotations

from html import escape

from simkit.present.document import document
from simkit.present.pictures import Picture
from simkit.present.room_charts import quarters, sheet_rows, sheet_spec
from simkit.present.room_words import briefing
from simkit.training.company import SAYS, Company

CLAIMS = {
    "C1": "Firms expect early results in a straight line. What comes is hardly seen at first, and accelerates later.",
    "C3": "What is expected decides: with the same team and the same results one firm stops, and another crosses.",
    "C7": "Aligning a team anew costs output at once, and pays only if it repairs something.",
    "C8": "Activity is mistaken for results. Count what came of it.",
    "C9": "Urgent requests from above displace improving first, and results later.",
}
"""The claims that a session is about, in words for everybody."""


def handouts(company: Company, start: float, line: list[float]) -> str:
    """Three sheets, as one HTML page in which all texts are escaped.

    Args:
        company: that will be lived.
        start: results a month before the programme.
        line: what is promised, one value a month.
    """
    sheets = (_drawing(company, start, line), _reviews(company), _home())
    return document("Hand-outs", "".join(f'<section class="sheet">\n{sheet}</section>\n' for sheet in sheets))


def _drawing(company: Company, start: float, line: list[float]) -> str:
    spec = sheet_spec(company.months, 1.6 * max(*line, start))
    picture = Picture(sheet_rows(line, start), spec, "", ("What was promised",), 980, 460)
    svg = picture.inline_svg().replace("<svg ", '<svg role="img" aria-label="What was promised, and room to draw" ', 1)
    return (
        "<h2>Draw what you expect</h2>\n"
        f"<p>{escape(briefing(company, start))}</p>\n"
        "<p>The dashed line is what was promised. From the dot on, draw what you believe will come.</p>\n"
        f"<figure>\n{svg}\n</figure>\n"
        f"{_line('In which month will results cross what was promised for good? (or: never)')}"
        f"{_line('After how many bad months in a row would you stop? (or: never)')}"
    )


def _line(question: str) -> str:
    return f'<p class="blank">{escape(question)} <span></span></p>\n'


def _reviews(company: Company) -> str:
    choices = "".join(f"<li>{escape(one)}</li>\n" for one in SAYS.values())
    rows = "".join(
        f'<tr><th scope="row">month {month}</th><td></td><td></td><td></td></tr>\n' for month in company.reviews
    )
    heads = "".join(f'<th scope="col">{one}</th>' for one in ("Review", "Result", "I decide", "Because"))
    when = ", ".join(quarters(company.months)[:-1])
    return (
        "<h2>Decide at each review</h2>\n"
        f"<ul>\n{choices}</ul>\n"
        f'<table class="blanks">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
        f'<p class="soft">Quarters, for a show of hands on the crossing: {when}, never.</p>\n'
    )


def _home() -> str:
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{escape(said)}</td><td></td></tr>\n' for name, said in CLAIMS.items()
    )
    return (
        "<h2>To take home</h2>\n"
        '<table class="blanks">\n<thead><tr><th scope="col">Claim</th><th scope="col">What practitioners say</th>'
        f'<th scope="col">Where I saw it today, and at home</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
        f"{_line('What I will expect differently next time')}"
        f"{_line('What I will agree on with my board before it begins')}"
        "<p>A simulated company shows what follows from assumptions. A valley does not prove that a payoff follows: "
        "some companies never cross.</p>\n"
    )
