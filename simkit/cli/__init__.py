"""The command line. Every mistake is one line on stderr and exit code 2; an interrupted run exits with 130."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from simkit.cli import board as _board  # noqa: F401 (registers its command)
from simkit.cli import comparing as _comparing  # noqa: F401 (registers its command)
from simkit.cli import evidence as _evidence  # noqa: F401 (registers its command)
from simkit.cli import experiments as _experiments  # noqa: F401 (registers its commands)
from simkit.cli import fitting as _fitting  # noqa: F401 (registers its command)
from simkit.cli import search as _search  # noqa: F401 (registers its commands)
from simkit.cli import sensitivity as _sensitivity  # noqa: F401 (registers its commands)
from simkit.cli.scenarios import parsed_settings
from simkit.cli.terminal import app
from simkit.errors import SimkitError

__all__ = ["app", "main", "parsed_settings"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: what follows the program's name; by default those of the process.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without the chart's characters still shows the rest
    try:
        code = app(args=arguments, prog_name="simkit", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read it has had enough
        code = 0
    except OSError as error:
        typer.echo(f"cannot write the output: {error.strerror or error}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    except (SimkitError, typer.TyperException) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        typer.echo(" ".join(message.split()), err=True)
        code = 2
    sys.exit(code or 0)
