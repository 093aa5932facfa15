"""Checks of speculative and constrained decoding that you can see. The course has hidden ones, too.

The models are tables in the grader: your code calls them like any other language model. Tests of
fit refuse right draws with a probability of 1e-6; the seed is fixed, so a result is repeated.
"""

import math

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    equal,
    expect,
    fits_distributions,
    language_model_callback,
    real_array,
)
from autograder.checks.chance import REFUSED_FITS
from plugins.lectures.languages.markov import MarkovModel

V = 5


class Counted(MarkovModel):
    """Counts the calls that read tokens."""

    calls = 0

    def next_log_probabilities(self, tokens, state):
        """Count the call."""
        self.calls += 1
        return super().next_log_probabilities(tokens, state)

    def read_tokens(self, tokens, state):
        """Count one call, for any number of tokens."""
        before = self.calls
        results = super().read_tokens(np.asarray(tokens), state)
        self.calls = before + 1
        return results


def distributions(rng, *shape, scale=1.0):
    """Return the softmax of normal scores over the last axis."""
    scores = np.exp(rng.normal(scale=scale, size=shape))
    return scores / scores.sum(axis=-1, keepdims=True)


def logs(p):
    """Return log p, −∞ for 0."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def certain(words, size=V):
    """Return distributions that give each of `words` the probability 1."""
    return np.eye(size)[np.asarray(words)]


def word_by_word(transitions):
    """Return a model in which each word depends on the last one alone, `(V, V)`."""
    return MarkovModel(np.broadcast_to(transitions, (len(transitions), *transitions.shape)))


def verified(submission, drafted, q, p, rng):
    """Return the numbers of accepted words and the next words, both `(N,)`."""
    answer = submission.verify(drafted, logs(q), logs(p), rng=rng)
    is_pair = isinstance(answer, (tuple, list)) and len(answer) == 2
    expect(is_pair, "verify should return the numbers of accepted words, and the next words")
    count, K = drafted.shape
    wanted = (K, "the numbers of accepted words"), (V - 1, "the next words")
    for values, (most, name) in zip(answer, wanted, strict=True):
        array = real_array(values, (count,), name)
        is_whole = array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= most
        expect(is_whole, f"{name} should be integers from 0 to {most}", about=values)
    return answer


def written_words(drafted, accepted, following):
    """Yield, for each place, the words of the texts that are written up to there."""
    words = np.concatenate([drafted, following[:, None]], axis=1)
    words[np.arange(len(words)), accepted] = following
    for i in range(words.shape[1]):
        yield words[accepted >= i, i]


def shares_accepted(p, q):
    """Return the probabilities that 0, 1, ..., K of the drafted words are accepted."""
    each = np.minimum(p[:-1], q).sum(axis=1)
    return np.append(1 - each, 1.0) * np.append(1.0, each.cumprod())


def counted_text(submission, target, draft, prefix, length, *settings, rng, **options):
    """Return a drawn text as a list, and the calls of the target; it has `length` words."""
    target.calls = 0
    text = submission.speculative_sample(
        language_model_callback(target), language_model_callback(draft),
        prefix, length, *settings, rng=rng, **options,
    )  # fmt: skip
    text = real_array(text, (length,), f"a text of {length} words")
    expect(text.dtype.kind in "iu", f"a text should be integers, not {text.dtype}", about=text)
    return text.tolist(), target.calls


@pytest.mark.task("expected_tokens")
@pytest.mark.points(4)
@pytest.mark.hint("How probable is it that the first i drafted words are all accepted?")
@pytest.mark.promise("expected_tokens", "expected_tokens.draft_tokens")
def test_expected_tokens(submission, reference, rng):
    """expected_tokens: for drawn distributions, equal ones, and some without a common word."""
    for k in (1, 2, 5):
        p, q = distributions(rng, 2, 6)
        agrees(submission, reference, "expected_tokens", logs(p), logs(q), k, rtol=1e-9)
        equal(submission.expected_tokens(logs(p), logs(p), k), k + 1.0, "p = q", rtol=1e-9)
    first, second = logs(certain([0, 1]))
    equal(submission.expected_tokens(first, second, 3), 1.0, "without a common word")


@pytest.mark.task("verify")
@pytest.mark.points(3)
@pytest.mark.hint("All words before it must be accepted, too: cumprod. Then add up.")
@pytest.mark.promise("first-rejected", "unchanged", "dtype")
def test_certain_words(submission, rng):
    """verify: the first rejected word ends the accepted ones; also in float32."""
    for dtype in (np.float64, np.float32):
        right, other = rng.permutation(V)[:4], (rng.permutation(V)[:4] + 1) % V
        drafted = np.tile(right[:3], (4, 1))
        for n, wrong in enumerate((0, 1, 2)):
            drafted[n, wrong] = (right[wrong] + 1 + other[n] % (V - 1)) % V
        p = np.tile(certain(right), (4, 1, 1)).astype(dtype)
        q = certain(drafted).astype(dtype)
        accepted, following = verified(submission, drafted, q, p, rng)
        shown = f"in {np.dtype(dtype).name}"
        equal(accepted.tolist(), [0, 1, 2, 3], f"the numbers of accepted words {shown}")
        equal(following.tolist(), right.tolist(), f"the words after them {shown}")
    outcome = submission.verify.outcome(drafted, logs(q), logs(p), rng=rng)
    equal(list(outcome.changed), [], "the arguments that verify changes")


@pytest.mark.task("verify")
@pytest.mark.points(5)
@pytest.mark.hint(
    "After a rejected word, draw from the part of p that q does not reach: p − q > 0."
)
@pytest.mark.promise("same-distribution", "verify.rng", "verify.target")
def test_words_are_those_of_the_target(submission, rng):
    """verify: at each place, the words have the target's distribution (chi-square)."""
    count, K = 4000, 3
    p, q = distributions(rng, K + 1, V), distributions(rng, K, V)
    drafted = np.stack([rng.choice(V, size=count, p=row) for row in q], axis=1)
    tables = (np.broadcast_to(x, (count, *x.shape)) for x in (q, p))
    accepted, following = verified(submission, drafted, *tables, rng)
    places = zip(written_words(drafted, accepted, following), p, strict=True)
    fits_distributions(places, f"the words of {count} texts at the places 1 to {K + 1}")


