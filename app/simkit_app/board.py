"""What one visitor has: a history of scenarios, what they pinned, and how they look at it. It outlives a reload."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

import simkit
from simkit.errors import ScenarioError, SimkitError
from simkit.experiments.design import Design
from simkit.observed import Observed
from simkit.parameters import declarations
from simkit.run.provenance import version_of
from simkit.scenarios import Scenario
from simkit.scenarios.links import changed_by, difference, gathered, spread
from simkit_app.answers import Answer, Answers, Question
from simkit_app.history import History, Position
from simkit_app.questions import Explored, Fitted
from simkit_app.queue import Queue
from simkit_app.saved import Saved
from simkit_app.sketches import Aim, Hunt, Moves, Sketch
from simkit_app.visitors import Visitors

FIRST_STORY = "baseline"
SEED = 1

# Read once: looking it up goes through the module path, which Streamlit changes while sessions run side by side.
VERSION = version_of("simkit")
COOKIE = "simkit_visitor"


@dataclass(frozen=True, slots=True)
class Pin:
    """A scenario that was put aside to compare it."""

    name: str
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Draft:
    """What a visitor has said of the company so far.

    Attributes:
        story: the shipped scenario that is closest.
        name: of the company, or ''.
        answers: pairs of path and value that differ from the story's.
    """

    story: str = FIRST_STORY
    name: str = ""
    answers: tuple[tuple[str, float | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a visitor would miss after a reload.

    Attributes:
        story: the shipped scenario that everything began with.
        history: positions.
        seed: of all luck.
        pins: to compare.
        observed: what the company has seen, or None.
        metric: what the chart shows; None for what is expected.
        cumulative: whether it adds up.
        sketch: the map to explore.
        moves: the tornado to have.
        hunt: the region to look for.
        aim: the plans to search.
        draft: the questions of the first minute.
        section: what is looked at more closely.
        room: code and secret of the room that the visitor steers, or None.
    """

    story: str
    history: History
    seed: int = SEED
    pins: tuple[Pin, ...] = ()
    observed: Observed | None = None
    metric: str | None = None
    cumulative: bool = False
    sketch: Sketch = field(default_factory=Sketch)
    moves: Moves = field(default_factory=Moves)
    hunt: Hunt = field(default_factory=Hunt)
    aim: Aim = field(default_factory=Aim)
    draft: Draft = Draft()
    section: str = "Why"
    room: tuple[str, str] | None = None


class Board:
    """A visitor's session.

    Attributes:
        id: of the session.
        kept: what outlives it; pages replace it as a whole.
        notice: what to tell the visitor once, or ''.
        exploring: the map that is being computed, or None.
        explored: what is known of the map that was asked for last, cancelled or not, or None.
        running: what was asked for last and not cancelled, by its purpose.
        stopped: what was asked for last and cancelled, by its purpose, with what is known of it.
        fitting: the fit that was asked for, or None.
        weighing: whether its decisions were asked for too.
        stepped: the scenario whose next steps were asked for last, or None.
        arriving: whether the page that is shown was not shown before this run.
        told: what each lever's widget was told to show last, by its key.
    """

    def __init__(self, kept: Kept, notice: str = "") -> None:
        self.id = uuid.uuid4().hex
        self.kept = kept
        self.notice = notice
        self.exploring: Explored | None = None
        self.explored: tuple[Design, Answer] | None = None
        self.running: dict[str, Question] = {}
        self.stopped: dict[str, tuple[Question, Answer]] = {}
        self.fitting: Fitted | None = None
        self.weighing = False
        self.stepped: Scenario | None = None
        self.arriving = True
        self._page = ""
        self.told: dict[str, Any] = {}
        if (context := get_script_run_ctx()) is not None:
            _visitors().arrived(self.id, context.session_id)

    @property
    def history(self) -> History:
        """Positions, of which the present one is shown."""
        return self.kept.history

    @history.setter
    def history(self, history: History) -> None:
        self.keep(history=history)

    @property
    def position(self) -> Position:
        """What is shown."""
        return self.kept.history.now

    def keep(self, **changes: Any) -> None:
        """Replace some of what outlives the session."""
        self.kept = replace(self.kept, **changes)

    def turn_to(self, page: str) -> None:
        """Show a page."""
        self.arriving, self._page = page != self._page, page

    def ask(self, purpose: str, *questions: Question) -> list[Answer]:
        """What is known of some questions; the rest is computed from now on."""
        return answers().ask(self.id, purpose, questions)

    def again(self, purpose: str) -> None:
        """What failed is tried again when it is asked for next."""
        answers().drop_failed(self.id, purpose)


@st.cache_resource(show_spinner=False)
def answers() -> Answers:
    """The answers of this server; its workers start with it."""
    queue = Queue()
    queue.warm_up()
    return Answers(queue)


@st.cache_resource(show_spinner=False)
def _visitors() -> Visitors:
    return Visitors(answers().forget, _connected)


