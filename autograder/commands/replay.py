"""``gradus replay CHECK``: makes the call of a failed check again, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.working_directory import own_course
from autograder.sandbox.session.faults import BREAKPOINTS
from framework.commands import options as shared
from framework.commands.output import say, shown
from framework.errors import BadInputError, ConflictError, UsageError
from framework.providers.backends import REFERENCE

if TYPE_CHECKING:
    from autograder.course.reading import Course
    from autograder.replays.recorded_calls import ReplayedCheck
    from autograder.results.report import CheckResult
    from autograder.submissions.submission import Submission


def replay(
    check: Annotated[
        str,
        typer.Argument(
            metavar="CHECK", help="A public check, as `grade` shows it: test_EXERCISE.py::TEST."
        ),
    ],
    pdb: Annotated[
        bool, typer.Option("--pdb", help="Stop in the debugger at the first line of the call.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="Save the arrays of the call (.npz); do not make it."
        ),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            "--script", metavar="FILE", help="Write the calls as a program; do not make them."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    submission: shared.GradedSubmission = None,
    backend: shared.BackendName = "numpy",
    device: shared.Device = "cpu",
    seed: shared.Seed = None,
    sandbox: shared.Sandbox = "auto",
    allow_weaker: shared.AllowWeaker = False,
    plugin: shared.PluginOption = None,
    block: shared.BlockOption = None,
    course: shared.CourseOption = None,
) -> None:
    """Make the call of a failed check again in this terminal, where a debugger works.

    The check runs in the sandbox first, to find the call. Then your code runs without a sandbox:
    replay code of your own only. `breakpoint()` in your code works here, also without --pdb.
    """
    from autograder.grading.setting import GradeOptions, open_setting
    from autograder.replays.own_process import make_again
    from autograder.replays.recorded_calls import exercise_of, record
    from autograder.submissions.submission import load_submission

    beside = script.with_suffix(".npz") if script else None
    for file in filter(None, (save, script, beside)):
        if file.exists() and not force:
            raise ConflictError(f"{shown(file)} exists: choose another name, or give `--force`")
    if save and beside == save:
        raise UsageError(f"{shown(save)} would be written twice: choose another name for `--save`")
    if script and backend != REFERENCE:
        raise UsageError(f"a program is written for {REFERENCE} alone: leave out `--backend`")
    chosen_course = own_course(course)
    exercise = exercise_of(check, chosen_course)
    options = GradeOptions(
        submission=submission,
        backend=backend,
        device=device,
        seed=seed,
        sandbox=sandbox,
        allow_weaker=allow_weaker,
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
    )
    setting = open_setting(options, chosen_course)
    names = [required.name for required in chosen_course.with_required([exercise])]
    with load_submission(options.place(chosen_course), chosen_course, names) as loaded:
        loaded.require(exercise.name)
        recorded = record(check, setting, loaded)
        if save:
            _save(recorded, loaded, save)
        if script:
            _write(recorded, loaded, chosen_course, script)
        if save or script:
            return
        for line in _introduction(recorded.result):
            say(line, later="  ")
        raise typer.Exit(make_again(setting, loaded, recorded, pdb=pdb))


def _save(check: ReplayedCheck, submission: Submission, file: Path) -> None:
    """Save the arrays of the call at fault."""
    from autograder.replays.script import arguments_at_fault, save_arrays

    arrays = arguments_at_fault(check, submission)
    save_arrays(file, arrays)
    say(f"Saved {', '.join(arrays)} in {shown(file)}: `numpy.load` reads it.")


def _write(check: ReplayedCheck, submission: Submission, course: Course, file: Path) -> None:
    """Write the program, and its arrays beside it."""
    from autograder.replays.script import save_arrays, script_of

    text, arrays = script_of(check, submission, course)
    if arrays:
        save_arrays(file.with_suffix(".npz"), arrays)
    try:
        file.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
    more = f" and {shown(file.with_suffix('.npz'))}" if arrays else ""
    say(f"Wrote {shown(file)}{more}. Run it with `python {shown(file)}`.")


def _introduction(result: CheckResult) -> Iterator[str]:
    """Yield what the check says, and the call that is made again."""
    if not result.message:
        yield f"{result.id} passes. Its last call is made again, without a sandbox:\n"
        return
    yield f"{result.title}: {result.verdict.value}"
    if result.fact.what not in BREAKPOINTS:
        yield from (result.message, *result.details)
    yield f"Without a sandbox: {result.call or 'the whole check'}\n"
