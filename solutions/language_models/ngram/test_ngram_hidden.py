"""Hidden checks of the n-gram models: sentences, long n-grams, large vocabularies, bad input."""

import numpy as np
import pytest

from autograder.checks import after_call, equal, refuses

V = 11
REFUSAL = ("IndexError", "ValueError")


def sentences(length, words, rng):
    """Return a text with ends of sentences (id 0), a few frequent words and rare others."""
    p = 1 / np.arange(1, words + 1)
    return np.append(0, rng.choice(words, size=length, p=p / p.sum()))


def fitted(module, name, tokens, *args, **kwargs):
    """Return a model `name` that has counted `tokens`."""
    model = getattr(module, name)(*args, **kwargs)
    model.fit(tokens)
    return model


def pair(submission, reference, name, tokens, *args, **kwargs):
    """Return the submission's model and the reference's."""
    return [fitted(module, name, tokens, *args, **kwargs) for module in (submission, reference)]


def same_texts(submission, reference, name, rng, *args, words=V, length=300, **kwargs):
    """Compare both on a new text, and on every word after each of its tokens."""
    tokens, new = sentences(length, words - 1, rng), sentences(40, words, rng)
    student, other = pair(submission, reference, name, tokens, words, *args, **kwargs)
    expected, actual = other.log_probabilities(new), student.log_probabilities(new)
    equal(actual, expected, f"{name}.log_probabilities of a new text", rtol=1e-9)
    read = new[:20].reshape(2, 10)
    equal(student.forward(read), other.forward(read), f"{name}.forward", rtol=1e-9)


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.promise("NgramLM.fit")
def test_longer_ngrams_in_sentences(submission, reference, rng):
    """Tables of n-grams up to 5 words in sentences, and the probability of a new text."""
    tokens = sentences(300, V, rng)
    student, other = pair(submission, reference, "NgramLM", tokens, V, 5, end=0)
    for n in range(1, 6):
        equal(student.ngrams(n), other.ngrams(n), f"ngrams({n})")
    same_texts(submission, reference, "NgramLM", rng, 4, end=0)
    same_texts(submission, reference, "NgramLM", rng, 3, end=1)
    same_texts(submission, reference, "NgramLM", rng, 2, end=0)


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("Store only n-grams that were seen: 50,000⁵ counts fit into no memory.")
@pytest.mark.promise("only-seen-ngrams-are-stored")
def test_large_vocabulary(submission, reference, rng):
    """5-grams over 50,000 words."""
    words = 50_000
    tokens = rng.choice(rng.integers(words, size=12, dtype=np.int32), size=200)
    tokens[-1] = words - 1
    student, other = pair(submission, reference, "NgramLM", tokens, words, 5)
    equal(student.ngrams(5), other.ngrams(5), "ngrams(5)")
    actual = student.log_probabilities(tokens)
    equal(actual, other.log_probabilities(tokens), "log_probabilities", rtol=1e-9)
    refused = np.array([[tokens[0], tokens[1] + 1, tokens[2], tokens[3], tokens[4]]])
    equal(student.count(refused), other.count(refused), "the count of an n-gram that is close by")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.promise("histories-of-any-length")
def test_histories_of_any_length(submission, reference, rng):
    """Histories shorter and longer than order − 1, empty ones, and shapes that broadcast."""
    tokens = np.append(sentences(300, V - 1, rng), [V - 1, V - 1])
    student, other = pair(submission, reference, "NgramLM", tokens, V, 3)
    for length in range(5):
        history, words = tokens[None, None, 60 : 60 + length], np.arange(V).reshape(V, 1)
        actual = student.probability(history, words)
        expected = other.probability(history, words)
        equal(actual, expected, f"probability after {length} words of history", rtol=1e-9)
    history = np.array([[V, V], [V, 1], [1, V], [V - 1, V - 1]])
    actual = student.probability(history, np.ones(4, dtype=int))
    expected = other.probability(history, np.ones(4, dtype=int))
    what = "probability with V in the history, and after what ends the text"
    equal(actual, expected, what, rtol=1e-9)


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.promise("NgramLM.fit", "unchanged")
def test_a_second_text_replaces_the_first(submission, reference, rng):
    """fit replaces earlier counts and does not change the text."""
    first, second = sentences(50, V, rng), sentences(60, V, rng)
    student = fitted(submission, "NgramLM", first, V, 2)
    (left,) = after_call(student, "fit", second)
    equal(left, second, "the text after fit")
    expected = fitted(reference, "NgramLM", second, V, 2)
    for n in (1, 2):
        equal(student.ngrams(n), expected.ngrams(n), f"ngrams({n}) after a second fit")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.promise("NgramLM.fit", "NgramLM.fit.raises")
def test_single_words_and_short_texts(submission, reference, rng):
    """Order 1, which has no history, and a text shorter than the n-grams."""
    same_texts(submission, reference, "NgramLM", rng, 1)
    short = np.array([1, 2])
    student, other = pair(submission, reference, "NgramLM", short, V, 4)
    read = np.array([[1, 2, 1, 2, 1]])
    equal(student.forward(read), other.forward(read), "forward after a text of two tokens")
    equal(student.ngrams(4)[1], np.zeros(0, int), "counts of 4-grams in a text of two tokens")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.promise("the-state-is-the-history")
