"""Training a submitted model from our side: it only ever runs forward and backward.

Loss, optimizer, batches, labels and held-out data stay in the grader's process; the model sees
inputs, and the gradient of the loss with respect to what it returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from autograder.checks.equality import (
    CheckFailed,
    expect,
    finite,
    real_array,
    same_form,
    same_names,
)
from autograder.checks.trained_models import TrainedModels, first_gradients_agree
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.requests import (
    Assign,
    Call,
    Get,
    RemoteObject,
    Step,
    assign,
    session_of,
    wrap,
)
from framework.data.batching import training_streams
from framework.errors import BadInputError
from framework.interfaces import LanguageModel, NumpyArrays
from framework.training.loops import LossLearner, example_batches, language_model_steps
from framework.training.loss_and_optimizers import Adam, SoftmaxCrossEntropy

Array = np.ndarray[Any, Any]
#: A submission's model; with the reference's beside it, what was learned can be confirmed.
Trainable = RemoteObject | TrainedModels

#: Largest norm of the gradients of a language model; longer ones are scaled down to it.
CLIP = 5.0


class HostedModel(LanguageModel):
    """A remote model whose parameters are kept, and updated, on our side.

    Of a language model, which `has_state`, the state after each chunk comes along.
    """

    def __init__(self, remote: RemoteObject, *, has_state: bool = False) -> None:
        super().__init__()
        self._session, self._handle = session_of(remote)
        self._has_state = has_state
        self.state: Any = None
        for name, value in _real_arrays(remote.parameters, "parameters").items():
            self.add_parameter(name, value)

    def forward(self, *inputs: Any) -> Any:
        """Send the parameters, then run the model's forward."""
        steps: list[Step] = [
            Assign(self._handle, "parameters", dict(self.parameters)),
            Call(self._handle, "zero_gradients"),
            Call(self._handle, "forward", inputs),
        ]
        output = self._session.run(steps)[-1].value
        if not isinstance(output, np.ndarray):
            message = "forward should return an array of scores"
            raise CheckFailed(message, about=output, fact="forward: type")
        if self._has_state:
            outcome = self._session.run([Get(self._handle, "state")])[0]
            self.state = wrap(self._session, outcome).value
        return output

    def backward(self, grad_output: Any) -> None:
        """Run the model's backward and fetch its gradients."""
        backward = Call(self._handle, "backward", (grad_output,))
        outcomes = self._session.run([backward, Get(self._handle, "gradients")])
        gradients = _real_arrays(outcomes[-1].value, "gradients")
        same_names(gradients, self.gradients, "gradients")
        for name, gradient in self.gradients.items():
            what = f"gradients['{name}'] during training"
            finite(same_form(gradients[name], gradient, what), what)
            gradient += gradients[name]


def classifier_chunks(
    model: Trainable,
    inputs: Array | tuple[Array, ...],
    labels: Array,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int = 32,
    chunk: int | None = None,
    is_random: bool = False,
    rng: np.random.Generator,
) -> Iterator[list[float]]:
    """Train `model` to give `labels: (M, ...)`, `chunk` steps (None: an epoch) at a time.

    Args:
        model: ``forward(inputs) -> logits (N, ..., C)``, with one argument for each of `inputs`;
            of `TrainedModels` the submission's is trained.
        inputs: `(M, ...)`, one example per row; or a tuple of such arrays.
        labels: as many as there are rows of logits; the loss is the mean over all.
        is_random: `forward` draws numbers, or keeps statistics, in training mode.

    Yields:
        the losses of each chunk; by then `model` itself has the parameters found so far.
    """
    arrays = inputs if isinstance(inputs, tuple) else (inputs,)
    if isinstance(model, TrainedModels):
        first_gradients_agree(model, arrays, is_random=is_random)
    hosted, stepper = HostedModel(student_of(model)), Adam(learning_rate)
    learner = LossLearner(hosted, SoftmaxCrossEntropy(), stepper, NumpyArrays())
    steps = (
        learner.step(batch)
        for _ in range(epochs)
        for batch in example_batches(arrays, labels, batch_size, rng=rng)[1]
    )
    return _in_chunks(model, hosted, steps, chunk or math.ceil(len(labels) / batch_size))


