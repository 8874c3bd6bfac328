"""A page by itself: it opens without a network, runs nothing, and prints on A4."""

from __future__ import annotations

from html import escape
from importlib.resources import files

_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, content: str) -> str:
    """The page, as HTML.

    Args:
        title: plain text.
        content: HTML in which all texts are escaped.
    """
    style = files("simkit.present").joinpath("document.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_ELSE}">\n'
        f"<title>{escape(title)} – simkit</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{content}</main>\n</body>\n</html>\n"
    )
