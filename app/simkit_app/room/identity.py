"""Who somebody is: what is kept of secrets, and names as they are shown."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

_JOINERS = "\u200c\u200d"
"""Of the characters that cannot be seen, those that names in some scripts and emoji are written with."""


def digest(secret: str) -> str:
    """What is kept of a secret."""
    # Secrets are long and random, so that a plain digest cannot be turned back by guessing.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def shown_name(name: Any) -> str:
    """A name as it is shown: without what cannot be seen, or would turn round or break the line it stands in."""
    if not isinstance(name, str):
        return ""
    spaced = (" " if one.isspace() else one for one in unicodedata.normalize("NFC", name))
    seen = "".join(one for one in spaced if one in _JOINERS or unicodedata.category(one)[0] != "C")
    return " ".join(seen.split()) if seen.strip(_JOINERS + " ") else ""


def view_of(key: str) -> str:
    """The secret of a room's projector, from the facilitator's: it shows the room and steers nothing."""
    return projector_secret(digest(key))


def projector_secret(key: str) -> str:
    """The same, from what is kept of the facilitator's."""
    return digest(f"projector {key}")[:32]
