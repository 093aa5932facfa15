"""Copying over a distance: which networks learn that the last word repeats the first one?

    tickets w w w w w w posters printed her tickets

A text begins with an object. Then come words that tell nothing, one near object, two fixed words,
and the first object again. The near object is the right one in `NEAR` of the texts. A network that
sees no further is right so often; one that remembers the first object is always right.

Source: CS224n lecture 7, sections 1.4 to 1.6 ("tickets ... tickets").
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from framework.data.vocabulary import Ids
from framework.training.loops import Batch, LossLearner
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher

#: Objects, filler words, and the probability that the near object is right.
OBJECTS, FILLERS, NEAR = 4, 6, 0.6
VOCABULARY = OBJECTS + FILLERS + 2
#: Registered names of layers, and the bias of their forget gates at the start (None: their own).
#: With a bias of 3 a cell keeps 95 % per step; with 1, an LSTM's own, it keeps 73 %.
LAYERS = {
    "rnn": ("rnn", None),
    "gru": ("gru", None),
    "lstm": ("lstm", None),
    "lstm, forget bias 3": ("lstm", 3.0),
}
#: Number of filler words between the first object and the near one.
NEAR_BY, FAR = 5, 30
#: Sizes, and the options of training.
EMBEDDING, HIDDEN, STEPS, BATCH_SIZE, RATE, CLIP = 8, 24, 2000, 32, 0.02, 1.0
TEST_TEXTS = 500
#: Minimum accuracy of a network that has learned the task.
LEARNED = 0.95
#: Allowed standard errors of the best repeat above the accuracy of the near hint.
MOST = 3.0

#: Layer and distance -> the accuracy of each repeat.
Accuracies = Mapping[tuple[str, int], tuple[float, ...]]


def run(setting: Setting) -> Findings:
    """Train each kind of layer at each distance, `repeats` times, and test it on new texts."""
    accuracies = {
        (layer, distance): tuple(
            accuracy(setting, layer, distance, rng) for rng in setting.generators()
        )
        for distance in (NEAR_BY, FAR)
        for layer in LAYERS
    }
    measured = (
        Measured(f"{layer}, {distance} words between", tuple(100 * a for a in values), "%")
        for (layer, distance), values in accuracies.items()
    )
    return Findings(tuple(measured), tuple(claims(accuracies)))


def texts(count: int, distance: int, rng: np.random.Generator) -> Ids:
    """Draw `count` texts `(count, distance + 5)`; the last word is the one to predict."""
    first = rng.integers(OBJECTS, size=count)
    other = (first + rng.integers(1, OBJECTS, size=count)) % OBJECTS
    near = np.where(rng.random(count) < NEAR, first, other)
    between = rng.integers(OBJECTS, OBJECTS + FILLERS, size=(count, distance))
    fixed = np.tile([VOCABULARY - 2, VOCABULARY - 1], (count, 1))
    return np.column_stack([first, between, near, fixed, first])


def accuracy(setting: Setting, layer: str, distance: int, rng: np.random.Generator) -> float:
    """Train a language model, and return how often its most probable last word is right.

    Args:
        layer: a key of `LAYERS`.
        distance: words that tell nothing.
        rng: draws weights and texts.
    """
    build, arrays = setting.backend.build, setting.backend.arrays
    cell, forget_bias = LAYERS[layer]
    sizes = (VOCABULARY, EMBEDDING, HIDDEN, cell)
    model: Any = build("recurrent_lm", *sizes, rng=rng, kind="language_model")
    if forget_bias is not None:
        bias = arrays.to_numpy(model.parameters["cell.b"])
        bias[HIDDEN : 2 * HIDDEN] = forget_bias  # of an LSTM
        arrays.assign(model.parameters, "cell.b", bias)
    loss = build("softmax_cross_entropy", kind="loss")
    optimizer = build("adam", RATE, kind="optimizer")
    learner = LossLearner(model, loss, optimizer, arrays, clip=CLIP)
    for batch in _batches(distance, rng):
        learner.step(batch)
    new = texts(TEST_TEXTS, distance, rng)
    logits = arrays.to_numpy(model.forward(arrays.from_numpy(new[:, :-1])))
    return float((logits[:, -1].argmax(axis=-1) == new[:, -1]).mean())


def _batches(distance: int, rng: np.random.Generator) -> Iterator[Batch]:
    for _ in range(STEPS):
        drawn = texts(BATCH_SIZE, distance, rng)
        yield Batch((drawn[:, :-1],), drawn[:, 1:])


def claims(accuracies: Accuracies) -> Iterator[Claim]:
    """Yield the lecture's claims, each with the accuracies of all repeats."""
    near, far = accuracies["rnn", NEAR_BY], accuracies["rnn", FAR]
    yield Claim(
        f"An RNN learns to repeat what is {NEAR_BY} words away.",
        min(near) >= LEARNED,
        _range("rnn", near),
    )
    margin = MOST * math.sqrt(NEAR * (1 - NEAR) / TEST_TEXTS)
    yield Claim(
        f"Near wins over far: of what is {FAR} words away an RNN learns the near hint alone, which "
        f"is right in {NEAR:.0%}.",
        max(far) <= NEAR + margin,
        f"{_range('rnn', far)}; up to {NEAR + margin:.1%} is chance",
    )
    for layer in LAYERS:
        if layer != "rnn":
            yield _ahead(layer, accuracies[layer, FAR], far)


def _ahead(layer: str, values: tuple[float, ...], of_rnn: tuple[float, ...]) -> Claim:
    """Return the claim that `layer` is better than an RNN at the large distance."""
    own, rnn = (
        Measured(name, tuple(100 * a for a in shares), "%")
        for name, shares in ((layer, values), ("rnn", of_rnn))
    )
    return higher(f"Over {FAR} words, this is better than an RNN: {layer}.", own, rnn)


def _range(layer: str, values: tuple[float, ...]) -> str:
    return f"{layer} {min(values):.1%} to {max(values):.1%}"
