"""Checks of the network for sentences that you can see. The course has hidden ones, too.

Where logits or gradients are compared, the network is in evaluation mode, without random dropout.
"""

import numpy as np
import pytest

from autograder.checks import (
    assign,
    changes_in_place,
    classifier_chunks,
    equal,
    expect,
    in_float32,
    overfits,
    paired_models,
    trained_models,
)
from framework.data.batching import pad
from plugins.lectures.languages.sentiment import SentimentGrammar

RTOL = 1e-7
V, E, C, K = 9, 3, 4, 2

pytestmark = pytest.mark.task("TextCNN")


def pair_of(submission, reference, rng, *sizes, **settings):
    """Paired models in evaluation mode."""
    sizes = sizes or (V, E, C, K)
    pair = paired_models(submission, reference, "TextCNN", *sizes, rng=rng, **settings)
    pair.student.eval()
    pair.reference.eval()
    return pair


def texts(rng, *lengths):
    """Ids of texts of these lengths, with padding after them."""
    return pad([rng.integers(1, V, size=n) for n in lengths])


@pytest.mark.points(2.5)
@pytest.mark.hint("For each width: convolution.forward(x), pool.forward; then ReLU and the scores.")
@pytest.mark.promise("TextCNN.vectors", "TextCNN.forward.ids")
def test_one_width(submission, reference, rng):
    """One width: vectors, convolution, the maximum of each filter, ReLU, scores."""
    pair = pair_of(submission, reference, rng, widths=(2,))
    pair.same_forward(texts(rng, 5, 5, 5), rtol=RTOL)


@pytest.mark.points(2)
@pytest.mark.hint("z holds the maxima of the first width, then those of the second, and so on.")
def test_several_widths(submission, reference, rng):
    """Several widths, concatenated in z."""
    for widths in ((3, 4, 5), (1, 3)):
        pair = pair_of(submission, reference, rng, widths=widths)
        pair.same_forward(texts(rng, 7, 7), rtol=RTOL)


@pytest.mark.points(2)
@pytest.mark.hint("A padding has the vector 0, and a window without a word cannot win.")
def test_padding_never_wins(submission, reference, rng):
    """The logits of a text do not depend on its batch or on the padding."""
    pair = pair_of(submission, reference, rng)
    batch = [rng.integers(1, V, size=n) for n in (6, 2, 9)]
    ids = pad(batch)
    pair.same_forward(ids, rtol=RTOL)
    logits = pair.student.forward(ids)
    wider = pair.student.forward(np.pad(ids, ((0, 0), (4, 6))))
    equal(wider, logits, "the logits with more padding", rtol=RTOL)
    for text, scores in zip(batch, logits, strict=True):
        alone = pair.student.forward(text[None])[0]
        equal(alone, scores, "the logits of one text, against those in a batch", rtol=RTOL)


@pytest.mark.points(1.25)
@pytest.mark.hint("padding = h − 1 on both sides gives every text a window of width h.")
def test_short_texts(submission, reference, rng):
    """Texts shorter than the widest filter, and without any word, have scores too."""
    pair = pair_of(submission, reference, rng)
    for ids in (texts(rng, 1), texts(rng, 2, 0, 1), np.zeros((2, 3), int)):
        pair.same_forward(ids, rtol=RTOL)
    logits = pair.student.forward(np.zeros((1, 4), int))[0]
    equal(logits, pair.student.parameters["b"], "the logits of a text without words", rtol=RTOL)


