"""Results of exercises in which nothing is written: no check has to run for them."""

from __future__ import annotations

from autograder.course.reading import Exercise
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict


def is_not_started(exercise: Exercise, submission: Submission | None) -> bool:
    """Whether the file of `exercise` is missing, or still the stub as it was handed out."""
    if submission is None:
        return False
    file = submission.files.get(exercise.name)
    return file is None or file.is_stub(exercise)


def not_started(exercise: Exercise, submission: Submission | None) -> ExerciseResult:
    """The result of an exercise without a file, or with an untouched one."""
    file = submission.files.get(exercise.name) if submission is not None else None
    tasks = tuple(
        TaskResult(task, (_check(exercise, task, is_missing=file is None),))
        for task in exercise.task_names
    )
    inner = file.inner if file is not None else ""
    return ExerciseResult(exercise.name, exercise.unit, exercise.title, tasks, file=inner)


def _check(exercise: Exercise, task: str, *, is_missing: bool) -> CheckResult:
    return CheckResult(
        id="",
        title=f"{task} is {'handed in' if is_missing else 'written'}",
        task=task,
        hidden=False,
        points=exercise.points / len(exercise.tasks),
        verdict=Verdict.NOT_STARTED,
        message=f"there is no {exercise.name}.py" if is_missing else "not written yet",
    )
