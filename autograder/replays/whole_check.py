"""Runs a whole check beside the student's own code, outside of any sandbox."""

from __future__ import annotations

import sys

from autograder.course.reading import Exercise
from autograder.grading.grader import Grader
from autograder.replays.recorded_calls import OneCheck, exercise_of
from autograder.replays.session import Replay
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.session import Session


def run_check(replay: Replay) -> None:
    """Run the check of `replay`, and print its verdict; what the code prints is shown at once."""

    def in_this_process(exercise: Exercise) -> Session:
        own = replay.own_module(exercise.name)
        return InlineSession(own, replay.backend_arrays, own.part)

    grader = Grader(replay.setting, replay.submission, open_session=in_this_process)
    exercise = exercise_of(replay.check, replay.course)
    with grader.under_test(exercise) as under_test:
        (result,) = grader.run(under_test, select=OneCheck(replay.check).select)
    sys.stdout.write("\n".join([result.verdict.value, result.message, *result.details]) + "\n")
