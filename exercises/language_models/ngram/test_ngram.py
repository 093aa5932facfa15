"""Checks of the n-gram models that you can see. The course has hidden ones, too."""

from collections import Counter
from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    equal,
    expect,
    no_look_ahead,
    perplexity_ratio,
    used_in_turn,
)
from framework.data.vocabulary import EOS
from plugins.lectures.languages.agreement import AgreementLanguage

V = 9


def text_of(length, words, rng):
    """Return a text in which some words are frequent and others rare."""
    p = 1 / np.arange(1, words + 1)
    return rng.choice(words, size=length, p=p / p.sum())


def fitted(module, name, tokens, *args, **kwargs):
    """Return a model `name` that has counted `tokens`."""
    model = getattr(module, name)(*args, **kwargs)
    model.fit(tokens)
    return model


def all_words(model, history, words=V):
    """Return P of every word after each history: `(N, V)`."""
    return model.probability(np.asarray(history)[:, None], np.arange(words))


def same_distributions(submission, reference, name, tokens, history, *args, **kwargs):
    """Compare P of every word after every history; return that of the submission."""
    student = fitted(submission, name, tokens, V, *args, **kwargs)
    expected = all_words(fitted(reference, name, tokens, V, *args, **kwargs), history)
    actual = all_words(student, history)
    equal(actual, expected, f"{name}.probability of every word", rtol=1e-9)
    asked = "probability", history[:, None], np.arange(V)
    models = [
        InstanceCalls(
            partial(getattr(submission, name), V, *args, **kwargs), [("fit", text), asked]
        )
        for text in (tokens, tokens[:20])
    ]
    used_in_turn(submission, *models)
    return actual


@pytest.mark.task("NgramLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("Words: all but the first token. n > 1: every window of n tokens. Sorted rows.")
def test_table(submission, rng):
    """The table has every n-gram of the text once, with its count."""
    tokens = text_of(80, V, rng)
    model = fitted(submission, "NgramLM", tokens, V + 1, 3)  # the last word never comes
    for n in (1, 2, 3):
        windows = Counter(tuple(tokens[t - n + 1 : t + 1]) for t in range(max(1, n - 1), 80))
        rows = sorted(windows)
        expected = np.array(rows), np.array([windows[row] for row in rows])
        equal(model.ngrams(n), expected, f"ngrams({n})")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("An n-gram that never occurred has the count 0.")
def test_count(submission, reference, rng):
    """The counts of n-grams, also of n-grams that were never seen."""
    model = fitted(submission, "NgramLM", np.array([0, 1, 2, 1, 2, 2, 1, 2]), 4, 3)
    equal(model.count(np.array([[2], [1], [0], [3]])), np.array([4, 3, 0, 0]), "counts of words")
    pairs = np.array([[[1, 2], [2, 1], [0, 1], [1, 0]]])
    equal(model.count(pairs), np.array([[3, 2, 1, 0]]), "counts of bigrams")
    equal(model.count(np.array([[1, 2, 1], [3, 1, 2]])), np.array([1, 0]), "counts of trigrams")
    tokens = rng.integers(4, size=60)
    models = [fitted(module, "NgramLM", tokens, 4, 3) for module in (submission, reference)]
    for n in (1, 2, 3):
        actual, expected = (model.count(np.indices((4,) * n).reshape(n, -1).T) for model in models)
        equal(actual, expected, f"counts of all n-grams of {n} words in 60 words")


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("c(students opened their books) / c(students opened their ·).")
def test_students_opened_their(submission, rng):
    """The lecture's example: 400 of 1000 are 0.4, 100 of 1000 are 0.1."""
    students, opened, their, books, exams, minds = range(6)
    for many, few in ((400, 100), rng.integers(50, 500, size=2).tolist()):
        last = np.repeat([books, exams, minds], [many, few, 1000 - many - few])
        head = np.tile([students, opened, their], (1000, 1))
        tokens = np.append(minds, np.column_stack([head, last]).ravel())
        model = fitted(submission, "NgramLM", tokens, 6, 4)
        actual = model.probability(np.array([students, opened, their]), np.array([books, exams]))
        what = (
            f"P(books | students opened their), {many} of 1000, and P(exams | ...), {few} of 1000"
        )
        equal(actual, np.array([many, few]) / 1000, what)


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Divide by c(h ·); where that is 0, answer 0.")
def test_seen_and_unseen_histories(submission, reference, rng):
    """After a seen history the probabilities sum to 1; after an unseen one all are 0."""
    tokens = text_of(120, V - 1, rng)
    history = np.array([tokens[3:5], tokens[50:52], [0, V - 1], [V - 1, 0], [V, 0], [V, V]])
    actual = same_distributions(submission, reference, "NgramLM", tokens, history, 3)
    sums = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0])
    equal(actual.sum(axis=1), sums, "the sums over all words")


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("The state is the last order − 1 tokens, and V before the start of the text.")
def test_next_log_probabilities(submission, reference, rng):
    """Word by word; at the start of a text the history is shorter than order − 1 words."""
    tokens = text_of(200, V, rng)
    student = fitted(submission, "NgramLM", tokens, V, 3)
    other = fitted(reference, "NgramLM", tokens, V, 3)
    read, state = tokens[:15].reshape(3, 5), student.initial_state(3)
    equal(state, np.full((3, 2), V), "initial_state(3)")
    for t in range(5):
        expected = other.next_log_probabilities(read[:, t], state)
        actual = student.next_log_probabilities(read[:, t], state)
        equal(actual, expected, f"next_log_probabilities after {t + 1} tokens", rtol=1e-9)
        state = actual[1]
    equal(student.forward(read), other.forward(read), "forward(tokens)", rtol=1e-9)
    equal(student.state, state, "model.state after forward")


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("log P(x_1), log P(x_2 | x_1), ...: forward returns all of them.")
def test_probability_of_a_text(submission, rng):
    """log_probabilities agrees with forward for the words of the text."""
    tokens = text_of(200, V, rng)
    model = fitted(submission, "NgramLM", tokens, V, 3)
    every = model.forward(tokens[None, :-1])[0]
    expect(bool(np.ptp(every, axis=0).any()), "the log probabilities are the same after every word")
    expected = np.take_along_axis(every, tokens[1:, None], axis=1)[:, 0]
    equal(model.log_probabilities(tokens), expected, "log_probabilities(tokens)", rtol=1e-9)
    expect(
        bool(np.isfinite(expected).all()),
        "every word of the counted text should have a probability above 0",
    )


