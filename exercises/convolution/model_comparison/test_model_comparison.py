"""Checks of the comparison that you can see. `grade model_comparison` adds the hidden ones.

The language is hearsay, whose best accuracies are known: for bags of words, for bags of windows of
three words, and 1 for whoever reads in order (see framework/data/hearsay.py).
"""

import math
import time

import numpy as np
import pytest

from autograder.checks import agrees, assign, built, classifier_chunks, equal, expect, part, twins
from framework.data.batching import pad
from framework.languages.attributed_sentiment import Hearsay

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
    return twins(submission, reference, "SequenceClassifier", V, E, H, C, *family, rng=rng)


def of_family(module, name, language, rng):
    """A classifier of hearsay."""
    return module.SequenceClassifier(
        len(language.vocabulary), *SIZES.values(), *FAMILIES[name], rng=rng
    )


@pytest.mark.task("count_parameters")
@pytest.mark.points(2)
@pytest.mark.hint("`model.parameters` has the arrays of all parts already: add up their sizes.")
def test_count_parameters(submission, rng):
    """count_parameters: every number of every array, those of parts included."""
    affine = built(submission, part("affine", 3, 5, rng=rng))
    equal(submission.count_parameters(affine), 20, "count_parameters of an affine layer, 3 to 5")
    model = submission.SequenceClassifier(V, E, H, C, "rnn", rng=rng)
    expected = V * E + (E * H + H * H + H) + (H * C + C)
    equal(submission.count_parameters(model), expected, "count_parameters of a recurrent network")


@pytest.mark.task("best_accuracy")
@pytest.mark.points(3)
@pytest.mark.hint("Texts with the same bag get the same answer: the likeliest label of them all.")
def test_bags_of_words(submission, reference):
    """best_accuracy: a bag of words does not know which of two words came first."""
    ids = np.array([[1, 2, 3], [3, 2, 1], [1, 2, 2], [2, 3, 0]])
    labels, p = np.array([0, 1, 1, 0]), np.array([0.4, 0.3, 0.2, 0.1])
    agrees(submission, reference, "best_accuracy", ids, labels, p, 1)
    agrees(submission, reference, "best_accuracy", ids, labels, p, 3)


@pytest.mark.task("best_accuracy")
@pytest.mark.points(3)
@pytest.mark.hint("np.pad(words, width // 2), then as many windows as there are words.")
def test_accuracy_by_width(submission):
    """best_accuracy: on hearsay 72 % for words, 81 % for windows of three, 100 % for five."""
    language = Hearsay()
    ids, labels, p = listed(language)
    for width in (1, 3, 5):
        found = submission.best_accuracy(ids, labels, p, width)
        what = f"the best accuracy of windows of width {width} on hearsay"
        equal(found, language.best_window_accuracy(width), what, rtol=RTOL)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("embedding[ids] times 0 at padding, encoder, ReLU if there is one, pool, output.")
def test_forward(submission, reference, rng):
    """SequenceClassifier: scores of every family, for texts of one length and of several."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        pair = classifiers(submission, reference, *family, rng=rng)
        pair.same_forward(texts(rng, 5, 5, 5))
        pair.same_forward(texts(rng, 6, 2, 1, 4))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("Hand the mask `ids != 0` to the pooling, and give padding the vector 0.")
def test_padding_is_ignored(submission, reference, rng):
    """SequenceClassifier: a text has the same scores alone, against longer ones, and padded."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        model = classifiers(submission, reference, *family, rng=rng).student
        ids = texts(rng, 6, 2, 4)
        logits, what = model.forward(ids), f"the scores of {'/'.join(family)} with more padding"
        equal(model.forward(np.pad(ids, ((0, 0), (0, 3)))), logits, what, rtol=RTOL)
        alone = model.forward(ids[1:2, :2])
        equal(alone, logits[1:2], f"the scores of {'/'.join(family)} for a text alone", rtol=RTOL)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("Each `forward` of forward has its `backward`, in reverse order; then np.add.at.")
def test_backward(submission, reference, rng):
    """SequenceClassifier: gradients of every family."""
    for family in [*FAMILIES.values(), ("rnn", "last")]:
        pair = classifiers(submission, reference, *family, rng=rng)
        pair.same_backward(texts(rng, 5, 2, 3), rng=rng)
        pair.same_backward(np.array([[3, 3, 3, 0], [3, 5, 0, 0], [5, 3, 5, 1]]), rng=rng)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(1)
