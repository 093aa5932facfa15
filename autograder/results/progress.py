"""What a student has passed: remembered for each course folder, after every grading."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course.reading import Course, Exercise
from autograder.course.student_state import load_state, save_state
from autograder.course.working_directory import from_here
from autograder.results.report import FINE, PASSED, Following, Report
from autograder.submissions.candidates import is_archive
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict

#: The name of the stored state.
_NAME = "progress"


@dataclass(frozen=True)
class Graded:
    """The last result of an exercise.

    Attributes:
        verdict: its value, as ``failed``.
        file: the graded file, relative to the folder of the course.
        digest: SHA-256 of that file.
    """

    verdict: str
    earned: float
    possible: float
    file: str
    digest: str

    @property
    def is_passed(self) -> bool:
        """Whether all of it was judged, and passed."""
        return self.verdict in {verdict.value for verdict in PASSED}

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do for the student."""
        return self.verdict in {verdict.value for verdict in FINE}

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

    Args:
        named: the path that was given; None for the course's own folder.
    """
    if named is None:
        return True
    if not named.is_file() or is_archive(named):  # links in a circle are no file
        return False
    return named.resolve().is_relative_to(course.root.resolve())


def note_progress(course: Course, submission: Submission, report: Report) -> None:
    """Remember the results in `report`; a course folder that cannot be written stays as it is."""
    known = load_state(course, _NAME)
    for result in report.exercises:
        file = submission.files.get(result.name)
        known.pop(result.name, None)
        if file is not None and result.verdict is not Verdict.NOT_STARTED:
            path = file.path.resolve().relative_to(course.root.resolve()).as_posix()
            points = (result.earned, result.possible)
            graded = Graded(result.verdict.value, *points, path, _digest(file.path))
            known[result.name] = asdict(graded)
    with suppress(OSError):
        save_state(course, _NAME, known)


def following(course: Course, report: Report) -> Following | None:
    """Return the exercise to do after those in `report`; None if nothing is left to do."""
    known = read_progress(course)
    names = course.exercise_names
    last = max(names.index(result.name) for result in report.exercises)
    others = (*names[last + 1 :], *names[:last])
    left = (name for name in others if name not in known or not known[name].is_done)
    name = next(left, None)
    if name is None:
        return None
    exercise = course.exercise(name)
    return Following(name, exercise.title, from_here(exercise.stub))


def state_words(exercise: Exercise, course: Course, known: Mapping[str, Graded], now: str) -> str:
    """Return the state of an exercise: passed, failed, started, not started, or what is open.

    Args:
        now: what is written in its file, as ``1 of 2 written``.
    """
    graded = known.get(exercise.name)
    if graded is None:
        return now if now in ("not started", "no file", "unreadable") else f"started: {now}"
    word = "passed" if graded.is_passed else graded.verdict if graded.is_done else "failed"
    before = "it was graded" if graded.is_done and not graded.is_passed else f"it {word}"
    return word if graded.is_current(course) else f"started: edited since {before}"


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
