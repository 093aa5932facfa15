"""`grade`: checks a submission and says what is right, what is wrong and what to do next."""

from __future__ import annotations

import gc
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from framework.commands import options as shared
from framework.commands.groups import new_app
from framework.commands.output import (
    discard_output,
    disk_error,
    replace_unknown_characters,
    write_error,
)
from framework.errors import GradusError, UsageError
from framework.processes.termination import cleaning_up, end_process
from framework.providers.backends import STUDENT
from framework.threads import pin_threads

app = new_app()


def _named_file(text: str) -> tuple[str, Path]:
    name, separator, file = text.partition("=")
    if not (name and separator and file):
        message = f"{text!r} is not NAME=FILE, as in html=report.html"
        raise typer.BadParameter(message, param_hint="'--report'")
    return name, Path(file)


#: The heading of the options for reports in the help.
REPORTS = "Reports"


def _report_file(name: str) -> object:
    """Return the option for the file of a report, in a format that has an option of its own."""
    text = f"Write the report as {name} too."
    return typer.Option(metavar="FILE", help=text, rich_help_panel=REPORTS)


@app.command(
    epilog="Exit codes: 0 everything passed or waits for a person, 1 something did not, 2 the "
    "command cannot be carried out as given, 3 something could not be graded, by a fault of gradus."
)
def _asked(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXERCISE|UNIT|PATH", help="Default: everything."),
    ] = None,
    submission: shared.GradedSubmission = None,
    backend: shared.BackendName = "numpy",
    provider: shared.GradedProvider = STUDENT,
    device: shared.Device = "cpu",
    sandbox: shared.Sandbox = "auto",
    allow_weaker: shared.AllowWeaker = False,
    seed: shared.Seed = None,
    secret: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Draw the seed of a submission from the secret number N and its files.",
        ),
    ] = None,
    jobs: shared.Jobs = 0,
    in_notebook: Annotated[Literal["", "saved", "cells"], typer.Option(hidden=True)] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Grade again whenever a file is saved.")
    ] = False,
    show_hidden: Annotated[
        bool,
        typer.Option(
            "--show-hidden", help="Show the details of hidden checks too.", rich_help_panel=REPORTS
        ),
    ] = False,
    json: Annotated[Path | None, _report_file("JSON")] = None,
    junit: Annotated[Path | None, _report_file("JUnit XML")] = None,
    html: Annotated[Path | None, _report_file("HTML")] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="Write the report in a plugin's format too. Repeatable.",
            rich_help_panel=REPORTS,
        ),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Save the plots of checks as SVG files in DIR.",
            rich_help_panel=REPORTS,
        ),
    ] = None,
    course: shared.CourseOption = None,
    plugin: shared.PluginOption = None,
    block: shared.BlockOption = None,
    verbose: shared.Verbose = False,
    version: shared.Version = False,
) -> Any:
    """Grade exercises: run their checks against your code and explain what they find.

    \b
      grade                         everything in ./exercises
      grade activations             one exercise; `grade neural_networks` a unit
      grade my_notebook.ipynb       a file, a notebook, a folder or a zip
      grade --submission solutions  another folder: the tour of all solutions
      grade rnn --backend torch     your code computes with PyTorch, on tensors
      grade rnn --provider torch    grade the parts of a backend or a plugin
    """
    if provider != STUDENT and submission is not None:
        raise UsageError("--provider grades a provider, --submission a submission: choose one")
    if seed is not None and secret is not None:
        raise UsageError("--seed is the seed, --secret draws one for the submission: choose one")
    from autograder.grading.setting import GradeOptions

    return GradeOptions(
        what=tuple(what or ()),
        submission=submission,
        backend=backend,
        provider="" if provider == STUDENT else provider,
        device=device,
        sandbox=sandbox,
        allow_weaker=allow_weaker,
        seed=seed,
        secret=secret,
        jobs=jobs,
        watch=watch,
        show_hidden=show_hidden,
        files={"json": json, "junit": junit, "html": html, **dict(map(_named_file, report or ()))},
        plots=plots,
        course=course,
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
        in_notebook=in_notebook,
    )


def grade(arguments: list[str]) -> int:
    """Carry out the command; returns its exit code."""
    command = typer.main.get_command(app)
    try:
        options = command.main(arguments, prog_name="grade", standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message().rstrip(".")
        raise UsageError(f"{message}. `grade --help` shows every option") from None
    if isinstance(options, int):  # the exit code of `--help` and `--version`
        return options
    from autograder.commands.grade import grade as grade_as_asked

    return grade_as_asked(options)


def _write_error(text: str) -> None:
    """Write an error; it may contain file names of an untrusted submission."""
    from autograder.reports.plain import clean

    write_error(clean(text))


def main() -> None:
    """Entry point of the command."""
    replace_unknown_characters()
    gc.disable()  # until everything is imported: nothing of it is garbage
    pin_threads()  # exercises are graded side by side
    with cleaning_up():
        code = _exit_code()
    end_process(code)


def _exit_code() -> int:
    """Carry out the command; errors are written, and give the exit code."""
    try:
        code = grade(sys.argv[1:])
        print(end="", flush=True)  # it does nothing where the output is closed
        return code
    except GradusError as error:
        _write_error(f"grade: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe has ended, as `head` does
        discard_output()
        return 1
    except Exception as error:
        from framework.providers.device_errors import device_error

        if explained := device_error(error) or disk_error(error):
            _write_error(f"grade: {explained}")
            return explained.exit_code
        _write_error(traceback.format_exc().rstrip())
        _write_error("grade: the above is a fault of gradus itself, not of the submission")
        return GradusError.exit_code