@pytest.mark.task("NgramLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Words before an end of sentence are V in the history and in no n-gram.")
def test_sentences(submission, reference, rng):
    """No n-gram and no history extends over the end of a sentence."""
    tokens = np.array([0, 3, 1, 2, 0, 1, 2, 0, 3, 1, 0])
    student = fitted(submission, "NgramLM", tokens, 4, 3, end=0)
    other = fitted(reference, "NgramLM", tokens, 4, 3, end=0)
    for n in (1, 2, 3):
        equal(student.ngrams(n), other.ngrams(n), f"ngrams({n}) of three sentences")
    after, state = student.next_log_probabilities(np.array([0]), np.array([[1, 2]]))
    equal(state, np.array([[4, 0]]), "the state after the end of a sentence")
    equal(after[0, 1], np.log(1 / 3), "log P(1) at the start of a sentence", rtol=1e-9)
    equal(student.forward(tokens[None]), other.forward(tokens[None]), "forward", rtol=1e-9)
    tokens = np.append(rng.integers(4, size=40), 0)
    student = fitted(submission, "NgramLM", tokens, 4, 3, end=0)
    other = fitted(reference, "NgramLM", tokens, 4, 3, end=0)
    for n in (1, 2, 3):
        equal(student.ngrams(n), other.ngrams(n), f"ngrams({n}) of drawn sentences")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("One entry for every different n-gram.")
