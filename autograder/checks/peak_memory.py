"""The memory that a pass through a model allocates.

The worker counts it, and code in the worker can change what is counted. So a check also runs a
longer text under the limit `memory` of ``exercise.toml``, which the system keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autograder.sandbox.session.requests import (
    Call,
    CountMemory,
    PeakMemory,
    RemoteObject,
    session_of,
)


class MeasuredPasses(NamedTuple):
    """What `forward` and `backward` returned, and what they allocated.

    Attributes:
        output: of `forward`.
        gradients: what `backward` returned.
        peak: the largest number of bytes that were allocated at one moment, inputs not counted;
            None for a backend whose arrays are not NumPy's: they are not counted.
    """

    output: Any
    gradients: Any
    peak: int | None


def measured_passes(model: RemoteObject, *inputs: Any, upstream: Any) -> MeasuredPasses:
    """Call `forward` and `backward` of `model` once, and measure what they allocate.

    Args:
        inputs: arguments of `forward`.
        upstream: the gradient that `backward` is given.
    """
    session, handle = session_of(model)
    calls = [Call(handle, "forward", inputs), Call(handle, "backward", (upstream,))]
    with session.unrecorded():  # two right models need not allocate the same number of bytes
        _, output, gradients, peak = session.run([CountMemory(), *calls, PeakMemory()])
    bytes_counted = peak.value if type(peak.value) is int and peak.value >= 0 else None
    return MeasuredPasses(output.value, gradients.value, bytes_counted)
