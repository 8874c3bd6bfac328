"""What speaks for and against the model: a page that is shipped with it, written from what was measured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from simkit.present.document import document

_MODEL = re.compile(r"found with model\s+`([^`]+)`")
_FULL = "\n# "


@dataclass(frozen=True, slots=True)
class Evidence:
    """The page.

    Attributes:
        text: all of it, as Markdown.
    """

    text: str

    @property
    def first(self) -> str:
        """What those who decide read."""
        return self.text.split(_FULL, 1)[0].rstrip() + "\n"

    @property
    def model(self) -> str:
        """The fingerprint of the model that the figures were found with."""
        found = _MODEL.search(self.text)
        assert found is not None
        return found[1]

    def html(self) -> str:
        """The page by itself, as HTML."""
        from markdown_it import MarkdownIt

        title = self.text.splitlines()[0].lstrip("# ")
        return document(title, MarkdownIt("commonmark", {"html": False}).enable("table").render(self.text))


def evidence() -> Evidence:
    """The page that belongs to this version."""
    package = Path(str(files("simkit")))
    installed = package / "shipped" / "evidence.md"
    page = installed if installed.is_file() else package.parent / "docs" / "evidence.md"
    return Evidence(page.read_text(encoding="utf-8"))
