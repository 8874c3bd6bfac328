"""Texts on their way to a page: what somebody typed, and what the board ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).with_name("texts")
_MEANS_SOMETHING = frozenset(r"\`*_{}[]()#+-.!|<>~$:&")


def plain(text: str) -> str:
    """A text without meaning to Markdown or HTML: it is shown as it was written."""
    return "".join(f"\\{c}" if c in _MEANS_SOMETHING else c for c in text)


@cache
def page_text(name: str) -> str:
    """A text that belongs to the board, in Markdown: ``terms``, ``left_out`` or ``claims``."""
    return (_TEXTS / f"{name}.md").read_text(encoding="utf-8")
