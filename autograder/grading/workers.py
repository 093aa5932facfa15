"""What it takes to start the worker of an exercise: its launch, and the parts within its reach."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.course.borrowing import borrowed_parts
from autograder.course.reading import Course, Exercise
from autograder.grading.setting import GradingSetting
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS
from autograder.sandbox.session.launch import WorkerSpec
from autograder.sandbox.session.process import Launch
from autograder.submissions.submission import Submission
from framework.providers.backends import REFERENCE


def launch_of(
    setting: GradingSetting, submission: Submission, exercise: Exercise, scratch: Path
) -> Launch:
    """Return the launch of a worker for `exercise`, which gets a folder of its own in `scratch`."""
    options, arrays = setting.options, NUMPY_ARRAYS
    if options.backend != REFERENCE:
        registry = setting.plugins.registry
        arrays = registry.find("arrays", options.backend, kind="arrays").target
    spec = WorkerSpec(
        setting.sandbox,
        submission.folder,
        Path(tempfile.mkdtemp(prefix=f"{exercise.name}-", dir=scratch)),
        parts_of(setting.course, (exercise.name, *submission.files)),
        arrays,
        options.device,
        setting.course.graded_imports(exercise),
    )
    return spec.launch(exercise.name, exercise.memory)


def parts_of(course: Course, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return registry name -> (exercise, task) of what `names`, and those they require, may use."""
    required = course.with_required(map(course.exercise, names))
    own = {
        task.registry_name: (exercise.name, task.name)
        for exercise in required
        for task in exercise.tasks
    }
    scoped = {
        f"{course.taken.get(task[0], course.name)}/{name}": task
        for name, task in own.items()
        if course.base or course.taken
    }
    return {**borrowed_parts(course, required), **scoped, **own}