@pytest.mark.points(2.5)
@pytest.mark.hint("The same parts in reverse order; the gradient of x is the sum over all widths.")
@pytest.mark.promise("TextCNN.vectors", "TextCNN.forward.ids", "dtype")
def test_backward(submission, reference, rng):
    """Backward through all layers, down to the embedding."""
    pair = pair_of(submission, reference, rng)
    pair.same_backward(texts(rng, 7, 5, 9), rng=rng, rtol=RTOL, atol=1e-12)
    if in_float32(pair):
        pair.same_backward(texts(rng, 7, 5, 9), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.points(1.25)
@pytest.mark.hint("np.add.at(gradient, ids, g) adds once for every place; padding gets 0.")
@pytest.mark.promise("no-gradient-for-padding", "TextCNN.backward")
def test_repeated_words(submission, reference, rng):
    """A word gets the sum of the gradients of all its places, padding gets none."""
    pair = pair_of(submission, reference, rng)
    ids = np.array([[3, 3, 3, 0, 0], [3, 5, 0, 0, 0], [5, 3, 5, 1, 3]])
    pair.same_backward(ids, rng=rng, rtol=RTOL, atol=1e-12)
    expect(
        np.all(pair.student.gradients["embedding"][0] == 0),
        "gradients['embedding'][0] is the padding's row: it stays zero",
    )


@pytest.mark.points(1.25)
@pytest.mark.hint("Only the window that won a filter gets its gradient, and all of its words do.")
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = pair_of(submission, reference, rng, V, 2, 2, K, widths=(2, 3))
    pair.gradients_agree(texts(rng, 4, 6), rng=rng)
    large = paired_models(
        submission, reference, "TextCNN", V, 30, 30, K, keep_probability=1.0, rng=rng, scale=0.1
    )
    large.many_gradients(texts(rng, 6), rng=rng)


@pytest.mark.points(0.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds by itself.")
@pytest.mark.promise("adds-gradients", "TextCNN.backward")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair_of(submission, reference, rng).accumulates(texts(rng, 5, 6), rng=rng)


@pytest.mark.points(2)
@pytest.mark.hint("Dropout comes between z and W; backward uses the same mask.")
def test_dropout(submission, rng):
    """In training, entries of z are dropped; at test time z is scaled by p."""
    p, C = 0.7, 20
    model = submission.TextCNN(V, E, C, C, widths=(1,), keep_probability=p, rng=rng)
    zeros = {name: np.zeros_like(value) for name, value in model.parameters.items()}
    # With these parameters z is all ones, and the logits are what is left of it.
    assign(model, zeros | {"conv_1.b": np.ones(C), "W": np.eye(C)})
    ids = texts(rng, *[4] * 100)
    kept = model.forward(ids)
    expect(np.all((kept == 0) | (kept == 1)), "in training an entry of z is unchanged or 0")
    share = kept.mean()
    expect(abs(share - p) < 0.06, f"keep_probability={p} keeps the share {share:.2f} of z")
    grad = rng.normal(size=kept.shape)
    model.zero_gradients()
    model.backward(grad)
    actual, what = model.gradients["conv_1.b"], "gradients['conv_1.b'] with dropout"
    equal(actual, (grad * kept).sum(axis=0), what, rtol=RTOL)
    equal(model.gradients["W"], kept.T @ grad, "gradients['W'] with dropout", rtol=RTOL)
    model.eval()
    equal(model.forward(ids), np.full((100, C), p), "z at test time", rtol=RTOL)


@pytest.mark.points(2.5)
@pytest.mark.hint("[static tuned]; only the gradient of the second half goes to the embedding.")
@pytest.mark.parametrize("channels", ["static", "tuned", "both"])
def test_channels(submission, reference, rng, channels):
    """Given word vectors: static, tuned, or both."""
    vectors = rng.normal(size=(V, E))
    pair = pair_of(submission, reference, rng, vectors=vectors, channels=channels)
    ids = texts(rng, 6, 3)
    pair.same_forward(ids, rtol=RTOL)
    pair.same_backward(ids, rng=rng, rtol=RTOL, atol=1e-12)


@pytest.mark.points(1.25)
@pytest.mark.hint("The two channels are two arrays: the tuned one starts as a copy.")
def test_the_static_channel_never_moves(submission, reference, rng):
    """The static channel does not change when the tuned one learns."""
    vectors = rng.normal(size=(V, E))
    for channels in ("static", "both"):
        model = submission.TextCNN(V, E, C, K, vectors=vectors, channels=channels, rng=rng)
        moved = {name: value + 1 for name, value in model.parameters.items()}
        assign(model, moved)
        model.forward(texts(rng, 6, 4))
        model.backward(np.ones((2, K)))
        equal(model.static, vectors, f"the static vectors of channels={channels!r}")
        settings = {"vectors": vectors, "channels": channels}
        pair = pair_of(submission, reference, rng, V, E, C, K, **settings)
        pair.same_forward(texts(rng, 6, 4), rtol=RTOL)
        pair.same_backward(texts(rng, 6, 4), rng=rng, rtol=RTOL, atol=1e-12)


@pytest.mark.points(2)
@pytest.mark.hint("W *= s / np.maximum(norms of the columns, s)")
def test_constrain(submission, rng):
    """constrain: columns of W with a norm above s get the norm s; nothing else changes."""
    model = submission.TextCNN(V, E, C, 5, max_norm=2.0, rng=rng)
    before = {name: rng.normal(size=value.shape) for name, value in model.parameters.items()}
    lengths = np.array([0.0, 0.5, 2.0, 2.5, 40.0])
    before["W"] *= lengths / np.linalg.norm(before["W"], axis=0)
    assign(model, before)
    changes_in_place(model, "constrain")
    after = model.parameters
    norms = np.linalg.norm(after["W"], axis=0)
    equal(norms, np.minimum(lengths, 2.0), "the norms of the columns after constrain", rtol=RTOL)
    scaled = before["W"] * [1, 1, 1, 2 / 2.5, 2 / 40]
    equal(after, before | {"W": scaled}, "the parameters after constrain", rtol=RTOL)


@pytest.mark.points(2.5)
@pytest.mark.hint("If all checks above pass, run `grade text_cnn` again.")
def test_accuracy(submission, reference, metric_threshold, rng):
    """Trained on a sentiment grammar: better than any classifier that ignores word order."""
    distinct = rng.permutation(np.arange(1, 17)).reshape(8, 2)  # no two texts share a word
    settings = {"widths": (2,), "keep_probability": 1.0, "rng": rng}
    small = trained_models(submission, reference, "TextCNN", 17, 8, 8, 2, **settings)
    overfits(
        small, distinct, np.arange(8) % 2, classes=2, rng=rng,
        learning_rate=0.05,
    )  # fmt: skip

    def accuracies(rng):
        grammar = SentimentGrammar(noise=0.05, rng=rng)
        (ids, labels), tests = grammar.sample(1_000, rng=rng), sevenths(grammar, rng)
        sizes = len(grammar.vocabulary), 12, 12, 2
        models = trained_models(submission, reference, "TextCNN", *sizes, rng=rng)
        training = classifier_chunks(
            models, ids, labels, epochs=4, batch_size=32, learning_rate=0.02,
            chunk=32, is_random=True, rng=rng,
        )  # fmt: skip
        for test, _ in zip(tests, training, strict=False):
            yield models.evaluate(share_right, *test)

    what = "the share of right answers"
    metric_threshold("accuracy", accuracies, rng=rng, best=1.0, what=what)


def sevenths(grammar, rng):
    """Return all sentences in seven random parts: ids, labels and probabilities of each."""
    words, labels, probabilities = zip(*grammar.sentences(), strict=True)
    ids = pad([grammar.vocabulary.encode(text) for text in words])
    labels, p = np.array(labels), np.array(probabilities)
    parts = np.array_split(rng.permutation(len(p)), 7)
    return [(ids[part], labels[part], p[part]) for part in parts]


def share_right(model, ids, labels, p):
    """Return the share of right answers, weighted by the probabilities of the sentences."""
    model.eval()
    right = model.forward(ids).argmax(axis=1) == labels
    model.train()
    return float(np.average(right, weights=p))
