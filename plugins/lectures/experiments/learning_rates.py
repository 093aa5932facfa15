"""Learning rates with batch normalization and without it: at how many does a network learn?

Source: CS224n lecture 11, section 3.6; Ioffe and Szegedy (2015), section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from framework.training.loops import Batch, LossLearner
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.experiments.layered import Layered

#: Learning rates of plain gradient descent.
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
#: Sizes of the layers: numbers of an example, hidden units, classes.
SIZES = (10, 40, 40, 3)
STEPS, BATCH_SIZE, TEST = 150, 60, 2000
#: The accuracy of a network that has learned; guesses reach about a third.
LEARNED = 75.0


def layers(setting: Setting, *, normalized: bool, rng: np.random.Generator) -> Iterator[Any]:
    """Yield affine layers with ReLU between them, and batch normalization before each ReLU."""
    build = setting.backend.build
    for number, (inputs, units) in enumerate(pairwise(SIZES)):
        if number:
            if normalized:
                yield build("batch_norm1d", inputs, kind="model")
            yield build("relu", kind="model")
        yield build("affine", inputs, units, rng=rng, kind="model")


def run(setting: Setting) -> Findings:
    """Train with each rate, with and without normalization, on the same examples."""
    seeds = [int(rng.integers(2**31)) for rng in setting.generators()]
    accuracies = {
        (normalized, rate): tuple(_accuracy(setting, normalized, rate, seed) for seed in seeds)
        for normalized in (False, True)
        for rate in RATES
    }
    measured = [
        Measured(f"{_name(normalized)}, rate {rate:g}", values, "%")
        for (normalized, rate), values in accuracies.items()
    ]
    plain, normalized = (_rates_that_learn(accuracies, kind) for kind in (False, True))
    return Findings((*measured, plain, normalized), (_claim(normalized, plain),))


def _rates_that_learn(
    accuracies: dict[tuple[bool, float], tuple[float, ...]], normalized: bool
) -> Measured:
    """Return in each repeat the number of rates at which the network learned."""
    columns = zip(*(accuracies[normalized, rate] for rate in RATES), strict=True)
    counts = tuple(float(sum(value >= LEARNED for value in column)) for column in columns)
    return Measured(f"rates of {len(RATES)} that learn, {_name(normalized)}", counts, "")


def _claim(normalized: Measured, plain: Measured) -> Claim:
    text = "With batch normalization the learning rate is easier to choose: more rates learn."
    return higher(text, normalized, plain)


def _name(normalized: bool) -> str:
    return "batch normalization" if normalized else "plain"


def _accuracy(setting: Setting, normalized: bool, rate: float, seed: int) -> float:
    """Return the share of right answers after training, in percent."""
    arrays, build = setting.backend.arrays, setting.backend.build
    rng = arrays.generator(seed)
    directions = rng.normal(size=(SIZES[0], SIZES[-1]))
    model = Layered(layers(setting, normalized=normalized, rng=rng))
    loss, sgd = build("softmax_cross_entropy", kind="loss"), build("sgd", rate, kind="optimizer")
    learner = LossLearner(model, loss, sgd, arrays)
    with np.errstate(all="ignore"):  # with a large rate the weights grow beyond all numbers
        for _ in range(STEPS):
            x, labels = _examples(directions, BATCH_SIZE, rng)
            learner.step(Batch((x,), labels))
        model.eval()
        x, labels = _examples(directions, TEST, rng)
        scores = arrays.to_numpy(model.forward(arrays.from_numpy(x)))
    return 100 * float((np.nan_to_num(scores).argmax(axis=1) == labels).mean())


def _examples(directions: Any, count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw vectors; the label says which direction is nearest to the vector."""
    x = rng.normal(size=(count, len(directions)))
    return x, (x @ directions).argmax(axis=1)
