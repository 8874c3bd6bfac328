"""The command that shows what speaks for and against the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from simkit.cli.terminal import app, console
from simkit.errors import OutputError
from simkit.present.evidence import evidence as page
from simkit.run.fingerprint import fingerprint
from simkit.scenarios import load_scenario


@app.command()
def evidence(
    whole: Annotated[bool, typer.Option("--all", help="Show all of it, not only the first page.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of it: a web page (.html) or Markdown (.md).")
    ] = None,
) -> None:
    """Can this be believed? What speaks for the model and against it, with figures."""
    shown = page()
    if out is not None:
        if out.suffix not in (".html", ".md"):
            raise OutputError("expected a name that ends in .html or .md", field="--out", value=str(out))
        try:
            out.write_text(shown.html() if out.suffix == ".html" else shown.text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror or error}", field="--out", value=str(out)) from None
    else:
        console().print(Markdown(shown.text if whole else shown.first))
    here = fingerprint(load_scenario("baseline"))
    same = "This installation lives the same lives as the model of these figures."
    other = f"These figures are of model {shown.model}; this installation lives other lives ({here})."
    typer.echo(f"\n{same if here == shown.model else other}")
    if out is not None:
        typer.echo(f"All of it is in {out}.")
    elif not whole:
        typer.echo("All of it: --all, or --out evidence.html.")