def test_gradients_add_up(submission, reference, rng):
    """SequenceClassifier: a second backward adds to the gradients of the first."""
    pair = classifiers(submission, reference, "conv1d", "max", rng=rng)
    pair.accumulates(texts(rng, 5, 2, 3), rng=rng)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("A window sees three words and votes; where the window stands, nobody knows.")
def test_window_claim(submission, reference, reaches, rng):
    """Claim: windows see their width. They get all that bags of windows can get, and no more."""
    swapped = np.array([[1, 2, 3, 1, 2, 4, 1, 2], [1, 2, 4, 1, 2, 3, 1, 2]])
    one, other = classifiers(submission, reference, "conv1d", "mean", rng=rng).student.forward(
        swapped
    )
    equal(other, one, "the scores of a text with the same windows in another order", rtol=RTOL)
    one, other = classifiers(submission, reference, "rnn", "mean", rng=rng).student.forward(swapped)
    expect(not np.allclose(one, other), "a recurrent network should tell the two orders apart")
    reaches_its_best(submission, reference, reaches, rng, "window", window_limit())


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("Of each filter only its greatest answer counts, wherever it was given.")
def test_cnn_claim(submission, reference, reaches, rng):
    """Claim: a CNN finds a phrase wherever it stands, as far as its filters are wide."""
    model = classifiers(submission, reference, "conv1d", "max", rng=rng).student
    said = np.full((4, 9), 1)
    for row, place in enumerate((2, 3, 4, 5)):
        said[row, place : place + 2] = 2, 3
    logits = model.forward(said)
    equal(logits, np.repeat(logits[:1], 4, axis=0), "the scores of a phrase elsewhere", rtol=RTOL)
    reaches_its_best(submission, reference, reaches, rng, "cnn", window_limit())


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("If all checks above pass, grade rnn: does it carry who is speaking?")
def test_rnn_claim(submission, reference, reaches, rng):
    """Claim: an RNN reads everything in order: it gets right what no window can."""
    reaches_its_best(submission, reference, reaches, rng, "rnn", 1.0)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("If all checks above pass, grade qrnn: do its gates keep who is speaking?")
def test_qrnn_claim(submission, reference, reaches, rng):
    """Claim: a QRNN comes near the RNN, though its gates see two words at a time."""
    reaches_its_best(submission, reference, reaches, rng, "qrnn", 1.0)


@pytest.mark.task("fit")
@pytest.mark.points(4)
@pytest.mark.hint("rng.permutation once per epoch; forward, loss, zero, backward, step per batch.")
def test_fit(submission, reference, rng):
    """fit: after the same batches the parameters are the same, and so were the losses."""
    ours, theirs = same_bags(submission, reference, rng=rng)
    data = texts(rng, 5, 3, 4, 2, 5, 4, 3), rng.integers(C, size=7)
    settings = {"epochs": 2, "batch_size": 3, "learning_rate": 0.01, "seed": 5}
    losses = submission.fit(ours, data, **settings)
    expected = reference.fit(theirs, data, **settings)
    equal(losses, expected, "the losses that fit returns", rtol=1e-6)
    for name, value in theirs.parameters.items():
        found = ours.parameters[name]
        equal(found, value, f"parameters['{name}'] after fit", rtol=1e-6, atol=1e-9)


@pytest.mark.task("compare")
@pytest.mark.points(4)
@pytest.mark.hint("fit, model.eval(), then the share of rows whose argmax is the label.")
def test_rows(submission, rng):
    """compare: a row for each model, with what can be measured again, the best one first."""
    language = Hearsay()
    train, test = language.sample(160, rng=rng), language.sample(90, rng=rng)
    models = [(name, bag(submission, language, rng)) for name in ("one", "other", "third")]
    start = time.perf_counter()
    rows = submission.compare(models, train, test, epochs=1, learning_rate=0.003)
    elapsed = time.perf_counter() - start
    same_rows(submission, rows, dict(models), test)
    total = sum(seconds for *_, seconds in rows)
    expect(total <= elapsed, f"{total:.3g} seconds of training in a call of {elapsed:.3g} seconds")


