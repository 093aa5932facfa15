"""Hidden checks of Kneser-Ney: small texts, sentences, starts of texts."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses

V = 11


def sentences(length, words, rng):
    """Return a text with ends of sentences (id 0), a few frequent words and rare others."""
    p = 1 / np.arange(1, words + 1)
    return np.append(0, rng.choice(words, size=length, p=p / p.sum()))


def fitted(module, tokens, *args, **kwargs):
    """Return a `KneserNey` that has counted `tokens`."""
    model = module.KneserNey(*args, **kwargs)
    model.fit(tokens)
    return model


def pair(submission, reference, tokens, *args, **kwargs):
    """Return the submission's model and the reference's."""
    return [fitted(module, tokens, *args, **kwargs) for module in (submission, reference)]


def same_texts(submission, reference, rng, *args, words=V, length=300, **kwargs):
    """Compare both on a new text, and on every word after each of its tokens."""
    tokens, new = sentences(length, words - 1, rng), sentences(40, words, rng)
    student, other = pair(submission, reference, tokens, words, *args, **kwargs)
    expected, actual = other.log_probabilities(new), student.log_probabilities(new)
    equal(actual, expected, "log_probabilities of a new text", rtol=1e-9)
    read = new[:20].reshape(2, 10)
    equal(student.forward(read), other.forward(read), "forward", rtol=1e-9)


@pytest.mark.task("kneser_ney_discounts")
@pytest.mark.points(4.5)
@pytest.mark.hint("If one of n_1 ... n_4 is 0, or a D below 0: 0.5, 1, 1.5.")
@pytest.mark.promise("kneser_ney_discounts")
def test_discounts_of_small_texts(submission, reference, rng):
    """If the formula is not defined, the discounts are 0.5, 1 and 1.5."""
    for missing in (1, 2, 3, 4):
        counts = np.repeat(np.delete([1, 2, 3, 4, 5], missing - 1), [30, 14, 8, 5])
        actual = agrees(submission, reference, "kneser_ney_discounts", counts)
        equal(actual, np.array([0.5, 1.0, 1.5]), f"the discounts where no count is {missing}")
    for sizes in ([30, 14, 8, 5, 0], [4, 2, 2, 3, 1]):  # none above 4; D(3) = 0
        counts = np.repeat([1, 2, 3, 4, 5], sizes)
        actual = agrees(submission, reference, "kneser_ney_discounts", counts, atol=1e-12)
        equal(actual[0], sizes[0] / (sizes[0] + 2 * sizes[1]), "D(1) = Y", rtol=1e-9)
    counts = np.repeat([1, 2, 3, 4, 5], rng.integers(1, 40, size=5))
    agrees(submission, reference, "kneser_ney_discounts", counts, atol=1e-12)
    for sizes in ([30, 9, 20, 5, 3], [30, 20, 9, 30, 3]):
        counts = np.repeat([1, 2, 3, 4, 5], sizes)
        actual = agrees(submission, reference, "kneser_ney_discounts", counts)
        equal(actual, np.array([0.5, 1.0, 1.5]), "the discounts where a D falls below 0")


@pytest.mark.task("KneserNey")
@pytest.mark.points(6.5)
@pytest.mark.promise("KneserNey", "KneserNey.fit", "KneserNey.fit.raises")
def test_kneser_ney_in_sentences(submission, reference, rng):
    """Kneser-Ney in sentences and short texts, from single words to 5-grams; bad input raises."""
    for wrong in ([0, V], [0, -1], [1], []):
        text = np.array(wrong, dtype=int)
        refuses(submission.KneserNey(V, 2), "fit", text, error=("IndexError", "ValueError"))
    for order in (1, 2, 3, 5):
        same_texts(submission, reference, rng, order, end=0)
    same_texts(submission, reference, rng, 4, words=120, length=900, end=0)
    student = fitted(submission, sentences(80, V, rng), V, 2)
    tokens = np.array([1, 2, 1])
    student.fit(tokens)
    actual = student.log_probabilities(tokens)
    expected = fitted(reference, tokens, V, 2).log_probabilities(tokens)
    equal(actual, expected, "log_probabilities after a second fit", rtol=1e-9)
    short = np.array([1, 2])
    actual, expected = (
        m.log_probabilities(short) for m in pair(submission, reference, short, V, 4)
    )
    equal(actual, expected, "log_probabilities of a text shorter than the n-grams", rtol=1e-9)


@pytest.mark.task("KneserNey")
@pytest.mark.points(2)
@pytest.mark.promise("starts-keep-their-counts")
def test_what_nothing_stands_before(submission, reference, rng):
    """N-grams without a word before them, at the start of a text or sentence, keep counts."""
    order = np.append(0, 1 + rng.permutation(4))
    tokens = order[[0, 1, 2, 0, 1, 2, 3, 0, 1, 3, 0, 2, 1, 3, 0]]
    for end in (0, None):
        for start in (0, 1):
            text = tokens[start:]
            models = pair(submission, reference, text, 5, 3, end=end)
            actual, expected = (model.forward(text[None]) for model in models)
            what = f"forward on the text that was counted, end={end}"
            equal(actual, expected, what, rtol=1e-9)
