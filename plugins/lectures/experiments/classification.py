"""Training and test of one classifier on texts, for the experiments that compare several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from framework.data.vocabulary import Ids
from framework.interfaces import Array, Model
from framework.training.loops import classifier_steps
from plugins.lectures.experiments.experiment import Setting
from plugins.lectures.languages.random_hierarchy import RandomHierarchy


@dataclass(frozen=True)
class Examples:
    """Texts and their labels.

    Attributes:
        inputs: `(M, ...)`, ids or one-hot vectors.
        labels: `(M,)` or `(M, T)`.
    """

    inputs: Array
    labels: Ids


@dataclass(frozen=True)
class Training:
    """How a classifier is trained: with Adam, on batches in random order."""

    epochs: int
    batch_size: int
    rate: float


def one_hot_texts(grammar: RandomHierarchy, count: int, rng: np.random.Generator) -> Examples:
    """Return `count` texts of `grammar` as one-hot vectors of characters, and their classes."""
    ids, labels = grammar.sample(count, rng=rng)
    return Examples(np.eye(grammar.vocabulary_size)[ids], labels)


def trained_accuracy(
    setting: Setting,
    model: Model,
    train: Examples,
    test: Examples,
    training: Training,
    *,
    rng: np.random.Generator,
) -> float:
    """Train `model`, and return its share of right answers on `test`, in percent.

    Args:
        rng: draws the order of the texts.
    """
    build, arrays = setting.backend.build, setting.backend.arrays
    steps = classifier_steps(
        model,
        train.inputs,
        train.labels,
        loss=build("softmax_cross_entropy", kind="loss"),
        optimizer=build("adam", training.rate, kind="optimizer"),
        arrays=arrays,
        batch_size=training.batch_size,
        epochs=training.epochs,
        rng=rng,
    )
    for _ in steps:
        pass
    model.eval()
    scores: Any = arrays.to_numpy(model.forward(arrays.from_numpy(test.inputs)))
    return 100 * float((scores.argmax(axis=-1) == test.labels).mean())
