"""Speculative and constrained decoding, on the arrays of any backend.

Distributions of a few words decide: NumPy computes with them, whatever the arrays of the backend.

Source: Leviathan et al., "Fast Inference from Transformers via Speculative Decoding" (2023).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Array, LanguageModel


def expected_tokens(target: Any, draft: Any, draft_tokens: int) -> float:
    """Return (1 − a^(k+1)) / (1 − a), with a = 1 − Σ |p − q| / 2, for `draft_tokens` k.

    Raises:
        ValueError: k is below 1, or the vocabularies differ.
    """
    p, q = _probabilities(target), _probabilities(draft)
    _check(draft_tokens, p, q)
    accepted = 1 - np.abs(p - q).sum() / 2
    return float(np.polyval(np.ones(draft_tokens + 1), accepted))


def verify(drafted: Any, draft: Any, target: Any, *, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return the numbers of accepted words `(N,)`, and the words after them `(N,)`.

    Args:
        drafted: ids `(N, K)`.
        draft, target: log probabilities `(N, K, V)` and `(N, K + 1, V)`.

    Raises:
        ValueError: the vocabularies differ, or no word of a text has a probability.
    """
    arrays = current_arrays()
    ids = arrays.to_numpy(arrays.asarray(drafted))
    accepted, words = _verify(ids, _probabilities(draft), _probabilities(target), rng)
    return arrays.from_numpy(accepted), arrays.from_numpy(words)


def speculative_sample(
    target: LanguageModel,
    draft: LanguageModel,
    prefix: Any,
    length: int,
    draft_tokens: int = 4,
    *,
    end: int | None = None,
    rng: np.random.Generator,
) -> Any:
    """Return at most `length` ids after `prefix: (P,)`, drawn from the target.

    Raises:
        ValueError: a setting is out of range, the prefix is empty, or the vocabularies differ.
    """
    _check(draft_tokens)
    text = _Text(target, draft, prefix, rng)
    if length < 0 or not text.ids:
        raise ValueError(f"length ≥ 0 and a prefix are needed, not {length} and {len(prefix)} ids")
    start = len(text.ids)
    while len(text.ids) - start < length and end not in text.ids[start:]:
        text.extend(min(draft_tokens, length - (len(text.ids) - start)))
    written = text.ids[start : start + length]
    written = written[: written.index(end) + 1] if end in written else written
    return current_arrays().from_numpy(np.array(written, dtype=np.int64))


class _Text:
    """A text that grows, and what both models have read of it."""

    def __init__(
        self, target: LanguageModel, draft: LanguageModel, prefix: Any, rng: np.random.Generator
    ) -> None:
        arrays = current_arrays()
        self.ids: list[int] = arrays.to_numpy(arrays.asarray(prefix)).tolist()
        self.target, self.draft, self.rng = _Reader(target), _Reader(draft), rng

    def extend(self, k: int) -> None:
        """Add 1 to k + 1 words, of which the draft proposes k."""
        known, q = list(self.ids), []
        for _ in range(k):
            q.append(self.draft.read(known)[-1])
            known.append(int(_drawn(q[-1][None], self.rng)[0]))
        p = self.target.read(known)[-k - 1 :]
        drafted = np.array([known[-k:]])
        accepted, word = _verify(drafted, np.stack(q)[None], np.stack(p)[None], self.rng)
        self.ids = [*known[: len(self.ids) + int(accepted[0])], int(word[0])]
        for reader in (self.target, self.draft):
            reader.forget(len(self.ids) - 1)


class _Reader:
    """A model, and its states since the last call of `forget`."""

    def __init__(self, model: LanguageModel) -> None:
        self._model, self._states, self._first = model, [model.initial_state(1)], 0

    def read(self, ids: list[int]) -> list[Array]:
        """Read the tokens of `ids` that are new; return the probabilities `(V,)` after each."""
        unread = np.array([ids[self._first + len(self._states) - 1 :]], dtype=np.int64)
        tokens = current_arrays().from_numpy(unread)
        results = self._model.read_tokens(tokens, self._states[-1])
        self._states += [state for _, state in results]
        return [_probabilities(log_probabilities)[0] for log_probabilities, _ in results]

    def forget(self, count: int) -> None:
        """Go back to the state after `count` tokens, if more are read."""
        last = min(count - self._first, len(self._states) - 1)
        self._states, self._first = [self._states[last]], self._first + last


