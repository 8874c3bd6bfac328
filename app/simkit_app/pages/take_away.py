"""What leaves the board: a link, and files that say the same without it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from simkit.errors import SimkitError
from simkit.present.account import Account
from simkit.run import Ensemble
from simkit_app.answers import Answer
from simkit_app.board import Board, link, opened
from simkit_app.deferred import until_fetched
from simkit_app.own_months import comparable
from simkit_app.questions import KNOWN, Lived, Reasons, Steps
from simkit_app.takeaways import PRESENTED, Takeaway, takeaways
from simkit_app.watching import watch

_HERE = ("localhost", "127.0.0.1", "::1")
_WIDTH = 250
_AGAIN = 2.0
"""Seconds between two looks at how far the reasons are."""


def page() -> None:
    """The link, and the files as soon as all lives are there."""
    board: Board = st.session_state.board
    position, seed = board.position, board.kept.seed
    lived = board.ask("board", *(Lived(one, seed) for one in dict.fromkeys([position.scenario, position.reference])))
    st.title("Take away", anchor=False)
    st.markdown("What the board shows now, to send, to print, to present or to compute again.")
    _link(board)
    files = Files(board, lived[0], lived[-1] if position.changed else None)
    files.draw()
    watch([files])


def address(board: Board, url: str | None) -> str | None:
    """The link that shows the same on this server; None where a link cannot hold it.

    Args:
        board: what it has to show.
        url: of this page.
    """
    said = link(board)
    try:
        kept, _ = opened(said)
    except SimkitError:
        return None
    if (kept.history.now, kept.seed) != (board.position, board.kept.seed):
        return None
    parts = urlsplit(url or "")
    root = parts.path.rstrip("/").removesuffix("take-away").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{root}/", urlencode(said), ""))


def _link(board: Board) -> None:
    st.subheader("Link", anchor=False)
    url = st.context.url
    made = address(board, url)
    if made is None:
        st.warning(
            "This scenario does not fit into a link: it has draws that belong together, such as those of a fitted "
            "company, or differs in too much from every shipped scenario. Send the scenario as a file instead, below.",
            icon=":material/link_off:",
        )
        return
    st.code(made, language=None, wrap_lines=True)
    st.markdown(
        "It holds the story that you began with, what you changed in it and in its reference, the seed and the "
        "version. Whoever opens it sees the same figures: the same lives are simulated again. In another version of "
        "simkit figures may differ, and the board says so."
    )
    st.caption(
        "It does not hold pinned scenarios, months that you loaded, earlier steps to undo, nor which results the "
        "chart shows."
    )
    if url and urlsplit(url).hostname in _HERE:
        st.caption(
            "This address works on this computer only. On another one put what follows from “/?” on behind the "
            "address of its own board."
        )


class Files:
    """Buttons of files; they come when the lives are complete.

    Args:
        board: the visitor's.
        own, reference: the lives of the board; the reference is None where nothing was changed.
    """

    def __init__(self, board: Board, own: Answer, reference: Answer | None) -> None:
        self._board = board
        self._own, self._reference = own, reference
        self._lived = [answer for answer in (own, reference) if answer is not None]
        position, seed = board.position, board.kept.seed
        why = [Reasons(position.reference, position.scenario, seed)] if position.changed else []
        board.stepped = position.scenario  # the next steps go on while another page is shown
        self._more = board.ask("reasons", *why, Steps(position.scenario, seed))
        st.subheader("Files", anchor=False)
        self._drawn = False
        self._waiting = st.empty()
        self._files = st.container()

    @property
    def answers(self) -> list[Answer]:
        """What it waits for; the reasons, which take longer, are told as they come."""
        return self._lived

    def draw(self) -> bool:
        """Draw what is known now; always drawn, as it is little."""
        error = next((answer.error for answer in self._lived if answer.error), None)
        if error:
            self._waiting.error(f"There is nothing to take away. {error}", icon=":material/error:")
        elif not all(answer.complete for answer in self._lived):
            self._waiting.progress(min(_share(answer.value) for answer in self._lived), self._doing())
        elif not self._drawn:
            self._drawn = True
            self._waiting.empty()
            self._buttons()
        return True

    def _doing(self) -> str:
        return (
            "Files come when enough lives are simulated, so that they say what the board says: until the chance to "
            f"cross is known within {100 * KNOWN.half_width:.0f} points. So far "
            + " and ".join(str(0 if answer.value is None else len(answer.value)) for answer in self._lived)
            + " lives."
        )

    def account(self) -> Account:
        """What is known when somebody asks for a file."""
        position, kept = self._board.position, self._board.kept
        # Lives are shared by all who ask for them: what a scenario is called is told by whoever takes it away.
        own = replace(self._own.value, scenario=position.scenario)
        reference: Ensemble | None = None
        if self._reference is not None:
            reference = replace(self._reference.value, scenario=position.reference)
        steps = self._more[-1]
        why = self._more[0] if len(self._more) > 1 else None
        return Account(
            own,
            reference,
            why.value if why is not None and why.complete else None,
            steps.value if steps.complete else None,
            comparable(self._board),
            kept.metric,
            kept.cumulative,
            unfinished=_unfinished(self._more),
        )

    def _buttons(self) -> None:
        with self._files:
            st.markdown(f"Report, deck, charts and figures state **{self.account().stamp}**.")
            for group, files in takeaways(self.account).items():
                st.markdown(f"**{group}**")
                for file in files:
                    _button(file)
                if group == PRESENTED:
                    _reasons(self._more)


def _button(file: Takeaway) -> None:
    """A button that makes its file when it is pressed, and beside it what is in it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            file.label,
            until_fetched(file.make, file.name, file.mime),
            file.name,
            file.mime,
            key=f"take {file.label}",
            icon=file.icon,
            on_click="ignore",
            width=_WIDTH,
        )
        with st.container(width="stretch"):
            st.markdown(file.holds)
            if file.command:
                st.code(file.command, language=None, wrap_lines=True)


