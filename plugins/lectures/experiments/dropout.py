"""Dropout in Kim's network: the gain in accuracy.

The lecture quotes 2 to 4 % of accuracy on sentences that people wrote. Here the same network learns
few sentences of the sentiment grammar, with wrong labels among them, and is tested on many.

Source: CS224n lecture 11, sections 3.1 and 3.3; Kim (2014), section 4.
"""

from __future__ import annotations

import numpy as np

from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.classification import Examples, Training, trained_accuracy
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.languages.sentiment import SentimentGrammar

#: Texts to learn from and to test on, and the share of wrong labels among the former.
TRAIN, TEST, NOISE = 200, 2000, 0.1
#: Probabilities with which a feature is kept; 1 is no dropout.
KEEP = {"no dropout": 1.0, "dropout, p = 0.5": 0.5}
EMBEDDING, MAPS, WIDTHS = 16, 16, (3, 4, 5)
TRAINING = Training(epochs=30, batch_size=50, rate=0.005)
#: Gain in accuracy that the lecture claims for dropout, in percent.
WORTH = (2.0, 4.0)


def run(setting: Setting) -> Findings:
    """Train both networks on the same texts, `repeats` times."""
    pairs = [_accuracies(setting, rng) for rng in setting.generators()]
    measured = [
        Measured(name, tuple(values), "%")
        for name, values in zip(KEEP, zip(*pairs, strict=True), strict=True)
    ]
    without, with_dropout = measured
    gains = tuple(b - a for a, b in zip(without.values, with_dropout.values, strict=True))
    gain = Measured("gain by dropout", gains, "%")
    helps = higher("Dropout in Kim's network helps.", with_dropout, without)
    return Findings((*measured, gain), (helps, _worth(gain)))


def _worth(gain: Measured) -> Claim:
    """Return the claim about the size of the gain; it holds if all repeats agree."""
    least, most = WORTH
    agree = [least <= value <= most for value in gain.values]
    holds = None if len(agree) < 2 or any(agree) != all(agree) else all(agree)
    return Claim(f"Dropout is worth {least:g} to {most:g} %.", holds, str(gain))


def _accuracies(setting: Setting, rng: np.random.Generator) -> list[float]:
    """Return the accuracy of each network: same texts, same initial weights."""
    right = SentimentGrammar(noise=0.0)
    train = Examples(*SentimentGrammar(noise=NOISE).sample(TRAIN, rng=rng))
    test = Examples(*right.sample(TEST, rng=rng))
    seed = int(rng.integers(2**31))
    return [_accuracy(setting, keep, train, test, seed) for keep in KEEP.values()]


def _accuracy(setting: Setting, keep: float, train: Examples, test: Examples, seed: int) -> float:
    rng = setting.backend.arrays.generator(seed)
    sizes = (len(SentimentGrammar().vocabulary), EMBEDDING, MAPS, 2)
    options = {"widths": WIDTHS, "keep_probability": keep, "rng": rng}
    model = setting.backend.build("text_cnn", *sizes, **options, kind="model")
    return trained_accuracy(setting, model, train, test, TRAINING, rng=rng)