def _connected(session: str) -> bool:
    """Whether a session is connected; without a server, in tests of scripts, all are."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


@st.cache_resource(show_spinner=False)
def _saved() -> Saved[Kept]:
    return Saved()


_NOT_HERE = (
    "The address brings back the scenario, and nothing else: earlier steps, pinned scenarios and loaded months belong "
    "to another browser, or went when the board was started anew."
)


def current() -> Board:
    """The board of this session: as it was before a reload, or as the link says, or a new one."""
    visitor = st.context.cookies.get(COOKIE, "")
    asked, context = followed(), get_script_run_ctx()
    board: Board | None = st.session_state.get("board")
    # Otherwise the address is ours; while hands are quick the browser says an older one, which nobody asks for.
    asking = board is None or (context is not None and context.is_history_navigation)
    if board is None:
        place = st.query_params.get("place", "")
        kept = _saved().get(visitor, place) if visitor else None
        board = Board(kept or new(FIRST_STORY), _NOT_HERE if place and kept is None else "")
        st.session_state.board, st.session_state.link, st.session_state.place = board, None, uuid.uuid4().hex[:12]
        if kept is not None:
            st.session_state.place = place
            st.session_state.link = link(board)
    if asking and asked and asked != st.session_state.link:
        _follow(board, asked)
    return board


def settle(board: Board) -> None:
    """Have the address say what is shown, and remember it for a reload."""
    st.session_state.link = now = link(board)
    params = {**now, "place": st.session_state.place}
    if _address() != params:
        st.query_params.from_dict(params)
    visitor = st.context.cookies.get(COOKIE, "")
    if visitor:
        _saved().put(visitor, st.session_state.place, board.kept)


@cache
def shipped(story: str) -> Scenario:
    """A shipped scenario, read once."""
    return simkit.load_scenario(story)


def new(story: str) -> Kept:
    """A board that begins with a shipped scenario."""
    scenario = shipped(story)
    return Kept(story, History(Position(scenario, scenario)))


_BESIDE = ("from", "seed", "version")
_VALUES = ("title", "changes")
_REFERENCE = "reference."


def followed() -> dict[str, str]:
    """The parts of the address that say what to show; what else may be in it is somebody else's."""
    said = _address()
    return {key: said[key] for key in said if key in _BESIDE + _VALUES or "." in key or key in declarations()}


def _address() -> dict[str, str]:
    """What the address said when this run began.

    An earlier run of the session may not have ended yet, and be changing `st.query_params` while they are read.
    """
    context = get_script_run_ctx()
    return dict(parse_qsl(context.query_string, keep_blank_values=True)) if context is not None else {}


def link(board: Board) -> dict[str, str]:
    """What a link has to say so that it shows the same: only what differs from a shipped scenario.

    Empty for a scenario that does not fit into a link: it travels as a file.
    """
    kept, position = board.kept, board.position
    said = {"from": kept.story}
    try:
        reference = spread(difference(shipped(kept.story), position.reference))
        said |= {f"{_REFERENCE}{key}": value for key, value in reference.items()}
        said |= spread(difference(position.reference, position.scenario))
    except ScenarioError:
        return {}
    if kept.seed != SEED:
        said["seed"] = str(kept.seed)
    return {**said, "version": VERSION}  # at the end, so that a link that was cut off is known


def opened(asked: dict[str, str]) -> tuple[Kept, str]:
    """The board that a link asks for, and what to say of it.

    Raises:
        SimkitError: the link cannot be followed.
    """
    story = asked.get("from", FIRST_STORY)
    if story not in simkit.shipped_scenarios():
        raise ScenarioError("there is no such story in this version", field="link", value=story)
    values = {key: value for key, value in asked.items() if key not in _BESIDE}
    if values and "version" not in asked:
        raise ScenarioError("does not end with a version; was it cut off?", field="link")
    of_reference = {key.removeprefix(_REFERENCE): values.pop(key) for key in list(values) if key.startswith(_REFERENCE)}
    reference = changed_by(shipped(story), gathered(of_reference))
    scenario = changed_by(reference, gathered(values))
    seed = asked.get("seed", str(SEED))
    if not seed.isdecimal():
        raise ScenarioError("expected a whole number from 0 on", field="link, seed", value=seed)
    history = History(Position(reference, reference))
    version = asked.get("version", VERSION)
    said = ""
    if version != VERSION:
        said = f"This link was made with version {version}; in this version, {VERSION}, figures may differ."
    return Kept(story, history.change(scenario), int(seed)), said


def _follow(board: Board, asked: dict[str, str]) -> None:
    try:
        kept, said = opened(asked)
    except SimkitError as mistake:
        shown = board.position.scenario
        board.notice = f"This link cannot be followed: {mistake} What is shown is '{shown.title or shown.name}'."
        return
    board.notice = said or board.notice
    history = board.history.move(kept.history.now)  # what was there before can be had again
    board.keep(story=kept.story, history=history, seed=kept.seed)
