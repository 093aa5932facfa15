"""Checks of fine-tuning that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    HIGHER,
    assign,
    built,
    combined,
    equal,
    expect,
    in_float32,
    overfits,
    paired_models,
    part,
    real_array,
    returns_new_arrays,
    trained_models,
)
from plugins.lectures.languages.correlatives import LONGEST, CorrelativeLanguage

V, T, D, H, C = 7, 6, 8, 2, 3
SIZES = V, T, D, H, 1, C
#: Texts of 6, 3, 1 and 4 words.
LENGTHS = np.array([[6], [3], [1], [4]])
#: Nouns of the language, and labelled texts of the training.
NOUNS, LABELLED = 64, 32
#: How a classifier is trained: function, steps, learning rate, and if its encoder is pretrained.
WAYS = {
    "probe": ("probe", 200, 0.01, True),
    "all weights": ("fine_tune", 60, 0.003, True),
    "all weights, not pretrained": ("fine_tune", 60, 0.003, False),
}


def texts(rng, lengths=LENGTHS, words=V):
    """Return random texts of these lengths, padded."""
    ids = rng.integers(1, words, size=(len(lengths), lengths.max()))
    return ids * (np.arange(lengths.max()) < lengths)


def classifiers(submission, reference, rng, sizes=SIZES):
    """Return both classifiers with the same parameters."""
    return paired_models(submission, reference, "TextClassifier", *sizes, rng=rng)


@pytest.mark.task("TextClassifier")
@pytest.mark.points(3)
@pytest.mark.hint(
    "The encoder gives 0 at padding: a sum over time, divided by the number of words."
)
@pytest.mark.promise("unchanged", "mean-of-words", "TextClassifier.encode.ids")
def test_encode(submission, reference, rng):
    """TextClassifier: the mean of the words' encodings, without the padding."""
    pair, ids = classifiers(submission, reference, rng), texts(rng)
    expected = pair.reference.encode(ids)
    equal(pair.student.encode(ids), expected, "TextClassifier.encode")
    returns_new_arrays(pair.student, "encode", ids, expected=expected)
    shorter = pair.student.encode(ids[1:3, :4])
    equal(shorter, expected[1:3], "TextClassifier.encode with less padding", rtol=1e-9)
    pair.same_forward(ids)


