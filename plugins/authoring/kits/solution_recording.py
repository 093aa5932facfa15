"""Records the public checks of an exercise while its solution passes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from autograder.conversations.exchange import Exchange
from autograder.conversations.recording import Header, Recording, RecordingSession, Tape
from autograder.conversations.transcript import Transcript
from autograder.course.kit_folder import digest
from autograder.course.reading import Exercise
from autograder.grading.checks_run import only, public_only
from autograder.grading.grader import Grader
from autograder.grading.request import TRIES
from autograder.grading.setting import GradingSetting
from autograder.grading.under_test import open_solution
from autograder.results.report import CheckResult
from autograder.sandbox.session.session import Session
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.providers.backends import REFERENCE, part_source
from plugins.authoring.kits.mistakes import add_fingerprints

#: Maximum size of the requests and answers of one check that are stored for diagnosis, in bytes.
MAX_BYTES = 64 << 10
#: Maximum size of the recording of one check, before it is packed: a check of a long training
#: would take most of a kit. A larger one is left out, and the check needs the course's grader.
MAX_TAPE = 16 << 20
#: What a right solution may get in a kit.
RIGHT = (Verdict.PASSED, Verdict.NEEDS_GRADER)


@dataclass(frozen=True)
class Recorded:
    """The recording of one exercise, and the results of its solution.

    Attributes:
        named: how many listed mistakes have a fingerprint.
    """

    recording: Recording
    checks: tuple[CheckResult, ...]
    named: int


def record(
    setting: GradingSetting, solutions: Submission, exercise: Exercise, course: str
) -> Recorded:
    """Run the public checks on the solution of `exercise`, and record them.

    Args:
        course: hash of the course.

    Raises:
        BadInputError: the solution does not pass one of them.
    """

    def recorded_solution(exercise: Exercise) -> Session:
        return RecordingSession(open_solution(setting, exercise))

    grader = Grader(setting, solutions, open_reference=recorded_solution)
    checks: dict[str, CheckResult] = {}
    tapes: dict[str, Tape] = {}
    asked: dict[str, list[Exchange]] = {}
    try:
        for _ in range(TRIES):
            left = [name for name, check in checks.items() if check.verdict not in RIGHT]
            if checks and not left:
                break
            run = _run(grader, exercise, left)
            checks |= {check.id: check for check in run.checks}
            tapes |= run.tapes
            asked |= run.asked
    finally:
        grader.close()
    _require_right(exercise, checks.values())
    parts = part_source(setting.plugins.registry, [REFERENCE])
    tasks = {check.id: check.task for check in checks.values()}
    named = add_fingerprints(exercise, parts, tapes, asked, tasks)
    header = Header(exercise.name, course, digest(exercise.tests), setting.seed)
    return Recorded(Recording(header, tapes), tuple(checks.values()), named)


@dataclass(frozen=True)
class _Run:
    """One run of the checks: results, tapes, and the right answers to what was asked, by id."""

    checks: list[CheckResult]
    tapes: dict[str, Tape]
    asked: dict[str, list[Exchange]]


def _run(grader: Grader, exercise: Exercise, ids: Sequence[str]) -> _Run:
    """Run the public checks with these `ids`; all of them without ids."""

    def select(items: list[pytest.Item]) -> None:
        public_only(items)
        if ids:
            only(ids)(items)

    with grader.under_test(exercise) as under_test:
        checks = grader.run(under_test, select=select)
        tapes = under_test.tapes
        assert isinstance(tapes, RecordingSession)
        asked = {name: _first(one) for name, one in under_test.transcripts.items()}
        recorded = {name: _kept(tapes.tapes.get(name, Tape())) for name in asked}
        for name, tape in recorded.items():
            tape.answers = asked[name]
        return _Run(checks, recorded, asked)


def _kept(tape: Tape) -> Tape:
    """Return what a kit holds of `tape`: nothing, if it is too large."""
    return tape.trimmed() if tape.size <= MAX_TAPE else Tape()


def _first(transcript: Transcript) -> list[Exchange]:
    """Return the exchanges that are stored: the import and all beyond a size are left out."""
    found, size = [], 0
    for exchange in transcript.exchanges:
        if not exchange.is_import:
            size += exchange.size
            if size > MAX_BYTES:
                break
            found.append(exchange)
    return found


def _require_right(exercise: Exercise, checks: Iterable[CheckResult]) -> None:
    for check in checks:
        if check.verdict not in RIGHT:
            raise BadInputError(
                f"the solution of {exercise.name} does not pass {check.id}: {check.message}. A kit "
                f"needs solutions that pass: `grade {exercise.name} --submission solutions`"
            )
