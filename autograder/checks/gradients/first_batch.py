"""Before a training: gradients of its first examples are those of the reference.

Where a part of a network never learns, the layers above it often reach the threshold all the same:
random features, as of an untrained recurrent layer, say much about a text. Points for training need
the gradients of all parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from autograder.checks.failures import CheckFailed
from autograder.checks.paired_models import PairedModels
from autograder.checks.trained_models import TrainedModels
from autograder.isolation.host.remote import assign

Array = np.ndarray[Any, Any]

#: Number of examples.
MOST = 4
#: A right model may compute in float32, through many layers.
RTOL = 1e-3
SENTENCE = (
    "training starts from right gradients of all parameters: on its first examples forward or "
    "backward is wrong"
)


def first_gradients_agree(
    models: TrainedModels, inputs: tuple[Array, ...], *, is_random: bool = False
) -> None:
    """Require that on the first examples forward and backward are those of the reference.

    Both get the same random parameters, so that the answers of the reference can be recorded; the
    submission's model gets its own parameters back.

    Args:
        inputs: the arguments of `forward`, each with one example per row.
        is_random: the results of training mode are drawn, or depend on earlier batches: the
            gradients are compared in evaluation mode.

    Raises:
        CheckFailed: says which gradient is wrong.
    """
    pair = PairedModels(models.name, models.student, models.reference)
    first = tuple(array[:MOST] for array in inputs)
    rng = np.random.default_rng(len(inputs[0]))
    own = dict(models.student.parameters)
    pair.draw_parameters(rng)
    with _evaluation_mode(pair) if is_random else nullcontext(), _told_as_training():
        pair.same_gradients(*first, rng=rng, rtol=RTOL)
    assign(models.student, own)


@contextmanager
def _told_as_training() -> Iterator[None]:
    """Put the sentence about training before what is wrong."""
    try:
        yield
    except CheckFailed as failure:
        details = (failure.message, *failure.details)
        raise CheckFailed(SENTENCE, *details, about=failure.about, fact=failure.fact) from None


@contextmanager
def _evaluation_mode(pair: PairedModels) -> Iterator[None]:
    """Have both models in evaluation mode for the block, and then in training mode."""
    for model in (pair.student, pair.reference):
        model.eval()
    yield
    for model in (pair.student, pair.reference):
        model.train()
