"""What users can get wrong: one family of exceptions, each a single line that says what to do.

Every error names the field, the value that was given, what was expected and, where there is one, the
nearest right thing. The command line prints ``str(error)`` and exits with code 2; nothing else is shown.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


class SimkitError(Exception):
    """Something the user can put right.

    Attributes:
        message: what is wrong, without the field and the value.
        field: the parameter path, column, file or option concerned, if any.
        value: the value that was given, if any.
        hint: what to do about it, if it is not obvious from the message.
    """

    def __init__(self, message: str, *, field: str | None = None, value: Any = None, hint: str = "") -> None:
        super().__init__(message, field, value, hint)
        self.message = message
        self.field = field
        self.value = value
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders; the default would lose the keyword arguments.
        return (_rebuild, (type(self), self.message, self.field, self.value, self.hint))

    def __str__(self) -> str:
        subject = "" if self.field is None else f"{self.field}: "
        given = "" if self.value is None else f" (given: {_brief(self.value)})"
        hint = f" {self.hint}" if self.hint else ""
        said = f"{subject}{self.message}{given}"
        return f"{said}{'' if said.endswith(('.', '?')) else '.'}{hint}"


class ParameterError(SimkitError):
    """A parameter path, value, range or dated change that cannot be."""


class ScenarioError(SimkitError):
    """A scenario file that cannot be found, read or understood."""


class ObservedError(SimkitError):
    """A table of observed months that cannot be used."""


class RunError(SimkitError):
    """A run that cannot be started or carried on as asked."""


class OutputError(SimkitError):
    """A place that results cannot be written to."""


class StoreError(SimkitError):
    """A folder of results that cannot be used, written or read."""


@contextmanager
def within(file: str) -> Iterator[None]:
    """Name the file in which a mistake is, in front of its field: of several files only one may be wrong."""
    try:
        yield
    except SimkitError as error:
        where = file if error.field is None else f"{file}: {error.field}"
        raise _rebuild(type(error), error.message, where, error.value, error.hint) from None


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint naming the most similar known name, or '' when none is similar."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else ""


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _rebuild(kind: type[SimkitError], message: str, field: str | None, value: Any, hint: str) -> SimkitError:
    return kind(message, field=field, value=value, hint=hint)
