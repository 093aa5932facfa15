"""Checks of the comparison that you can see. The course has hidden ones, too.

The corpus is `attributed_sentiment`, whose best accuracies are known: for bags of words, for bags
of windows of three words, and 1 for models that read in order.
"""

import math
import time

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    built,
    classifier_chunks,
    combined,
    equal,
    expect,
    in_float32,
    not_above,
    paired_models,
    part,
    trained_models,
)
from framework.data.batching import pad
from plugins.lectures.languages.attributed_sentiment import AttributedSentiment

RTOL = 1e-7
V, E, H, C = 9, 3, 4, 2
#: Family -> encoder and pooling.
FAMILIES = {
    "window": ("conv1d", "mean"),
    "cnn": ("conv1d", "max"),
    "rnn": ("rnn", "max"),
    "qrnn": ("qrnn", "max"),
}
SIZES = {"embedding_size": 16, "hidden_size": 24, "classes": 2}
SETTINGS = {"epochs": 8, "learning_rate": 0.02}


def texts(rng, *lengths):
    """Random texts of these lengths, padded."""
    return pad([rng.integers(1, V, size=length) for length in lengths])


def classifiers(submission, reference, *family, rng):
    """A student's classifier and the reference's, with the same parameters."""
    return paired_models(submission, reference, "SequenceClassifier", V, E, H, C, *family, rng=rng)


def of_family(submission, reference, name, language, rng):
    """Classifiers of the corpus `attributed_sentiment`."""
    sizes = len(language.vocabulary), *SIZES.values(), *FAMILIES[name]
    return trained_models(submission, reference, "SequenceClassifier", *sizes, rng=rng)


@pytest.mark.task("count_parameters")
@pytest.mark.points(2.5)
@pytest.mark.hint("`model.parameters` already includes the arrays of all parts: add their sizes.")
def test_count_parameters(submission, rng):
    """count_parameters: all numbers of all arrays, including those of parts."""
    affine = built(submission, part("affine", 3, 5, rng=rng))
    equal(submission.count_parameters(affine), 20, "count_parameters of an affine layer, 3 to 5")
    model = submission.SequenceClassifier(V, E, H, C, "rnn", rng=rng)
    expected = V * E + (E * H + H * H + H) + (H * C + C)
    equal(submission.count_parameters(model), expected, "count_parameters of a recurrent network")


@pytest.mark.task("best_accuracy")
@pytest.mark.points(3.5)
@pytest.mark.hint("Texts with the same bag get the same answer: their most probable label.")
@pytest.mark.promise("best_accuracy.ids", "best_accuracy.labels,probabilities")
def test_bags_of_words(submission, reference, rng):
    """best_accuracy: a bag of words does not show the order, a window does."""
    ids = np.array([[1, 2, 3], [3, 2, 1], [1, 2, 2], [2, 3, 0]])
    labels, p = np.array([0, 1, 1, 0]), rng.dirichlet(np.ones(4))
    agrees(submission, reference, "best_accuracy", ids, labels, p, 1)
    agrees(submission, reference, "best_accuracy", ids, labels, p, 3)
    ids = np.array([[1, 1, 2, 0], [1, 2, 2, 0], [2, 1, 1, 0], [1, 2, 0, 0]])
    agrees(submission, reference, "best_accuracy", ids, labels, p, 1)
    agrees(submission, reference, "best_accuracy", ids, labels, p, 3)


@pytest.mark.task("best_accuracy")
@pytest.mark.points(3.5)
@pytest.mark.hint("np.pad(words, width // 2), then one window for each word.")
def test_accuracy_by_width(submission, reference, rng):
    """best_accuracy: 72 % for words, 81 % for windows of three, 100 % for five."""
    language = AttributedSentiment()
    texts = _Texts(language)
    for width in (1, 3, 5):
        actual = submission.best_accuracy(texts.ids, texts.labels, texts.p, width)
        what = f"the best accuracy of windows of width {width} on attributed_sentiment"
        equal(actual, language.best_window_accuracy(width), what, rtol=RTOL)
    p = rng.dirichlet(np.ones(len(texts.p)))
    agrees(submission, reference, "best_accuracy", texts.ids, texts.labels, p, 3)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(3.5)
