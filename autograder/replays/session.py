"""What a replay program uses: the student's own code, arrays, and random numbers."""

from __future__ import annotations

import bdb
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from autograder.course.kit_folder import seed_in
from autograder.course.reading import Course, Exercise
from autograder.grading.grader import Grader
from autograder.grading.setting import GradeOptions, open_setting
from autograder.grading.workers import parts_of
from autograder.replays.recorded_calls import exercise_of, one_check, record
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import Callback
from autograder.sandbox.session.session import Session
from autograder.sandbox.worker.loading import SubmittedModule
from autograder.sandbox.worker.summed_cells import with_sums
from autograder.submissions.submission import Submission, load_submission
from framework.arrays import Arrays, NumpyArrays, arrays_in_force
from framework.importing import load_target
from framework.models.parts import parts_from
from framework.providers.backends import REFERENCE


class OwnModule(SubmittedModule):
    """The student's file for one exercise, imported from where it lies.

    Args:
        submission: code of a notebook or an archive is imported from its folder.
    """

    def __init__(self, submission: Submission, exercise: str, course: Course) -> None:
        super().__init__(submission.folder, exercise, parts_of(course, [exercise]))
        self._submission = submission

    def _file(self, exercise: str) -> Path:
        file = self._submission.files.get(exercise)
        if file is None or file.cells is not None or file.path.suffix.lower() != ".py":
            return super()._file(exercise)
        return file.path.resolve()

    def module(self) -> ModuleType:
        """Import the file of the exercise, and return it."""
        return self._module(self._exercise)


class Replay:
    """One check of one submission, whose calls are made again outside of any sandbox.

    Args:
        check: its id, as in ``test_rnn.py::test_forward``.
        submission: the path of the submission; empty for the course's own folder.
        course: the folder of the course; empty for that of the working directory.
        options: how the check is graded, see `GradeOptions`.
    """

    def __init__(
        self, check: str, *, submission: str = "", course: str = "", **options: Any
    ) -> None:
        self.check = check
        self._given = {"submission": submission, "course": course, **options}
        self.course = Course.read(Path(course))
        self._options = GradeOptions(submission=Path(submission) if submission else None, **options)
        self.setting = open_setting(self._options, self.course)
        self._open = ExitStack()

    @classmethod
    def of(cls, check: str, options: GradeOptions, course: Course) -> Replay:
        """Return the replay of a check of what `options` say is graded."""
        names = ("backend", "device", "sandbox", "allow_weaker", "plugins", "blocked")
        given = {name: getattr(options, name) for name in names}
        deciding = {n: value for n, value in given.items() if value != getattr(GradeOptions, n)}
        submission = str(options.submission.resolve()) if options.submission else ""
        seed, root = seed_in(course.root, options.seed), str(course.root.resolve())
        return cls(check, submission=submission, course=root, seed=seed, **deciding)

    @property
    def expression(self) -> str:
        """A Python expression for the same replay."""
        given = (f"{name}={value!r}" for name, value in self._given.items() if value)
        lines = (f"\n    {line}," for line in (repr(self.check), *given))
        return f"Replay({''.join(lines)}\n)"

    @cached_property
    def submission(self) -> Submission:
        """The student's files that the exercise needs."""
        exercise = exercise_of(self.check, self.course)
        names = [required.name for required in self.course.with_required([exercise])]
        submission = load_submission(self._options.place(self.course), self.course, names)
        submission.require(exercise.name)
        return submission

    def code(self, exercise: str) -> Any:
        """Import the student's file for `exercise`, and return the module."""
        own = self.own_module(exercise)
        self._open.enter_context(parts_from(with_sums(own.part)))
        self._open.enter_context(arrays_in_force(self.backend_arrays))
        return own.module()

    def debug_errors(self) -> None:
        """Start the debugger where an exception ends this program."""
        sys.excepthook = _debug

    def own_module(self, exercise: str) -> OwnModule:
        """Return the student's file for `exercise`, which is not imported yet."""
        return OwnModule(self.submission, exercise, self.course)

    @cached_property
    def backend_arrays(self) -> Arrays:
        """The arrays of the backend."""
        backend, device = self._options.backend, self._options.device
        if backend == REFERENCE:
            return NumpyArrays()
        registry = self.setting.plugins.registry
        made = load_target(registry.find("arrays", backend, kind="arrays").target)
        arrays: Arrays = made() if device == "cpu" else made(device=device)
        return arrays

    def arrays(self, file: str) -> dict[str, Any]:
        """Return the arrays in `file`, in the form of the backend; texts stay as they are."""
        with np.load(file) as stored:
            arrays = {name: stored[name] for name in stored.files}
        native = self.backend_arrays.from_numpy
        return {n: a if a.dtype.kind == "U" else native(a) for n, a in arrays.items()}

    def generator(self, state: int, increment: int) -> np.random.Generator:
        """Return random numbers in a given state."""
        bits = np.random.PCG64()
        bits.state = {**bits.state, "state": {"state": state, "inc": increment}}
        return np.random.Generator(bits)

    def assign(self, arrays: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
        """Copy `values` into `arrays`, as a check sets the parameters of a model."""
        for name, value in values.items():
            self.backend_arrays.assign(arrays, name, self.backend_arrays.to_numpy(value))

    def callbacks(self) -> dict[int, Any]:
        """Run the check once more, and return the functions that it passes, by number."""
        callbacks = record(self.check, self.setting, self.submission).callbacks
        return {number: _Open(callback) for number, callback in callbacks.items()}


def run_check(replay: Replay) -> None:
    """Run the check of `replay`, and print its verdict; what the code prints is shown at once."""

    def in_this_process(exercise: Exercise) -> Session:
        own = replay.own_module(exercise.name)
        return InlineSession(own, replay.backend_arrays, own.part)

    grader = Grader(replay.setting, replay.submission, open_session=in_this_process)
    with grader.under_test(exercise_of(replay.check, replay.course)) as under_test:
        (result,) = grader.run(under_test, select=one_check(replay.check))
    sys.stdout.write("\n".join([result.verdict.value, result.message, *result.details]) + "\n")


def _debug(
    kind: type[BaseException], error: BaseException, traceback_: TracebackType | None
) -> None:
    """Show the exception, and open the debugger in the frame that raised it."""
    if issubclass(kind, bdb.BdbQuit | KeyboardInterrupt):
        return
    traceback.print_exception(kind, error, traceback_)
    import pdb

    pdb.post_mortem(traceback_)


class _Open:
    """A callback of a check, called directly."""

    def __init__(self, callback: Callback) -> None:
        self._callback = callback

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._callback.target(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name not in self._callback.names:
            raise AttributeError(name)
        return getattr(self._callback.target, name)
