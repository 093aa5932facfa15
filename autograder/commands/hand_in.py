"""``gradus hand-in``: writes your files into a zip, and says what is missing in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.course.reading import Course, Exercise
from autograder.course.working_directory import own_course
from autograder.reports.wording import counted
from autograder.results.commands import quoted
from autograder.results.progress import read_progress, state_word
from autograder.submissions.submission import Submission, load_submission
from framework.commands.options import CourseOption, ExercisesOrUnits
from framework.commands.output import say, shown
from framework.errors import BadInputError, ConflictError

#: More missing exercises than these are counted, not named.
NAMED = 12


def hand_in(
    names: ExercisesOrUnits = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The zip to write.")] = Path(
        "hand_in.zip"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing FILE.")] = False,
    course: CourseOption = None,
) -> None:
    """Write the files of your exercises into a zip to hand in, and say what is missing in it.

    It has the files that `grade` reads, and no exercise that is not started.
    """
    chosen_course = own_course(course)
    exercises = chosen_course.select(names or ())
    if out.exists() and not force:
        raise ConflictError(f"{shown(out)} exists: choose another with `--out`, or give `--force`")
    own = [exercise.name for exercise in exercises]
    with load_submission(chosen_course.root / "exercises", chosen_course, own) as submission:
        files = _files(chosen_course, exercises, submission)
        if not files:
            raise BadInputError("nothing to hand in: no exercise is started. `gradus next` begins")
        _write(out, chosen_course, files)
        notes = [*submission.notes]
        for name in files.keys() & submission.files.keys():
            file = submission.files[name]
            notes += [f"{file.shown}: {note}" for note in file.notes]
    say(f"Wrote {shown(out)} with {len(files)} of {counted(len(exercises), 'exercise')}.")
    for line in _states(chosen_course, exercises, files):
        say(line)
    for note in notes:
        say(f"note: {note}")
    say(f"`{quoted(['grade', shown(out)])}` grades what you hand in.")


def _files(course: Course, exercises: list[Exercise], submission: Submission) -> dict[str, Path]:
    """Return exercise -> its file: the one that `grade` reads, or a notebook that it has graded."""
    graded, files = read_progress(course), {}
    for exercise in exercises:
        file = submission.files.get(exercise.name)
        if file is not None and file.has_work(exercise):
            files[exercise.name] = file.path
        elif exercise.name in graded:
            files[exercise.name] = course.root / graded[exercise.name].file
    return files


def _write(out: Path, course: Course, files: dict[str, Path]) -> None:
    """Write `files` into the zip, each into the folder of its exercise."""
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for name, file in files.items():
                archive.write(file, f"{course.unit_of(name)}/{name}/{file.name}")
    except OSError as error:
        raise BadInputError(f"{error.filename or out}: {error.strerror}") from None


def _states(course: Course, exercises: list[Exercise], files: dict[str, Path]) -> Iterator[str]:
    """Yield the exercises by state: first those in the zip, then those that are missing."""
    known = read_progress(course)
    words = {each.name: state_word(each, course, known) for each in exercises}
    for is_inside, title in ((True, "in it"), (False, "missing")):
        states: dict[str, list[str]] = {}
        for name, word in words.items():
            if (name in files) is is_inside:
                states.setdefault(word, []).append(name)
        for word, names in states.items():
            many = counted(len(names), "exercise") + ", see `gradus list`"
            yield f"{title}, {word}: {', '.join(names) if len(names) <= NAMED else many}"
    if edited := [name for name, word in words.items() if word in ("edited", "written")]:
        yield f"Not graded as they are now: `{quoted(['grade', *edited])}`"
