"""Hidden checks of speculative and constrained decoding: zeros, ends, settings, errors."""

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    agrees,
    equal,
    expect,
    fits_distributions,
    language_model_callback,
    real_array,
    refuses,
    returns_new_arrays,
    used_in_turn,
)
from framework.interfaces import LanguageModel
from plugins.lectures.languages.markov import MarkovModel

V = 4


def logs(p):
    """Return log p, −∞ for 0."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def with_zeros(rng, *shape):
    """Return distributions over V words, each of which has one word with the probability 0."""
    p = rng.uniform(0.2, 1, size=(*shape, V))
    np.put_along_axis(p, rng.integers(V, size=(*shape, 1)), 0.0, axis=-1)
    return p / p.sum(axis=-1, keepdims=True)


def word_by_word(transitions):
    """Return a model in which each word depends on the last one alone, `(V, V)`."""
    return MarkovModel(np.broadcast_to(transitions, (len(transitions), *transitions.shape)))


def text_of(submission, target, draft, *settings, rng, **options):
    """Return a drawn text as a list of ids."""
    text = submission.speculative_sample(
        language_model_callback(target), language_model_callback(draft), *settings, rng=rng,
        **options,
    )  # fmt: skip
    is_text = isinstance(text, np.ndarray) and text.ndim == 1 and text.dtype.kind in "iu"
    expect(is_text, "speculative_sample should return ids, integers (T,)", about=text)
    return text.tolist()


@pytest.mark.task("expected_tokens")
@pytest.mark.points(1)
@pytest.mark.hint("Give the arguments to the given check functions first.")
@pytest.mark.promise("expected_tokens.raises", "errors")
def test_settings_of_expected_tokens(submission, reference, rng):
    """expected_tokens: zeros and a long draft; k = 0 and another vocabulary are errors."""
    p, q = with_zeros(rng, 2)
    agrees(submission, reference, "expected_tokens", logs(p), logs(q), 12, rtol=1e-9)
    refuses(submission, "expected_tokens", logs(p), logs(q), 0)
    refuses(submission, "expected_tokens", logs(p), logs(q)[:3], 2)


@pytest.mark.task("verify")
@pytest.mark.points(2)
@pytest.mark.hint("Each text has its own place, its own q, and its own random numbers.")
@pytest.mark.promise("verify", "verify.returns", "verify.draft", "same-distribution", "acceptance")
def test_texts_with_distributions_of_their_own(submission, rng):
    """verify: words with probability 0; one and two drafted words; texts differ (chi-square)."""
    count = 3000
    for K in (1, 2):
        kinds = rng.integers(3, size=count)
        p, q = with_zeros(rng, 3, K + 1), with_zeros(rng, 3, K)
        uniform = rng.random((count, K, 1))
        drafted = (uniform > q[kinds].cumsum(axis=-1)).sum(axis=-1)
        answer = submission.verify(drafted, logs(q[kinds]), logs(p[kinds]), rng=rng)
        accepted, following = (
            real_array(values, (count,), name)
            for values, name in zip(answer, ("accepted", "following"), strict=True)
        )
        whole = accepted.dtype.kind in "iu" and 0 <= accepted.min() <= accepted.max() <= K
        expect(whole, f"accepted should be integers from 0 to {K}", about=accepted)
        words = np.concatenate([drafted, following[:, None]], axis=1)
        words[np.arange(count), accepted] = following
        groups = [
            (words[(kinds == kind) & (accepted >= i), i], p[kind, i])
            for kind in range(3)
            for i in range(K + 1)
        ]
        fits_distributions(groups, f"the words of texts of three kinds, with k = {K}")
        each = np.minimum(p[:, :K], q).sum(axis=-1)
        shares = np.concatenate([1 - each, np.ones((3, 1))], axis=1)
        shares[:, 1:] *= each.cumprod(axis=1)
        groups = [(accepted[kinds == kind], shares[kind]) for kind in range(3)]
        fits_distributions(groups, f"the numbers of accepted words of three kinds, with k = {K}")
    few, seed = (drafted[:40], logs(q[kinds[:40]]), logs(p[kinds[:40]])), int(rng.integers(1000))
    once = submission.verify(*few, rng=np.random.default_rng(seed))
    returns_new_arrays(submission, "verify", *few, expected=once, rng=np.random.default_rng(seed))


@pytest.mark.task("verify")
@pytest.mark.points(1)
@pytest.mark.hint("Where p = q, the remainder is 0 everywhere.")
@pytest.mark.promise("verify.raises", "errors", "no-remainder")
def test_remainders_of_zero(submission, rng):
    """verify: p = q / 2 leaves no remainder; no probabilities and other vocabularies are errors."""
    count, q = 400, np.full((400, 1, V), 1 / V)
    drafted = rng.integers(V, size=(count, 1))
    p = np.tile(q, (1, 2, 1)) * 0.5  # as if rounding were so large
    accepted, following = submission.verify(drafted, logs(q), logs(p), rng=rng)
    accepted = real_array(accepted, (count,), "the numbers of accepted words")
    fits_distributions([(accepted, np.array([0.5, 0.5]))], "the accepted words, if p = q / 2")
    following = real_array(following, (count,), "the next words")
    fits_distributions([(following, p[0, 1] / p[0, 1].sum())], "the words after them")
    none = np.zeros((1, 2, V))
    refuses(submission, "verify", drafted[:1], logs(q[:1]), logs(none), rng=rng)
    refuses(submission, "verify", drafted[:1], logs(q[:1]), logs(p[:1, :, :3]), rng=rng)


@pytest.mark.task("speculative_sample")
@pytest.mark.points(2)
@pytest.mark.hint("The text stops after the first `end`, or at `length` words.")
@pytest.mark.promise(
    "speculative_sample.returns", "speculative_sample.end", "no-longer-than-length"
)
def test_ends(submission, rng):
    """speculative_sample: one word, no words, `end`, and a draft that is longer than the text."""
    cycle = word_by_word(np.roll(np.eye(V), 1, axis=1))
    draft = MarkovModel.random(V, rng=rng)
    for model in (draft, cycle):
        for k, length, end, expected in (
            (4, 1, None, [2]),
            (3, 0, None, []),
            (2, 9, 0, [2, 3, 0]),
            (9, 5, 3, [2, 3]),
            (3, 6, 2, [2]),
            (9, 3, 1, [2, 3, 0]),
            (9, 9, 0, [2, 3, 0]),
        ):
            text = text_of(submission, cycle, model, np.array([0, 1]), length, k, end=end, rng=rng)
            equal(text, expected, f"the text for k = {k}, length = {length}, end = {end}")


class Remembering(MarkovModel):
    """Its state is the sum of all tokens that it has read, modulo V; it counts its calls."""

    calls = 0

    def next_log_probabilities(self, tokens, state):
        """Add the token to the state."""
        self.calls += 1
        log_probabilities, _ = super().next_log_probabilities(tokens, state)
        return log_probabilities, (state + tokens) % V

    def read_tokens(self, tokens, state):
        """Count one call, for any number of tokens."""
        before = self.calls
        results = super().read_tokens(np.asarray(tokens), state)
        self.calls = before + 1
        return results


@pytest.mark.task("speculative_sample")
@pytest.mark.points(1)
@pytest.mark.hint("No model may read a word twice, and the rounds stop at `end`.")
@pytest.mark.promise("draft-state", "calls-of-the-target", "any-models", "speculative_sample.end")
def test_models_that_remember_all_words(submission, rng):
    """speculative_sample: equal models that remember all words; no calls after `end`."""
    table = MarkovModel.random(V, rng=rng).transitions
    for k, length in ((1, 7), (3, 21)):
        target = Remembering(table)
        prefix = rng.integers(V, size=3)
        text_of(submission, target, Remembering(table), prefix, length, k, rng=rng)
        what = f"calls of the target for {length} words, of which an equal draft proposes {k} each"
        equal(target.calls, -(-length // (k + 1)), what)
    target = Remembering(np.broadcast_to(np.roll(np.eye(V), 1, axis=1), (V, V, V)))
    text = text_of(submission, target, target, np.array([1]), 60, 2, end=3, rng=rng)
    equal(text, [2, 3], "a text that ends after two of at most 60 words")
    target = Remembering(target.transitions)
    draft = MarkovModel.random(V, rng=rng)
    text_of(submission, target, draft, np.array([1]), 60, 2, end=3, rng=rng)
    expect(target.calls <= 2, f"{target.calls} calls of the target for a text of two words")
    asked = language_model_callback(MarkovModel(table)), language_model_callback(draft)
    seed = int(rng.integers(1000))
    settings = (*asked, np.array([1]), 9, 2)
    once = submission.speculative_sample(*settings, rng=np.random.default_rng(seed))
    returns_new_arrays(
        submission, "speculative_sample", *settings, expected=once, rng=np.random.default_rng(seed)
    )


class Guarded(MarkovModel):
    """Allows no more than `most` tokens in a text; its state counts them."""

    most = 0

    def initial_state(self, batch_size):
        """No token is read."""
        return super().initial_state(batch_size), 0

    def next_log_probabilities(self, tokens, state):
        """Count the token."""
        inner, count = state
        if not 0 <= count < self.most:
            raise ValueError(f"a text of {self.most} tokens is read further")
        log_probabilities, inner = super().next_log_probabilities(tokens, inner)
        return log_probabilities, (inner, count + 1)


@pytest.mark.task("speculative_sample")
@pytest.mark.points(1)
@pytest.mark.hint("Draft min(k, length − len(text)) words.")
@pytest.mark.promise("no-longer-than-length")
def test_no_word_is_drafted_beyond_the_length(submission, rng):
    """speculative_sample: neither model reads a word that is beyond the length."""
    table = MarkovModel.random(V, rng=rng).transitions
    for k, length in ((4, 6), (5, 3)):
        target, draft = Guarded(table), Guarded(table) if k == 4 else MarkovModel(table)
        target.most = draft.most = 2 + length
        text = text_of(submission, target, draft, np.array([0, 1]), length, k, rng=rng)
        equal(len(text), length, f"the length of the text with k = {k}")


@pytest.mark.task("speculative_sample")
@pytest.mark.points(1)
@pytest.mark.hint("The words of the draft must be drawn, and verified with the same distribution.")
@pytest.mark.promise("speculative_sample.target", "same-text-distribution", "any-models")
def test_a_draft_that_knows_less(submission, rng):
    """speculative_sample: the draft never proposes some words; the text is still the target's."""
    target, draft = word_by_word(with_zeros(rng, V)), word_by_word(with_zeros(rng, V))
    words = np.array([0, *text_of(submission, target, draft, np.array([0]), 250, 2, rng=rng)])
    groups = ((words[1:][words[:-1] == word], target.transitions[0, word]) for word in range(V))
    fits_distributions(groups, "the words after each word in a text of 250")


