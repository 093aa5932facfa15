"""Checks of induction that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    classifier_chunks,
    equal,
    expect,
    in_float32,
    likelihood_ratio,
    log_softmax,
    no_look_ahead,
    paired_models,
    returns_new_arrays,
    trained_models,
)
from autograder.course.thresholds import LOWER
from plugins.lectures.languages.repeated_sentences import RepeatedSentences

V, D = 7, 6
MODEL = "AttentionOnlyTransformer"
#: Words of a sentence; features and heads of the models that are trained; new texts to measure on.
WORDS, FEATURES, HEADS, NEW = 7, 32, 2, 200


def pair_of(submission, reference, rng, heads=2, layers=2, scale=0.5):
    """Return both models with the same parameters."""
    return paired_models(submission, reference, MODEL, V, D, heads, layers, rng=rng, scale=scale)


def texts(rng, N=2, T=5):
    """Return ids `(N, T)`; the first word of each text occurs twice."""
    tokens = rng.integers(V, size=(N, T))
    tokens[:, -1] = tokens[:, 0]
    return tokens


@pytest.mark.task("window_mask")
@pytest.mark.points(3)
@pytest.mark.hint("Both conditions: a key is not after the query, and less than `width` before it.")
@pytest.mark.promise("window", "window_mask.length", "window_mask.width")
def test_window(submission, reference):
    """window_mask: the word itself and the words right before it."""
    for length, width in ((5, 2), (6, 3), (1, 1), (4, 1), (3, 9)):
        agrees(submission, reference, "window_mask", length, width)
    expected = [[True, False, False], [True, True, False], [False, True, True]]
    equal(submission.window_mask(3, 2), np.array(expected), "window_mask(3, 2)")


@pytest.mark.task(MODEL)
@pytest.mark.points(4)
@pytest.mark.hint("Both parts read the same x; x itself, near and far are added.")
@pytest.mark.promise("sum", "window", "AttentionOnlyTransformer.forward")
def test_forward(submission, reference, rng):
    """One, two and three layers."""
    for heads, layers in ((2, 1), (2, 2), (3, 3)):
        pair = pair_of(submission, reference, rng, heads, layers)
        pair.same_forward(texts(rng))
        pair.same_forward(texts(rng, N=1, T=1))


@pytest.mark.task(MODEL)
@pytest.mark.points(1.5)
@pytest.mark.hint("Both parts are built with causal=True.")
@pytest.mark.promise("no-look-ahead")
def test_no_look_ahead(submission, reference, rng):
    """A change at t + 1 leaves the logits up to t untouched."""
    no_look_ahead(pair_of(submission, reference, rng).student, V, rng=rng)


@pytest.mark.task(MODEL)
@pytest.mark.points(5)
@pytest.mark.hint("x is used three times in a layer: three gradients are added, from above.")
@pytest.mark.promise("AttentionOnlyTransformer.backward", "unchanged")
def test_backward(submission, reference, rng):
    """The gradients of all parameters, repeated words included."""
    for layers in (1, 2):
        pair = pair_of(submission, reference, rng, layers=layers)
        pair.same_backward(texts(rng), rng=rng)
    pair.gradients_agree(texts(rng), rng=rng)


@pytest.mark.task(MODEL)
@pytest.mark.points(1)
@pytest.mark.hint("No array of float64 may come in between: the mask is bool.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng):
    """Parameters of float32: results and gradients of float32."""
    pair = pair_of(submission, reference, rng)
    pair.same_forward(texts(rng))
    if in_float32(pair):
        pair.same_backward(texts(rng), rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task(MODEL)
@pytest.mark.points(3)
@pytest.mark.hint(
    "One near part must not read further back than one word; the far part has no order."
)
@pytest.mark.promise("one-layer", "two-layers")
def test_one_layer_sees_a_set(submission, reference, rng):
    """The order of the earlier words changes nothing in one layer, and something in two."""
    tokens = rng.integers(V, size=(3, 8))
    tokens[:, :3] = [0, 1, 2]
    other = tokens.copy()
    other[:, :3] = [2, 0, 1]
    for layers in (1, 2):
        model = pair_of(submission, reference, rng, layers=layers).student
        before, after = (model.forward(text)[:, 4:] for text in (tokens, other))
        if layers == 1:
            what = "the logits of one layer after the first words come in another order"
            equal(after, before, what, rtol=1e-7, atol=1e-10)
        else:
            is_equal = np.allclose(after, before, rtol=1e-6)
            expect(not is_equal, "two layers do not see the order of the first words", about=after)


def weights_of(rng, N, H, T):
    """Return random causal weights `(N, H, T, T)`."""
    weights = rng.random(size=(N, H, T, T)) * np.tri(T)
    return weights / weights.sum(axis=-1, keepdims=True)


@pytest.mark.task("prefix_matching_score")
@pytest.mark.points(4)
@pytest.mark.hint("For the query t and each s < t with the same word, the weight at s + 1 counts.")
@pytest.mark.promise("matching", "prefix_matching_score.weights")
def test_matching(submission, reference, rng):
    """prefix_matching_score: random weights, with words that occur two and three times."""
    tokens = np.array([[3, 1, 3, 1, 3, 5, 1], [0, 0, 4, 0, 2, 6, 4]])
    weights = weights_of(rng, 2, 3, 7)
    agrees(submission, reference, "prefix_matching_score", weights, tokens)
    actual = submission.prefix_matching_score(weights, tokens)
    returns_new_arrays(submission, "prefix_matching_score", weights, tokens, expected=actual)


@pytest.mark.task("prefix_matching_score")
@pytest.mark.points(2)
@pytest.mark.hint("Only queries count whose word has occurred before: what do you divide by?")
@pytest.mark.promise("perfect-heads")
def test_perfect_heads(submission):
    """prefix_matching_score: 1 for a head that recalls, 0 for heads that look elsewhere."""
    tokens = np.array([[4, 2, 5, 4, 2, 5]])
    recalls, itself, same, before = np.zeros((4, 6, 6))
    for t in range(6):
        recalls[t, max(t - 2, 0)] = 1  # the word after the same word, three places before
        itself[t, t] = same[t, t % 3] = before[t, max(t - 1, 0)] = 1
    weights = np.stack([recalls, itself, same, before])[None]
    actual = submission.prefix_matching_score(weights, tokens)
    what = "the scores of a head that recalls, and of three that read the word itself, the same "
    equal(actual, np.array([1.0, 0, 0, 0]), f"{what}word, and the word before", atol=1e-12)


def ratio(model, language, new, source):
    """Return the perplexity of the recalled words, divided by that of a `source` of them."""
    log_p = log_softmax(model.forward(new[:, :-1]))
    log_p = np.take_along_axis(log_p, new[:, 1:, None], axis=-1)[:, language.recalled, 0]
    return likelihood_ratio(log_p, source)


def training(submission, reference, rng, layers, steps, learning_rate):
    """Yield the language, and models after each piece of a training."""
    language = RepeatedSentences(WORDS, rng=rng)
    sizes = len(language.vocabulary.words), FEATURES, HEADS, layers
    models = trained_models(submission, reference, MODEL, *sizes, rng=rng)
    shapes = {name: np.shape(value) for name, value in models.reference.parameters.items()}
    scales = {name: shape[0] ** -0.5 for name, shape in shapes.items()} | {"embedding": 1}
    models.set_parameters(
        {name: rng.normal(scale=scales[name], size=shapes[name]) for name in shapes}
    )
    drawn = language.sample(32 * steps, rng=rng)
    chunks = classifier_chunks(
        models, drawn[:, :-1], drawn[:, 1:], epochs=1, batch_size=32, learning_rate=learning_rate,
        chunk=50, rng=rng,
    )  # fmt: skip
    for _ in chunks:
        yield language, models


@pytest.mark.task(MODEL)
@pytest.mark.points(3)
@pytest.mark.hint("Does a word of the near part read more than one word before it?")
@pytest.mark.promise("one-layer")
def test_one_layer_stays_at_its_limit(submission, reference, metric_threshold, rng):
    """One layer, trained: it learns which words come again, and not their order."""

    def ratios(rng):
        for language, models in training(submission, reference, rng, 1, 200, 0.02):
            new = language.sample(NEW, rng=rng)
            yield models.evaluate(ratio, language, new, language.without_order(new))

    what = "the perplexity with one layer, divided by the best possible one without the order,"
    metric_threshold("one_layer", ratios, rng=rng, best=1.0, direction=LOWER, what=what)


@pytest.mark.task(MODEL)
@pytest.mark.points(5)
@pytest.mark.hint("If all checks above pass, run `grade induction` again.")
@pytest.mark.promise("two-layers")
def test_two_layers_recall(submission, reference, metric_threshold, plot, rng):
    """Two layers, trained: the second time, each word is nearly certain."""
    last = []

    def ratios(rng):
        for language, models in training(submission, reference, rng, 2, 200, 0.01):
            new = language.sample(NEW, rng=rng)
            last[:] = language, models, new[:1, :-1]
            source = language.log_probabilities(new)[:, language.recalled]
            yield models.evaluate(ratio, language, new, source)

    limit = np.exp(RepeatedSentences(WORDS).entropy_without_order)
    what = f"the perplexity of the words of the second time (one layer: at least {limit:.2f})"
    metric_threshold("two_layers", ratios, rng=rng, best=1.0, direction=LOWER, what=what)
    draw_heads(plot, *last)


def draw_heads(plot, language, models, tokens):
    """Draw the first near head, and the head that recalls most."""
    words = language.vocabulary.decode(tokens[0])
    heads = np.clip(models.student.head_weights(tokens)[0], 0, 1)
    recalled = heads.diagonal(-WORDS, axis1=1, axis2=2)[:, 1:].mean(axis=1)
    parts = ("near head", *(f"far head {h + 1}" for h in range(HEADS)))
    names = [f"{part} of layer {layer}" for layer in (1, 2) for part in parts]
    best = int(recalled.argmax())
    plot.cells(f"What the {names[0]} reads", heads[0], words, words)
    plot.cells(f"What {names[best]} reads: it recalls most", heads[best], words, words)
