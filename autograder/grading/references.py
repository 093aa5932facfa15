"""The reference's side of the checks: the solution, or the recording of its answers in a kit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from autograder.conversations.remembered import Remembered, RememberingSession
from autograder.course.kit_folder import Kit, digest, kit_of
from autograder.course.reading import Exercise
from autograder.grading.setting import GradingSetting
from autograder.grading.under_test import ReferenceSession, open_inline
from autograder.sandbox.session.session import Session
from framework.errors import BadInputError, UsageError
from framework.providers.backends import REFERENCE

if TYPE_CHECKING:
    from autograder.conversations.recording import Recording


def reference_of(
    setting: GradingSetting, exercise: Exercise, answers: dict[str, Remembered] | None = None
) -> Session:
    """Return the conversation with the reference of `exercise`.

    Args:
        answers: exercise -> what solutions have answered earlier, and answer now.

    Raises:
        BadInputError: a solution is missing, and there is no recording that belongs to the checks.
        UsageError: a kit has recorded something else than what is asked for.
    """
    kit = kit_of(exercise.root)
    if kit is not None and not exercise.solution.is_file():
        # The full course has no recording.
        from autograder.conversations.player import RecordedSession

        _require_recorded(setting, kit)
        return RecordedSession(recording_of(kit, exercise).tapes)
    if answers is None:
        return open_solution(setting, exercise)
    setting.course.require_solutions(exercise)
    remembered = answers.setdefault(exercise.name, Remembered())
    return RememberingSession(partial(open_solution, setting, exercise), remembered)


def open_solution(setting: GradingSetting, exercise: Exercise) -> Session:
    """Return the conversation with the solution of `exercise`.

    Raises:
        BadInputError: the solution of it, or of an exercise that it requires, is missing.
    """
    setting.course.require_solutions(exercise)
    registry, backend = setting.plugins.registry, setting.reference_backend()
    return open_inline(ReferenceSession, backend, registry, exercise)


def _require_recorded(setting: GradingSetting, kit: Kit) -> None:
    backend = setting.options.backend
    if setting.seed != kit.seed:
        raise UsageError(
            f"this kit has recorded the seed {kit.seed}, not {setting.seed}: grade without "
            "`--seed`. Other seeds need the full course"
        )
    if backend != REFERENCE:
        raise UsageError(
            f"this kit has recorded answers for NumPy, not for {backend}: grade without "
            "`--backend`. Other backends need the full course"
        )


def recording_of(kit: Kit, exercise: Exercise) -> Recording:
    """Return the recording of `exercise` in `kit`.

    Raises:
        BadInputError: it is missing or damaged, or belongs to another version of the checks.
    """
    file = kit.recording(exercise.name)
    if not file.is_file():
        raise BadInputError(
            f"{file} is missing, the recording of '{exercise.name}'. `gradus kit update KIT` with "
            "the kit that you got restores it"
        )
    from autograder.conversations.recording import read_recording

    recording = read_recording(file)
    header = recording.header
    if (header.exercise, header.course) != (exercise.name, kit.course):
        raise BadInputError(
            f"{file} belongs to the exercise '{header.exercise}' of the course "
            f"{header.course[:8]}, expected '{exercise.name}' of {kit.course[:8]}. `gradus kit "
            "update KIT` with the kit that you got replaces it"
        )
    if header.checks != digest(exercise.tests):
        raise BadInputError(
            f"{exercise.tests} is not the file of checks that this kit has recorded. `gradus kit "
            "update KIT` with the kit that you got restores it, and leaves your files as they are"
        )
    return recording