def without_dead_ends(steps: Any) -> Any:
    """Return `steps` with −1 also for the words after which no endless text is allowed.

    Raises:
        ValueError: `steps` is no table `(Q, V)` of states, or allows no text from state 0.
    """
    arrays = current_arrays()
    return arrays.from_numpy(_living(arrays.to_numpy(arrays.asarray(steps))))


class Constrained(LanguageModel):
    """A language model with −∞ for the words that an automaton `steps: (Q, V)` refuses.

    Raises:
        ValueError: see `without_dead_ends`.
    """

    def __init__(self, model: LanguageModel, steps: Any) -> None:
        super().__init__()
        table = _living(self._arrays.to_numpy(self._arrays.asarray(steps)))
        self._model = model
        self._steps = np.pad(table, ((0, 1), (0, 0)), constant_values=-1)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        """Return the model's state, and state 0 of the automaton."""
        start = self._arrays.from_numpy(np.zeros(batch_size, dtype=np.int64))
        return self._model.initial_state(batch_size), start

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Return the log softmax `(N, V)` of the allowed words, and the state.

        Raises:
            ValueError: the model has another vocabulary than the automaton.
        """
        arrays = self._arrays
        answer, inner = self._model.next_log_probabilities(tokens, state[0])
        scores = arrays.asarray(answer)
        _check(1, scores, self._steps)
        before, read = (arrays.to_numpy(arrays.asarray(each)) for each in (state[1], tokens))
        now = self._steps[before, read]
        is_allowed = arrays.from_numpy(self._steps[now] >= 0)
        masked = arrays.namespace.where(is_allowed, scores, -np.inf)
        largest = arrays.namespace.amax(masked, -1)[:, None]
        shifted = masked - arrays.namespace.where(largest > -np.inf, largest, 0.0)
        total = arrays.namespace.exp(shifted).sum(-1)[:, None]
        total = arrays.namespace.where(total > 0, total, 1.0)
        return shifted - arrays.namespace.log(total), (inner, arrays.from_numpy(now))


def _probabilities(log_probabilities: Any) -> Array:
    """Return the probabilities as an array of NumPy, in float64."""
    arrays = current_arrays()
    return np.exp(arrays.to_numpy(arrays.asarray(log_probabilities)).astype(np.float64))


def _check(draft_tokens: int, *tables: Any) -> None:
    if draft_tokens < 1:
        raise ValueError(f"draft_tokens should be at least 1, but is {draft_tokens}")
    sizes = [table.shape[-1] for table in tables]
    if len(set(sizes)) > 1:
        raise ValueError(f"the vocabularies have {sizes[0]} and {sizes[1]} words")


def _verify(drafted: Array, q: Array, p: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the accepted numbers and the next words, for probabilities."""
    _check(1, p, q)
    N, K = drafted.shape
    n, k = np.ogrid[:N, :K]
    is_rejected = p[n, k, drafted] <= rng.random((N, K)) * q[n, k, drafted]
    accepted = np.where(is_rejected.any(axis=1), is_rejected.argmax(axis=1), K)
    next_p = p[np.arange(N), accepted]
    excess = next_p.copy()
    (rejected,) = np.nonzero(accepted < K)
    excess[rejected] -= q[rejected, accepted[rejected]]
    excess = excess.clip(min=0)
    weights = np.where(excess.any(axis=1, keepdims=True), excess, next_p)
    return accepted, _drawn(weights, rng)


def _drawn(weights: Array, rng: np.random.Generator) -> Array:
    """Return an id for each row of `weights: (N, V)`, in proportion to them."""
    totals = weights.sum(axis=1, keepdims=True)
    if not (totals > 0).all():
        raise ValueError("no word has a probability above 0 here")
    return np.array([rng.choice(len(row), p=row) for row in weights / totals], dtype=np.int64)


def _living(steps: Array) -> Array:
    """Return the table without dead ends, see `without_dead_ends`."""
    if steps.ndim != 2 or not steps.size or steps.dtype.kind not in "iu":
        raise ValueError(f"steps should be integers (Q, V), not {steps.dtype} {steps.shape}")
    Q = len(steps)
    if steps.min() < -1 or steps.max() >= Q:
        limits = f"{steps.min()} ... {steps.max()}"
        raise ValueError(f"a state lies in −1 ... {Q - 1}, not in {limits}")
    is_live = np.ones(Q + 1, dtype=bool)
    is_live[Q] = False  # where −1 leads
    for _ in range(Q):
        is_live[:Q] &= is_live[steps].any(axis=1)
    if not is_live[0]:
        raise ValueError("the constraint allows no word in state 0: it has no endless text")
    return np.where(is_live[steps], steps, -1).astype(np.int64)
