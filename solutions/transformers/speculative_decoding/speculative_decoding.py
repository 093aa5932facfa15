"""Draw text with fewer calls of a model, and under a constraint (Leviathan et al. 2023)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel


def draw(weights: Array, *, rng: np.random.Generator) -> Array:
    """Given: draw an id for each row of `weights: (N, V)`, each in proportion to its weight.

    Raises: ValueError if no weight of a row is above 0.
    """
    sums = weights.cumsum(axis=-1)
    if not (sums[:, -1] > 0).all():
        raise ValueError("no word has a probability above 0 here")
    return np.asarray((sums > rng.random((len(sums), 1)) * sums[:, -1:]).argmax(axis=-1))


def check_vocabularies(first: Array, second: Array) -> None:
    """Given: raise a ValueError if the last axes, which are words, differ in length."""
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(f"the vocabularies have {first.shape[-1]} and {second.shape[-1]} words")


def check_draft_tokens(draft_tokens: int) -> None:
    """Given: raise a ValueError if no token is to be drafted."""
    if draft_tokens < 1:
        raise ValueError(f"draft_tokens should be at least 1, but is {draft_tokens}")


def expected_tokens(target: Array, draft: Array, draft_tokens: int) -> float:
    """Return the mean number of words that one call of the target gives.

    Args:
        target, draft: log probabilities `(V,)` of the next word, the same after every text.
        draft_tokens: k ≥ 1, the number of words that are drafted for each call.

    Returns: a number from 1 to k + 1.
    Raises: ValueError if k is below 1, or the vocabularies differ.
    """
    check_draft_tokens(draft_tokens)
    check_vocabularies(target, draft)
    # BEGIN SOLUTION: the probability that one drafted word is accepted, then the mean
    a = np.minimum(np.exp(target), np.exp(draft)).sum()
    return float(sum(a**i for i in range(draft_tokens + 1)))
    # END SOLUTION


def verify(
    drafted: Array, draft: Array, target: Array, *, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return how many of the drafted words are accepted, and the word after them.

    Args:
        drafted: ids `(N, K)` of N texts; word i of a text was drawn from `draft[n, i]`.
        draft: log probabilities `(N, K, V)` of the draft for each drafted word.
        target: log probabilities `(N, K + 1, V)` of the target for the same words and one more.
        rng: draws which words are accepted, and the words after them.

    Returns: the numbers of accepted words, 0 to K, and the ids of the next words, both `(N,)`.
    Raises: ValueError if the vocabularies differ, or no word has a probability above 0.
    """
    check_vocabularies(target, draft)
    # BEGIN SOLUTION: accept word by word; then draw from the remainder, or from the target
    p, q = np.exp(target), np.exp(draft)
    p_drafted, q_drafted = (
        np.take_along_axis(x, drafted[..., None], axis=2)[..., 0] for x in (p[:, :-1], q)
    )
    is_kept = rng.random(drafted.shape) * q_drafted < p_drafted
    accepted = is_kept.cumprod(axis=1).sum(axis=1)
    n = np.arange(len(drafted))
    after_all = np.zeros_like(p[:, :1])  # no word is drafted there
    p, q = p[n, accepted], np.concatenate([q, after_all], axis=1)[n, accepted]
    remainder = np.maximum(p - q, 0)
    is_rounded = remainder.sum(axis=1, keepdims=True) == 0  # p = q, up to rounding
    return accepted, draw(np.where(is_rounded, p, remainder), rng=rng)
    # END SOLUTION


