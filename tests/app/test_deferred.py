"""What a download button makes when it is pressed is there until the browser has fetched it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from simkit_app.deferred import until_fetched

NAME, MIME = "figures.csv", "text/csv"


def made() -> str:
    return "what,how much\nmargin,1\n"


def pressed(monkeypatch: pytest.MonkeyPatch, kept: bool) -> tuple[MediaFileManager, str]:
    """The files of a server after a button was pressed, and the address that the browser is told."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=files))
    make = until_fetched(made, NAME, MIME) if kept else made
    return files, files.execute_deferred(files.add_deferred(make, MIME, "1.0", NAME))


def found(files: MediaFileManager, address: str) -> bytes | None:
    file = files.read_file(address.rsplit("/", 1)[-1])
    return None if file is None else file.content


def test_scripts_of_others_that_end_leave_a_made_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a visitor got 'not found' for a file because two others moved a lever meanwhile."""
    files, address = pressed(monkeypatch, kept=True)
    for _ in range(5):
        files.remove_orphaned_files()
    assert found(files, address) == made().encode()


def test_the_next_run_of_its_own_session_lets_go_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if every file that was ever made stayed in memory."""
    files, address = pressed(monkeypatch, kept=True)
    files.clear_session_refs()
    for _ in range(2):
        files.remove_orphaned_files()
    assert found(files, address) is None


def test_streamlit_by_itself_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when `until_fetched` is no longer needed."""
    files, address = pressed(monkeypatch, kept=False)
    for _ in range(2):
        files.remove_orphaned_files()
    assert found(files, address) is None
