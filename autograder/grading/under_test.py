"""One exercise under test: the code under test, and the reference that it is compared with.

The reference is the solution, its remembered answers, or the recording of its answers in a kit.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from autograder.checks.host_limits import LIMITED, HostLimits
from autograder.conversations.remembered import Remembered, RememberingSession
from autograder.course.exercise_texts import promised_texts, text_names
from autograder.course.kit_folder import Kit, digest, kit_of
from autograder.course.reading import Exercise
from autograder.grading.setting import GradingSetting
from autograder.sandbox.session.inline import InlineSession, ProviderModule, ReferenceSession
from autograder.sandbox.session.session import Session, Transcript
from framework.errors import BadInputError, UsageError
from framework.providers.backends import REFERENCE, Backend, part_source
from framework.providers.registry import Registry

if TYPE_CHECKING:
    from autograder.checks.metric_threshold import Measurement
    from autograder.conversations.recording import Recording


@dataclass
class ExerciseUnderTest:
    """What the fixtures of a check give: the code under test beside the reference.

    Attributes:
        calibrating: whether metrics are measured without a comparison with thresholds.
        undefined: returns task -> why the submission does not define it, if the reason is known.
        where: returns where its author finds a line of `source`, the text of the submission.
        transcripts: what each check that has run asked of the code under test, by its id.
        measured: every metric that a check of a trained model has measured.
    """

    exercise: Exercise
    session: Session
    reference_session: Session
    seed: int
    calibrating: bool = False
    host_limits: HostLimits = LIMITED
    undefined: Callable[[], Mapping[str, str]] = dict
    source: str = ""
    where: Callable[[int], str] = "line {}".format
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    measured: list[Measurement] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let messages name arguments and results as the text of the exercise does."""
        names = text_names(self.exercise)
        self.session.calls.names = self.reference_session.calls.names = names

    @cached_property
    def promised(self) -> dict[str, str]:
        """Address -> the sentence of the exercise's text that a check tests."""
        return promised_texts(self.exercise)

    def begin(self, check: str) -> None:
        """Start the check with the id `check`: objects of earlier checks are forgotten."""
        self.session.begin(check)
        self.reference_session.begin(check)

    def rng(self, name: str) -> np.random.Generator:
        """Return the random numbers of the check `name`, which has started: by the seed."""
        drawn = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return self.reference_session.generator(drawn)

    def close(self) -> None:
        """End both conversations."""
        self.session.close()
        self.reference_session.close()


def open_inline(
    session: type[InlineSession], backend: Backend, registry: Registry, exercise: Exercise
) -> InlineSession:
    """Open a conversation with what `backend` offers for `exercise`, in this process."""
    names = {task.name: task.registry_name for task in exercise.tasks}
    module = ProviderModule(registry, backend.provider, names)
    return session(module, backend.arrays, part_source(registry, backend.providers))


def reference_of(
    setting: GradingSetting, exercise: Exercise, answers: dict[str, Remembered] | None = None
) -> Session:
    """Return the conversation with the reference of `exercise`: its solution, or a kit's recording.

    `answers` are those that solutions have given earlier, by exercise; new ones are added.
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
    """Return the conversation with the solution of `exercise`."""
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
    """Return the recording of `exercise` in `kit`."""
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
