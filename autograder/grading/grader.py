"""Grades the exercises of one submission, one at a time."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.checks.host_limits import LIMITED, UNLIMITED
from autograder.course.reading import Exercise
from autograder.grading.checks_run import Checks, OnCheck, Selection
from autograder.grading.setting import GradingSetting
from autograder.grading.under_test import ExerciseUnderTest, open_inline, reference_of
from autograder.grading.watching import Memory
from autograder.grading.workers import launch_of
from autograder.judging.decision import left_out
from autograder.judging.rules import is_open, judged
from autograder.results.findings.check_texts import PrintedText
from autograder.results.findings.finding import Finding
from autograder.results.host_paths import without_host_paths
from autograder.results.report import EXPLAINED, CheckResult, ExerciseResult, TaskResult
from autograder.sandbox.runners.filesystem_view import remove_scratch
from autograder.sandbox.session.faults import Frame
from autograder.sandbox.session.inline import ProviderSession
from autograder.sandbox.session.sandbox_session import IMPORT, Deadlines, SandboxSession
from autograder.sandbox.session.session import Session
from autograder.submissions.submission import Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.submissions.task_progress import TaskProgress, task_progress
from framework.providers.backends import REFERENCE, part_source

if TYPE_CHECKING:
    import pytest

#: Opens a conversation for the checks of an exercise.
OpenSession = Callable[[Exercise], Session]

#: In place of the import of a file, where the file is made of cells.
IMPORTING_CELLS = "running the cells of the notebook"


class Grader:
    """Grades the exercises of one submission, or those of a provider, one at a time.

    Args:
        memory: shared with the graders of other submissions; by default, nothing is shared.
        open_session: opens the conversation with the code under test; by default with a worker of
            the submission, or with the provider.
        open_reference: opens the conversation with the reference; by default `reference_of`.
    """

    def __init__(
        self,
        setting: GradingSetting,
        submission: Submission | None,
        memory: Memory | None = None,
        *,
        open_session: OpenSession | None = None,
        open_reference: OpenSession | None = None,
    ) -> None:
        self._setting = setting
        self._submission = submission
        self._memory = memory
        self._open_session = open_session or self._session
        self._scratch: Path | None = None
        if submission is not None and open_session is None:  # processes forked later share it
            self._scratch = Path(tempfile.mkdtemp(prefix="gradus-scratch-"))
        self._seed = setting.seed_for(submission)
        answers = memory.answers_for(self._seed) if memory is not None else None
        self._open_reference = open_reference or partial(reference_of, setting, answers=answers)

    def close(self) -> None:
        """Remove the files of the workers."""
        if self._scratch is not None:
            remove_scratch(self._scratch)

    def grade(
        self,
        exercise: Exercise,
        on_check: OnCheck | None = None,
        select: Selection | None = None,
    ) -> ExerciseResult:
        """Grade `exercise`: launch, ask, compare, judge, explain, report.

        Each check is judged as it ends, and all of them together once none has to run again; those
        that `select` has chosen are not. What other exercises block is decided after all of them:
        see `autograder.grading.request`.
        """
        started = time.perf_counter()
        with self.under_test(exercise) as under_test:  # launch the worker, and the reference
            checks = self.run(under_test, on_check, select)  # ask, compare, judge each check
            checks = self.explained(under_test, checks)
            uncontained = under_test.session.uncontained
        file = self._submitted(exercise)
        result = ExerciseResult(
            name=exercise.name,
            unit=exercise.unit,
            title=exercise.title,
            tasks=_by_task(exercise, checks, file.source if file is not None else None),
            file=file.inner if file is not None else "",
            uncontained=uncontained,
            seconds=time.perf_counter() - started,
        )
        return judged(result) if select is None and not is_open(result) else result

    def run(
        self,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        select: Selection | None = None,
        needs: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> list[CheckResult]:
        """Run the checks, see `Checks.run`; nothing is explained."""
        exercise = under_test.exercise
        known = self._memory.checks if self._memory is not None else {}
        checks = known.get(exercise.name) or known.setdefault(exercise.name, Checks(exercise))
        return checks.run(under_test, on_check, select, needs)

    @contextmanager
    def under_test(self, exercise: Exercise) -> Iterator[ExerciseUnderTest]:
        """Launch both sides of the checks of `exercise`."""
        reference = self._open_reference(exercise)
        file = self._submitted(exercise)
        limits = UNLIMITED if self._submission is None else LIMITED  # a provider computes here
        if self._setting.options.device != "cpu":  # a GPU's driver reserves more memory
            limits = replace(limits, memory=0)
        under_test = ExerciseUnderTest(
            exercise,
            self._open_session(exercise),
            reference,
            self._seed,
            host_limits=limits,
            undefined=partial(file.undefined, exercise) if file is not None else dict,
            source=file.source if file is not None else "",
            where=file.where if file is not None else "line {}".format,
        )
        try:
            yield under_test
        finally:
            under_test.close()

    def _session(self, exercise: Exercise) -> Session:
        """Return the conversation with the code under test."""
        if self._submission is None or self._scratch is None:
            setting = self._setting
            backend, registry = setting.graded_backend(), setting.plugins.registry
            return open_inline(ProviderSession, backend, registry, exercise)
        return SandboxSession(
            launch_of(self._setting, self._submission, exercise, self._scratch),
            str(self._submission.folder),
            exercise.name,
            Deadlines(call=exercise.time.call, total=exercise.time.total),
        )

    def explained(
        self, under_test: ExerciseUnderTest, checks: list[CheckResult]
    ) -> list[CheckResult]:
        """Return `checks` with diagnoses, and with their lines as their author finds them."""
        return [
            self._with_own_names(without_host_paths(check, self._setting.course.root))
            for check in self._diagnosed(under_test, checks)
        ]

    def _diagnosed(
        self, under_test: ExerciseUnderTest, checks: list[CheckResult]
    ) -> list[CheckResult]:
        """Return `checks` with the mistakes that explain those that failed."""
        asked = under_test.transcripts
        if not asked or all(check.verdict not in EXPLAINED for check in checks):
            return checks
        from autograder.conversations.player import RecordedSession  # not needed where all passed

        reference = under_test.reference_session
        if isinstance(reference, RecordedSession):
            from autograder.diagnosis.from_recording import diagnosed_from_recording

            tapes = {check.id: reference.tape_of(check.id) for check in checks}
            return diagnosed_from_recording(checks, asked, tapes, under_test.session.calls.names)
        from autograder.diagnosis.diagnose import diagnosed

        parts = part_source(self._setting.plugins.registry, [REFERENCE])
        return diagnosed(under_test.exercise, checks, asked, parts)

    def _submitted(self, exercise: Exercise) -> SubmittedFile | None:
        return self._submission.files.get(exercise.name) if self._submission is not None else None

    def _with_own_names(self, check: CheckResult) -> CheckResult:
        """Return `check` with its author's lines, and the name of a notebook, not of its module."""
        if self._submission is None:
            return check
        for file in self._submission.files.values():
            if file.cells is not None:
                names = f"{file.exercise}.py", file.inner
                call = IMPORTING_CELLS if check.call == IMPORT else check.call
                check = replace(
                    check,
                    message=check.message.replace(*names),
                    details=tuple(text.replace(*names) for text in check.details),
                    call=call,
                    findings=tuple(_in_cells(finding, file) for finding in check.findings),
                )
        frames = (_in_file(frame, self._submission.files) for frame in check.frames)
        return replace(check, frames=tuple(frames))


