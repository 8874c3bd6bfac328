"""One page that holds everything there is to say about a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape

from simkit.present.account import EFFECTS, HOW_TO_READ, STEPS, Account
from simkit.present.board import Figure
from simkit.present.document import document
from simkit.present.pictures import Picture

_WIDTHS, _HEIGHT = (560, 430), 300


def report(account: Account) -> str:
    """The page, as HTML in which all texts are escaped."""
    parts = [_head(account), _charts(account), _section("Figures", _figures(account))]
    if account.changes_apart:
        table = _table(("Changed", "Reference", "This scenario"), account.changes)
        parts.append(_section("What was changed", table))
    if account.reasons:
        sentence, rows = account.reasons
        parts.append(_section("What was changed, and what it does", _p(sentence) + _table(EFFECTS, rows)))
    if account.next:
        sentence, rows = account.next
        parts.append(_section("What next", _p(sentence) + _table(STEPS, rows, "steps")))
    if account.unfinished:
        parts.append(_p(f"Still being worked out when this page was made: {' and '.join(account.unfinished)}.", "soft"))
    return document(account.title, "".join(parts) + _foot(account))


def _head(account: Account) -> str:
    return (
        f"<header>\n<h1>{escape(account.title)}</h1>\n"
        f'<p class="headline">{escape(account.headline)}</p>\n'
        f'<p class="soft">{escape(account.source)}</p>\n</header>\n'
    )


def _charts(account: Account) -> str:
    pictures = account.pictures(height=_HEIGHT, alone=False)
    drawn = [replace(picture, width=width) for picture, width in zip(pictures, _WIDTHS, strict=True)]
    return f'<div class="charts">\n{"".join(_figure(picture, account) for picture in drawn)}</div>\n'


def _figure(picture: Picture, account: Account) -> str:
    caption = picture.said[0]
    said = escape(f"{caption}. {account.headline}", quote=True)
    svg = picture.inline_svg().replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)
    return f"<figure>\n<figcaption>{escape(caption)}</figcaption>\n{svg}\n</figure>\n"


def _figures(account: Account) -> str:
    compared = any(figure.difference for figure in account.figures)
    heads = ["Figure", "This scenario", "How it is known", *(["Difference from the reference"] if compared else [])]
    rows = "".join(_figure_row(figure, compared) for figure in account.figures)
    note = _p("Differences are paired: in the same luck. In brackets their 95 % interval.", "soft") if compared else ""
    return f"<table>\n{_heads(heads)}<tbody>\n{rows}</tbody>\n</table>\n{note}"


def _figure_row(figure: Figure, compared: bool) -> str:
    side = {True: "better", False: "worse", None: ""}[figure.better]
    said = {"better": " – better", "worse": " – worse", "": " – no sure difference"}[side] if figure.difference else ""
    cells = [
        f'<th scope="row" title="{escape(figure.meaning, quote=True)}">{escape(figure.name)}</th>',
        f"<td><strong>{escape(figure.value)}</strong></td>",
        f"<td>{escape(figure.known)}</td>",
    ]
    if compared:
        cells.append(f'<td class="{side}">{escape(figure.difference + said)}</td>')
    return f"<tr>{''.join(cells)}</tr>\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "told") -> str:
    body = []
    for first, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        body.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>\n')
    rest = f"{_heads(heads)}<tbody>\n{''.join(body)}</tbody>\n</table>\n"
    return f'<table class="{kind}">\n{rest}'


def _heads(heads: Sequence[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return f"<thead><tr>{cells}</tr></thead>\n"


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}</section>\n"


def _p(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>\n' if kind else f"<p>{escape(text)}</p>\n"


def _foot(account: Account) -> str:
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n" for name, value in account.provenance)
    return f"<footer>\n<dl>\n{lines}</dl>\n{_p(HOW_TO_READ)}</footer>\n"
