"""Files that are made when somebody asks for them, and kept until the browser has fetched them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx


def until_fetched(make: Callable[[], str | bytes], name: str, mime: str) -> Callable[[], bytes]:
    """What makes a file for a download button, and has the visitor's session keep it until its next run.

    Nothing refers to what a button makes when it is pressed: Streamlit drops it when two scripts, whosever, have ended,
    and where others move levers that is often before the browser has asked for it.

    Args:
        make: the content.
        name, mime: as the button gives them, since a file is known by them and its content.
    """
    context = get_script_run_ctx(suppress_warning=True)

    def made() -> bytes:
        content = make()
        file = content.encode() if isinstance(content, str) else content
        if runtime.exists():
            # In a thread of its own, as the thread that makes files for all sessions must not keep this one's context.
            keep = runtime.get_instance().media_file_mgr.add
            keeping = Thread(target=keep, args=(file, mime, f"made: {name}", name, True))
            add_script_run_ctx(keeping, context)
            keeping.start()
            keeping.join()
        return file

    return made