@pytest.mark.task("TextClassifier")
@pytest.mark.points(4)
@pytest.mark.hint("Each of n words has the weight 1/n in z: it gets 1/n of the gradient of z.")
@pytest.mark.promise("TextClassifier.backward", "adds-up", "dtype")
def test_backward(submission, reference, rng):
    """TextClassifier: gradients of the head and of the encoder."""
    pair, ids = classifiers(submission, reference, rng), texts(rng)
    ids[0, :3] = 4
    pair.same_backward(ids, rng=rng, atol=1e-10)
    pair.accumulates(ids, rng=rng)
    if in_float32(pair):
        pair.same_backward(ids, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("TextClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("If the gradients are right, does forward use all of the encodings?")
def test_overfits(submission, reference, rng):
    """TextClassifier: a few labelled texts can be learned by heart."""
    models = trained_models(submission, reference, "TextClassifier", 9, 4, 16, 2, 1, 3, rng=rng)
    ids = np.array(
        [[1, 2, 3, 0], [4, 5, 0, 0], [6, 7, 8, 1], [2, 6, 0, 0], [8, 3, 5, 0], [7, 0, 0, 0]]
    )
    overfits(
        models, ids, rng.permutation([0, 1, 2, 0, 1, 2]), classes=3, rng=rng, learning_rate=0.02
    )


@pytest.mark.task("load_encoder")
@pytest.mark.points(4)
@pytest.mark.hint("array[...] = other copies numbers into an array; name = other copies nothing.")
@pytest.mark.promise("load_encoder.parameters", "load_encoder.classifier", "unchanged")
def test_load_encoder(submission, reference, rng):
    """load_encoder: all arrays of the encoder, and nothing else, are copied."""
    pair = classifiers(submission, reference, rng)
    before = dict(pair.student.parameters)
    given = {name: rng.normal(size=value.shape) for name, value in before.items()}
    given |= {"U": rng.normal(size=(D, V)), "b": rng.normal(size=V)}
    after = submission.load_encoder.arguments_after(pair.student, given)
    equal(dict(after[1]), given, "the pretrained parameters after load_encoder")
    for name, value in pair.student.parameters.items():
        is_loaded = name.startswith("encoder.")
        what = f"parameters['{name}'] after load_encoder"
        equal(value, given[name] if is_loaded else before[name], what, rtol=0.0)
    ids = texts(rng)
    equal_values = {name: given[name] for name in before if name.startswith("encoder.")}
    assign(pair.reference, equal_values)
    pair.same_forward(ids)


def same_training(submission, reference, function, rng):
    """Check losses and parameters after a training by `function`; return the pair and before."""
    pair = classifiers(submission, reference, rng)
    before = dict(pair.student.parameters)
    ids, labels = texts(rng), rng.integers(C, size=len(LENGTHS))
    settings = {"steps": 5, "learning_rate": 0.02}
    losses = getattr(submission, function)(pair.student, ids, labels, **settings)
    expected = getattr(reference, function)(pair.reference, ids, labels, **settings)
    equal(losses, expected, f"the losses that {function} returns", rtol=1e-6)
    for name, value in pair.reference.parameters.items():
        what = f"parameters['{name}'] after {function}"
        equal(pair.student.parameters[name], value, what, rtol=1e-5, atol=1e-8)
    return pair, before


@pytest.mark.task("probe")
@pytest.mark.points(4)
@pytest.mark.hint("classifier.head is a model: its own forward, backward, parameters, gradients.")
@pytest.mark.promise("probe", "probe.returns", "encoder-stays")
def test_probe(submission, reference, rng):
    """probe: the head learns as that of the reference, and the encoder stays to the last bit."""
    pair, before = same_training(submission, reference, "probe", rng)
    for name, value in pair.student.parameters.items():
        if name.startswith("encoder."):
            equal(value, before[name], f"parameters['{name}'] after probe", rtol=0.0)


@pytest.mark.task("fine_tune")
@pytest.mark.points(4)
@pytest.mark.hint("forward, loss, zero_gradients, backward, step: of the whole classifier.")
@pytest.mark.promise("fine_tune", "all-weights")
def test_fine_tune(submission, reference, rng):
    """fine_tune: all parameters learn as those of the reference."""
    pair, before = same_training(submission, reference, "fine_tune", rng)
    same = [
        name for name, value in pair.student.parameters.items() if (value == before[name]).all()
    ]
    expect(not same, f"fine_tune leaves {', '.join(same)} as it was: all weights are trained")


def share_right(model, ids, labels):
    """Return the share of right answers."""
    logits = real_array(model.forward(ids), (len(ids), 2), "forward")
    return float((logits.argmax(axis=1) == labels).mean())


def pretrained(submission, language, sizes, rng):
    """Return the parameters of a masked language model that was trained on the language."""
    model = built(submission, part("masked_lm", *sizes, rng=rng))
    ids = language.sample(6_000, rng=rng)
    for steps, rate in ((350, 0.01), (150, 0.003)):
        settings = {"steps": steps, "batch_size": 40, "learning_rate": rate, "share": 0.45}
        built(submission, part("fit_masked_lm", model, ids, **settings, rng=rng))
    return dict(model.parameters)


@pytest.mark.task("fine_tune")
@pytest.mark.points(8)
@pytest.mark.hint("If the checks above pass: does load_encoder copy into the arrays that are used?")
@pytest.mark.promise("near-the-ceiling")
def test_32_labels(submission, reference, metric_threshold, table, rng):
    """fine_tune, probe: with 32 labels, the pretrained encoder knows the kinds of 64 nouns."""
    rows = []

    def shares(rng):
        language = CorrelativeLanguage(NOUNS, rng=rng)
        sizes = (len(language.vocabulary), LONGEST, 32, 4, 1)
        parameters = pretrained(submission, language, sizes, rng)
        ids, labels = language.labelled(LABELLED, rng=rng)
        evaluations = []
        for train, steps, rate, is_pretrained in WAYS.values():
            models = trained_models(submission, reference, "TextClassifier", *sizes, 2, rng=rng)
            if is_pretrained:
                submission.load_encoder(models.student, parameters)
            settings = {"steps": steps, "learning_rate": rate}
            getattr(submission, train)(models.student, ids, labels, **settings)
            models.copy_parameters()
            evaluations.append(models.evaluate(share_right, *language.labelled(400, rng=rng)))
        ceiling = language.best_accuracy_from_labels(ids)
        shown = [*(evaluation.value for evaluation in evaluations), ceiling, 1.0]
        names = (*WAYS, "not pretrained, best on average", "best possible")
        rows[:] = [(name, f"{share:.1%}") for name, share in zip(names, shown, strict=True)]
        yield combined(min, evaluations[:2])

    what = "the share of right answers after 32 labels, the lower one of probe and all weights,"
    metric_threshold("accuracy", shares, rng=rng, best=1.0, direction=HIGHER, what=what)
    table("The kind of a noun, after 32 labels", ("model", "right"), rows)
