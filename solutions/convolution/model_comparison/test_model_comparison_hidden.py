"""Hidden checks of the comparison: other layers, sizes and widths, ties, errors."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    built,
    equal,
    expect,
    in_float32,
    log_softmax,
    paired_models,
    part,
    refuses,
)
from framework.data.batching import pad

RTOL = 1e-7
V, E, H, C = 9, 3, 4, 3


def texts(rng, *lengths):
    """Random texts of these lengths, padded."""
    return pad([rng.integers(1, V, size=length) for length in lengths])


def classifiers(submission, reference, *family, rng):
    """A student's classifier and the reference's, with the same parameters."""
    return paired_models(submission, reference, "SequenceClassifier", V, E, H, C, *family, rng=rng)


@pytest.mark.task("count_parameters")
@pytest.mark.points(1.25)
@pytest.mark.hint("A model without arrays has 0 parameters.")
@pytest.mark.promise("count_parameters")
def test_a_model_that_learns_nothing(submission, rng):
    """count_parameters: 0 for a ReLU; all entries of an array of three axes."""
    equal(submission.count_parameters(built(submission, part("relu"))), 0, "that of a ReLU")
    filters = built(submission, part("conv1d", 2, 4, 3, rng=rng))
    equal(submission.count_parameters(filters), 28, "that of four filters of width 3")


@pytest.mark.task("best_accuracy")
@pytest.mark.points(2.5)
@pytest.mark.hint("A bag has the number of each window, including the windows at both ends.")
@pytest.mark.promise("best_accuracy", "windows-of-a-text")
def test_bags_count(submission, reference, rng):
    """best_accuracy: bags count windows, windows reach beyond the ends, several labels."""
    ids = np.array([[1, 1, 2, 0], [1, 2, 2, 0], [2, 1, 1, 0], [1, 2, 0, 0], [2, 2, 1, 1]])
    labels, p = np.array([0, 1, 2, 1, 7]), rng.dirichlet(np.ones(5))
    for width in (1, 3, 9):
        agrees(submission, reference, "best_accuracy", ids, labels, p, width)


@pytest.mark.task("best_accuracy")
@pytest.mark.points(1.25)
@pytest.mark.hint("A text without words has no window: its bag is empty.")
@pytest.mark.promise("best_accuracy")
def test_texts_without_words(submission, reference, rng):
    """best_accuracy: all texts without words have the same bag."""
    ids, labels = np.array([[0, 0], [0, 0], [1, 0]]), np.array([1, 0, 1])
    agrees(submission, reference, "best_accuracy", ids, labels, rng.dirichlet(np.ones(3)), 3)


@pytest.mark.task("best_accuracy")
@pytest.mark.points(1.25)
@pytest.mark.promise("best_accuracy.raises")
def test_windows_without_a_middle(submission, reference, rng):
    """best_accuracy: even widths, and missing labels or probabilities, are errors."""
    ids, labels, p = np.array([[1, 2], [2, 1]]), np.array([0, 1]), np.array([0.5, 0.5])
    equal(submission.best_accuracy(ids, labels, p, 5), 1.0, "the best accuracy of two texts")
    agrees(submission, reference, "best_accuracy", ids, labels, rng.dirichlet(np.ones(2)), 1)
    for width in (2, 0, -1):
        refuses(submission, "best_accuracy", ids, labels, p, width, error=("ValueError",))
    refuses(submission, "best_accuracy", ids, labels[:1], p, 1, error=("ValueError",))
    refuses(submission, "best_accuracy", ids, labels, p[:1], 1, error=("ValueError",))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(2.5)
@pytest.mark.hint("An LSTM's backward returns a pair as well: its first value is that of x.")
@pytest.mark.promise("SequenceClassifier")
def test_other_encoders(submission, reference, rng):
    """SequenceClassifier: with an LSTM, a GRU, other poolings and wider filters."""
    for family in [
        ("lstm", "max"),
        ("gru", "last"),
        ("qrnn", "last"),
        ("lstm", "mean"),
        ("conv1d", "last"),
        ("conv1d", "max", 5),
        ("conv1d", "mean", 1),
    ]:
        pair = classifiers(submission, reference, *family, rng=rng)
        ids = texts(rng, 5, 1, 3)
        pair.same_forward(ids)
        pair.same_backward(ids, rng=rng)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(1.25)
@pytest.mark.hint("The encoder's output for padding must not reach the scores.")
@pytest.mark.promise("SequenceClassifier.forward", "only-b-without-words")
def test_texts_of_padding(submission, reference, rng):
    """SequenceClassifier: a text without words gives a gradient to output.b only."""
    for family in [("conv1d", "max"), ("conv1d", "mean"), ("rnn", "last"), ("qrnn", "max")]:
        pair = classifiers(submission, reference, *family, rng=rng)
        ids = np.array([[0, 0, 0], [2, 0, 0], [0, 0, 0]])
        pair.same_forward(ids)
        pair.same_backward(ids, rng=rng)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(1.25)
@pytest.mark.promise("dtype", "independent-calls")
def test_float32_and_repeated_calls(submission, reference, rng):
    """SequenceClassifier: float32 stays float32, and backward belongs to the last forward."""
    pair = classifiers(submission, reference, "conv1d", "max", rng=rng)
    ids = texts(rng, 5, 2)
    once = pair.student.forward(ids)
    pair.same_forward(texts(rng, 3, 3, 1))
    pair.same_backward(ids, rng=rng)
    equal(pair.student.forward(ids), once, "the scores of the same texts, read again")
    pair = classifiers(submission, reference, "rnn", "last", rng=rng)
    if in_float32(pair):
        pair.same_forward(ids, rtol=1e-4)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.points(1.25)
@pytest.mark.hint("In NumPy, −1 is the last row: call `_check_ids`.")
@pytest.mark.promise("SequenceClassifier.forward.raises", "SequenceClassifier.raises")
def test_refusals(submission, reference, rng):
    """SequenceClassifier: unknown words, unknown poolings and even widths are errors."""
    model = classifiers(submission, reference, "rnn", "max", rng=rng).student
    model.forward(np.array([[1, V - 1]]))
    for word in (V, -1):
        refuses(model, "forward", np.array([[1, word]]), error=("IndexError", "ValueError"))
    for family in [("rnn", "sum"), ("conv1d", "max", 4)]:
        arguments = (V, E, H, C, *family)
        refuses(submission, "SequenceClassifier", *arguments, rng=rng, error=("ValueError",))


@pytest.mark.task("fit")
@pytest.mark.points(2.5)
@pytest.mark.hint("`model.train()` before the first batch.")
@pytest.mark.promise("training-mode", "stays-in-training-mode", "fit.returns")
def test_fit_in_training_mode(submission, rng):
    """fit: the model is in training mode, and every batch has a loss."""
    model = built(submission, bag(rng))
    model.eval()
    ids, labels = data = texts(rng, 4, 3, 5, 2, 4), np.array([0, 1, 2, 0, 1])
    loss = -log_softmax(model.forward(ids))[np.arange(5), labels].mean()
    settings = {"learning_rate": 0.1, "seed": 0}
    whole = submission.fit(model, data, epochs=1, batch_size=5, **settings)
    equal(whole, [loss], "the loss of all 5 texts as one batch, before the first step", rtol=1e-6)
    model.eval()
    losses = submission.fit(model, data, epochs=2, batch_size=2, **settings)
    expect(len(losses) == 6, f"2 epochs of 5 texts, 2 at a time, are 6 steps, not {len(losses)}")
    expect(model.training, "after fit, the model is not in training mode")


@pytest.mark.task("fit")
@pytest.mark.points(1.25)
@pytest.mark.promise("fit.raises")
def test_fit_refuses_nothing_to_learn(submission, rng):
    """fit: no texts, or a wrong number of labels, are errors."""
    settings = {"epochs": 1, "batch_size": 2, "learning_rate": 0.1, "seed": 0}
    model = built(submission, bag(rng))
    submission.fit(model, (texts(rng, 2, 3), np.array([1, 0])), **settings)
    for data in [(np.zeros((0, 3), int), np.zeros(0, int)), (texts(rng, 2, 3), np.array([1]))]:
        refuses(submission, "fit", model, data, **settings, error=("ValueError",))


@pytest.mark.task("compare")
@pytest.mark.points(2.5)
@pytest.mark.hint("`model.eval()` before the test; fit with the same seed for each model.")
@pytest.mark.promise("independent-models", "evaluation-mode")
def test_models_do_not_disturb_each_other(submission, rng):
    """compare: models are measured in evaluation mode; no model affects another one."""
    data, test = (texts(rng, *[4] * n) for n in (30, 80))
    labels, of_test = rng.integers(C, size=30), rng.integers(C, size=80)
    steady, alone = (built(submission, bag(rng)) for _ in range(2))
    assign(alone, steady.parameters)
    noisy = built(submission, bag(rng, keep_probability=0.1))
    settings = {"epochs": 2, "batch_size": 8, "learning_rate": 0.02, "seed": 3}
    models = [("noisy", noisy), ("steady", steady)]
    rows = submission.compare(models, (data, labels), (test, of_test), **settings)
    submission.fit(alone, (data, labels), **settings)
    for name, value in alone.parameters.items():
        actual = steady.parameters[name]
        what = f"parameters['{name}'] of the second of two models"
        equal(actual, value, what, rtol=1e-6, atol=1e-9)
    accuracy = {name: accuracy for name, accuracy, *_ in rows}["noisy"]
    expect(not noisy.training, "after compare, the model is not in evaluation mode")
    right = np.mean(noisy.forward(test).argmax(axis=1) == of_test)
    equal(accuracy, float(right), "the accuracy of a bag with word dropout", rtol=RTOL)


@pytest.mark.task("compare")
@pytest.mark.points(2.5)
@pytest.mark.hint("Of two equally accurate models, the one with fewer parameters comes first.")
@pytest.mark.promise("best-row-first", "equal-rows-keep-order")
def test_order_of_rows(submission, rng):
    """compare: sorted by accuracy, then by parameters, then in the given order."""
    certain = {"b_1": np.array([9.0, 0.0, 0.0])}  # for every text
    never = {"b_1": np.array([0.0, 9.0, 0.0])}
    models = []
    for name, size, b in [("c", 5, never), ("b", 7, certain), ("d", 3, certain), ("a", 7, certain)]:
        model = built(submission, part("deep_averaging_network", V, size, [], C, rng=rng))
        assign(model, {**b, "W_1": np.zeros((size, C))})
        models.append((name, model))
    data = texts(rng, 3, 4), np.array([0, 0])
    rows = submission.compare(models, data, data, epochs=1, batch_size=2, learning_rate=1e-6)
    expect([row[0] for row in rows] == ["d", "b", "a", "c"], "the rows are in another order")


@pytest.mark.task("compare")
@pytest.mark.points(1.25)
@pytest.mark.promise("compare.raises")
def test_nothing_to_be_measured_on(submission, rng):
    """compare: an empty test set is an error."""
    empty = np.zeros((0, 3), int), np.zeros(0, int)
    data = texts(rng, 3, 4), np.array([0, 1])
    models = [("bag", built(submission, bag(rng)))]
    submission.compare(models, data, data, epochs=1)
    refuses(submission, "compare", models, data, empty, epochs=1, error=("ValueError",))


@pytest.mark.task("select")
@pytest.mark.points(1.25)
@pytest.mark.hint(
    "`model.eval()` before each measurement; of equal models the first one is chosen."
)
@pytest.mark.promise("select.returns", "select.models")
def test_selection_in_evaluation_mode(submission, rng):
    """select: the first of equally good models; dropout is off; all are in evaluation mode."""
    ids, labels = texts(rng, *[4] * 80), rng.integers(C, size=80)
    new, of_new = texts(rng, *[4] * 60), rng.integers(C, size=60)
    classifier = built(submission, bag(rng, keep_probability=0.1))
    same = built(submission, bag(rng, keep_probability=0.1))
    parameters = {
        name: rng.normal(size=value.shape) for name, value in classifier.parameters.items()
    }
    for model in (classifier, same):
        assign(model, parameters)
    models = [("first", classifier), ("second", same)]
    name, share = submission.select(models, (ids, labels), (new, of_new))
    equal(name, "first", "the chosen one of two equal models")
    for model, which in ((classifier, "the chosen model"), (same, "the other model")):
        expect(not model.training, f"after select, {which} is not in evaluation mode")
    right = np.mean(classifier.forward(new).argmax(axis=1) == of_new)
    equal(share, float(right), "the test accuracy of a bag with word dropout", rtol=RTOL)


@pytest.mark.task("select")
@pytest.mark.points(1.25)
@pytest.mark.promise("select.raises")
def test_nothing_to_choose(submission, rng):
    """select: no models, and no texts, are errors."""
    empty = np.zeros((0, 3), int), np.zeros(0, int)
    data = texts(rng, 3, 4), rng.integers(C, size=2)
    models = [("bag", built(submission, bag(rng)))]
    name, share = submission.select(models, data, data)
    right = np.mean(models[0][1].forward(data[0]).argmax(axis=1) == data[1])
    equal([name, share], ["bag", float(right)], "the only model and its accuracy", rtol=RTOL)
    for arguments in [([], data, data), (models, empty, data), (models, data, empty)]:
        refuses(submission, "select", *arguments, error=("ValueError",))


def bag(rng, **options):
    """A bag of vectors, to be built in the process of the submission."""
    return part("deep_averaging_network", V, E, [], C, rng=rng, **options)