@pytest.mark.hint("embedding[ids] times 0 at padding, encoder, ReLU if there is one, pool, output.")
@pytest.mark.promise("SequenceClassifier.forward.ids")
def test_forward(submission, reference, rng):
    """SequenceClassifier: scores of every family, for texts of equal and different lengths."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        pair = classifiers(submission, reference, *family, rng=rng)
        pair.same_forward(texts(rng, 5, 5, 5))
        pair.same_forward(texts(rng, 6, 2, 1, 4, 0))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("Pass the mask `ids != 0` to the pooling, and use the vector 0 for padding.")
def test_padding_is_ignored(submission, reference, rng):
    """SequenceClassifier: the scores of a text do not depend on its batch or on padding."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        pair, ids = classifiers(submission, reference, *family, rng=rng), texts(rng, 6, 2, 4)
        model, logits = pair.student, pair.same_forward(ids)
        what = f"the scores of {'/'.join(family)} with more padding"
        equal(model.forward(np.pad(ids, ((0, 0), (0, 3)))), logits, what, rtol=RTOL)
        alone = model.forward(ids[1:2, :2])
        equal(alone, logits[1:2], f"the scores of {'/'.join(family)} for one text", rtol=RTOL)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(3.5)
@pytest.mark.hint("Call the `backward` of each part in reverse order; then np.add.at.")
@pytest.mark.promise("gradients", "SequenceClassifier.backward", "unchanged", "dtype")
def test_backward(submission, reference, rng):
    """SequenceClassifier: gradients of every family."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        pair = classifiers(submission, reference, *family, rng=rng)
        pair.same_backward(texts(rng, 5, 2, 3), rng=rng)
        ids = np.array([[3, 3, 3, 0], [3, 5, 0, 0], [5, 3, 5, 1]])
        pair.same_backward(ids, rng=rng)
        pair.used_in_turn_with(pair, (ids,), (ids[::-1],))
    large = paired_models(
        submission, reference, "SequenceClassifier", V, 60, 80, C, rng=rng, scale=0.1
    )
    large.many_gradients(texts(rng, 4), rng=rng)
    if in_float32(pair):
        pair.same_backward(ids, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(1)
@pytest.mark.promise("SequenceClassifier.backward")
def test_gradients_add_up(submission, reference, rng):
    """SequenceClassifier: a second backward adds to the gradients of the first."""
    pair = classifiers(submission, reference, "conv1d", "max", rng=rng)
    pair.accumulates(texts(rng, 5, 2, 3), rng=rng)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("The mean over windows of three words does not depend on their places.")
def test_window_claim(submission, reference, metric_threshold, rng):
    """Claim: windows reach the best accuracy of bags of windows, and cannot exceed it."""
    swapped = np.array([[1, 2, 3, 1, 2, 4, 1, 2], [1, 2, 4, 1, 2, 3, 1, 2]])
    scores, other = classifiers(submission, reference, "conv1d", "mean", rng=rng).student.forward(
        swapped
    )
    equal(other, scores, "the scores of a text with the same windows in another order", rtol=RTOL)
    scores, other = classifiers(submission, reference, "rnn", "mean", rng=rng).student.forward(
        swapped
    )
    expect(not np.allclose(scores, other), "a recurrent network should distinguish the two orders")
    reaches_its_best(submission, reference, metric_threshold, rng, "window", 3)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("Only the maximum of each filter counts, at any place.")
def test_cnn_claim(submission, reference, metric_threshold, rng):
    """Claim: a CNN finds a phrase at any place, up to the width of its filters."""
    model = classifiers(submission, reference, "conv1d", "max", rng=rng).student
    said = np.full((4, 9), 1)
    for row, start in enumerate((2, 3, 4, 5)):
        said[row, start : start + 2] = 2, 3
    logits = model.forward(said)
    equal(
        logits,
        np.repeat(logits[:1], 4, axis=0),
        "the scores of a phrase at other places",
        rtol=RTOL,
    )
    reaches_its_best(submission, reference, metric_threshold, rng, "cnn", 3)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("If all checks above pass, run `grade rnn`: does its state keep the speaker?")
def test_rnn_claim(submission, reference, metric_threshold, rng):
    """Claim: an RNN reads in order, and is right where no window can be."""
    reaches_its_best(submission, reference, metric_threshold, rng, "rnn")


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("If all checks above pass, run `grade qrnn`: do its gates keep the speaker?")
def test_qrnn_claim(submission, reference, metric_threshold, rng):
    """Claim: a QRNN is nearly as good as the RNN, but its gates see only two words."""
    reaches_its_best(submission, reference, metric_threshold, rng, "qrnn")


@pytest.mark.task("fit")
@pytest.mark.points(4.5)
@pytest.mark.hint("rng.permutation once per epoch; forward, loss, zero, backward, step per batch.")
@pytest.mark.promise("chance", "fit", "fit.texts")
def test_fit(submission, reference, rng):
    """fit: the same batches give the same losses and parameters."""
    ours, theirs = same_bags(submission, reference, rng=rng)
    data = texts(rng, 5, 3, 4, 2, 5, 4, 3), rng.integers(C, size=7)
    settings = {"epochs": 2, "batch_size": 3, "learning_rate": 0.01, "seed": 5}
    ours.eval()
    losses = submission.fit(ours, data, **settings)
    expect(ours.training, "after fit, the model is not in training mode")
    expected = reference.fit(theirs, data, **settings)
    equal(losses, expected, "the losses that fit returns", rtol=1e-6)
    for name, value in theirs.parameters.items():
        actual = ours.parameters[name]
        equal(actual, value, f"parameters['{name}'] after fit", rtol=1e-6, atol=1e-9)


@pytest.mark.task("compare")
@pytest.mark.points(4.5)
@pytest.mark.hint("fit, model.eval(), then the share of rows whose argmax is the label.")
def test_rows(submission, rng):
    """compare: a row for each model, with the right numbers, the best one first."""
    language = AttributedSentiment(rng=rng)
    train, test = language.sample(160, rng=rng), language.sample(90, rng=rng)
    names = ("one", "other", "third")
    models = [(name, built(submission, bag_of(language, rng))) for name in names]
    start = time.perf_counter()
    rows = submission.compare(models, train, test, epochs=1, learning_rate=0.003)
    elapsed = time.perf_counter() - start
    same_rows(submission, rows, dict(models), test)
    best_first(submission, rng)
    total = sum(seconds for *_, seconds in rows)
    expect(total <= elapsed, f"{total:.3g} seconds of training in a call of {elapsed:.3g} seconds")


@pytest.mark.task("compare")
@pytest.mark.points(4.5)
@pytest.mark.hint(
    "If the checks of SequenceClassifier and fit pass: does every model get the same seed?"
)
def test_all_families(submission, reference, metric_threshold, plot, table, rng):
    """Claims about all five families: each comes near its limit, and none exceeds it."""

    def nearness(rng):
        language = AttributedSentiment(rng=rng)
        words, windows = (language.best_window_accuracy(width) for width in (1, 3))
        limits = {"bag": words, "window": windows, "cnn": windows, "rnn": 1.0, "qrnn": 1.0}
        families = {name: of_family(submission, reference, name, language, rng)
                    for name in FAMILIES}  # fmt: skip
        families["bag"] = trained_models(submission, reference, bag_of(language, rng))
        models = [(name, pair.student) for name, pair in families.items()]
        data = [language.sample(count, rng=rng) for count in (1600, 500)]
        rows = submission.compare(models, *data, epochs=8)
        texts = _Texts(language)
        order, near = rng.permutation(len(texts.p)), {}
        for name, pair in families.items():
            pair.copy_parameters()
            near[name] = pair.evaluate(texts.nearness, order, limits[name])
        exact = {name: evaluation.value * limits[name] for name, evaluation in near.items()}
        show(rows, exact, limits, table, plot)
        yield combined(min, list(near.values()))

    what = "for the family that is furthest from its limit, its accuracy as a share of that,"
    metric_threshold("nearness", nearness, rng=rng, best=1.0, what=what)


@pytest.mark.task("select")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "The held-out texts choose; the test texts measure the chosen model, and no other."
)
@pytest.mark.promise("select.returns")
def test_chosen_on_held_out_texts(submission, rng):
    """select: the best model on held-out texts, also where it is not best on the test texts."""
    for best, counts in ((0, (5, 3, 2)), (0, (8, 7, 2)), (0, (34, 33, 33)), (1, (4, 4, 1))):
        classes = rng.permutation(3)
        held_out = some_texts(rng, np.repeat(classes, counts)[::-1])  # the last text decides
        test = some_texts(rng, rng.permutation(np.repeat(classes, (2, 4, 3))))
        models = [
            (f"model {3 - i}", always(submission, classes[i], rng=rng))
            for i in (1, *rng.permutation([0, 2]))
        ]
        actual = submission.select(models, held_out, test)
        expected = [f"model {3 - best}", (2, 4, 3)[best] / 9]
        equal(
            list(actual), expected, "the name and the test accuracy of the chosen model", rtol=RTOL
        )


def always(module, label, *, rng):
    """Build a bag of vectors that gives every text the class `label` of three."""
    model = built(module, part("deep_averaging_network", V, E, [], 3, rng=rng))
    assign(model, {"W_1": np.zeros((E, 3)), "b_1": 9.0 * np.eye(3)[label]})
    return model


def some_texts(rng, labels):
    """Draw a text for each label."""
    return texts(rng, *rng.integers(1, 5, size=len(labels))), labels.copy()


def bag_of(language, rng):
    """A bag of vectors with one hidden layer, to be built."""
    V, (E, H, C) = len(language.vocabulary), SIZES.values()
    return part("deep_averaging_network", V, E, [H], C, rng=rng)


def same_bags(*modules, rng):
    """A bag of vectors for each of `modules`, with the same parameters."""
    build = part("deep_averaging_network", V, E, [H], C, rng=rng)
    models = [built(module, build) for module in modules]
    parameters = {
        name: rng.normal(size=value.shape) for name, value in models[0].parameters.items()
    }
    for model in models:
        assign(model, parameters)
    return models


def best_first(module, rng):
    """Check that a model which is right for every text comes before one which never is."""
    models = []
    for name, b in (("never", [0.0, 9.0]), ("always", [9.0, 0.0])):
        model = built(module, part("deep_averaging_network", V, E, [], C, rng=rng))
        assign(model, {"W_1": np.zeros((E, C)), "b_1": np.array(b)})
        models.append((name, model))
    data = texts(rng, 3, 4), np.zeros(2, dtype=int)
    rows = module.compare(models, data, data, epochs=1, batch_size=2, learning_rate=1e-6)
    equal([(name, right) for name, right, *_ in rows], [("always", 1.0), ("never", 0.0)], "rows")


def same_rows(module, rows, models, test):
    """Check that `rows` are those of `models`, in the right order, with the right numbers."""
    expect({row[0] for row in rows} == set(models), "compare should return a row for each model")
    for name, model in models.items():
        expect(not model.training, f"after compare, {name} is not in evaluation mode")
    for name, accuracy, parameters, seconds in rows:
        model, (ids, labels) = models[name], test
        model.eval()
        actual = np.mean(model.forward(ids).argmax(axis=1) == labels)
        equal(accuracy, float(actual), f"the accuracy of {name}", rtol=RTOL)
        equal(parameters, module.count_parameters(model), f"the parameters of {name}")
        expect(0 < seconds < math.inf, f"the seconds of {name} are {seconds}")
    keys = [(-accuracy, parameters) for _, accuracy, parameters, _ in rows]
    expect(keys == sorted(keys), "the most accurate comes first; of equals the smaller one")


def show(rows, exact, limits, table, plot):
    """Show the comparison as a table and a plot of the report."""
    cells = [
        (name, f"{exact[name]:.2%}", f"{limits[name]:.2%}", f"{size:,}", f"{seconds:.2f}")
        for name, _, size, seconds in rows
    ]
    columns = ("family", "accuracy", "best possible", "parameters", "seconds")
    table("Families of models on attributed_sentiment", columns, cells)
    sizes = [size for _, _, size, _ in rows]
    points = {name: [exact[name] if other[0] == name else math.nan for other in rows]
              for name, *_ in rows}  # fmt: skip
    plot(
        "Families of models on attributed_sentiment",
        points,
        x=sizes,
        x_label="parameters",
        y_label="accuracy",
    )


class _Texts:
    """All texts of a language with their probabilities: accuracies are exact."""

    def __init__(self, language):
        words, labels, p = zip(*language.texts(), strict=True)
        self.ids = pad([language.vocabulary.encode(text) for text in words])
        self.labels, self.p = np.array(labels), np.array(p)

    def share_right(self, model, order):
        """Return the probability that `model` is right; the texts are asked in `order`."""
        model.eval()
        right = model.forward(self.ids[order]).argmax(axis=1) == self.labels[order]
        return float(self.p[order] @ right)

    def nearness(self, model, order, limit):
        """Return the share of right answers, divided by the best possible one."""
        share = self.share_right(model, order)
        not_above(share, limit)
        return share / limit


def reaches_its_best(submission, reference, metric_threshold, rng, name, width=None):
    """Check that a trained family comes near its limit, that of windows of `width` or of order."""

    def shares(rng):
        language = AttributedSentiment(rng=rng)
        limit = language.best_window_accuracy(width) if width else 1.0
        texts, (ids, labels) = _Texts(language), language.sample(1600, rng=rng)
        models = of_family(submission, reference, name, language, rng)
        for _ in classifier_chunks(models, ids, labels, rng=rng, **SETTINGS):
            yield models.evaluate(texts.nearness, rng.permutation(len(texts.p)), limit)

    what = "the share of right answers over all texts, divided by the best possible one,"
    metric_threshold(name, shares, rng=rng, best=1.0, what=what)