def speculative_sample(
    target: LanguageModel,
    draft: LanguageModel,
    prefix: Array,
    length: int,
    draft_tokens: int = 4,
    *,
    end: int | None = None,
    rng: np.random.Generator,
) -> Array:
    """Draw words after a prefix from the target, several words with each of its calls.

    Args:
        target: the model whose texts are drawn; `read_tokens` is called once in each round.
        draft: another model of the same vocabulary, which proposes words.
        prefix: ids `(P,)` of one text, P ≥ 1.
        length: the largest number of words to write.
        draft_tokens: k ≥ 1 words are drafted in a round, fewer where the text would be longer.
        end: the word that finishes the text; None if there is no such word.

    Returns: the drawn ids, at most `length`, including `end` but not the prefix.
    Raises: ValueError if a setting is out of range, the prefix is empty, or vocabularies differ.
    """
    check_draft_tokens(draft_tokens)
    if length < 0 or not len(prefix):
        raise ValueError(f"length ≥ 0 and a prefix are needed, not {length} and {len(prefix)} ids")
    # BEGIN SOLUTION: in each round draft, let the target read, verify, and go back to the states
    text: list[int] = []
    target_state, draft_state = target.initial_state(1), draft.initial_state(1)
    unread_target = unread_draft = prefix.tolist()
    while len(text) < length and end not in text:
        drafted: list[int] = []
        draft_results = []
        for _ in range(min(draft_tokens, length - len(text))):
            tokens = np.array([drafted[-1:] or unread_draft])
            draft_results.append(draft.read_tokens(tokens, draft_state)[-1])
            log_probabilities, draft_state = draft_results[-1]
            drafted += draw(np.exp(log_probabilities), rng=rng).tolist()
        k, tokens = len(drafted), np.array([unread_target + drafted])
        target_results = target.read_tokens(tokens, target_state)[-k - 1 :]
        q, p = (
            np.stack([log_probabilities for log_probabilities, _ in results], axis=1)
            for results in (draft_results, target_results)
        )
        accepted, following = verify(np.array([drafted]), q, p, rng=rng)
        a, new = int(accepted[0]), following.tolist()
        text += drafted[:a] + new
        target_state, draft_state = target_results[a][1], draft_results[min(a, k - 1)][1]
        unread_target, unread_draft = new, drafted[k - 1 : a] + new
    text = text[:length]
    return np.array(text[: text.index(end) + 1] if end in text else text, dtype=np.int64)
    # END SOLUTION


def without_dead_ends(steps: Array) -> Array:
    """Return an automaton that refuses every word after which no endless text is allowed.

    Args:
        steps: integers `(Q, V)`, the state after each word, −1 for a refused word. Not modified.

    Returns: integers `(Q, V)`. A state from which no endless text is allowed refuses all words.
    Raises: ValueError if `steps` is not such a table, or state 0 has no allowed word left.
    """
    steps = np.asarray(steps)
    if steps.ndim != 2 or not steps.size or steps.dtype.kind not in "iu":
        raise ValueError(f"steps should be integers (Q, V), not {steps.dtype} {steps.shape}")
    if steps.min() < -1 or steps.max() >= len(steps):
        actual = f"{steps.min()} ... {steps.max()}"
        raise ValueError(f"a state lies in −1 ... {len(steps) - 1}, not in {actual}")
    steps = steps.astype(np.int64)
    # BEGIN SOLUTION: refuse the words that lead to a state without words, until there are none
    while True:
        is_dead = (steps < 0).all(axis=1)
        leads_there = (steps >= 0) & is_dead[steps]
        if not leads_there.any():
            break
        steps[leads_there] = -1
    # END SOLUTION
    if (steps[0] < 0).all():
        raise ValueError("the constraint allows no word in state 0: it has no endless text")
    return steps


class Constrained(LanguageModel):
    """A language model under a constraint: refused words get the probability 0.

    The automaton reads each token that the model reads. The state is the model's and the one of
    the automaton, `(N,)`: 0 at first, −1 after a refused word.

    Args:
        model: any language model.
        steps: integers `(Q, V)`, see `without_dead_ends`.

    Raises: ValueError, see `without_dead_ends`.
    """

    def __init__(self, model: LanguageModel, steps: Array) -> None:
        super().__init__()
        self.model = model
        steps = without_dead_ends(steps)
        # steps[-1], the last row, is for the state −1: all words are refused
        self.steps = np.vstack([steps, np.full_like(steps[:1], -1)])

    def initial_state(self, batch_size: int) -> tuple[Any, Array]:
        """Given: return the states of the model and of the automaton before the first token."""
        return self.model.initial_state(batch_size), np.zeros(batch_size, dtype=np.int64)

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array]
    ) -> tuple[Array, tuple[Any, Array]]:
        """Return the normalised log probabilities of the allowed words, −∞ for all others.

        Args:
            tokens: `(N,)` integers, the tokens to read.
            state: the result of `initial_state` or of the last call.

        Returns: log probabilities `(N, V)`, and the state. A row is −∞ everywhere if no allowed
            word has a probability above 0.
        Raises: ValueError if the model has another vocabulary than the automaton.
        """
        answer = self.model.next_log_probabilities(tokens, state[0])
        check_vocabularies(answer[0], self.steps)
        # BEGIN SOLUTION: the states after the tokens; −∞ for refused words; a log softmax
        log_probabilities, model_state = answer
        q = self.steps[state[1], tokens]
        allowed = np.where(self.steps[q] < 0, -np.inf, log_probabilities)
        total = np.logaddexp.reduce(allowed, axis=1, keepdims=True)
        return allowed - np.where(np.isinf(total), 0, total), (model_state, q)
        # END SOLUTION
