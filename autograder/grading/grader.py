"""Grading: from a request to a report."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise, find_course
from autograder.grading.under_test import (
    ExerciseUnderTest,
    ProviderSession,
    ReferenceSession,
    converse,
    parts_of,
)
from autograder.isolation.host.faults import Frame
from autograder.isolation.host.launch import NUMPY_ARRAYS, Workplace
from autograder.isolation.host.sandbox_session import Deadlines, SandboxSession
from autograder.isolation.host.scratch import remove_scratch
from autograder.isolation.host.session import Session
from autograder.isolation.sandboxes import Sandbox, choose
from autograder.record.results import EXPLAINED, CheckResult, ExerciseResult, TaskResult
from autograder.submissions.submission import Submission, load_submission
from autograder.verdicts import Verdict
from framework.errors import GradusError
from framework.providers.backends import REFERENCE, Backend, part_source
from framework.providers.plugins import Plugins

if TYPE_CHECKING:
    import pytest

    from autograder.grading.collector import Collector

OnCheck = Callable[[CheckResult], None]

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"reaches", "plot"})


@dataclass(frozen=True)
class Setting:
    """How submissions are graded: everything that one run has in common.

    Args:
        backend: whose arrays the submission is handed, and whose answers it is compared with.
        provider: graded instead of a submission, if given.
        seed: all random numbers of all checks come from it.
    """

    course: Course
    plugins: Plugins
    sandbox: Sandbox
    backend: str = "numpy"
    provider: str = ""
    device: str = "cpu"
    seed: int = 0

    def reference_backend(self) -> Backend:
        """Whose answers are right: NumPy's, on the CPU, also where a provider has a GPU."""
        device = "cpu" if self.provider and self.backend == REFERENCE else self.device
        return Backend(self.plugins.registry, self.backend, device=device)

    def deadlines(self, exercise: Exercise) -> Deadlines:
        """The exercise's budget; a GPU backend's import takes longer than NumPy's."""
        call, total = exercise.time.call, exercise.time.total
        return Deadlines(call=call, total=total)


class Grader:
    """Grades the exercises of one submission, one at a time.

    Args:
        submission: None when a provider is graded.
    """

    def __init__(self, setting: Setting, submission: Submission | None) -> None:
        self._setting = setting
        self._submission = submission
        self._scratch = Path(tempfile.mkdtemp(prefix="gradus-scratch-"))
        self._started: dict[str, SandboxSession] = {}

    def start(self, exercise: Exercise) -> None:
        """Start the worker for `exercise`, if there is none yet, while the caller goes on."""
        submission = self._submission
        if exercise.name in self._started or submission is None:
            return
        if exercise.name in submission.files:
            self._started[exercise.name] = self._sandboxed(exercise, submission)

    def close(self) -> None:
        """Remove what was set up."""
        for session in self._started.values():
            session.close()
        remove_scratch(self._scratch)

    def grade(self, exercise: Exercise, on_check: OnCheck | None = None) -> ExerciseResult:
        """Run the checks of `exercise`, public and hidden."""
        started = time.perf_counter()
        with self.under_test(exercise) as under_test:
            checks = run_checks(exercise, under_test, on_check)
            checks = [self._placed(check) for check in self._diagnosed(under_test, checks)]
            uncontained = under_test.session.uncontained
        return ExerciseResult(
            name=exercise.name,
            unit=exercise.unit,
            title=exercise.title,
            tasks=_by_task(exercise, checks),
            file=self._file(exercise),
            uncontained=uncontained,
            seconds=time.perf_counter() - started,
        )

    @contextmanager
    def under_test(self, exercise: Exercise) -> Iterator[ExerciseUnderTest]:
        """Both sides of the checks of `exercise`.

        Raises:
            BadInputError: the solution of it, or of an exercise that it requires, is missing.
        """
        self._setting.course.require_solutions(exercise)
        registry = self._setting.plugins.registry
        backend = self._setting.reference_backend()
        reference = converse(ReferenceSession, backend, registry, exercise)
        session = self._session(exercise)
        under_test = ExerciseUnderTest(exercise, session, reference, self._setting.seed)
        try:
            yield under_test
        finally:
            under_test.close()

    def _session(self, exercise: Exercise) -> Session:
        if self._submission is None:
            registry, device = self._setting.plugins.registry, self._setting.device
            backend = Backend(registry, self._setting.provider, device=device)
            return converse(ProviderSession, backend, registry, exercise)
        if exercise.name not in self._started:
            return self._sandboxed(exercise, self._submission)
        return self._started.pop(exercise.name)

    def _sandboxed(self, exercise: Exercise, submission: Submission) -> SandboxSession:
        scratch = self._scratch / exercise.name
        scratch.mkdir(exist_ok=True)
        workplace = Workplace(
            self._setting.sandbox,
            submission.folder,
            scratch,
            parts_of(self._setting.course),
            self._arrays(),
            self._setting.device,
        )
        deadlines = self._setting.deadlines(exercise)
        launch = workplace.launch(exercise.name)
        return SandboxSession(launch, str(submission.folder), exercise.name, deadlines)

    def _arrays(self) -> str:
        if self._setting.backend == REFERENCE:
            return NUMPY_ARRAYS
        registry = self._setting.plugins.registry
        return registry.find("arrays", self._setting.backend, kind="arrays").target

    def _diagnosed(
        self, under_test: ExerciseUnderTest, checks: list[CheckResult]
    ) -> list[CheckResult]:
        """`checks` with what explains those that failed; a student kit has nothing to compare."""
        exercise, asked = under_test.exercise, under_test.transcripts
        if not asked or not exercise.solution.is_file():
            return checks
        if all(check.verdict not in EXPLAINED for check in checks):
            return checks
        from autograder.diagnosis.diagnose import diagnosed  # not needed where all passed

        parts = part_source(self._setting.plugins.registry, [REFERENCE])
        return diagnosed(exercise, checks, asked, parts)

    def _file(self, exercise: Exercise) -> str:
        if self._submission is None or exercise.name not in self._submission.files:
            return ""
        return self._submission.files[exercise.name].inner

    def _placed(self, check: CheckResult) -> CheckResult:
        """`check` with its lines as their author finds them."""
        return replace(check, frames=tuple(map(self._place, check.frames)))

    def _place(self, frame: Frame) -> Frame:
        files = self._submission.files if self._submission is not None else {}
        file = files.get(Path(frame.file).stem)
        if file is None:
            return frame
        cell = file.where(frame.line) if file.line_map is not None else ""
        return replace(frame, file=file.inner, cell=cell, source=file.text(frame.line))