def _in_file(frame: Frame, files: Mapping[str, SubmittedFile]) -> Frame:
    file = files.get(Path(frame.file).stem)
    if file is None:
        return frame
    cell = file.where(frame.line) if file.cells is not None else ""
    return replace(frame, file=file.inner, cell=cell, source=file.text(frame.line))


def _by_task(
    exercise: Exercise, checks: list[CheckResult], source: str | None
) -> tuple[TaskResult, ...]:
    """Return the results by task, in the order of exercise.toml."""
    names = [*exercise.task_names, *(check.task for check in checks)]
    progress = task_progress(source, exercise.optional_tasks) if source is not None else {}
    untouched = {task for task, how in progress.items() if how is TaskProgress.UNTOUCHED}
    checks = [left_out(exercise, c, is_begun=c.task not in untouched) for c in checks]
    return tuple(
        TaskResult(name, tuple(check for check in checks if check.task == name))
        for name in dict.fromkeys(names)
        if any(check.task == name for check in checks)
    )


def _in_cells(finding: Finding, file: SubmittedFile) -> Finding:
    """Return a printed text with cells of the notebook `file` in place of lines of its module."""
    if not isinstance(finding, PrintedText):
        return finding

    def cell(match: re.Match[str]) -> str:
        return f"{file.inner}, {file.where(int(match[1]))}"

    return PrintedText(
        re.sub(rf"\b{re.escape(file.exercise)}\.py:(\d{{1,6}})\b", cell, finding.text)
    )
