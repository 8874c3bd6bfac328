"""The commands that open the board and the training room."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated

import typer

from simkit.cli.terminal import app, whole
from simkit.errors import RunError

Port = Annotated[
    int | None, typer.Option(parser=whole, metavar="PORT", help="The port there; by default the first free one.")
]
Open = Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")]


@app.command("app")
def board(
    address: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; others reach it at 0.0.0.0.")
    ] = "localhost",
    port: Port = None,
    browser: Open = True,
) -> None:
    """Open the board: move sliders in a web page and see the crossing move."""
    server = _server()
    chosen = server.free_port(address, port)
    typer.echo(f"The board is at http://{address}:{chosen} (Ctrl-C ends it).")
    server.serve(address, chosen, browser)


@app.command()
def room(port: Port = None, browser: Open = True) -> None:
    """Hold a training session: people on this network join on their own phones, draw, decide and compare."""
    server = _server()
    chosen = server.free_port(server.EVERYWHERE, port)
    typer.echo(f"You steer at http://localhost:{chosen}/training (Ctrl-C ends it; rooms are kept).")
    others = [f"http://{address}:{chosen}/training" for address in server.addresses()]
    if others:
        typer.echo(f"So that others get the right address, open it at one that they reach: {', '.join(others)}")
    else:
        typer.echo("This machine is in no network: connect it, or let it share a hotspot, so that others can join.")
    server.serve(server.EVERYWHERE, chosen, browser, "training")


def _server() -> ModuleType:
    try:
        from simkit_app import server
    except ModuleNotFoundError as error:
        if (error.name or "simkit").startswith("simkit"):
            raise
        raise RunError("the board needs Streamlit", field="app", hint="pip install 'simkit[app]'") from error
    return server
