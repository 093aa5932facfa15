"""Records the public checks of an exercise while its solution passes them.

Beside them stand fingerprints of listed mistakes, and of changes of the solution's behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial

import pytest

from autograder.checks.host_limits import BudgetExceeded, limited
from autograder.conversations.recording import Header, Recording, Tape
from autograder.course.kit_folder import digest
from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Exercise
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.from_recording import (
    SealedMistake,
    key_of_wrong,
    mark_of,
    name_of,
    sealed,
)
from autograder.diagnosis.recorded import Replayer, SourceModule
from autograder.diagnosis.solution_changes.behaviour_changes import behaviour_changes
from autograder.grading.checks_run import only, public_only
from autograder.grading.grader import Grader
from autograder.grading.request import TRIES
from autograder.grading.setting import GradingSetting
from autograder.grading.under_test import open_solution
from autograder.results.report import CheckResult
from autograder.sandbox.session.session import Exchange, Transcript
from autograder.sandbox.worker.dispatcher import ModuleSource
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.models.parts import PartSource
from framework.providers.backends import REFERENCE, part_source
from plugins.authoring.kits.recorder import RecordingSession, trimmed

#: Maximum size of the requests and answers of one check that are stored for diagnosis, in bytes.
MAX_BYTES = 64 << 10
#: Maximum size of the recording of one check, before it is packed: a check of a long training
#: would take most of a kit. A larger one is left out, and the check needs the course's grader.
MAX_TAPE = 16 << 20
#: CPU seconds that one mistake may take to answer the requests of one check.
SECONDS = 5.0
#: What a right solution may get in a kit.
RIGHT = (Verdict.PASSED, Verdict.FOR_A_PERSON, Verdict.NEEDS_GRADER)


def until_right(
    run: Callable[[list[str]], Iterable[CheckResult]], tries: int = TRIES
) -> list[CheckResult]:
    """Return the results of `run`, which gets ids of checks, or none for all of them.

    A check of a trained model may fail by chance: what fails is repeated.
    """
    results: dict[str, CheckResult] = {}
    for _ in range(tries):
        left = [name for name, check in results.items() if check.verdict not in RIGHT]
        if results and not left:
            break
        results |= {check.id: check for check in run(left)}
    return list(results.values())


def record(
    setting: GradingSetting, solutions: Submission, exercise: Exercise, course: str
) -> tuple[Recording, int]:
    """Run the public checks on the solution; return their recording and their number."""

    def recorded_solution(exercise: Exercise) -> RecordingSession:
        return RecordingSession(open_solution(setting, exercise))

    tapes: dict[str, Tape] = {}

    def run(ids: list[str]) -> list[CheckResult]:
        def select(items: list[pytest.Item]) -> None:
            public_only(items)
            if ids:
                only(ids)(items)

        with grader.under_test(exercise) as under_test:
            results = grader.run(under_test, select=select)
            session = under_test.reference_session
            assert isinstance(session, RecordingSession)
            for name, transcript in under_test.transcripts.items():
                tape = session.tapes.get(name, Tape())
                size = sum(exchange.size for exchange in tape.exchanges)
                tapes[name] = trimmed(tape) if size <= MAX_TAPE else Tape()
                tapes[name].answers = _first(transcript)
        return results

    with closing(Grader(setting, solutions, open_reference=recorded_solution)) as grader:
        checks = until_right(run)
    for check in checks:
        if check.verdict not in RIGHT:
            raise BadInputError(
                f"the solution of {exercise.name} does not pass {check.id}: {check.message}. A kit "
                f"needs solutions that pass: `grade {exercise.name} --submission solutions`"
            )
    parts = part_source(setting.plugins.registry, [REFERENCE])
    _add_fingerprints(exercise, parts, tapes, {check.id: check.task for check in checks})
    header = Header(exercise.name, course, digest(exercise.tests), setting.seed)
    return Recording(header, tapes), len(checks)


def _first(transcript: Transcript) -> list[Exchange]:
    """Return the exchanges that are stored: the import and all beyond a size are left out."""
    kept, size = [], 0
    for exchange in transcript.exchanges:
        if not exchange.is_import:
            size += exchange.size
            if size > MAX_BYTES:
                break
            kept.append(exchange)
    return kept


def _add_fingerprints(
    exercise: Exercise, parts: PartSource, tapes: Mapping[str, Tape], tasks: Mapping[str, str]
) -> None:
    """Add to each tape the mistakes that give wrong answers there.

    A change of behaviour is left out if an earlier mistake gives the same answers.
    """
    replayer = Replayer(exercise, parts)
    sealed_keys: list[dict[str, bytes]] = []
    for mistake, concerned, module in _wrong_solutions(exercise, tapes, tasks):
        right = {name: tape.answers for name, tape in tapes.items() if tasks[name] in concerned}
        key_of = partial(_key, replayer, module, raising=mistake.is_listed)
        keys = {name: key for name, asked in right.items() if (key := key_of(asked))}
        if not keys or (keys in sealed_keys and not mistake.is_listed):
            continue
        sealed_keys.append(keys)
        fact = replace(mistake, seen_in=tuple(sorted(map(mark_of, keys))))
        for name, key in keys.items():
            tapes[name].mistakes.setdefault(name_of(key), []).append(sealed(fact, key))


def _wrong_solutions(
    exercise: Exercise, tapes: Mapping[str, Tape], tasks: Mapping[str, str]
) -> Iterator[tuple[SealedMistake, tuple[str, ...], ModuleSource]]:
    """Yield wrong solutions with their tasks: listed mistakes, then changes of behaviour."""
    solution = exercise.solution_source()
    for mistake in load_mistakes(exercise):
        said = SealedMistake(mistake.id, mistake.sentence, mistake.hint)
        for form in mistake.forms:
            with suppress(BadInputError, SyntaxError):
                module = SourceModule(form.apply(solution), exercise.name)
                yield said, (mistake.task, *mistake.also_fails), module
    module = SourceModule(solution, exercise.name)
    for task in exercise.task_names:
        answers = [a for name, tape in tapes.items() if tasks[name] == task for a in tape.answers]
        for change in behaviour_changes(module, task, answers):
            yield SealedMistake(f"generic/{change.id}", change.sentence, ""), (task,), change


def _key(
    replayer: Replayer, module: ModuleSource, right: list[Exchange], *, raising: bool
) -> bytes:
    """Return the key of the first wrong answer; empty if the mistake gives none."""
    with suppress(BudgetExceeded, SyntaxError), limited(SECONDS), numpy_errors_ignored():
        return key_of_wrong(replayer.answers(module, right), right, raising=raising)
    return b""
