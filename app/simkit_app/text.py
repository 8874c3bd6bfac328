"""Texts that somebody wrote, on their way to a page."""

from __future__ import annotations

_MEANS_SOMETHING = frozenset(r"\`*_{}[]()#+-.!|<>~$:&")


def plain(text: str) -> str:
    """A text without meaning to Markdown or HTML: it is shown as it was written."""
    return "".join(f"\\{c}" if c in _MEANS_SOMETHING else c for c in text)