class Refusing(LanguageModel):
    """A uniform model under an automaton: −∞ everywhere after a refused word."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def initial_state(self, batch_size):
        """Return state 0 of the automaton."""
        return np.zeros(batch_size, dtype=np.int64)

    def next_log_probabilities(self, tokens, state):
        """Return equal probabilities for the allowed words."""
        if not (np.ndim(tokens) == 1 and (tokens >= 0).all() and (tokens < V).all()):
            raise ValueError(f"tokens should be ids below {V}")
        now = np.where(state < 0, -1, self.steps[state, tokens])
        allowed = (self.steps[now] >= 0) & (now >= 0)[:, None]
        return logs(allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 1)), now


@pytest.mark.task("speculative_sample")
@pytest.mark.points(1)
@pytest.mark.hint("Words after a rejected one do not count, whatever their probabilities are.")
@pytest.mark.promise("never-broken", "any-models")
def test_a_constrained_target(submission, rng):
    """speculative_sample: a draft that knows no constraint breaks none of the target's."""
    steps = np.array([[1, -1, 2, -1], [-1, 2, -1, 0], [0, -1, -1, 1]])
    draft = MarkovModel.random(V, rng=rng, scale=0.5)
    text, state = (
        [0, *text_of(submission, Refusing(steps), draft, np.array([0]), 50, 4, rng=rng)],
        0,
    )
    for i, word in enumerate(text):
        following = int(steps[state, word]) if 0 <= word < V else -1
        expect(following >= 0, f"word {i} of the text is {word}, which the constraint refuses")
        state = following


