"""Random choices of a generated language, for versions that students cannot know.

A check that trains a model gives the language a generator. Which id a word has, and how probable
it is, is then known from the training text alone, and not from the source code of the generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from framework.data.vocabulary import Vocabulary

#: How far a drawn probability may be from its usual value, as a share of its distance from 0 or 1.
SPREAD = 0.2


def drawn_vocabulary(words: Sequence[str], rng: np.random.Generator | None) -> Vocabulary:
    """Return the vocabulary of `words`, in this order or in one that `rng` draws."""
    return Vocabulary(drawn_order(words, rng))


def drawn_order(names: Sequence[str], rng: np.random.Generator | None) -> Sequence[str]:
    """Return `names`, in this order or in one that `rng` draws."""
    return names if rng is None else rng.permutation(names).tolist()


def drawn_near(probability: float, rng: np.random.Generator | None) -> float:
    """Return `probability`, or one near it that `rng` draws, which is neither 0 nor 1."""
    if rng is None:
        return probability
    return probability + SPREAD * min(probability, 1 - probability) * float(rng.uniform(-1, 1))


def drawn_shares(
    shares: Mapping[str, float], rng: np.random.Generator | None
) -> Mapping[str, float]:
    """Return `shares`, which sum to 1, with the largest one drawn near its usual value."""
    largest = max(shares, key=shares.__getitem__)
    if rng is None or shares[largest] == 1:
        return shares
    drawn = drawn_near(shares[largest], rng)
    others = (1 - drawn) / (1 - shares[largest])
    return {name: drawn if name == largest else p * others for name, p in shares.items()}
