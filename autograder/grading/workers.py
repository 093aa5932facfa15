"""The workers of a submission.

A worker takes longer to start than most checks to run: each can be started before it is needed.
Nothing here imports NumPy: the first worker starts while the command imports what checks need.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.course.borrowing import borrowed_parts
from autograder.course.reading import Course, Exercise
from autograder.grading.setting import GradingSetting
from autograder.sandbox.runners.filesystem_view import remove_scratch
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS
from autograder.sandbox.session.launch import WorkerSpec, mentions_plotting
from autograder.sandbox.session.process import Launch
from autograder.submissions.submission import Submission
from framework.providers.backends import REFERENCE


class Workers:
    """Starts the workers of one submission, or of the ones that take its place in its folder."""

    def __init__(self, setting: GradingSetting, submission: Submission) -> None:
        self._setting, self._folder = setting, submission.folder
        self._names = tuple(submission.files)
        self._needs = needs(submission)
        self._scratch = Path(tempfile.mkdtemp(prefix="gradus-scratch-"))
        self._ready: dict[str, Launch] = {}

    def serve(self, submission: Submission) -> bool:
        """Return whether they serve `submission`: see `needs`."""
        return needs(submission) == self._needs

    def start(self, exercise: Exercise) -> None:
        """Start the worker for `exercise`, if there is none yet, while the caller goes on."""
        if exercise.name not in self._ready:
            self._ready[exercise.name] = self._launch(exercise)
            self._ready[exercise.name].start_early()

    def launch(self, exercise: Exercise) -> Launch:
        """Return the launch of a worker for `exercise`; it may have started already."""
        return self._ready.pop(exercise.name, None) or self._launch(exercise)

    def close(self) -> None:
        """End the workers that nothing needed, and remove what all of them wrote."""
        try:
            self.end_started()
        finally:
            remove_scratch(self._scratch)

    def end_started(self) -> None:
        """End the workers that were started and that nothing needed yet."""
        for launch in self._ready.values():
            launch.close()
        self._ready.clear()

    def _launch(self, exercise: Exercise) -> Launch:
        options, arrays = self._setting.options, NUMPY_ARRAYS
        if options.backend != REFERENCE:
            registry = self._setting.plugins.registry
            arrays = registry.find("arrays", options.backend, kind="arrays").target
        spec = WorkerSpec(
            self._setting.sandbox,
            self._folder,
            Path(tempfile.mkdtemp(prefix=f"{exercise.name}-", dir=self._scratch)),
            parts_of(self._setting.course, (exercise.name, *self._names)),
            arrays,
            options.device,
            self._setting.course.graded_imports(exercise),
        )
        return spec.launch(exercise.name, exercise.memory)


def needs(submission: Submission) -> tuple[object, ...]:
    """Return what a worker of `submission` is started with; equal ones can use the same worker."""
    folder = submission.folder
    return folder, tuple(submission.files), mentions_plotting(folder)


def parts_of(course: Course, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the parts that the exercises `names`, and those they require, may use.

    Returns:
        registry name -> (exercise, task).
    """
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