def run_checks(
    exercise: Exercise,
    under_test: ExerciseUnderTest,
    on_check: OnCheck | None = None,
    *,
    stop_early: bool = False,
    plugins: Sequence[object] = (),
) -> list[CheckResult]:
    """Run the test files of `exercise` with pytest; the student's own files are never collected.

    Args:
        stop_early: after the first check that fails nothing else is run, and checks that train
            a model come last.
        plugins: further plugins of pytest.
    """
    from autograder.grading.collector import Collector

    collector = Collector(under_test, on_check)
    if stop_early:
        run_pytest(exercise, collector, "--exitfirst", plugins=[_TrainedLast(), *plugins])
    else:
        run_pytest(exercise, collector, plugins=plugins)
    if not collector.results:
        raise GradusError(f"{exercise.name} has no checks: expected {exercise.tests}")
    return collector.results


class _TrainedLast:
    """A pytest plugin: what trains a model, or draws its training, costs more than all the rest."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """All else comes first, in its order."""
        items.sort(key=lambda item: not _TRAINED.isdisjoint(getattr(item, "fixturenames", ())))


def run_pytest(
    exercise: Exercise, collector: Collector, *options: str, plugins: Sequence[object] = ()
) -> None:
    """Run the test files of `exercise`, or those of their checks that `collector` leaves in.

    Args:
        plugins: of pytest, besides `collector`.

    Raises:
        GradusError: they cannot be collected.
    """
    import pytest

    files = [path for path in (exercise.tests, exercise.hidden_tests) if path.is_file()]
    with _no_other_plugins():
        arguments = [*PYTEST_OPTIONS, *options, *map(str, files)]
        status = pytest.main(arguments, plugins=[collector, *plugins])
    if collector.errors or status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        reason = collector.errors[0] if collector.errors else f"pytest ended with {status!r}"
        raise GradusError(f"the checks of {exercise.name} cannot be run: {reason}")
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt  # which pytest has kept to itself


@contextmanager
def _no_other_plugins() -> Iterator[None]:
    """Checks run the same whatever else is installed; pytest knows this as a variable only."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        if before is not None:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before


PYTEST_OPTIONS = (
    "-p autograder.grading.pytest_plugin -p no:terminal -p no:cacheprovider -p no:faulthandler "
    "-p no:junitxml -p no:pastebin -p no:doctest -p no:unittest -p no:logging "
    "-p no:unraisableexception -p no:threadexception "  # they collect garbage after every run
    f"--import-mode=importlib --noconftest --capture=no -c {os.devnull} --rootdir=/"
).split()


def _by_task(exercise: Exercise, checks: list[CheckResult]) -> tuple[TaskResult, ...]:
    """Results by task, in the order of exercise.toml."""
    names = [*exercise.task_names, *(check.task for check in checks)]
    return tuple(
        TaskResult(name, tuple(check for check in checks if check.task == name))
        for name in dict.fromkeys(names)
        if any(check.task == name for check in checks)
    )


def absent(exercise: Exercise) -> ExerciseResult:
    """The result for an exercise that was not handed in."""
    checks = tuple(
        TaskResult(
            task,
            (
                CheckResult(
                    id="",
                    title=f"{task} is handed in",
                    task=task,
                    hidden=False,
                    points=exercise.points / len(exercise.tasks),
                    verdict=Verdict.NOT_STARTED,
                    message=f"there is no {exercise.name}.py",
                ),
            ),
        )
        for task in exercise.task_names
    )
    return ExerciseResult(exercise.name, exercise.unit, exercise.title, checks)


@contextmanager
def alone(test_file: Path) -> Iterator[ExerciseUnderTest]:
    """The exercise under test for plain pytest: the folder's own files, NumPy, seed 0."""
    course = find_course(test_file.parent)
    name = test_file.stem.removeprefix("test_").removesuffix("_hidden")
    exercise = course.exercise(name)
    setting = Setting(course, Plugins(course=course), choose("auto"))
    names = (name, *exercise.requires)
    with load_submission(course.root / "exercises", course, names) as submission:
        grader = Grader(setting, submission)
        try:
            with grader.under_test(exercise) as under_test:
                yield under_test
        finally:
            grader.close()
