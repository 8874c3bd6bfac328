"""Visitors of the board without a browser: they speak Streamlit's protocol, move levers, and note when headlines come.

A browser takes more of a processor than the server does for it. Ten of them on the machine of the server measure one
another; ten people have ten machines.
"""

from __future__ import annotations

import re
import time
from threading import Condition, Thread
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

_HEADLINE = re.compile(r'data-lives="(\d+)" data-scenario="(\w+)"')
_WAIT = 120.0
"""Seconds after which something is wrong."""


class Visitor:
    """One visitor of the board, who looks at a link.

    Args:
        address: of the server, as http://host:port.
        query: what follows the question mark in the link.
    """

    def __init__(self, address: str, query: str) -> None:
        self._query = query
        self._page = ""
        self._levers: dict[str, Any] = {}
        self._at: dict[str, float] = {}
        self._seen: tuple[int, str] = (0, "")
        self._moved = 0.0
        self._changed = Condition()
        where = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = connect(where, subprotocols=[Subprotocol("streamlit")], max_size=None, legacy=True)
        Thread(target=self._listen, daemon=True).start()
        self._ask(BackMsg())
        self.wait(30)

    def wait(self, lives: int, other_than: str = "") -> float:
        """Seconds from the last move until there is a headline of so many lives, of another scenario than one.

        Raises:
            TimeoutError: it does not come.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._seen[0] >= lives and self._seen[1] != other_than, _WAIT):
                raise TimeoutError(f"no headline of {lives} lives from the board; the last one is {self._seen}")
            return time.perf_counter() - self._moved

    def move(self, label: str) -> str:
        """Move a lever, part of whose name is given, by a step; the scenario that was shown before."""
        slider = next(one for one in self._levers.values() if label in one.label)
        self._at[slider.id] += slider.step
        said = BackMsg()
        state = said.rerun_script.widget_states.widgets.add(id=slider.id)
        state.double_array_value.data.append(self._at[slider.id])
        with self._changed:
            before = self._seen[1]
        self._moved = time.perf_counter()
        self._ask(said)
        return before

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _ask(self, said: BackMsg) -> None:
        said.rerun_script.query_string = self._query
        said.rerun_script.page_script_hash = self._page
        self._socket.send(said.SerializeToString())

    def _listen(self) -> None:
        try:
            for data in self._socket:
                message = ForwardMsg()
                message.ParseFromString(data)
                with self._changed:
                    self._take(message)
                    self._changed.notify_all()
        except ConnectionClosed:
            return

    def _take(self, message: ForwardMsg) -> None:
        if message.HasField("new_session"):
            self._page = message.new_session.page_script_hash or self._page
        if message.HasField("navigation"):
            self._page = message.navigation.page_script_hash or self._page
        element = message.delta.new_element
        if element.HasField("slider"):
            slider = self._levers[element.slider.id] = element.slider
            if slider.set_value or slider.id not in self._at:
                self._at[slider.id] = (slider.value if slider.set_value else slider.default)[0]
        elif element.HasField("html") and (found := _HEADLINE.search(element.html.body)):
            self._seen = (int(found[1]), found[2])