def test_storage(submission, rng):
    """The table grows with n and with the text, up to one entry per word."""
    tokens = text_of(600, V, rng)
    sizes = []
    for text in (tokens[:200], tokens):
        model = fitted(submission, "NgramLM", text, V, 4)
        counts = [model.ngrams(n)[1] for n in (1, 2, 3, 4)]
        sizes.append([*map(len, counts)])
        ends = {n: range(max(1, n - 1), len(text)) for n in (1, 2, 3, 4)}
        everything = [len(places) for places in ends.values()]
        equal(
            [int(np.sum(table)) for table in counts],
            everything,
            f"all counts of {len(text)} tokens",
        )
        seen = [len({tuple(text[t - n + 1 : t + 1]) for t in ends[n]}) for n in ends]
        equal(sizes[-1], seen, f"the sizes of the tables for {len(text)} tokens, n from 1 to 4")
        expect(max(sizes[-1]) < len(text), f"a table of {sizes[-1]} for {len(text)} tokens")
    expect(all(np.diff(size).min() > 0 for size in sizes), f"sizes {sizes} should grow with n")
    grown = np.subtract(sizes[1], sizes[0])
    expect(bool((grown[1:] > 0).all()), f"sizes {sizes} should grow with the text")


@pytest.mark.task("NgramLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("Use only history[..., −(order − 1):].")
@pytest.mark.promise("only-the-history-counts")
def test_what_is_far_back_does_not_matter(submission, reference, rng):
    """A word further back than n − 1 words has no effect ("proctor" in the lecture)."""
    tokens = text_of(200, V, rng)
    model, right = (fitted(module, "NgramLM", tokens, V, 3) for module in (submission, reference))
    expected = all_words(right, tokens[None, 20:22])
    equal(all_words(model, tokens[None, 20:22]), expected, "probabilities after a history")
    for proctor in range(3):
        actual = all_words(model, np.array([[proctor, *tokens[20:22]]]))
        equal(actual, expected, f"probabilities with word {proctor} before the history")


@pytest.mark.task("AddDelta")
@pytest.mark.points(1.25)
@pytest.mark.hint("(c(h w) + δ) / (c(h ·) + δ V).")
def test_add_delta(submission, reference, rng):
    """(c + δ) / (total + δV), also at the start of a text."""
    tokens = text_of(100, V - 1, rng)
    history = np.array([tokens[3:5], [0, V - 1], [V, 0], [V, V]])
    for delta in (1.0, 0.05):
        same_distributions(submission, reference, "AddDelta", tokens, history, 3, delta)


@pytest.mark.task("AddDelta")
@pytest.mark.points(0.75)
@pytest.mark.hint("With δ V in the denominator the sum is 1.")
def test_add_delta_sums_to_one(submission, rng):
    """A distribution after any history: all words above 0, uniform after an unseen history."""
    tokens = text_of(100, V - 1, rng)
    model = fitted(submission, "AddDelta", tokens, V, 3, 0.1)
    actual = all_words(model, np.array([tokens[3:5], [0, V - 1]]))
    equal(actual.sum(axis=1), np.ones(2), "the sums over all words", rtol=1e-9)
    equal(actual[1], np.full(V, 1 / V), "P after a history never seen", rtol=1e-9)
    expect(bool(np.ptp(actual[0]) > 0), "P is the same for all words after a history of the text")
    expect(bool((actual > 0).all()), "every word should have a probability above 0")


@pytest.mark.task("AddDelta")
@pytest.mark.points(0.75)
@pytest.mark.hint(
    "outputs[:, t] may read the n − 1 tokens that end at t; the counts are those of fit alone."
)
def test_no_look_ahead(submission, rng):
    """A change of the token at t + 1 does not change the outputs up to t."""
    no_look_ahead(fitted(submission, "AddDelta", text_of(60, V, rng), V, 3, 0.5), V, rng=rng)


@pytest.mark.task("Backoff")
@pytest.mark.points(1.25)
@pytest.mark.hint("c / total if h w was seen, else α · S(w | h'); single words: c / total.")
def test_stupid_backoff(submission, reference, rng):
    """Stupid backoff: the longest n-gram seen, with a factor α per removed history word."""
    tokens = text_of(100, V - 1, rng)
    history = np.array([tokens[3:5], [0, V - 1], [V - 1, 0], [V, 0], [V, V]])
    same_distributions(submission, reference, "Backoff", tokens, history, 3, "stupid")


@pytest.mark.task("Backoff")
@pytest.mark.points(0.75)
@pytest.mark.hint("0.4 · 0.4 · c(w) / c(·) if only the word itself was seen.")
def test_stupid_backoff_by_hand(submission, reference, rng):
    """Stupid backoff by hand: 2/3, 0.4 · 1/4 and 0.4² · 2/9."""
    tokens = np.array([3, 0, 1, 2, 0, 1, 2, 0, 1, 1])
    model = fitted(submission, "Backoff", tokens, 4, 3, "stupid")
    actual = model.probability(np.array([0, 1]), np.array([2, 1, 0]))
    equal(actual, np.array([2 / 3, 1 / 3, 0.16 * 3 / 9]), "S of 2, 1 and 0 after 0 1", rtol=1e-9)
    actual = model.probability(np.array([2, 1]), np.array([1, 2, 3]))
    equal(actual, np.array([0.4 / 3, 0.8 / 3, 0.0]), "S of 1, 2 and 3 after 2 1", rtol=1e-9)
    tokens = rng.integers(4, size=20)
    actual, expected = (
        all_words(fitted(module, "Backoff", tokens, 4, 3, "stupid"), tokens[None, :2], 4)
        for module in (submission, reference)
    )
    equal(actual, expected, f"S of every word after {tokens[:2]}, in 20 drawn words", rtol=1e-9)


@pytest.mark.task("Backoff")
@pytest.mark.points(1.25)
@pytest.mark.hint("(c + t P(w | h')) / (total + t): t(h) is the number of different words after h.")
def test_interpolated(submission, reference, rng):
    """Interpolated: all history lengths contribute, weighted by the number of next words."""
    tokens = text_of(100, V - 1, rng)
    history = np.array([tokens[3:5], [0, V - 1], [V - 1, 0], [V, 0], [V, V]])
    same_distributions(submission, reference, "Backoff", tokens, history, 3, "interpolated")


@pytest.mark.task("Backoff")
@pytest.mark.points(0.75)
@pytest.mark.hint("If c(h ·) = 0, return P(w | h').")
def test_interpolated_sums_to_one(submission, rng):
    """Interpolated: sums to 1 after any history; an unseen one uses the shorter history."""
    tokens = text_of(100, V - 1, rng)
    model = fitted(submission, "Backoff", tokens, V, 3, "interpolated")
    actual = all_words(model, np.array([tokens[3:5], [V - 1, 0], [0, V - 1], [V, V]]))
    equal(actual.sum(axis=1), np.ones(4), "the sums over all words", rtol=1e-9)
    shorter = all_words(model, np.array([[0]]))[0]
    equal(actual[1], shorter, "P after a history of which only the last word was seen", rtol=1e-9)
    expect(bool(np.ptp(actual[0]) > 0), "P is the same for all words after a history of the text")
    expect(bool((actual > 0).all()), "every word should have a probability above 0")


@pytest.mark.task("Backoff")
@pytest.mark.points(1.25)
@pytest.mark.hint("Are the sums 1? Do all history lengths contribute?")
def test_perplexity(submission, reference, rng):
    """On a small text interpolated backoff is best, then add-one, then uniform."""
    language = AgreementLanguage(longest_span=2, rng=rng)
    words = len(language.vocabulary)
    train, test = language.sample_texts(1, 500, rng=rng)[0], language.sample_texts(10, 100, rng=rng)
    backoff = fitted(submission, "Backoff", train, words, 4, "interpolated", end=EOS)
    add_one = fitted(reference, "AddDelta", train, words, 4, 1.0, end=EOS)
    right = fitted(reference, "Backoff", train, words, 4, "interpolated", end=EOS)
    actual, other, expected = (
        perplexity_ratio(model, language, test) for model in (backoff, add_one, right)
    )
    uniform = words * np.exp(language.log_probabilities(test).mean())
    message = f"interpolated {actual:.2f}, add-one {other:.2f}, uniform {uniform:.2f}"
    expect(
        actual < other < uniform, f"the perplexities, divided by that of the source, are {message}"
    )
    equal(actual, expected, "the perplexity of interpolated backoff, divided by that of the source")
