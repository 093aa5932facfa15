"""What can be known before a long training: cheap checks that come first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.checks.failures import expect
from autograder.checks.training import train_classifier
from autograder.isolation.host.remote import RemoteModule, RemoteObject

Array = np.ndarray[Any, Any]

#: How far from log C the loss of a new model may be, as a share of log C.
FIRST_LOSS = 0.5
#: The loss on a few examples that are known by heart.
BY_HEART = 0.1


def overfits(
    model: RemoteObject,
    inputs: Array,
    labels: Array,
    *,
    classes: int,
    reference: RemoteModule,
    rng: np.random.Generator,
    steps: int = 60,
    learning_rate: float = 0.1,
) -> None:
    """A new `model` knows nothing, and can learn one small batch by heart.

    Its loss starts near log C, as long as no class is preferred, and falls below `BY_HEART` when
    it is trained on the same few examples again and again. Where this fails, no longer training
    can succeed, and it is known in a fraction of the time.

    Args:
        model: a new one; it is trained.
        inputs: `(M, ...)`, different from each other.
        labels: `(M,)`.
        classes: C.

    Raises:
        CheckFailed: one of the two does not hold.
    """
    losses = train_classifier(
        model, inputs, labels, reference=reference, epochs=steps, learning_rate=learning_rate,
        batch_size=len(inputs), rng=rng,
    )  # fmt: skip
    ignorant = math.log(classes)
    expect(
        abs(losses[0] - ignorant) <= FIRST_LOSS * ignorant,
        f"the loss of a new model is {losses[0]:.3f}: with small random parameters it is near "
        f"log {classes} = {ignorant:.3f}",
    )
    expect(
        losses[-1] <= BY_HEART,
        f"{len(inputs)} examples cannot be learned by heart: after {steps} steps on them alone "
        f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}, and not below {BY_HEART}",
    )
