"""The page of those who take part: one answer, in which style and script are contained.

Over a link of 300 ms that loses packets each further file costs a connection that may have to be asked for twice, so
the files in `static` are put together when the server starts. Nothing else is built.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

_STATIC = Path(__file__).with_name("static")
_MODULES = ("state", "words", "seat", "follow", "drawing", "chart", "alone", "views", "room")
"""Each uses only those before it, and no two have a name in common."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is given.

    Attributes:
        html: all of it.
        policy: what it may load and run: what it contains, and the room's answers.
        edition: changes with every change of it.
    """

    html: str
    policy: str
    edition: str


def page() -> Page:
    """Put together from its files."""
    style = _read("room.css")
    script = "\n".join(map(_module, _MODULES))
    html = _read("room.html").replace("/* style */", style).replace("/* script */", script)
    policy = (
        f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, policy, hashlib.sha256(html.encode()).hexdigest()[:16])


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _module(name: str) -> str:
    """A module's own lines; what it imports stands before it."""
    return re.sub(r"^import \{[^}]*\} from '[^']*';\n|^export ", "", _read(f"{name}.js"), flags=re.MULTILINE)


def _hashed(content: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
