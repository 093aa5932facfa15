"""Hidden checks of fine-tuning: sizes, texts without words, errors, modes, repeated calls."""

import numpy as np
import pytest

from autograder.checks import equal, expect, in_float32, paired_models, refuses

V, T, D, H, C = 7, 6, 8, 2, 3


def classifiers(submission, reference, rng, sizes=(V, T, D, H, 1, C)):
    """Return both classifiers with the same parameters."""
    return paired_models(submission, reference, "TextClassifier", *sizes, rng=rng)


@pytest.mark.task("TextClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("A text without words has no mean: z = 0.")
@pytest.mark.promise("TextClassifier", "no-words", "dtype", "last-forward")
def test_any_size(submission, reference, rng):
    """TextClassifier: one text, one word, a text without words, other sizes, repeated calls."""
    for N, words, sizes in ((1, 1, (2, 1, 4, 1, 2, 1)), (3, 4, (9, 5, 6, 3, 1, 5))):
        pair = classifiers(submission, reference, rng, sizes)
        pair.same_backward(rng.integers(1, sizes[0], size=(N, words)), rng=rng, atol=1e-10)
    ids = np.array([[1, 2, 3], [0, 0, 0], [4, 0, 0]])
    pair.same_backward(ids, rng=rng, atol=1e-10)
    equal(pair.student.encode(ids)[1], np.zeros(6), "the encoding of a text without words")
    pair.result_is_the_callers(ids, rng=rng)
    if in_float32(pair):
        pair.same_forward(ids, rtol=1e-4, atol=1e-5)


@pytest.mark.task("load_encoder")
@pytest.mark.points(3)
@pytest.mark.hint("Compare all names and shapes before you copy the first array.")
@pytest.mark.promise("load_encoder.raises", "nothing-is-copied", "errors")
def test_parameters_that_do_not_fit(submission, reference, rng):
    """load_encoder: a missing array or another shape is an error, and copies nothing."""
    model = classifiers(submission, reference, rng).student
    before = dict(model.parameters)
    given = {name: rng.normal(size=value.shape) for name, value in before.items()}
    missing = {name: value for name, value in given.items() if name != "encoder.norm.beta"}
    wider = given | {"encoder.norm.beta": rng.normal(size=D + 1)}
    longer = given | {"encoder.positions.P": rng.normal(size=(T + 1, D))}
    row = given | {"encoder.norm.beta": rng.normal(size=1)}  # NumPy would repeat it
    for wrong in (missing, wider, longer, row):
        refuses(submission, "load_encoder", model, wrong)
        for name, value in model.parameters.items():
            what = f"parameters['{name}'] after load_encoder has raised an error"
            equal(value, before[name], what, rtol=0.0)
    submission.load_encoder(model, given)
    equal(model.parameters["encoder.norm.beta"], given["encoder.norm.beta"], "encoder.norm.beta")


@pytest.mark.parametrize(
    ("function", "is_training"),
    [
        pytest.param("probe", False, marks=pytest.mark.task("probe"), id="probe"),
        pytest.param("fine_tune", True, marks=pytest.mark.task("fine_tune"), id="fine_tune"),
    ],
)
@pytest.mark.points(2.5)
@pytest.mark.hint("eval() for a probe, train() for a training; no step is a training as well.")
@pytest.mark.promise(
    "probe.classifier", "probe.ids", "probe.labels", "fine_tune", "training-mode", "unchanged"
)
def test_modes_and_no_steps(submission, reference, rng, function, is_training):
    """The mode of the classifier, a training of no steps, and the caller's arrays."""
    pair = classifiers(submission, reference, rng)
    model, train = pair.student, getattr(submission, function)
    ids, labels = rng.integers(1, V, size=(4, 3)), np.array([2, 0, 1, 2])
    getattr(model, "eval" if is_training else "train")()
    before = dict(model.parameters)
    equal(train(model, ids, labels, steps=0, learning_rate=0.1), [], "the losses of no steps")
    equal(dict(model.parameters), before, "the parameters after no steps")
    equal(model.training, is_training, f"classifier.training after {function}")
    after = train.arguments_after(model, ids, labels, steps=2, learning_rate=0.1)
    equal(after[1:3], (ids, labels), f"ids and labels after {function}")
    losses = train(model, ids, labels, steps=30, learning_rate=0.1)
    expect(
        losses[-1] < losses[0], f"the loss after 30 steps is {losses[-1]:.3f}, from {losses[0]:.3f}"
    )
