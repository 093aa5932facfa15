"""One exercise under test beside the reference, and the sessions in this process."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from autograder.checks.host_limits import LIMITED, HostLimits
from autograder.conversations.remembered import RememberingSession
from autograder.course.reading import Exercise
from autograder.sandbox.session.inline import InlineSession, ProviderModule
from autograder.sandbox.session.requests import RemoteModule
from autograder.sandbox.session.session import OnRecord, Session, Transcript
from framework.providers.backends import Backend, part_source
from framework.providers.registry import Registry

if TYPE_CHECKING:
    from autograder.checks.metric_threshold import Measurement


@dataclass
class ExerciseUnderTest:
    """What the fixtures of a check give: the code under test beside the reference.

    Args:
        seed: all random numbers of all checks come from it.
        calibrating: whether metrics are measured without a comparison with thresholds.
        host_limits: what one check may take of the grader's own process.
        undefined: returns task -> why the submission does not define it, if the reason is known.
        source: the text of the submission; empty if there is none.
        tapes: the reference session too, where its answers are recorded or come from a recording.

    Attributes:
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
    tapes: OnRecord | None = None
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    measured: list[Measurement] = field(default_factory=list)

    def begin_submission(self) -> RemoteModule:
        """Start a check of the code under test: objects of earlier checks are forgotten."""
        self.session.begin()
        return RemoteModule(self.session)

    def begin_reference(self) -> RemoteModule:
        """Start the reference's side of a check, which has the same interface."""
        self.reference_session.begin()
        return RemoteModule(self.reference_session)

    def begin_check(self, check: str) -> None:
        """Start the check with the id `check`, before its fixtures are made."""
        if self.tapes is not None:
            self.tapes.begin_check(check)
        elif isinstance(self.reference_session, RememberingSession):
            self.reference_session.begin_check(check)

    def rng(self, name: str, check: str) -> np.random.Generator:
        """Return the random numbers of the check `name`: the same for the same seed.

        Args:
            check: its id.
        """
        drawn = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return drawn if self.tapes is None else self.tapes.generator(check, drawn)

    def close(self) -> None:
        """End both conversations."""
        self.session.close()
        self.reference_session.close()


def open_inline(
    session: type[InlineSession], backend: Backend, registry: Registry, exercise: Exercise
) -> InlineSession:
    """Open a conversation with what `backend` offers for `exercise`, in this process."""
    names = {task.name: task.registry_name for task in exercise.tasks}
    module = ProviderModule(registry, backend.name, names)
    return session(module, backend.arrays, part_source(registry, backend.providers))
