"""Grades the exercises of one submission, one at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.checks.host_limits import LIMITED, UNLIMITED, HostLimits
from autograder.conversations.transcript import Transcript
from autograder.course.reading import Exercise
from autograder.grading.kit.confirmation import confirmed
from autograder.grading.kit.references import open_reference
from autograder.grading.pytest_run import OnCheck, run_checks
from autograder.grading.setting import Setting
from autograder.grading.under_test import (
    ExerciseUnderTest,
    ProviderSession,
    open_inline,
)
from autograder.grading.workers import Workers
from autograder.isolation.host.faults import Frame
from autograder.isolation.host.process import Launch
from autograder.isolation.host.sandbox_session import IMPORT, SandboxSession
from autograder.isolation.host.session import OnRecord, Session
from autograder.record.findings.base import Finding
from autograder.record.findings.printed import PrintedText
from autograder.record.host_paths import HostPaths
from autograder.record.results import EXPLAINED, CheckResult, ExerciseResult, TaskResult
from autograder.submissions.submission import Submission
from autograder.submissions.submitted_file import SubmittedFile
from framework.providers.backends import REFERENCE, Backend, part_source

#: In place of the import of a file, where the file is made of cells.
IMPORTING_CELLS = "running the cells of the notebook"


class Grader:
    """Grades the exercises of one submission, one at a time.

    Args:
        submission: None when a provider is graded.
        workers: of the submission, where some are started already; closed with the grader.
    """

    def __init__(
        self, setting: Setting, submission: Submission | None, workers: Workers | None = None
    ) -> None:
        self._setting = setting
        self._submission = submission
        self._workers = workers
        self._host_paths = HostPaths({setting.course.root: "course"})

    def close(self) -> None:
        """End workers that nothing needed, and remove what was set up."""
        if self._workers is not None:
            self._workers.close()

    def grade(
        self, exercise: Exercise, on_check: OnCheck | None = None, plugins: Sequence[object] = ()
    ) -> ExerciseResult:
        """Run the checks of `exercise`, public and hidden.

        Args:
            plugins: of pytest, as `Only`, which leaves others out.
        """
        started = time.perf_counter()
        with self.under_test(exercise) as under_test:
            checks = self.run(exercise, under_test, on_check, plugins)
            checks = self.explained(under_test, confirmed(checks))
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

    def run(
        self,
        exercise: Exercise,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        plugins: Sequence[object] = (),
    ) -> list[CheckResult]:
        """Run the checks of `exercise`; nothing is explained."""
        return run_checks(exercise, under_test, on_check, plugins=plugins)

    @contextmanager
    def under_test(self, exercise: Exercise) -> Iterator[ExerciseUnderTest]:
        """Prepare both sides of the checks of `exercise`.

        Raises:
            BadInputError: the solution of it, or of an exercise that it requires, is missing.
        """
        reference = self._reference(exercise)
        session = self._session(exercise)
        under_test = ExerciseUnderTest(
            exercise,
            session,
            reference,
            self._setting.seed,
            host_limits=self._host_limits(),
            undefined=partial(self._undefined, exercise),
            source=self._source(exercise),
            tapes=reference if isinstance(reference, OnRecord) else None,
        )
        try:
            yield under_test
        finally:
            under_test.close()

    def _reference(self, exercise: Exercise) -> Session:
        """Return the reference that the submission is compared with."""
        return open_reference(self._setting, exercise)

    def _host_limits(self) -> HostLimits:
        """None for a provider, which computes in this process, as a device's libraries do."""
        if self._submission is None:
            return UNLIMITED
        return LIMITED if self._setting.device == "cpu" else replace(LIMITED, memory=0)

    def _session(self, exercise: Exercise) -> Session:
        if self._submission is None:
            registry, device = self._setting.plugins.registry, self._setting.device
            backend = Backend(registry, self._setting.provider, device=device)
            return open_inline(ProviderSession, backend, registry, exercise)
        if self._workers is None:
            self._workers = Workers(self._setting, self._submission)
        launch, folder = self._workers.launch(exercise), str(self._submission.folder)
        return self._sandboxed(launch, folder, exercise)

    def _sandboxed(self, launch: Launch, folder: str, exercise: Exercise) -> SandboxSession:
        """Return a session with the file of `exercise` in `folder`."""
        return SandboxSession(launch, folder, exercise.name, self._setting.deadlines(exercise))

    def explained(
        self, under_test: ExerciseUnderTest, checks: list[CheckResult]
    ) -> list[CheckResult]:
        """Return `checks` with diagnoses, and with their lines as their author finds them."""
        return [self._placed(check) for check in self._diagnosed(under_test, checks)]

    def _diagnosed(
        self, under_test: ExerciseUnderTest, checks: list[CheckResult]
    ) -> list[CheckResult]:
        """Return `checks` with what explains those that failed."""
        exercise, asked = under_test.exercise, under_test.transcripts
        if not asked or all(check.verdict not in EXPLAINED for check in checks):
            return checks
        from autograder.conversations.player import RecordedSession  # not needed where all passed

        if isinstance(under_test.tapes, RecordedSession):
            from autograder.diagnosis.from_recording import diagnosed_from_recording

            tapes = {check.id: under_test.tapes.tape_of(check.id) for check in checks}
            return diagnosed_from_recording(checks, asked, tapes)
        return self._diagnosed_by_reference(exercise, checks, asked)

    def _diagnosed_by_reference(
        self,
        exercise: Exercise,
        checks: list[CheckResult],
        asked: Mapping[str, Transcript],
    ) -> list[CheckResult]:
        """Return `checks` with what the solution and the listed mistakes explain of them."""
        from autograder.diagnosis.diagnose import diagnosed  # not needed where all passed

        parts = part_source(self._setting.plugins.registry, [REFERENCE])
        return diagnosed(exercise, checks, asked, parts)

    def _undefined(self, exercise: Exercise) -> dict[str, str]:
        """Task -> why the submitted file does not define it, if the reason is known."""
        file = self._submitted(exercise)
        return file.undefined(exercise) if file is not None else {}

    def _source(self, exercise: Exercise) -> str:
        """Return the text of the submitted file; empty without one."""
        file = self._submitted(exercise)
        return file.source if file is not None else ""

    def _submitted(self, exercise: Exercise) -> SubmittedFile | None:
        return self._submission.files.get(exercise.name) if self._submission is not None else None

    def _file(self, exercise: Exercise) -> str:
        if self._submission is None or exercise.name not in self._submission.files:
            return ""
        return self._submission.files[exercise.name].inner

    def _placed(self, check: CheckResult) -> CheckResult:
        """Return `check` with lines as in the author's file, and without paths of this machine."""
        check = self._with_own_names(self._host_paths.hidden_in(check))
        return replace(check, frames=tuple(map(self._place, check.frames)))

    def _with_own_names(self, check: CheckResult) -> CheckResult:
        """Return `check`, in which a notebook has its own name and not that of a module."""
        files = self._submission.files.values() if self._submission is not None else ()
        for file in files:
            if file.line_map is not None:
                names = f"{file.exercise}.py", file.inner
                call = IMPORTING_CELLS if check.call == IMPORT else check.call
                message, details = check.message.replace(*names), check.details
                details = tuple(text.replace(*names) for text in details)
                findings = tuple(_in_cells(one, file) for one in check.findings)
                check = replace(
                    check, message=message, details=details, call=call, findings=findings
                )
        return check

    def _place(self, frame: Frame) -> Frame:
        files = self._submission.files if self._submission is not None else {}
        file = files.get(Path(frame.file).stem)
        if file is None:
            return frame
        cell = file.where(frame.line) if file.line_map is not None else ""
        return replace(frame, file=file.inner, cell=cell, source=file.text(frame.line))


def _by_task(exercise: Exercise, checks: list[CheckResult]) -> tuple[TaskResult, ...]:
    """Results by task, in the order of exercise.toml."""
    names = [*exercise.task_names, *(check.task for check in checks)]
    return tuple(
        TaskResult(name, tuple(check for check in checks if check.task == name))
        for name in dict.fromkeys(names)
        if any(check.task == name for check in checks)
    )


def _in_cells(finding: Finding, file: SubmittedFile) -> Finding:
    """Return a printed text with cells of the notebook `file` in place of lines of its module."""
    if not isinstance(finding, PrintedText):
        return finding

    def cell(found: re.Match[str]) -> str:
        return f"{file.inner}, {file.where(int(found[1]))}"

    return PrintedText(
        re.sub(rf"\b{re.escape(file.exercise)}\.py:(\d{{1,6}})\b", cell, finding.text)
    )