@pytest.mark.task("speculative_sample")
@pytest.mark.points(1)
@pytest.mark.hint("Call the given check functions; verify compares the vocabularies.")
@pytest.mark.promise("speculative_sample.raises", "speculative_sample.length", "errors")
def test_settings_of_speculative_sample(submission, rng):
    """speculative_sample: k < 1, a negative length, no prefix and other vocabularies are errors."""
    target, smaller = (
        language_model_callback(MarkovModel.random(size, rng=rng)) for size in (V, V - 1)
    )
    prefix = np.array([1])
    for words, length, k in ((prefix, 3, 0), (prefix, -1, 2), (prefix[:0], 3, 2)):
        refuses(submission, "speculative_sample", target, target, words, length, k, rng=rng)
    refuses(submission, "speculative_sample", target, smaller, prefix, 3, 2, rng=rng)
    refuses(submission, "speculative_sample", smaller, target, prefix, 40, 2, rng=rng)


@pytest.mark.task("without_dead_ends")
@pytest.mark.points(1)
@pytest.mark.hint("Copy `steps` before you change it.")
@pytest.mark.promise("without_dead_ends.raises", "without_dead_ends", "errors", "unchanged")
def test_constraints_without_a_text(submission, reference, rng):
    """without_dead_ends: what no text fulfils is an error, as are other tables; input is kept."""
    agrees(submission, reference, "without_dead_ends", np.array([[0]]))
    agrees(submission, reference, "without_dead_ends", np.array([[1, 2], [1, 0], [-1, -1]]))
    for steps in ([[-1, -1]], [[1, -1], [-1, 2], [-1, -1]], [[0, 1]], [[-2, 0]], [0, 0]):
        refuses(submission, "without_dead_ends", np.array(steps))
    refuses(submission, "without_dead_ends", np.array([[0.0, 0.0]]))