@pytest.mark.task("verify")
@pytest.mark.points(3)
@pytest.mark.hint("Keep a drafted word with probability min(1, p/q): one uniform number for each.")
@pytest.mark.promise("acceptance")
def test_accepted_words(submission, rng):
    """verify: the number of accepted words has its distribution (chi-square), and its mean."""
    count, K = 4000, 3
    p, q = np.tile(distributions(rng, V), (K + 1, 1)), np.tile(distributions(rng, V), (K, 1))
    drafted = rng.choice(V, size=(count, K), p=q[0])
    tables = (np.broadcast_to(x, (count, *x.shape)) for x in (q, p))
    accepted, _ = verified(submission, drafted, *tables, rng)
    shares = shares_accepted(p, q)
    groups = [(accepted, shares)]
    fits_distributions(groups, f"the numbers of accepted words in {count} texts")


def only_text(rng, length):
    """Return a model with one possible text, three of its words, and `length` words after them.

    It is x(t + 1) = x(t) + 3 x(t − 1) modulo 5, with the words in another order. All 24 pairs of
    words but 0 0 come in turn, and another word before the last one gives another next word.
    """
    x = [0, 1]
    while len(x) < length + 3:
        x.append((x[-1] + 3 * x[-2]) % V)
    words = rng.permutation(V)
    table = np.empty((V, V), dtype=int)
    for before in range(V):
        table[words[before], words] = words[(np.arange(V) + 3 * before) % V]
    text = words[x]
    return Counted(certain(table)), text[:3], text[3:].tolist()


@pytest.mark.task("speculative_sample")
@pytest.mark.points(4)
@pytest.mark.hint("Go on from the target's state after the last accepted word.")
@pytest.mark.promise("state-after-the-accepted", "speculative_sample.prefix", "any-models")
def test_a_text_without_a_choice(submission, rng):
    """speculative_sample: a target with one possible text writes it, with any draft."""
    for k, length in ((1, 9), (3, 20), (6, 20)):
        target, prefix, expected = only_text(rng, length)
        draft = MarkovModel.random(V, rng=rng, scale=0.5)
        text, _ = counted_text(submission, target, draft, prefix, length, k, rng=rng)
        equal(text, expected, f"the only text after {prefix.tolist()}, with k = {k}")


def calls_needed(is_right, k):
    """Return the calls for a text of which the draft proposes the words right or wrong."""
    calls = done = 0
    while done < len(is_right):
        proposed = is_right[done : done + k]
        done += (proposed.index(False) if False in proposed else len(proposed)) + 1
        calls += 1
    return calls


