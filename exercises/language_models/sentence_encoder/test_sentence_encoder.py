"""Checks of the sentence encoder that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    classifier_chunks,
    combined,
    equal,
    in_float32,
    overfits,
    paired_models,
    returns_new_arrays,
    trained_models,
)
from framework.data.batching import pad
from plugins.lectures.languages.long_reviews import LongReviews
from plugins.lectures.languages.sentiment import SentimentGrammar

RTOL = 1e-7
POOLINGS = ("final", "max", "mean")
#: A cell whose state is a tuple, as that of an LSTM.
TWO_STATES = {"sum_of": ["rnn", "rnn"], "h_first": True}
V, E, H, C = 9, 3, 4, 2


def encoders(submission, reference, pooling, rng, cell="rnn"):
    """Return a student's encoder and the reference's, with the same parameters."""
    sizes = V, E, H, C
    return paired_models(submission, reference, "SentenceEncoder", *sizes, pooling, cell, rng=rng)


def texts(rng, *lengths):
    """Return random texts of these lengths, padded."""
    return pad([rng.integers(1, V, size=length) for length in lengths])


def same_encoding(pair, ids):
    """Check that `encode` agrees."""
    expected = pair.reference.encode(ids)
    equal(pair.student.encode(ids), expected, "SentenceEncoder.encode", rtol=RTOL)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1.75)
@pytest.mark.hint("embedding[ids] → self.cell.forward → h[:, -1]; then @ U + b_2.")
@pytest.mark.promise("unchanged")
def test_final_state(submission, reference, rng):
    """The final state as encoding, and the logits from it, for any cell."""
    for cell in ("rnn", TWO_STATES):
        pair, ids = encoders(submission, reference, "final", rng, cell), texts(rng, 5, 5, 5)
        same_encoding(pair, ids)
        pair.same_forward(ids)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1.75)
@pytest.mark.hint("Each entry of the encoding is the maximum of its T values, over axis 1.")
def test_elementwise_maximum(submission, reference, rng):
    """The elementwise maximum of all states."""
    pair = encoders(submission, reference, "max", rng)
    ids = texts(rng, 5, 5, 5)
    same_encoding(pair, ids)
    pair.same_forward(ids)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1.75)
@pytest.mark.hint("The sum of the states over time, divided by the number of words.")
def test_mean(submission, reference, rng):
    """The mean of all states."""
    pair = encoders(submission, reference, "mean", rng)
    ids = texts(rng, 5, 5, 5)
    same_encoding(pair, ids)
    pair.same_forward(ids)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(2.5)
@pytest.mark.hint("Give the cell the mask `ids != 0`, and divide by the number of words, not by T.")
def test_padding_is_ignored(submission, reference, rng):
    """A text has the same encoding alone, in a batch and with more padding."""
    for pooling in POOLINGS:
        pair = encoders(submission, reference, pooling, rng)
        ids = texts(rng, 6, 2, 1, 4, 0)
        same_encoding(pair, ids)
        encoding = pair.student.encode(ids)
        returns_new_arrays(pair.student, "encode", ids, expected=encoding)
        wider = np.pad(ids, ((0, 0), (0, 5)))
        actual = pair.student.encode(wider)
        equal(actual, encoding, f"the '{pooling}' encoding with more padding", rtol=RTOL)
        alone = pair.student.encode(ids[1:2, :2])
        equal(alone, encoding[1:2], f"the '{pooling}' encoding of a text alone", rtol=RTOL)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(2.5)
@pytest.mark.hint("grad_h is 0 except at the last step, where it is grad_logits @ U.T.")
@pytest.mark.promise("SentenceEncoder.backward", "unchanged", "any-input")
def test_backward_of_the_final_state(submission, reference, rng):
    """Backward from the logits through the final state, for any cell."""
    for cell in ("rnn", TWO_STATES):
        pair = encoders(submission, reference, "final", rng, cell)
        pair.same_backward(texts(rng, 4, 4), rng=rng)
        pair.same_backward(texts(rng, 5, 2, 3), rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(2.5)
@pytest.mark.hint("h.argmax(axis=1) is the step that gets the gradient of each entry.")
def test_backward_of_the_maximum(submission, reference, rng):
    """Backward through the maximum: each entry's gradient goes to the step of its maximum."""
    pair = encoders(submission, reference, "max", rng)
    pair.same_backward(texts(rng, 4, 4), rng=rng)
    pair.same_backward(texts(rng, 5, 2, 3), rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(2.5)
@pytest.mark.hint("Every word of a text of n words gets 1/n of the gradient of the mean.")
@pytest.mark.promise("dtype")
def test_backward_of_the_mean(submission, reference, rng):
    """Backward through the mean: every word gets 1/n of the gradient, padding gets 0."""
    pair = encoders(submission, reference, "mean", rng)
    pair.same_backward(texts(rng, 4, 4), rng=rng)
    pair.same_backward(texts(rng, 5, 2, 3), rng=rng)
    if in_float32(pair):
        pair.same_backward(texts(rng, 5, 2, 3), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g).")
def test_repeated_words(submission, reference, rng):
    """A word that occurs several times gets the sum of the gradients of all places."""
    pair = encoders(submission, reference, "mean", rng)
    pair.same_backward(np.array([[3, 3, 3, 0], [3, 5, 0, 0], [5, 3, 5, 1]]), rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1.75)
@pytest.mark.hint(
    "Which steps get ∂J/∂z? The last one, all words with 1/|words|, or the winner of each entry."
)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    for pooling in POOLINGS:
        pair = encoders(submission, reference, pooling, rng)
        pair.gradients_agree(texts(rng, 5, 2, 3), rng=rng)
    large = paired_models(
        submission, reference, "SentenceEncoder", V, 60, 80, C, rng=rng, scale=0.1
    )
    large.many_gradients(texts(rng, 4), rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds, too.")
@pytest.mark.promise("gradients")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = encoders(submission, reference, "max", rng)
    pair.accumulates(texts(rng, 5, 2, 3), rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(3.5)
@pytest.mark.hint("If all checks above pass, grade rnn: your cell may have an error.")
def test_accuracy(submission, reference, metric_threshold, rng):
    """After training on a sentiment grammar, each pooling uses the order of the words."""
    small = rng.permutation(np.arange(1, 17)).reshape(8, 2)  # no two texts share a word
    for pooling in POOLINGS:
        sizes = 17, 16, 16, 2, pooling
        models = trained_models(submission, reference, "SentenceEncoder", *sizes, rng=rng)
        overfits(models, small, np.arange(8) % 2, classes=2, rng=rng)

    def worst(rng):
        grammar = SentimentGrammar(noise=0.05, rng=rng)
        data, tests = grammar.sample(2_000, rng=rng), sevenths(grammar, rng)
        sizes = len(grammar.vocabulary), 16, 24, 2
        pooled = [
            trained(submission, reference, (*sizes, pooling), data, rng) for pooling in POOLINGS
        ]
        for test, *models in zip(tests, *pooled, strict=False):
            yield combined(min, [model.evaluate(share_right, *test) for model in models])

    share = "the share of right answers over all sentences, for the worst of the three poolings,"
    metric_threshold("accuracy", worst, rng=rng, best=1.0, what=share)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(3.5)
@pytest.mark.hint(
    "Is the gradient of an early word as large as that of the last one, for max and mean?"
)
def test_long_sentences(submission, reference, metric_threshold, rng):
    """On long texts with an early opinion, maximum and mean are far better than the final state."""

    def leads(rng):
        reviews = LongReviews(rng=rng)
        data, sizes = reviews.sample(1_600, rng=rng), (len(reviews.vocabulary), 16, 16, 2)
        pooled = [
            trained(submission, reference, (*sizes, pooling), data, rng) for pooling in POOLINGS
        ]
        ahead = []
        for models in zip(*pooled, strict=True):
            ids, labels = reviews.sample(400, rng=rng)
            shares = [model.evaluate(share_right, ids, labels) for model in models]
            ahead.append(combined(lead_of, shares))
            yield max(ahead, key=lambda evaluation: evaluation.value)

    lead = (
        "in the best epoch, the mean accuracy of maximum and mean, minus that of the final state,"
    )
    metric_threshold("lead", leads, rng=rng, best=0.5, what=lead)


def lead_of(shares):
    """Return by how much maximum and mean are ahead; a final state is never worse than chance."""
    final, maximum, mean = shares
    return (maximum + mean) / 2 - max(final, 0.5)


def trained(submission, reference, sizes, data, rng):
    """Train an encoder, and yield it after each epoch, beside the reference."""
    ids, labels = data
    models = trained_models(submission, reference, "SentenceEncoder", *sizes, rng=rng)
    for _ in classifier_chunks(
        models, ids, labels, epochs=4, batch_size=32, learning_rate=0.01,
        rng=rng,
    ):  # fmt: skip
        yield models


def sevenths(grammar, rng):
    """Return all sentences in seven random parts: ids, labels and probabilities of each."""
    words, labels, probabilities = zip(*grammar.sentences(), strict=True)
    ids = pad([grammar.vocabulary.encode(text) for text in words])
    labels, p = np.array(labels), np.array(probabilities)
    parts = np.array_split(rng.permutation(len(p)), 7)
    return [(ids[part], labels[part], p[part]) for part in parts]


def share_right(model, ids, labels, p=None):
    """Return the share of right answers, weighted by the probabilities of the sentences."""
    return float(np.average(model.forward(ids).argmax(axis=1) == labels, weights=p))
