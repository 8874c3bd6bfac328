"""What is answered to what cannot be done."""

from __future__ import annotations


class Refused(Exception):
    """What cannot be done.

    Attributes:
        status: the HTTP status that says why.
        message: for people.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
