"""Distributions of a word given the words on both sides, exactly, by forward-backward."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.automaton import Automaton


class ForwardBackward:
    """Distribution of each word of a text of an automaton, given all other words.

    α_t(s) is the probability of the words before position t, with the automaton in state s there.
    β_t(s) is that of the words from position t on, if it is in state s there. With the matrices
    A(w)_{s,s'} = P(write w in s, then go to s'),

        α_{t+1} = α_t A(w_t),     β_t = A(w_t) β_{t+1},     P(w at t | others) ∝ α_t A(w) β_{t+1}

    The matrix of a hidden word is Σ_w A(w). No predictor that sees the same words does better.

    Args:
        automaton: the source of the texts, from its start state on.
        words: W words, the order of the result. Words that it never writes have probability 0.
        end: the state after the last word of each text; None: any.

    Source: Rabiner, "A Tutorial on Hidden Markov Models" (1989), section III.
    """

    def __init__(self, automaton: Automaton, words: Sequence[str], end: str | None = None) -> None:
        self._words = {word: i for i, word in enumerate(words)}
        states = {state: i for i, state in enumerate(automaton.states)}
        self._A = np.zeros((len(states), len(words), len(states)))  # A(w) is [:, w]
        for row in automaton.transitions.values():
            for t in row.values():
                self._A[states[t.source], self._words[t.word], states[t.target]] = t.probability
        self._first = np.eye(len(states))[states[automaton.start]]
        self._last = np.ones(len(states)) if end is None else np.eye(len(states))[states[end]]

    def distributions(self, text: Sequence[str | None]) -> Array:
        """Return P(word at t | all other words of `text`) for each position t, `(T, W)`.

        Args:
            text: T ≥ 1 words; None for a hidden one.

        Raises:
            BadInputError: the automaton never writes this text, or no word fits a position.
        """
        steps = [self._matrix(word) for word in text]
        forward, backward = [self._first], [self._last]
        for step in steps[:-1]:
            forward.append(_scaled(forward[-1] @ step))
        for step in steps[:0:-1]:
            backward.append(_scaled(step @ backward[-1]))
        both_sides = zip(forward, reversed(backward), strict=True)
        return np.stack([_scaled(np.tensordot(a, self._A, 1) @ b) for a, b in both_sides])

    def _matrix(self, word: str | None) -> Array:
        """Return A(w), of a hidden word the sum of all."""
        if word is None:
            return np.asarray(self._A.sum(axis=1))
        if word not in self._words:
            raise BadInputError(f"'{word}' is no word of the automaton")
        return self._A[:, self._words[word]]


def _scaled(p: Array) -> Array:
    """Return `p` divided by its sum, so that long texts do not underflow."""
    total = p.sum()
    if not total > 0:
        raise BadInputError("the automaton never writes this text: its probability is 0")
    return np.asarray(p / total)
