"""What stands between the server and Streamlit."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from simkit_app.server import _Departed


@pytest.mark.parametrize(("fault", "told"), [(WebSocketDisconnected("gone"), False), (RuntimeError("a fault"), True)])
def test_who_has_left_is_no_fault_and_a_fault_is_one(fault: RuntimeError, told: bool) -> None:
    """Fails if a visitor who leaves while something is sent to them puts a traceback into the server's log, or if a
    real fault is kept from it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise fault

    async def nothing() -> Message:
        return {"type": "websocket.disconnect"}

    async def nobody(message: Message) -> None:
        return None

    step = _Departed(app)({"type": "websocket"}, nothing, nobody)
    # Driven by hand: it waits for nothing, and browsers may have a loop running here.
    with pytest.raises(type(fault) if told else StopIteration) as raised:
        step.send(None)
    assert (raised.value is fault) == told
