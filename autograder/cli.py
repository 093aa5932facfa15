"""`grade`: checks a submission and says what is right, what is wrong and what to do next."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.errors import GradusError, UsageError

HELP = """Grade exercises: run their checks against your code and explain what they find.

  grade                         everything in ./exercises
  grade activations             one exercise; `grade neural_networks` a unit
  grade my_notebook.ipynb       a file, a notebook, a folder or a zip
  grade --submission solutions  somebody else's folder: here, the tour
  grade rnn --backend torch     hand the code torch tensors instead of NumPy arrays
  grade rnn --provider torch    grade a backend or a plugin instead of a submission

Exit codes: 0 everything passed, 1 something did not, 2 the command cannot be carried out as given,
3 a fault of gradus itself."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)

OutputFile = Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)]


@app.command(help=HELP)
def grade(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXERCISE|UNIT|PATH]...", show_default=False),
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(help="Folder, .py, .ipynb or .zip to grade. Default: ./exercises."),
    ] = None,
    backend: Annotated[
        str, typer.Option(help="Whose arrays the code works on: numpy or torch.")
    ] = "numpy",
    provider: Annotated[
        str, typer.Option(help="Grade this provider instead of a submission.", show_default=False)
    ] = "",
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="Where torch computes.")] = "cpu",
    sandbox: Annotated[
        str, typer.Option(help="auto, bubblewrap (fails if it is missing), process, or a plugin's.")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Source of all random inputs.", min=0)] = 0,
    jobs: Annotated[
        int, typer.Option(help="Exercises graded side by side. 0: one per processor.", min=0)
    ] = 0,
    watch: Annotated[
        bool, typer.Option("--watch", help="Grade again whenever a file is saved.")
    ] = False,
    show_hidden: Annotated[
        bool, typer.Option("--show-hidden", help="Show the details of hidden checks too.")
    ] = False,
    json: OutputFile = None,
    junit: OutputFile = None,
    html: OutputFile = None,
    course: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The course's folder.", show_default=False)
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option(help="Load this plugin too: a module or a path.")
    ] = None,
    block: Annotated[
        list[str] | None, typer.Option(help="Do not load the plugin of this name.")
    ] = None,
) -> None:
    """Grade a submission; the help text is `HELP`."""
    from autograder.command import Order, carry_out

    order = Order(
        what=tuple(what or ()),
        submission=submission,
        backend=backend,
        provider=provider,
        device=device,
        sandbox=sandbox,
        seed=seed,
        jobs=jobs,
        show_hidden=show_hidden,
        files={"json": json, "junit": junit, "html": html},
        course=course,
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
    )
    if provider and submission is not None:
        raise UsageError("--provider grades a provider, --submission a submission: choose one")
    raise typer.Exit(carry_out(order, watch=watch))


def main() -> None:
    """Entry point of the command."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        # Exercises are graded side by side: more threads than processors only wait for each other.
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    try:
        app()
    except GradusError as error:
        sys.stderr.write(f"grade: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
