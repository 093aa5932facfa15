"""What a student has passed: remembered for each course folder, after every grading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course.generated_stubs import available_stub
from autograder.course.kit_folder import kit_of
from autograder.course.reading import Course, Exercise, Use
from autograder.course.source import decode
from autograder.course.student_state import load_state, save_state
from autograder.course.working_directory import from_here
from autograder.results.report import FINE, PASSED, Following, Report
from autograder.submissions.candidates import is_archive
from autograder.submissions.submission import Submission
from autograder.submissions.task_progress import TaskProgress, progress_in
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.text_files import read_bytes

#: The name of the stored state.
_NAME = "progress"


@dataclass(frozen=True)
class Graded:
    """The last result of an exercise, whose `digest` is the SHA-256 of the graded file.

    The file is relative to the folder of the course.
    """

    verdict: str
    earned: float
    file: str
    digest: str
    passed_tasks: Sequence[str] = ()

    @property
    def is_passed(self) -> bool:
        """Whether all of it was judged, and passed."""
        return self.verdict in {verdict.value for verdict in PASSED}

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do for the student."""
        return self.verdict in {verdict.value for verdict in FINE}

    @property
    def state(self) -> str:
        """The result in the word that `grade` shows; with the file if other exercises skip it."""
        word = Verdict.PASSED.value if self.is_passed else self.verdict
        return word if self.is_used else f"{word}, {Path(self.file).name}"

    @property
    def is_used(self) -> bool:
        """Whether other exercises use the file: it is in the folder ``exercises``."""
        return self.file.startswith("exercises/")

    def is_current(self, course: Course) -> bool:
        """Return whether the file is still as it was graded."""
        return _digest(course.root / self.file) == self.digest


def read_progress(course: Course) -> dict[str, Graded]:
    """Return the last result of each exercise; those whose file is gone or damaged are left out."""
    passed_now = {}
    for name, fields in load_state(course, _NAME).items():
        try:
            graded = Graded(**fields)
            exists = (course.root / graded.file).is_file()
        except (TypeError, ValueError):
            continue
        if exists and name in course.exercise_names:
            passed_now[name] = graded
    return passed_now


def is_own(course: Course, named: Path | None) -> bool:
    """Return whether a submission is the student's own: no folder or archive of another person.

    That is the course's own folder, if no path is `named`, and a file in the course.
    """
    if named is None:
        return True
    if not named.is_file() or is_archive(named):  # links in a circle are no file
        return False
    return named.resolve().is_relative_to(course.root.resolve())


def note_progress(course: Course, submission: Submission, report: Report) -> None:
    """Remember the results in `report`; a course folder that cannot be written stays as it is.

    A file that passes now stays remembered where another file, as a notebook, does not pass.
    """
    known, former = load_state(course, _NAME), read_progress(course)
    for result in report.exercises:
        file = submission.files.get(result.name)
        known.pop(result.name, None)
        if file is not None and result.verdict is not Verdict.NOT_STARTED:
            path = file.path.resolve().relative_to(course.root.resolve()).as_posix()
            passed = [task.name for task in result.tasks if task.verdict is Verdict.PASSED]
            graded = Graded(result.verdict.value, result.earned, path, _digest(file.path), passed)
            other = former.get(result.name)
            if other is not None and other.file != path and not graded.is_passed:
                graded = other if other.is_passed and other.is_current(course) else graded
            known[result.name] = asdict(graded)
    with suppress(OSError):
        save_state(course, _NAME, known)


def following(course: Course, report: Report) -> Following | None:
    """Return the exercise to do after `report`, as `gradus next` does; None if nothing is left."""
    graded = {result.name for result in report.exercises}
    exercise = next_exercise(course, (e for e in course.select() if e.name not in graded))
    if exercise is None:
        return None
    return Following(exercise.name, from_here(exercise.stub))


def use_of(course: Course, report: Report) -> Use | None:
    """Return what can be done with the only exercise of `report`; None if nothing is known.

    A kit has no parts of the reference: there, all exercises that are used must pass.
    """
    if len(report.exercises) > 1:
        return None
    passed = report.exercises[0].name
    use = course.exercise(passed).use
    if use is None or kit_of(course.root) is None:
        return use
    _, command, what, *_ = use.command.split()
    name = Path(what).stem if command in ("train", "sample") else passed  # of a checkpoint, too
    if name not in course.exercise_names:
        return None
    recipe, known = course.exercise(name).train, read_progress(course)
    used = (name, *(recipe.requires if recipe is not None else ()))
    if not set(used) <= set(course.exercise_names):
        return None
    needed = course.with_required(map(course.exercise, used))
    return use if all(passes_now(each.name, course, known) for each in needed) else None


def next_exercise(course: Course, exercises: Iterable[Exercise]) -> Exercise | None:
    """Return the first of `exercises` with something left to do; None if there is none."""
    known = read_progress(course)
    done = {name for name, graded in known.items() if graded.is_done and graded.is_current(course)}
    return next((each for each in exercises if each.name not in done), None)


def passes_now(name: str, course: Course, known: Mapping[str, Graded]) -> bool:
    """Return whether the exercise `name` has passed, and its file is still as it was graded."""
    graded = known.get(name)
    return graded is not None and graded.is_passed and graded.is_current(course)


def state_word(exercise: Exercise, course: Course, known: Mapping[str, Graded]) -> str:
    """Return the state of an exercise: passed, failed, unfinished, edited, or what is written."""
    graded = known.get(exercise.name)
    if graded is None:
        return written_state(exercise)
    return graded.state if graded.is_current(course) else "edited"


def written_state(exercise: Exercise) -> str:
    """Return the state of a file that was not graded: not started, unfinished or written."""
    if not exercise.stub.is_file():
        return "no file"
    try:
        source = decode(read_bytes(exercise.stub), exercise.stub.name)
    except BadInputError:
        return "unreadable"
    stub = available_stub(exercise)
    if source == stub:
        return "not started"  # without parsing: so are most files of a new course
    states = set(progress_in(source, exercise, stub).values())
    if states <= {TaskProgress.UNTOUCHED}:
        return "not started"
    return "written" if states == {TaskProgress.WRITTEN} else Verdict.UNFINISHED.value


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
