"""What was recorded of a solution is what its replay answers.

Else a passed check contradicts every explanation of the checks that failed. By default a few
exercises are graded; ``pytest -m slow tests/autograder/diagnosis/test_replay_of_solutions.py``
takes all.
"""

from __future__ import annotations

import pytest

from autograder.course.reading import find_course
from autograder.diagnosis.comparison import same_exchange
from autograder.diagnosis.recorded import RecordedCheck, Replayer, SourceModule

EXERCISES = [exercise.name for exercise in find_course().code_exercises]
#: The first one hands out its generator, from which its check draws.
SAMPLE = ("bag_of_vectors", "neuron")


def contradicted(graded) -> list[str]:
    """The checks with an answer that the solution does not repeat; a clock's numbers may differ."""
    replayer, source = Replayer(graded.exercise, graded.parts), graded.exercise.solution_source()
    recorded = (
        RecordedCheck(check, graded.transcripts[check.id].exchanges, replayer)
        for check in graded.checks
        if check.id in graded.transcripts
    )
    return [
        check.id
        for check in recorded
        if not all(
            map(
                same_exchange,
                check.exchanges,
                check.answers(SourceModule(source, graded.exercise.name)),
            )
        )
    ]


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.slow) for n in EXERCISES],
)
def test_a_replay_gives_the_recorded_answers(hand_in, course, name):
    graded = hand_in(name, course.exercise(name).solution_source())
    assert any(transcript.exchanges for transcript in graded.transcripts.values())
    assert contradicted(graded) == []