def margin_chunks(
    model: TrainedModels,
    true: Array,
    corrupt: Array,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int = 32,
    rng: np.random.Generator,
) -> Iterator[list[float]]:
    """Train `model` with the max-margin loss, the mean of max(0, 1 + s_c − s), an epoch at a time.

    Each epoch pairs every true input with another corrupted one.

    Args:
        model: ``forward(inputs (N, ...)) -> scores (N,)``.
        true: inputs `(M, ...)` that should score high.
        corrupt: as many inputs, or more, that should score low.

    Yields:
        the losses of each epoch; by then `model` itself has the parameters found so far.
    """
    first_gradients_agree(model, (np.concatenate([true[:2], corrupt[:2]]),))
    hosted, stepper = HostedModel(model.student), Adam(learning_rate)

    def steps() -> Iterator[float]:
        for _ in range(epochs):
            order, others = rng.permutation(len(true)), rng.permutation(len(corrupt))
            for start in range(0, len(true), batch_size):
                rows = order[start : start + batch_size]
                inputs = [true[rows], corrupt[others[start : start + len(rows)]]]
                scores = hosted.forward(np.concatenate(inputs))
                s, s_c = np.split(real_array(scores, (2 * len(rows),), "forward(windows)"), 2)
                terms = np.maximum(1 + s_c - s, 0)
                upstream = (terms > 0) / len(rows)
                hosted.zero_gradients()
                hosted.backward(np.concatenate([-upstream, upstream]))
                stepper.step(hosted.parameters, hosted.gradients)
                yield float(terms.mean())

    return _in_chunks(model, hosted, steps(), math.ceil(len(true) / batch_size))


def share_above(model: RemoteObject, true: Array, corrupt: Array, order: Array) -> float:
    """Return how often the score of a true input is above that of the corrupted one beside it.

    Args:
        true: inputs `(M, ...)`.
        corrupt: inputs `(M, ...)`.
        order: the order in which all of them are asked, `(2M,)`.
    """
    inputs, scores = np.concatenate([true, corrupt])[order], np.empty(len(order))
    scores[order] = real_array(model.forward(inputs), (len(order),), "forward(windows)")
    return float((scores[: len(true)] > scores[len(true) :]).mean())


def language_model_chunks(
    model: Trainable,
    tokens: Array,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int = 16,
    unroll: int = 20,
    chunk: int | None = None,
) -> Iterator[list[float]]:
    """Train `model` on the text `tokens: (M,)`, `chunk` steps (None: an epoch) at a time.

    Yields:
        the losses of each chunk; by then `model` itself has the parameters found so far.
    """
    if isinstance(model, TrainedModels):
        streams = training_streams(tokens, batch_size)
        first_gradients_agree(model, (streams.inputs[:, :unroll],))
    hosted = HostedModel(student_of(model), has_state=True)
    steps = language_model_steps(
        hosted, tokens, loss=SoftmaxCrossEntropy(), optimizer=Adam(learning_rate),
        arrays=NumpyArrays(), batch_size=batch_size, unroll=unroll, epochs=epochs, clip=CLIP,
    )  # fmt: skip
    per_epoch = math.ceil((len(tokens) - 1) // batch_size / unroll)
    return _in_chunks(model, hosted, steps, chunk or per_epoch)


def student_of(model: Trainable) -> RemoteObject:
    """Return the model that is trained."""
    return model.student if isinstance(model, TrainedModels) else model


def _in_chunks(
    model: Trainable, hosted: HostedModel, steps: Iterator[float], chunk: int
) -> Iterator[list[float]]:
    """Take `chunk` steps at a time; `model` has the parameters found so far after each."""
    while True:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                losses = list(islice(steps, chunk))
        except BadInputError as error:  # loss or clipping refuses what the model returned
            raise CheckFailed(f"training cannot go on: {error}") from None
        if not losses:
            return
        assign(student_of(model), hosted.parameters)
        if isinstance(model, TrainedModels):
            model.learn(hosted.parameters)
        yield losses


def _real_arrays(value: Any, what: str) -> dict[str, Array]:
    """Return `value`, if it is a dict of arrays of real numbers."""
    message = f"{what} should be a dict of arrays, not {value_text(value)}"
    expect(isinstance(value, dict), message, about=value, fact=f"{what}: type")
    for name, array in value.items():
        is_real = isinstance(array, np.ndarray) and array.dtype.kind == "f"
        message = f"{what}['{name}'] should hold real numbers, not {value_text(array)}"
        expect(is_real, message, about=array, fact=f"{what}['{name}']: type")
    return dict(value)
