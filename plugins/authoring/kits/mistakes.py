"""Fingerprints of the listed mistakes of an exercise, made from its recording."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from autograder.checks.host_limits import BudgetExceeded, limited
from autograder.conversations.exchange import Exchange
from autograder.conversations.recording import Tape
from autograder.course.mistakes import Mistake, load_mistakes
from autograder.course.reading import Exercise
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.from_recording import SealedMistake, key_of_wrong, name_of, sealed
from autograder.diagnosis.recorded import Replayer, SourceModule
from framework.errors import BadInputError
from framework.models.parts import PartSource

#: CPU seconds that one mistake may take to answer the requests of one check.
SECONDS = 5.0


def add_fingerprints(
    exercise: Exercise,
    parts: PartSource,
    tapes: Mapping[str, Tape],
    asked: Mapping[str, list[Exchange]],
    tasks: Mapping[str, str],
) -> int:
    """Add to each tape the listed mistakes that give wrong answers there; return their number.

    Args:
        parts: the parts of other exercises.
        asked: check id -> the requests and the right answers.
        tasks: check id -> task.
    """
    solution = exercise.solution_source()
    named = 0
    for mistake in load_mistakes(exercise):
        concerned = (mistake.task, *mistake.also_fails)
        right = {name: exchanges for name, exchanges in asked.items() if tasks[name] in concerned}
        forms = [_keys(exercise, form, solution, parts, right) for form in mistake.forms]
        for keys in forms:
            _store(mistake, keys, tapes)
        named += any(forms)
    return named


def _keys(
    exercise: Exercise,
    mistake: Mistake,
    solution: str,
    parts: PartSource,
    right: Mapping[str, list[Exchange]],
) -> dict[str, bytes]:
    """Return check id -> the key of the first wrong answer; none if the mistake has no source."""
    try:
        source = mistake.apply(solution)
        keys = {name: _key(exercise, source, parts, asked) for name, asked in right.items()}
    except (BadInputError, SyntaxError):
        return {}
    return {name: key for name, key in keys.items() if key}


def _key(exercise: Exercise, source: str, parts: PartSource, right: list[Exchange]) -> bytes:
    """Return the key of the first wrong answer; empty if the mistake gives none."""
    answers = Replayer(exercise, parts).answers(SourceModule(source, exercise.name), right)
    with suppress(BudgetExceeded), limited(SECONDS), numpy_errors_ignored():
        return key_of_wrong(list(answers), right)
    return b""


def _store(mistake: Mistake, keys: Mapping[str, bytes], tapes: Mapping[str, Tape]) -> None:
    fact = SealedMistake(mistake.id, mistake.sentence, mistake.hint, tuple(sorted(keys)))
    for name, key in keys.items():
        tapes[name].mistakes.setdefault(name_of(key), []).append(sealed(fact, key))
