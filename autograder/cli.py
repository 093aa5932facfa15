"""`grade`: checks a submission and says what is right, what is wrong and what to do next."""

from __future__ import annotations

import argparse
import gc
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from framework import version_line
from framework.errors import GradusError, UsageError
from framework.processes.termination import cleaning_up
from framework.startup.ending import end_process
from framework.startup.terminal import write_error
from framework.threads import pin_threads

DESCRIPTION = """Grade exercises: run their checks against your code and explain what they find.

  grade                         everything in ./exercises
  grade activations             one exercise; `grade neural_networks` a unit
  grade my_notebook.ipynb       a file, a notebook, a folder or a zip
  grade --submission solutions  another folder: here, the tour of all solutions
  grade rnn --backend torch     hand the code torch tensors instead of NumPy arrays
  grade rnn --provider torch    grade a backend or a plugin instead of a submission"""

EXIT_CODES = """Exit codes: 0 everything passed or waits for a person, 1 something did not, 2 the
command cannot be carried out as given, 3 something could not be graded, by a fault of gradus."""

#: The report formats that have an option of their own: option -> how the format is written.
FILES = {"json": "JSON", "junit": "JUnit XML", "html": "HTML"}


class Parser(argparse.ArgumentParser):
    """Wrong arguments are a `UsageError` like any other.

    `gradus` uses typer, whose start alone would be a quarter of the time that `grade` takes for an
    exercise, and students wait for `grade` all day.
    """

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(f"{message}. `grade --help` shows every option")


def parser() -> Parser:
    """Return the parser of the command's arguments."""
    parser = Parser(
        "grade",
        usage="grade [EXERCISE|UNIT|PATH ...] [options]",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("what", metavar="EXERCISE|UNIT|PATH", nargs="*", help="default: everything")
    _add_choices(parser)
    _add_output(parser)
    _add_course(parser)
    parser.add_argument("--version", action="version", version=version_line("grade"))
    return parser


def _add_choices(parser: Parser) -> None:
    add = parser.add_argument_group("grading").add_argument
    add(
        "--submission",
        type=Path,
        metavar="PATH",
        help="folder, .py, .ipynb, .zip or .tar.gz to grade; default: ./exercises",
    )
    add("--backend", default="numpy", help="arrays that the code gets: numpy or torch")
    add("--provider", default="", help="grade this provider instead of a submission")
    add("--device", choices=("cpu", "cuda"), default="cpu", help="device of torch")
    add(
        "--sandbox",
        default="auto",
        help="auto, bubblewrap (fails if it is missing), process, fork (many submissions), or a "
        "plugin's",
    )
    add(
        "--allow-weaker",
        action="store_true",
        help="let `--sandbox fork` start where this system cannot contain everything",
    )
    add(
        "--seed",
        type=_seed,
        help="seed of all random inputs (0; in a kit, that of the kit); `secret` draws a new one",
    )
    add(
        "--jobs",
        type=_natural,
        default=0,
        help="exercises graded in parallel; 0: one per processor",
    )
    add(
        "--manual-points",
        type=Path,
        metavar="FILE",
        help="CSV file with instructors' points for answers in prose",
    )
    add("--in-notebook", choices=("saved", "cells"), default="", help=argparse.SUPPRESS)
    add("--watch", action="store_true", help="grade again whenever a file is saved")


def _add_output(parser: Parser) -> None:
    add = parser.add_argument_group("output").add_argument
    add("--show-hidden", action="store_true", help="show the details of hidden checks too")
    for name, shown in FILES.items():
        add(f"--{name}", type=Path, metavar="FILE", help=f"write the report as {shown} too")
    add("-v", "--verbose", action="store_true", help="log plugins, choices and processes")
    add("--plots", type=Path, metavar="DIR", help="save the plots of checks as SVG files in DIR")
    add(
        "--report",
        type=_named_file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="write the report in a plugin's format too",
    )


def _add_course(parser: Parser) -> None:
    add = parser.add_argument_group("course and plugins").add_argument
    add("--course", type=Path, metavar="DIR|NAME", help="the course: a folder or an installed one")
    add("--plugin", action="append", default=[], help="load this plugin too: a module or a path")
    add("--block", action="append", default=[], help="do not load the plugin of this name")


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not 0, 1, 2, ...")
    return int(text)


def _seed(text: str) -> int:
    if text != "secret":
        return _natural(text)
    import secrets  # not needed otherwise

    return secrets.randbelow(1 << 62)


def _named_file(text: str) -> tuple[str, Path]:
    name, separator, file = text.partition("=")
    if not (name and separator and file):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE, as in html=report.html")
    return name, Path(file)


def grade(arguments: list[str]) -> int:
    """Carry out the command; returns its exit code."""
    # Intermixed: exercises may be named before, between and after options.
    given = parser().parse_intermixed_args(arguments)
    if given.provider and given.submission is not None:
        raise UsageError("--provider grades a provider, --submission a submission: choose one")
    if given.verbose:
        from framework.log import show_log

        show_log()
    from autograder.commands.grade import grade as grade_as_asked
    from autograder.grading.options import GradeOptions

    options = GradeOptions(
        what=tuple(given.what),
        submission=given.submission,
        backend=given.backend,
        provider=given.provider,
        device=given.device,
        sandbox=given.sandbox,
        allow_weaker=given.allow_weaker,
        seed=given.seed,
        jobs=given.jobs,
        show_hidden=given.show_hidden,
        files={**{name: getattr(given, name) for name in FILES}, **dict(given.report)},
        plots=given.plots,
        manual_points=given.manual_points,
        course=given.course,
        plugins=tuple(given.plugin),
        blocked=tuple(given.block),
        in_notebook=given.in_notebook,
    )
    return grade_as_asked(options, watch=given.watch)


def _write_error(text: str) -> None:
    """Write an error; it may contain file names of an untrusted submission."""
    from autograder.reports.plain import clean

    write_error(clean(text))


def main() -> None:
    """Entry point of the command."""
    gc.disable()  # until everything is imported: nothing of it is garbage
    pin_threads()  # exercises are graded side by side
    with cleaning_up():
        code = _exit_code()
    end_process(code)


def _exit_code() -> int:
    """Carry out the command; errors are written, and give the exit code."""
    try:
        return grade(sys.argv[1:])
    except GradusError as error:
        _write_error(f"grade: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from framework.providers.device_errors import device_error

        if found := device_error(error):
            _write_error(f"grade: {found}")
            return found.exit_code
        _write_error(traceback.format_exc().rstrip())
        _write_error("grade: the above is a fault of gradus itself, not of the submission")
        return GradusError.exit_code
