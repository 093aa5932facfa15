"""One exercise under test: the code under test beside the reference."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from autograder.checks.host_limits import LIMITED, HostLimits
from autograder.checks.metric_threshold import Measurement
from autograder.course.reading import Exercise
from autograder.isolation.host.remote import RemoteModule, Session
from autograder.isolation.host.transcript import Transcript


@dataclass(frozen=True)
class ExerciseUnderTest:
    """What the fixtures of a check give: the code under test beside the reference.

    Args:
        seed: all random numbers of all checks come from it.
        calibrating: whether metrics are measured without a comparison with thresholds.
        host_limits: what one check may take of the grader's own process.
        undefined: task -> why the submission does not define it, if the reason is known.

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
    undefined: Mapping[str, str] = field(default_factory=dict)
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    measured: list[Measurement] = field(default_factory=list)

    def begin_submission(self) -> RemoteModule:
        """Start a check of the code under test: objects of earlier checks are forgotten."""
        self.session.begin()
        return RemoteModule(self.session)

    def begin_reference(self) -> RemoteModule:
        """Start a check of the solution, which has the same interface."""
        self.reference_session.begin()
        return RemoteModule(self.reference_session)

    def rng(self, name: str) -> np.random.Generator:
        """The random numbers of the check `name`: the same for the same seed."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def close(self) -> None:
        """End both conversations."""
        self.session.close()
        self.reference_session.close()
