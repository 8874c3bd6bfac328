"""The command that opens the board."""

from __future__ import annotations

from typing import Annotated

import typer

from simkit.cli.terminal import app, whole
from simkit.errors import RunError


@app.command("app")
def board(
    address: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; others reach it at 0.0.0.0.")
    ] = "localhost",
    port: Annotated[
        int | None, typer.Option(parser=whole, metavar="PORT", help="The port there; by default the first free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Open the board: move sliders in a web page and see the crossing move."""
    try:
        from simkit_app.server import free_port, serve
    except ModuleNotFoundError as error:
        if error.name != "streamlit":
            raise
        raise RunError("the board needs Streamlit", field="app", hint="pip install 'simkit[app]'") from error
    chosen = free_port(address, port)
    typer.echo(f"The board is at http://{address}:{chosen} (Ctrl-C ends it).")
    serve(address, chosen, browser)
