"""Three ways to halve the length between the stages of a deep network of characters.

The stages are those of `deep_text_cnn`, with one block each: nine convolutions of width 3.

Source: CS224n lecture 11, section 4.4; Conneau et al. (2017), sections 3.2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from plugins.lectures.experiments.classification import (
    Examples,
    Training,
    one_hot_texts,
    trained_accuracy,
)
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, higher
from plugins.lectures.experiments.layered import Layered
from plugins.lectures.languages.random_hierarchy import RandomHierarchy

WAYS = ("maximum of 3, stride 2", "k-max, k = half", "convolution, stride 2")
#: A text has 2^LEVELS characters; the number of classes.
LEVELS, CLASSES = 4, 4
STAGES, MAPS = 4, 8
TRAIN, TEST = 200 * 32, 1000
TRAINING = Training(epochs=1, batch_size=32, rate=0.01)


def run(setting: Setting) -> Findings:
    """Train a network of each kind on the texts of a new grammar, `repeats` times."""
    rows = [_accuracies(setting, rng) for rng in setting.generators()]
    maximum, k_max, stride = (
        Measured(way, tuple(values), "%")
        for way, values in zip(WAYS, zip(*rows, strict=True), strict=True)
    )
    return Findings(
        (maximum, k_max, stride),
        (
            higher("To halve the length, the maximum is better than k-max.", maximum, k_max),
            higher("To halve the length, the maximum is better than a stride.", maximum, stride),
        ),
    )


def _accuracies(setting: Setting, rng: np.random.Generator) -> list[float]:
    """Return the accuracy of each network: same texts, same initial weights of its blocks."""
    grammar = RandomHierarchy(levels=LEVELS, rng=rng)
    train, test = (one_hot_texts(grammar, count, rng) for count in (TRAIN, TEST))
    seed = int(rng.integers(2**31))
    return [_accuracy(setting, way, train, test, seed) for way in WAYS]


def _accuracy(setting: Setting, way: str, train: Examples, test: Examples, seed: int) -> float:
    rng = setting.backend.arrays.generator(seed)
    model = Layered(layers(setting, way, train.inputs.shape[2], rng))
    return trained_accuracy(setting, model, train, test, TRAINING, rng=rng)


def layers(setting: Setting, way: str, characters: int, rng: np.random.Generator) -> Iterator[Any]:
    """Yield the layers, from the first convolution to the scores.

    Args:
        way: one of `WAYS`.
        characters: the number of different characters.
    """
    build, channels = setting.backend.build, MAPS
    yield build("conv1d", characters, MAPS, 3, padding=1, rng=rng, kind="model")
    for stage in range(STAGES):
        if stage:
            yield halving(setting, way, channels, 2 ** (LEVELS - stage), rng)
        maps = MAPS * 2**stage
        yield build("conv_block", channels, maps, rng=rng, kind="model")
        channels = maps
    yield build("max_over_time", kind="model")
    yield build("affine", channels, CLASSES, rng=rng, kind="model")


def halving(
    setting: Setting, way: str, channels: int, length: int, rng: np.random.Generator
) -> Any:
    """Return the layer that makes texts of `length` steps from texts twice as long."""
    build = setting.backend.build
    if way == WAYS[0]:
        return build("local_max_pool", 3, 2, kind="model")
    if way == WAYS[1]:
        return build("k_max_pool", length, kind="model")
    sizes = (channels, channels, 3)
    return build("conv1d", *sizes, padding=1, stride=2, rng=rng, kind="model")