@pytest.mark.task("Constrained")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the states in the state that is returned, not on self.")
@pytest.mark.promise(
    "Constrained", "Constrained.next_log_probabilities.state", "refused-token", "Constrained.model",
    "Constrained.next_log_probabilities.tokens",
)  # fmt: skip
def test_states_of_constrained_models(submission, reference, rng):
    """Constrained: refused tokens, words that the model refuses, and two models in turn."""
    steps = np.array([[1, 0, -1, -1], [-1, 2, 1, -1], [0, -1, -1, 2]])
    table = with_zeros(rng, V, V)
    table[:, 3] = [0, 0, 1, 0]  # the one word that state 2 refuses after word 3
    callback = language_model_callback(MarkovModel(table))
    tokens, before = np.array([0, 3, 2, 3, 0]), np.array([1, 2, 3, 0, 2])
    for q in ([0, 2, 1, 1, -1], [2, 2, 0, 0, 0]):
        asked = tokens, (before, np.array(q))
        answers = [
            side.Constrained(callback, steps).next_log_probabilities(*asked)
            for side in (submission, reference)
        ]
        for actual, expected, what in zip(*answers, ("log probabilities", "state"), strict=True):
            equal(actual, expected, f"the {what} after the tokens {tokens.tolist()}")
    remembering = language_model_callback(Remembering(with_zeros(rng, V, V)))
    models = [
        side.Constrained(remembering, np.array([[0, 1, 0, 1], [1, 0, -1, 1]]))
        for side in (submission, reference)
    ]
    states = [model.initial_state(2) for model in models]
    for t, read in enumerate(([0, 1], [3, 0], [1, 1], [0, 3])):
        answers = [
            model.next_log_probabilities(np.array(read), state)
            for model, state in zip(models, states, strict=True)
        ]
        what = f"the log probabilities after {t + 1} tokens of a model that remembers all"
        equal(answers[0][0], answers[1][0], what)
        states = [state for _, state in answers]
    uses = [
        InstanceCalls(
            lambda steps=steps: submission.Constrained(callback, steps),
            [("next_log_probabilities", tokens, (before, np.array(q)))] * 2,
        )
        for steps, q in ((steps, [0, 2, 1, 1, 0]), (steps[:, ::-1].copy(), [1, 0, 0, 1, 2]))
    ]
    used_in_turn(submission, *uses)


@pytest.mark.task("Constrained")
@pytest.mark.points(1)
@pytest.mark.hint("Call check_vocabularies with the log probabilities and the table.")
@pytest.mark.promise("Constrained.raises", "Constrained.next_log_probabilities.raises", "errors")
def test_errors_of_constrained_models(submission, rng):
    """Constrained: a constraint without a text, and another vocabulary, are errors."""
    callback = language_model_callback(MarkovModel.random(V, rng=rng))
    refuses(submission, "Constrained", callback, np.full((2, V), -1))
    model = submission.Constrained(callback, np.array([[0, 0, 0], [1, 1, 1]]))
    refuses(model, "next_log_probabilities", np.array([0]), model.initial_state(1))