def test_the_state_is_the_callers(submission, reference, rng):
    """forward continues from a state and does not change it; without one a new text starts."""
    tokens = sentences(300, V, rng)
    student, other = pair(submission, reference, "NgramLM", tokens, V, 4, end=0)
    read, state = tokens[60:66].reshape(2, 3), np.array([[V, 0, 2], [3, 1, 2]])
    equal(student.forward(read, state), other.forward(read, state), "forward from a state")
    equal(student.state, other.state, "model.state after forward")
    equal(student.forward(read), other.forward(read), "forward without a state")
    before = np.array([4, 0]), state
    actual = student.next_log_probabilities(*before)
    equal(actual, other.next_log_probabilities(*before), "next_log_probabilities")
    left = after_call(student, "next_log_probabilities", *before)
    equal(left, before, "the arguments after next_log_probabilities")


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Read the text with self.read: it refuses ids and texts that cannot be counted.")
@pytest.mark.promise("errors", "NgramLM.fit.raises", "NgramLM.raises")
def test_bad_input(submission, rng):
    """Ids out of range, texts of one token and models without counts raise an error."""
    model = submission.NgramLM(V, 2)
    refuses(model, "probability", np.array([1]), np.array(1), error=REFUSAL)
    for wrong in ([0, V], [0, -1], [1], []):
        refuses(model, "fit", np.array(wrong, dtype=int), error=REFUSAL)
    model.fit(sentences(50, V, rng))
    refuses(model, "forward", np.array([[0, V]]), error=REFUSAL)
    refuses(model, "log_probabilities", np.array([V, 1, 1]), error=REFUSAL)
    refuses(model, "next_log_probabilities", np.array([V]), np.array([[1]]), error=REFUSAL)
    refuses(model, "probability", np.array([V + 1]), np.array(1), error=REFUSAL)
    refuses(model, "probability", np.array([1]), np.array(V), error=REFUSAL)
    for size, order in ((0, 2), (V, 0)):
        refuses(submission, "NgramLM", size, order, error=REFUSAL)
    for end in (-1, V):
        refuses(submission, "NgramLM", V, 2, end=end, error=REFUSAL)


@pytest.mark.task("AddDelta")
@pytest.mark.points(0.75)
@pytest.mark.promise("AddDelta", "no-history-over-an-end")
def test_add_delta_in_sentences(submission, reference, rng):
    """Add-δ in sentences, from single words to 4-grams."""
    for order, end in ((1, 0), (2, 1), (4, 2)):
        same_texts(submission, reference, "AddDelta", rng, order, 0.3, end=end)


@pytest.mark.task("AddDelta")
@pytest.mark.points(0.75)
@pytest.mark.promise("AddDelta.raises")
def test_extreme_delta(submission, reference, rng):
    """Tiny δ gives maximum likelihood, huge δ is uniform; δ ≤ 0 raises a ValueError."""
    tokens = sentences(200, V, rng)
    expected = fitted(reference, "NgramLM", tokens, V, 2).log_probabilities(tokens)
    actual = fitted(submission, "AddDelta", tokens, V, 2, 1e-12).log_probabilities(tokens)
    equal(actual, expected, "log_probabilities with δ = 1e-12", rtol=1e-6)
    actual = fitted(submission, "AddDelta", tokens, V, 2, 1e12).log_probabilities(tokens)
    equal(actual, np.full(200, -np.log(V)), "log_probabilities with δ = 1e12", rtol=1e-6)
    for delta in (0.0, -1.0, np.nan):
        refuses(submission, "AddDelta", V, 2, delta)


@pytest.mark.task("Backoff")
@pytest.mark.points(1.25)
@pytest.mark.promise("Backoff", "no-history-over-an-end", "Backoff.alpha")
def test_backoff_in_sentences(submission, reference, rng):
    """Both methods in sentences, from single words to 4-grams, and another α."""
    for order, end in ((1, 0), (2, 1), (4, 2)):
        for method in ("stupid", "interpolated"):
            same_texts(submission, reference, "Backoff", rng, order, method, end=end)
    same_texts(submission, reference, "Backoff", rng, 3, "stupid", alpha=0.7, end=0)


@pytest.mark.task("Backoff")
@pytest.mark.points(0.75)
@pytest.mark.promise("Backoff.raises", "NgramLM.fit")
def test_other_methods_are_refused(submission, reference, rng):
    """An unknown method raises a ValueError; a second text replaces the first."""
    refuses(submission, "Backoff", V, 2, "clever")
    student = fitted(submission, "Backoff", sentences(80, V, rng), V, 2, "interpolated")
    tokens = sentences(60, V - 1, rng)
    student.fit(tokens)
    expected = fitted(reference, "Backoff", tokens, V, 2, "interpolated")
    actual = student.log_probabilities(tokens)
    equal(actual, expected.log_probabilities(tokens), "log_probabilities after a second fit")
