"""Checks of the bag of vectors that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    assign,
    classifier_chunks,
    equal,
    expect,
    finite,
    not_above,
    overfits,
    paired_models,
    trained_models,
)
from framework.data.batching import pad
from plugins.lectures.languages.sentiment import SentimentGrammar

RTOL = 1e-7
DAN = "DeepAveragingNetwork"
V, E, C = 9, 3, 2


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("z_0 is the mean over the words, not the sum; without hidden layers W_1 follows.")
@pytest.mark.promise("unchanged")
def test_average(submission, reference, rng):
    """Without hidden layers: the mean of the word vectors, and one affine layer."""
    pair = paired_models(submission, reference, DAN, V, E, [], C, rng=rng)
    pair.same_forward(rng.integers(1, V, size=(4, 5)))


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(3)
@pytest.mark.hint("Every layer except the last has a ReLU; add the bias before it.")
def test_hidden_layers(submission, reference, rng):
    """With hidden layers between average and scores."""
    pair = paired_models(submission, reference, DAN, V, E, [5, 4], C, rng=rng)
    pair.same_forward(rng.integers(1, V, size=(4, 5)))


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("Sum over the ids that are not 0, and divide by their number.")
def test_padding_is_ignored(submission, reference, rng):
    """More padding, or padding at other places, changes nothing."""
    pair = paired_models(submission, reference, DAN, V, E, [4], C, rng=rng)
    texts = [rng.integers(1, V, size=length) for length in (2, 5, 3)]
    ids = pad(texts)
    pair.same_forward(ids)
    logits = pair.student.forward(ids)
    wider = np.pad(ids, ((0, 0), (2, 3)))
    equal(pair.student.forward(wider), logits, "the logits with more padding", rtol=RTOL)
    for text, scores in zip(texts, logits, strict=True):
        alone = pair.student.forward(text[None])[0]
        equal(alone, scores, "the logits of one text, against those in a batch", rtol=RTOL)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("max(|words|, 1) in the denominator prevents 0/0.")
def test_empty_text(submission, reference, rng):
    """A text without words has finite scores: those of z_0 = 0."""
    pair = paired_models(submission, reference, DAN, V, E, [4], C, rng=rng)
    ids = np.array([[0, 0, 0], [1, 0, 2]])
    pair.same_forward(ids)
    finite(pair.student.forward(ids), "the logits of an empty text")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("Only the average of the vectors reaches the layers above it.")
def test_order_blind(submission, reference, rng):
    """The order of the words does not change the scores."""
    pair = paired_models(submission, reference, DAN, V, E, [40], C, rng=rng)
    ids = rng.integers(V, size=(5, 7))
    logits, shuffled = pair.same_forward(ids), rng.permuted(ids, axis=1)
    equal(pair.student.forward(shuffled), logits, "the logits of shuffled texts", rtol=RTOL)
    # For right code that needs 40 units with slope 0 for both texts: about one seed in 10¹².
    expect(np.any(logits[0] != logits[1]), "all texts have the same logits")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(3)
@pytest.mark.hint("Through each ReLU: keep the gradient where its output is positive.")
@pytest.mark.promise("unchanged")
def test_backward(submission, reference, rng):
    """Backward through the layers and the average."""
    pair = paired_models(submission, reference, DAN, V, E, [5, 4], C, rng=rng)
    pair.same_backward(pad([rng.integers(1, V, size=n) for n in (6, 2, 4)]), rng=rng)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("gradient[ids] += g adds one term per id: use np.add.at(gradient, ids, g).")
@pytest.mark.promise("gradients", "equal-shares")
def test_repeated_words(submission, reference, rng):
    """A word that occurs several times gets a gradient from every place, padding gets none."""
    pair = paired_models(submission, reference, DAN, V, E, [], C, rng=rng)
    pair.same_backward(np.array([[3, 3, 3, 0], [3, 5, 0, 0], [5, 3, 5, 1]]), rng=rng)
    padding = pair.student.gradients["embedding"][0]
    expect(np.all(padding == 0), "gradients['embedding'][0] is the padding's row: it stays zero")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Each of the n words of a text gets 1/n of ∂J/∂z_0; a word that occurs twice gets it twice."
)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, DAN, V, E, [4], C, rng=rng)
    pair.gradients_agree(rng.integers(V, size=(4, 5)), rng=rng)
    large = paired_models(submission, reference, DAN, V, 100, [100], C, rng=rng, scale=0.1)
    large.many_gradients(rng.integers(1, V, size=(2, 5)), rng=rng)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds by itself.")
@pytest.mark.promise("DeepAveragingNetwork.backward")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, DAN, V, E, [4], C, rng=rng)
    pair.accumulates(rng.integers(V, size=(4, 5)), rng=rng)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(3)
@pytest.mark.hint("Draw one number per word, `self.rng.random(ids.shape)`; average what is left.")
@pytest.mark.promise("chance", "no-chance-in-evaluation", "no-chance-without-dropout")
def test_word_dropout(submission, rng):
    """Word dropout removes whole words, in training only."""
    T, p = 20, 0.7
    model = submission.DeepAveragingNetwork(T + 1, T + 1, [], T + 1, keep_probability=p, rng=rng)
    # With these parameters the scores of a text are the weights of its words in the mean.
    assign(model, {"embedding": np.eye(T + 1), "W_1": np.eye(T + 1), "b_1": np.zeros(T + 1)})
    ids = np.tile(np.arange(1, T + 1), (200, 1))

    model.train()
    weights = model.forward(ids)[:, 1:]
    kept = weights > 0
    left = np.maximum(kept.sum(axis=1, keepdims=True), 1)
    equal(weights, kept / left, "the weight of each word in the mean of those left", rtol=RTOL)
    rate = kept.mean()
    expect(abs(rate - p) < 0.05, f"keep_probability={p} kept {rate:.0%} of 4000 words")
    expect(
        len(np.unique(kept, axis=0)) > 100,
        "all texts lose the same words: draw numbers for each text",
    )
    again = model.forward(ids)[:, 1:] > 0
    expect(np.any(again != kept), "two calls in training left out the same words")

    model.eval()
    whole = np.full((200, T), 1 / T)
    equal(model.forward(ids)[:, 1:], whole, "the weights of the words in evaluation", rtol=RTOL)
    draws_in_training_alone(submission, ids[:9], p, int(rng.integers(1000)))


def draws_in_training_alone(submission, ids, p, seed):
    """Check that calls in evaluation, and a keep_probability of 1, draw no numbers."""
    sizes = ids.shape[1] + 1, 3, [], 2
    plain, other = (
        submission.DeepAveragingNetwork(*sizes, keep_probability=p, rng=np.random.default_rng(seed))
        for _ in range(2)
    )
    other.eval()
    other.forward(ids)
    other.train()
    expected = plain.forward(ids)
    equal(other.forward(ids), expected, "the logits in training after a call in evaluation")
    unused, used = (
        submission.DeepAveragingNetwork(*sizes, rng=np.random.default_rng(seed)) for _ in range(2)
    )
    used.forward(ids)
    what = "the next number of self.rng after forward with keep_probability=1, which draws nothing"
    equal(used.rng.random(), unused.rng.random(), what, rtol=0.0)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(4)
@pytest.mark.hint("If all checks above pass, run `grade bag_of_vectors` again.")
def test_accuracy(submission, reference, metric_threshold, rng):
    """Trained on a sentiment grammar: near the best accuracy of order-blind classifiers."""
    texts = rng.permutation(np.arange(1, 17)).reshape(8, 2)  # no two texts share a word
    small = trained_models(submission, reference, DAN, 17, 16, [16], 2, rng=rng)
    overfits(small, texts, np.arange(8) % 2, classes=2, rng=rng)

    def accuracies(rng):
        grammar = SentimentGrammar(noise=0.05, rng=rng)
        sentences, (ids, labels) = _Sentences(grammar), grammar.sample(2_000, rng=rng)
        sizes = len(grammar.vocabulary), 16, [16], 2
        models = trained_models(submission, reference, DAN, *sizes, rng=rng)
        for _ in classifier_chunks(
            models, ids, labels, epochs=5, batch_size=32, learning_rate=0.01,
            chunk=32, rng=rng,
        ):  # fmt: skip
            yield models.evaluate(sentences.nearness, rng.permutation(len(sentences.ids)))

    share = "the share of right answers over all sentences, divided by the best one of bags,"
    metric_threshold("nearness", accuracies, rng=rng, best=1.0, what=share)


class _Sentences:
    """All sentences of the grammar, each with its probability: accuracies are exact."""

    def __init__(self, grammar):
        words, labels, probabilities = zip(*grammar.sentences(), strict=True)
        self.ids = pad([grammar.vocabulary.encode(text) for text in words])
        self.labels, self.p = np.array(labels), np.array(probabilities)
        self.limit = grammar.best_order_blind_accuracy_without_noise
        # "not moving and dull", "moving and not dull": the same bag, opposite labels. The same is
        # true of two clauses around "but", where the last decides. A bag is right in one of two.
        self.halves = {
            "the place of 'not' decides": [t.count("not") == 1 and "and" in t for t in words],
            "the last clause decides": ["but" in text for text in words],
        }

    def nearness(self, model, order):
        """Return the accuracy as a share of the best one; the sentences are asked in `order`."""
        right = np.empty(len(order), dtype=bool)
        model.eval()
        right[order] = model.forward(self.ids[order]).argmax(axis=1) == self.labels[order]
        model.train()
        self.is_order_blind(right)
        return self.share(right) / self.limit

    def share(self, right, chosen=True):
        """Return the probability of a right answer among the `chosen` sentences."""
        p = self.p * np.asarray(chosen)
        return float(p @ right / p.sum())

    def is_order_blind(self, right):
        """Check that sentences which differ only in word order have the same answer."""
        for where, chosen in self.halves.items():
            share = self.share(right, chosen)
            expect(abs(share - 0.5) < 0.01, f"{share:.1%} right where {where}: a bag gets 50 %")
        not_above(self.share(right), self.limit)
