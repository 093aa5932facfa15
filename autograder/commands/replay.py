"""``gradus replay CHECK``: makes the call of a failed check again, in the terminal."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.course.reading import find_course
from autograder.sandbox.session.faults import BREAKPOINTS
from framework.commands import options as shared
from framework.commands.output import say, shown
from framework.errors import BadInputError, ConflictError

if TYPE_CHECKING:
    from autograder.replays.recorded_calls import ReplayedCheck
    from autograder.replays.session import Replay


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
            "--save", metavar="FILE", help="Only save the call's arrays (.npz); do not run it."
        ),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            "--script",
            metavar="FILE",
            help="Only write the call as a program, as replay.py; do not run it.",
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
    from autograder.grading.setting import GradeOptions
    from autograder.replays.recorded_calls import exercise_of, record
    from autograder.replays.session import Replay

    chosen_course = find_course(course)
    exercise_of(check, chosen_course)
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
    made = Replay.of(check, options, chosen_course)
    with made.submission:
        recorded = record(check, made.setting, made.submission)
        if save is None and script is None:
            code = _run(made, recorded, pdb)
            raise typer.Exit(code)
        for file in filter(None, (save, script, script and script.with_suffix(".npz"))):
            if file.exists() and not force:
                raise ConflictError(f"{file} exists: choose another name, or give `--force`")
        if save is not None:
            _save(made, recorded, save)
        if script is not None:
            has_arrays = _write(made, recorded, script, pdb=pdb)
            more = f" and {shown(script.with_suffix('.npz'))}" if has_arrays else ""
            name = shown(script)
            say(f"Wrote {name}{more}. Run it with `python {name}`, or in an editor.")


def _run(made: Replay, recorded: ReplayedCheck, pdb: bool) -> int:
    """Run the program in this terminal, and return its exit code."""
    result = recorded.result
    with tempfile.TemporaryDirectory(prefix="gradus-replay-") as folder:
        file = Path(folder, "replay.py")
        _write(made, recorded, file, pdb=pdb)
        if result.message:
            is_breakpoint = result.fact.what in BREAKPOINTS
            say(f"{result.title}: {result.verdict.value}")
            for text in () if is_breakpoint else (result.message, *result.details):
                say(text)
            say(f"Without a sandbox: {result.call or 'the whole check'}\n")
        else:
            say(f"{result.id} passes. Its last call is made again, without a sandbox:\n")
        return subprocess.run([sys.executable, str(file)], check=False).returncode


def _write(made: Replay, recorded: ReplayedCheck, file: Path, *, pdb: bool) -> bool:
    """Write the program, and its arrays beside it; return whether it has any."""
    from autograder.replays.program import program

    arrays = file.with_suffix(".npz")
    composed = program(made, recorded, str(arrays.resolve()), pdb=pdb)
    try:
        file.write_text(composed.text, "utf-8", newline="\n")
        if composed.arrays:
            _save_arrays(arrays, composed.arrays)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
    return bool(composed.arrays)


def _save(made: Replay, recorded: ReplayedCheck, file: Path) -> None:
    from autograder.replays.program import program

    arrays = program(made, recorded, "").arguments
    if not arrays:
        raise BadInputError(f"the call at fault of {recorded.result.id} has no arrays to save")
    try:
        _save_arrays(file, arrays)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
    say(f"Saved {', '.join(arrays)} in {shown(file)}: `numpy.load` reads it.")


def _save_arrays(file: Path, arrays: Mapping[str, Any]) -> None:
    import zipfile

    import numpy as np

    # `numpy.savez` takes names of arrays as arguments, and a student's parameter may be `file`.
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
