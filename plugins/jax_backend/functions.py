"""Functions of word vectors, gradients and scores, on JAX arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from plugins.jax_backend.layers import check


def one_hot(ids: Any, vocabulary_size: int) -> Any:
    """Return a vector `(..., V)`, float64, for every one of `ids: (...)`."""
    return jnp.eye(vocabulary_size)[_checked(ids, vocabulary_size)]


def cosine_similarity(a: Any, b: Any) -> Any:
    """a·b / (‖a‖ ‖b‖) over the last axis, `(...)`; 0 where a vector is zero."""
    return (_unit(a) * _unit(b)).sum(-1).clip(-1, 1)


def lookup(ids: Any, W: Any) -> Any:
    """Return the rows `(..., D)` of `W: (V, D)` with these `ids: (...)`."""
    return W[_checked(ids, len(W))]


def lookup_gradient(ids: Any, grad: Any, vocabulary_size: int) -> Any:
    """Return the gradient `(V, D)` of the matrix, for `grad: (..., D)` of the rows."""
    zeros = jnp.zeros((vocabulary_size, grad.shape[-1]), grad.dtype)
    return zeros.at[_checked(ids, vocabulary_size)].add(grad)


def _checked(ids: Any, size: int) -> Any:
    if ids.size and not (ids.min() >= 0 and ids.max() < size):
        raise IndexError(f"ids lie in 0 ... {size - 1}, but got {ids}")
    return ids


def _unit(a: Any) -> Any:
    """Return vectors of length 1 in the same directions, without overflow; 0 stays 0."""
    largest = abs(a).max(-1, keepdims=True)
    a = a / jnp.where(largest > 0, largest, 1)
    return a / jnp.where(largest > 0, jnp.sqrt((a * a).sum(-1, keepdims=True)), 1)


def analogy(vectors: Any, a: int, b: int, c: int) -> int:
    """Return the word nearest to v_b − v_a + v_c, without a, b and c."""
    return int(_answers(vectors, jnp.array([[a, b, c]]))[0])


def analogy_accuracy(vectors: Any, questions: Any) -> float:
    """Return the share of questions `(Q, 4)` that are answered."""
    return float((_answers(vectors, questions[:, :3]) == questions[:, 3]).mean())


def _answers(vectors: Any, given: Any) -> Any:
    """Return the answer `(Q,)` to each of the questions a, b, c `(Q, 3)`."""
    unit, (a, b, c) = _unit(vectors), given.T
    cosines = (unit[b] - unit[a] + unit[c]) @ unit.T
    return cosines.at[jnp.arange(len(given))[:, None], given].set(-jnp.inf).argmax(1)


def offset_consistency(vectors: Any, pairs: Any) -> float:
    """Return the mean cosine of the differences of pairs `(P, 2)`."""
    unit, (a, b) = _unit(vectors), pairs.T
    offsets = _unit(unit[b] - unit[a])
    cosines = offsets @ offsets.T
    return float((cosines.sum() - jnp.trace(cosines)) / (len(a) * (len(a) - 1)))


def perplexity(log_probabilities: Any, mask: Any = None) -> float:
    """exp(−1/T Σ_t log p_t) over the words, those where `mask` is True."""
    words = log_probabilities.ravel() if mask is None else log_probabilities[mask]
    check(words.size > 0, "the perplexity of no words is not defined")
    check(bool((words <= 1e-5).all()), "log probabilities are at most 0, but these are not")
    return float(jnp.exp(-words.astype("float64").mean()))


def clip_by_norm(gradients: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    """Return gradients whose length is at most `threshold`, in the same direction; new arrays."""
    check(threshold > 0, f"a threshold is positive, but got {threshold}")
    largest = [float(abs(g).max()) for g in gradients.values() if g.size]
    check(math.isfinite(sum(largest)), f"the gradients hold {largest}")
    scale = max(largest, default=0.0) or 1.0
    norm = scale * math.sqrt(sum(float(((g / scale) ** 2).sum()) for g in gradients.values()))
    return {name: g * min(1.0, threshold / (norm or 1.0)) for name, g in gradients.items()}