@pytest.mark.task("speculative_sample")
@pytest.mark.points(4)
@pytest.mark.hint("One read_tokens of the target in each round: it reads all drafted words.")
@pytest.mark.promise("calls-of-the-target", "draft-state", "speculative_sample.draft_tokens")
def test_calls_of_the_target(submission, rng):
    """speculative_sample: the calls with a perfect draft, and with one that is wrong at times."""
    for k, length, wrong in ((1, 10, 0), (4, 23, 0), (3, 24, 0), (3, 40, 8), (2, 30, 6)):
        target, prefix, expected = only_text(rng, length)
        table = target.transitions.copy()
        whole, is_right = [*prefix.tolist(), *expected], [True] * length
        for t in rng.choice(24, size=wrong, replace=False).tolist():  # it repeats after 24 words
            before, last = whole[t + 1 : t + 3]
            table[before, last] = np.roll(table[before, last], 1)
            is_right[t::24] = [False] * len(is_right[t::24])
        draft = MarkovModel(table)
        text, calls = counted_text(submission, target, draft, prefix, length, k, rng=rng)
        equal(text, expected, f"the only text after {prefix.tolist()}, with k = {k}")
        what = f"calls of the target for {length} words with k = {k}, of which {wrong} of 24"
        equal(calls, calls_needed(is_right, k), f"{what} are proposed wrongly")


def range_of_calls(shares, length):
    """Return the least and the most calls for `length` words; others have at most 1e-6."""
    tokens = np.append(0.0, shares)
    totals, tails = np.ones(1), []
    while not tails or tails[-1] > REFUSED_FITS / 4:
        totals = np.convolve(totals, tokens)[: length + len(tokens)]
        tails.append(float(totals[:length].sum()))  # P(more calls than these are needed)
    least = 1 + sum(1 - tail <= REFUSED_FITS / 2 for tail in tails)
    most = 1 + sum(tail > REFUSED_FITS / 2 for tail in tails)
    return least, most


@pytest.mark.task("speculative_sample")
@pytest.mark.points(4)
@pytest.mark.hint("Each call gives the accepted words and one more.")
@pytest.mark.promise("closed-form", "calls-of-the-target")
def test_calls_on_average(submission, reference, rng):
    """speculative_sample: the calls of the target agree with the expected tokens of a call."""
    k, length = 3, 150
    p, q = distributions(rng, 2, V)
    target = Counted(np.broadcast_to(p, (V, V, V)))
    draft = MarkovModel(np.broadcast_to(q, (V, V, V)))
    _, calls = counted_text(submission, target, draft, np.array([0]), length, k, rng=rng)
    shares = shares_accepted(np.tile(p, (k + 1, 1)), np.tile(q, (k, 1)))
    least, most = range_of_calls(shares, length)
    mean = reference.expected_tokens(logs(p), logs(q), k)
    expect(
        least <= calls <= most,
        f"{calls} calls of the target for {length} words: with {mean:.2f} words for each call, "
        f"{length / mean:.0f} are expected, and {least} to {most} allowed",
        about=calls,
        fact="speculative_sample: calls of the target",
    )


@pytest.mark.task("speculative_sample")
@pytest.mark.points(5)
@pytest.mark.hint("verify needs the log probabilities that the drafted words were drawn from.")
@pytest.mark.promise("same-text-distribution", "speculative_sample")
def test_a_text_is_one_of_the_target(submission, rng):
    """speculative_sample: words after two others have the target's frequencies (chi-square)."""
    size, length = 3, 450
    target = Counted(distributions(rng, size, size, size, scale=1.0))
    draft = word_by_word(distributions(rng, size, size, scale=2.0))
    prefix = np.array([1, 2])
    text, _ = counted_text(submission, target, draft, prefix, length, 2, rng=rng)
    words = np.array([*prefix, *text])
    expect(bool((words < size).all() and (words >= 0).all()), f"a word is not in 0 ... {size - 1}")
    before = words[:-2] * size + words[1:-1]
    groups = (
        (words[2:][before == history], target.transitions.reshape(-1, size)[history])
        for history in range(size**2)
    )
    fits_distributions(groups, f"the words after each pair of words in a text of {length}")


def automaton(rng, states=4, words=6, refused=0.4):
    """Return steps `(Q, V)` with refused words, and states that no endless text goes through.

    The last two states are a trap: from the last but one only the last one is reached, which
    refuses all words.
    """
    steps = rng.integers(states, size=(states, words))
    steps[rng.random(steps.shape) < refused] = -1
    steps[:, 0] = rng.integers(states, size=states)
    trap = np.full((2, words), -1)
    trap[0, rng.integers(words)] = states + 1
    steps = np.concatenate([steps, trap])
    steps[:states, 1] = states
    return steps


