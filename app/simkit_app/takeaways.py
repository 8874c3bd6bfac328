"""The files that a board gives: each is made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simkit.present.account import Account, titled
from simkit.present.board_csv import figures_csv, months_csv
from simkit.run import Ensemble
from simkit_app.files import File, to_save

_CSV = "text/csv"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PRESENTED = "To present"


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One file to take away.

    Attributes:
        label: what its button says.
        holds: what is in it; Markdown without anything that a visitor wrote.
        name, mime: as the browser saves it.
        icon: of the button.
        make: the content, made when it is asked for.
        command: what gives the same figures from this file, or ''.
    """

    label: str
    holds: str
    name: str
    mime: str
    icon: str
    make: Callable[[], str | bytes]
    command: str = ""


def takeaways(account: Callable[[], Account]) -> dict[str, list[Takeaway]]:
    """Files by what they are for.

    Args:
        account: what is known when it is called; a file tells what is known when it is made.
    """
    now = account()
    sides = {"Scenario": (now.title, now.own)}
    if now.reference is not None:
        sides["Reference"] = (f"{titled(now.reference.scenario)} (reference)", now.reference)
    saved = to_save({title: one.scenario for title, one in sides.values()})
    stem = saved[now.title].stem
    groups = {PRESENTED: _presented(account, stem), "Charts, as the board draws them": _charts(account, stem)}
    groups["Figures, to calculate with"] = [
        Takeaway(
            "Key figures (CSV)",
            "A row a figure: value, 95 % interval, what 9 in 10 lives have, and the paired difference from the "
            "reference. Numbers in full; what is not reached has no number.",
            f"{stem}-figures.csv",
            _CSV,
            ":material/table:",
            lambda: figures_csv(account().own, account().reference),
        ),
        Takeaway(
            "Months (CSV)",
            "A row a month: share of lives that have crossed by then with its interval; mean, median, 5 and 95 % of "
            "lives of the expected line, margin, cost, activity, leads, qualified leads and customers.",
            f"{stem}-months.csv",
            _CSV,
            ":material/table:",
            lambda: months_csv(account().own, account().reference),
        ),
    ]
    groups["Scenarios, to compute again"] = [
        _scenario(label, saved[title], one) for label, (title, one) in sides.items()
    ]
    return groups


def _presented(account: Callable[[], Account], stem: str) -> list[Takeaway]:
    def report() -> str:
        from simkit.present.report import report

        return report(account())

    def deck() -> bytes:
        # PowerPoint's writer takes a moment to import, and the page is there before it is needed.
        from simkit.present.deck import deck

        return deck(account())

    return [
        Takeaway(
            "Report (HTML)",
            "One page: headline, both charts, figures, what was changed and what it does, what next, and where it all "
            "comes from. It opens without a network and prints on A4.",
            f"{stem}.html",
            "text/html",
            ":material/article:",
            report,
        ),
        Takeaway(
            "Deck (PowerPoint)",
            "Four to six slides: text and tables to edit, the share that has crossed as a chart to edit, results over "
            "time as a picture.",
            f"{stem}.pptx",
            _PPTX,
            ":material/slideshow:",
            deck,
        ),
    ]


def _charts(account: Callable[[], Account], stem: str) -> list[Takeaway]:
    charts = {
        "Results": ("results", "The expected line, median and band of your scenario and of the reference."),
        "Crossed": ("crossed", "The share of lives that have crossed by each month, with its interval."),
    }
    files = []
    for place, (label, (name, shown)) in enumerate(charts.items()):
        for kind, icon, quality in (
            ("PNG", ":material/image:", "Twice the pixels of a screen, on white."),
            ("SVG", ":material/polyline:", "Lines that stay sharp in any size, with text that can be searched."),
        ):
            files.append(
                Takeaway(
                    f"{label} ({kind})",
                    f"{shown} {quality}",
                    f"{stem}-{name}.{kind.lower()}",
                    "image/png" if kind == "PNG" else "image/svg+xml",
                    icon,
                    _picture(account, place, kind),
                )
            )
    return files


def _picture(account: Callable[[], Account], place: int, kind: str) -> Callable[[], str | bytes]:
    def make() -> str | bytes:
        picture = account().pictures()[place]
        return picture.png() if kind == "PNG" else picture.svg()

    return make


def _scenario(label: str, file: File, lives: Ensemble) -> Takeaway:
    packed = lives.scenario.joint is not None
    holds = "Every value, range and change" + (
        ", and the draws that belong together. Unpack it first." if packed else "."
    )
    return Takeaway(
        f"{label} ({'ZIP' if packed else 'TOML'})",
        f"{holds} On the command line it gives the same figures:",
        file.name,
        file.mime,
        ":material/folder_zip:" if packed else ":material/description:",
        file.content,
        file.command(len(lives), lives.seed),
    )
