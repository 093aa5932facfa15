"""The forget gates of a QRNN over time: do they show which words matter?

A classifier reads long reviews with one opinion, and answers from its last state alone. It has to
write the opinion into its state, and to keep it. A small forget gate writes, a large one keeps.

Source: CS224n lecture 11, section 5.3; Bradbury et al. (2016), section 3.1 and figure 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.plotting.charts import Chart, Line
from plugins.lectures.experiments.classification import Examples, Training, trained_accuracy
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.languages.long_reviews import LongReviews
from plugins.lectures.languages.sentiment import NEGATIVE, POSITIVE

CLAUSES, TRAIN, TEST = 4, 2000, 1000
EMBEDDING, HIDDEN = 16, 16
TRAINING = Training(epochs=6, batch_size=32, rate=0.01)


def run(setting: Setting) -> Findings:
    """Train the classifier `repeats` times; the picture is of the first repeat's first text."""
    repeats = [_measured(setting, rng) for rng in setting.generators()]
    accuracies, opinions, others, charts = zip(*repeats, strict=True)
    accuracy = Measured("accuracy", accuracies, "%")
    at_opinions = Measured("mean forget gate at opinions", opinions, "of 1")
    at_others = Measured("mean forget gate at other words", others, "of 1")
    claim = higher(
        "The gates show the words that matter: they keep the state elsewhere, and write there.",
        at_others,
        at_opinions,
    )
    return Findings((accuracy, at_opinions, at_others), (claim,), {"forget-gates": charts[0]})


def _measured(setting: Setting, rng: np.random.Generator) -> tuple[float, float, float, Chart]:
    """Return the accuracy, the mean gate at opinions and elsewhere, and the picture of a text."""
    language = LongReviews(CLAUSES)
    train, test = (Examples(*language.sample(count, rng=rng)) for count in (TRAIN, TEST))
    sizes = (len(language.vocabulary), EMBEDDING, HIDDEN, 2)
    build = setting.backend.build
    model = build("sequence_classifier", *sizes, "qrnn", "last", rng=rng, kind="model")
    accuracy = trained_accuracy(setting, model, train, test, TRAINING, rng=rng)
    to_numpy = setting.backend.arrays.to_numpy
    parameters = {name: to_numpy(array) for name, array in model.parameters.items()}
    gates = forget_gates(parameters, test.inputs)
    is_opinion = np.isin(test.inputs, language.vocabulary.encode([*POSITIVE, *NEGATIVE]))
    is_other = (test.inputs != 0) & ~is_opinion
    words = language.vocabulary.decode(test.inputs[0][test.inputs[0] != 0])
    chart = picture(words, gates[0, : len(words)])
    return accuracy, float(gates[is_opinion].mean()), float(gates[is_other].mean()), chart


def forget_gates(parameters: dict[str, Array], ids: Array) -> Array:
    """Return the gates f = σ(b + Σ_k x_{t − width + 1 + k} W_k) of a classifier, `(N, T, H)`.

    Args:
        parameters: those of ``sequence_classifier`` with a QRNN; the second block of H columns of
            ``encoder.W`` and ``encoder.b`` belongs to f.
        ids: texts `(N, T)`; padding (0) has the vector 0.
    """
    W, b = parameters["encoder.W"], parameters["encoder.b"]
    H = parameters["output.W"].shape[0]
    x = parameters["embedding"][ids] * (ids != 0)[:, :, None]
    width, steps = len(W), ids.shape[1]
    padded = np.pad(x, ((0, 0), (width - 1, 0), (0, 0)))
    sums: Any = sum(padded[:, k : k + steps] @ W[k, :, H : 2 * H] for k in range(width))
    return np.asarray(1 / (1 + np.exp(-(sums + b[H : 2 * H]))))


def picture(words: list[str], gates: Array) -> Chart:
    """Return the mean of all gates `(T, H)` over time, and the least and the largest one."""
    places = tuple(float(number) for number in range(1, len(words) + 1))
    lines = {"mean": gates.mean(axis=1), "least": gates.min(axis=1), "largest": gates.max(axis=1)}
    return Chart(
        " ".join(words),
        "word",
        "forget gate",
        tuple(Line(name, places, tuple(map(float, y))) for name, y in lines.items()),
    )