@pytest.mark.task("without_dead_ends")
@pytest.mark.points(3)
@pytest.mark.hint("A state may become dead when the words to another one are refused: repeat.")
@pytest.mark.promise("dead-ends", "without_dead_ends.returns", "without_dead_ends.steps")
def test_dead_ends(submission, reference, rng):
    """without_dead_ends: words to a dead end are refused, and words to states before it."""
    for states in (1, 3, 6):
        agrees(submission, reference, "without_dead_ends", automaton(rng, states))
    chain = np.full((6, 2), -1)
    chain[:, 0] = [0, 2, 3, 4, 5, -1]
    chain[:2, 1] = [1, 0]
    expected = np.full((6, 2), -1)
    expected[:2] = [[0, 1], [-1, 0]]
    equal(submission.without_dead_ends(chain), expected, "a chain of states to a dead end")


@pytest.mark.task("Constrained")
@pytest.mark.points(3)
@pytest.mark.hint("First the state after the token, then the words that it refuses.")
@pytest.mark.promise("Constrained.next_log_probabilities.returns", "normalised", "dtype")
def test_constrained_probabilities(submission, reference, rng):
    """Constrained: refused words have −∞, the others sum to 1; each text has its own state."""
    size = 6
    model, steps = MarkovModel.random(size, rng=rng), automaton(rng, words=size)
    callback = language_model_callback(model)
    ours, theirs = (side.Constrained(callback, steps) for side in (submission, reference))
    ours_state, theirs_state = ours.initial_state(3), theirs.initial_state(3)
    tokens = np.array([0, 0, 0])
    for t in range(5):
        answer = ours.next_log_probabilities(tokens, ours_state)
        is_pair = isinstance(answer, (tuple, list)) and len(answer) == 2
        expect(is_pair, "next_log_probabilities should return log probabilities and the state")
        expected, theirs_state = theirs.next_log_probabilities(tokens, theirs_state)
        actual, ours_state = answer
        equal(actual, expected, f"the log probabilities after {t + 1} tokens", rtol=1e-9)
        tokens = np.array([rng.choice(size, p=row) for row in np.exp(expected)])


@pytest.mark.task("Constrained")
@pytest.mark.points(2)
@pytest.mark.hint("−∞ is the log of 0: np.where with -np.inf.")
@pytest.mark.promise("never-broken")
def test_the_constraint_is_never_broken(submission, rng):
    """Constrained: 20 texts of 25 words that are drawn from it break no constraint."""
    size, count = 6, 20
    steps = automaton(rng, words=size)
    model = MarkovModel.random(size, rng=rng, scale=0.5)
    constrained = submission.Constrained(language_model_callback(model), steps)
    state, tokens = constrained.initial_state(count), np.zeros(count, dtype=int)
    q = np.zeros(count, dtype=int)
    for t in range(25):
        q = steps[q, tokens]
        expect(bool((q >= 0).all()), f"word {t} of a text is {tokens[q < 0][:1]}: it is refused")
        answer = constrained.next_log_probabilities(tokens, state)
        is_pair = isinstance(answer, (tuple, list)) and len(answer) == 2
        expect(is_pair, "next_log_probabilities should return log probabilities and the state")
        p = np.exp(real_array(answer[0], (count, size), "the log probabilities"))
        sums, state = p.sum(axis=1), answer[1]
        equal(sums, np.ones(count), "the sums of the probabilities", rtol=1e-9)
        tokens = (p.cumsum(axis=1) > rng.random((count, 1)) * sums[:, None]).argmax(axis=1)


@pytest.mark.task("Constrained")
@pytest.mark.points(1)
@pytest.mark.hint("A Python number such as -np.inf keeps the dtype, np.float64(...) does not.")
@pytest.mark.promise("dtype")
def test_constrained_float32(submission, rng):
    """Constrained: log probabilities of float32 stay float32."""

    class Single(MarkovModel):
        """Returns float32."""

        def next_log_probabilities(self, tokens, state):
            """As `MarkovModel`."""
            log_probabilities, state = super().next_log_probabilities(tokens, state)
            return log_probabilities.astype(np.float32), state

    model = Single.random(4, rng=rng)
    steps = np.array([[0, 1, -1, 0], [1, -1, 0, -1]])
    constrained = submission.Constrained(language_model_callback(model), steps)
    actual, _ = constrained.next_log_probabilities(np.array([1, 3]), constrained.initial_state(2))
    p = model.transitions[0, [1, 3]] * (steps[[1, 0]] >= 0)
    expected = logs(p / p.sum(axis=1, keepdims=True)).astype(np.float32)
    equal(actual, expected, "log probabilities in float32", rtol=1e-5)