@pytest.mark.task("compare")
@pytest.mark.points(4)
@pytest.mark.hint("If the checks of SequenceClassifier and fit pass: are all trained alike?")
def test_all_families(submission, reaches, plot, table, rng):
    """Claims about all five: the bag is a baseline that order is beyond; the RNN leads windows."""
    language = Hearsay()
    limits = {"bag": language.best_window_accuracy(1), "window": window_limit()}
    limits |= {"cnn": limits["window"], "rnn": 1.0, "qrnn": 1.0}

    def nearness(rng):
        train = language.sample(1600, rng=rng)
        models = [(name, of_family(submission, name, language, rng)) for name in FAMILIES]
        models.append(("bag", bag(submission, language, rng)))
        rows = submission.compare(models, train, language.sample(500, rng=rng), epochs=8)
        exact = {name: share_right(model, language) for name, model in models}
        show(rows, exact, limits, table, plot)
        for name, limit in limits.items():
            expect(exact[name] < limit + 1e-9, f"{name} cannot be better than {limit:.2%}")
        yield min(share / limits[name] for name, share in exact.items())

    what = "for the family that is furthest from its limit, its accuracy as a share of that,"
    reaches("nearness", nearness, rng=rng, best=1.0, what=what)


def bag(module, language, rng):
    """A bag of vectors with one hidden layer: the submission's own, or the reference's."""
    V, (E, H, C) = len(language.vocabulary), SIZES.values()
    return built(module, part("deep_averaging_network", V, E, [H], C, rng=rng))


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


def same_rows(module, rows, models, test):
    """`rows` are those of `models`, in the right order, and say what is true of them."""
    expect({row[0] for row in rows} == set(models), "compare should return a row for each model")
    for name, accuracy, parameters, seconds in rows:
        model, (ids, labels) = models[name], test
        model.eval()
        found = np.mean(model.forward(ids).argmax(axis=1) == labels)
        equal(accuracy, float(found), f"the accuracy of {name}", rtol=RTOL)
        equal(parameters, module.count_parameters(model), f"the parameters of {name}")
        expect(0 < seconds < math.inf, f"the seconds of {name} are {seconds}")
    keys = [(-accuracy, parameters) for _, accuracy, parameters, _ in rows]
    expect(keys == sorted(keys), "the most accurate comes first; of equals the smaller one")


def show(rows, exact, limits, table, plot):
    """The comparison, for the report."""
    cells = [
        (name, f"{exact[name]:.2%}", f"{limits[name]:.2%}", f"{size:,}", f"{seconds:.2f}")
        for name, _, size, seconds in rows
    ]
    columns = ("family", "accuracy", "best possible", "parameters", "seconds")
    table("Families of models on hearsay", columns, cells)
    sizes = [size for _, _, size, _ in rows]
    points = {name: [exact[name] if other[0] == name else math.nan for other in rows]
              for name, *_ in rows}  # fmt: skip
    plot("Families of models on hearsay", points, x=sizes, x_label="parameters", y_label="accuracy")


def listed(language):
    """All texts of `language` as ids, with labels and probabilities."""
    words, labels, p = zip(*language.texts(), strict=True)
    return pad([language.vocabulary.encode(text) for text in words]), np.array(labels), np.array(p)


def share_right(model, language):
    """The probability that `model` is right."""
    ids, labels, p = listed(language)
    model.eval()
    return float(p @ (model.forward(ids).argmax(axis=1) == labels))


def window_limit():
    """The best accuracy of windows of three words."""
    return Hearsay().best_window_accuracy(3)


def reaches_its_best(submission, reference, reaches, rng, name, limit):
    """Trained, a family comes as near to its limit as it should, and never beyond."""
    language = Hearsay()

    def shares(rng):
        model = of_family(submission, name, language, rng)
        ids, labels = language.sample(1600, rng=rng)
        for _ in classifier_chunks(model, ids, labels, reference=reference, rng=rng, **SETTINGS):
            share = share_right(model, language)
            expect(share < limit + 1e-9, f"{name} is right too often, {share:.2%} of {limit:.2%}")
            yield share

    reaches(name, shares, rng=rng, best=limit, what="the share of right answers over all texts,")