def _share(ensemble: Ensemble | None) -> float:
    """About how much of the lives there are: how many are needed grows with the square of the precision."""
    if ensemble is None:
        return 0.0
    crossed = ensemble.crossing.by(ensemble.months)
    if crossed.low is None or crossed.high is None or crossed.high <= crossed.low:
        return 0.0
    return min(1.0, (2 * KNOWN.half_width / (crossed.high - crossed.low)) ** 2)


def _reasons(more: list[Answer]) -> None:
    """Say whether report and deck hold the reasons, again and again until they do."""
    settled = all(answer.complete or answer.error for answer in more)

    @st.fragment(run_every=None if settled else _AGAIN)
    def told() -> None:
        st.caption(reasons_told(more))

    told()


def reasons_told(more: list[Answer]) -> str:
    """What a report or a deck that is made now holds of why and what next."""
    failed = [
        f"{name.capitalize()} could not be worked out. {answer.error}" for name, answer in _named(more) if answer.error
    ]
    held = [name for name, answer in _named(more) if answer.complete]
    said = [f"Report and deck hold {' and '.join(held)}."] if held else []
    if waiting := _unfinished(more):
        total = sum(answer.total for answer in more)
        done = f" ({100 * sum(answer.done for answer in more) / total:.0f} %)" if total else ""
        said.append(f"Still being worked out{done}: {' and '.join(waiting)}. What is made before that leaves it out.")
    return " ".join([*said, *failed])


def _unfinished(more: list[Answer]) -> tuple[str, ...]:
    return tuple(name for name, answer in _named(more) if not (answer.complete or answer.error))


def _named(more: list[Answer]) -> list[tuple[str, Answer]]:
    """Why, where something was changed, and what next."""
    return list(zip(("why", "what next")[-len(more) :], more, strict=True))
