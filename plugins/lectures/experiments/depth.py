"""Stacks of one to eight recurrent layers, without and with connections around the layers.

The texts are those of `RandomHierarchy`: a class is a pair of symbols, each of which is a pair
again, so that a reader needs several levels of features.

Source: CS224n lecture 7, sections 4.10 to 4.12; Britz, Goldie, Luong and Le, "Massive Exploration
of Neural Machine Translation Architectures" (2017), sections 4.2 and 4.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.deep_cells import DeepCell
from framework.models.parts import part
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.classification import (
    Training,
    one_hot_texts,
    trained_accuracy,
)
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.languages.random_hierarchy import RandomHierarchy

#: Name -> number of layers, and the connections around them.
STACKS = {
    "1 layer": (1, "none"),
    "2 layers": (2, "none"),
    "4 layers": (4, "none"),
    "8 layers": (8, "none"),
    "8 layers, residual": (8, "residual"),
    "8 layers, dense": (8, "dense"),
    "8 layers, highway": (8, "highway"),
}
#: A text has 2^LEVELS characters; the number of symbols, of classes, and of pairs for a symbol.
LEVELS, SYMBOLS, CLASSES, CHOICES = 4, 6, 4, 3
HIDDEN = 24
TRAIN, TEST = 6400, 500
TRAINING = Training(epochs=4, batch_size=64, rate=0.005)


class StackClassifier(Model):
    """Scores of the classes of texts, from the last state of a stack of the layer ``rnn``.

    Args:
        features: D, the features of a character.
        layers, skip: see `framework.models.deep_cells.DeepCell`.
        rng: draws the initial weights.
    """

    def __init__(self, features: int, layers: int, skip: str, *, rng: np.random.Generator) -> None:
        super().__init__()
        cell = DeepCell(part, "rnn", layers, skip=skip)(features, HIDDEN, rng=rng)
        self.cell = self.add_child("cell", cell)
        self.output = self.add_child("output", part("affine")(HIDDEN, CLASSES, rng=rng))

    def forward(self, x: Any) -> Any:
        """Return the scores `(N, C)` of texts `x: (N, T, D)`."""
        self._h = self.cell.forward(x)
        return self.output.forward(self._h[:, -1])

    def backward(self, grad_scores: Any) -> None:
        """Add the gradients of all layers; only the last state of the stack has one."""
        last = self.output.backward(grad_scores)[:, None]
        others = self._arrays.zeros_like(self._h[:, 1:])
        self.cell.backward(self._arrays.namespace.concatenate([others, last], 1))


def run(setting: Setting) -> Findings:
    """Train a stack of each kind on the texts of a new grammar, `repeats` times."""
    rows = [_accuracies(setting, rng) for rng in setting.generators()]
    columns = zip(*rows, strict=True)
    measured = tuple(
        Measured(name, tuple(values), "%") for name, values in zip(STACKS, columns, strict=True)
    )
    one, two, four, eight, residual, dense, highway = measured
    return Findings(
        measured,
        (
            _better("Two layers are better than one.", two, one),
            _better("Four layers are better than one.", four, one),
            _better("Four layers are better than eight without connections.", four, eight),
            _better("Residual connections help eight layers.", residual, eight),
            _better("Dense connections help eight layers.", dense, eight),
            _better("Highway connections help eight layers.", highway, eight),
            _better("Four layers are better than eight with highway connections.", four, highway),
        ),
    )


def _better(text: str, first: Measured, other: Measured) -> Claim:
    """Return the claim `text`, that `first` is above `other` on the texts of the same grammars."""
    pairs = zip(first.values, other.values, strict=True)
    gain = Measured(f"{first.name} − {other.name}", tuple(a - b for a, b in pairs), first.unit)
    return higher(text, gain, Measured("no gain", (0.0,) * len(gain.values), first.unit))


def _accuracies(setting: Setting, rng: np.random.Generator) -> list[float]:
    """Return the accuracy of each stack on the same texts, in percent."""
    grammar = RandomHierarchy(LEVELS, SYMBOLS, CLASSES, CHOICES, rng=rng)
    train, test = (one_hot_texts(grammar, count, rng) for count in (TRAIN, TEST))
    seed, accuracies = int(rng.integers(2**31)), []
    for layers, skip in STACKS.values():
        weights = setting.backend.arrays.generator(seed)
        model = StackClassifier(train.inputs.shape[2], layers, skip, rng=weights)
        accuracies.append(trained_accuracy(setting, model, train, test, TRAINING, rng=weights))
    return accuracies
