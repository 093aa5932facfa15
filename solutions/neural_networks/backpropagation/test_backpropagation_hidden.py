"""Hidden checks of backpropagation: other sizes and activations, batches, max-margin training."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    equal,
    expect,
    in_float32,
    margin_chunks,
    paired_models,
    refuses,
    share_above,
    trained_models,
)
from plugins.lectures.languages.entities import EntityLanguage

#: Words of a window, numbers of a word, hidden units of the scorer of names.
WINDOW, NUMBERS, UNITS = 5, 12, 24


@pytest.mark.task("deltas")
@pytest.mark.points(2)
@pytest.mark.hint("δ_j⁽¹⁾ is a sum over all H hidden nodes, for each of the D inputs.")
@pytest.mark.promise("errors-of-nodes", "dtype", "deltas.raises")
def test_deltas_of_other_sizes(submission, reference, rng):
    """deltas: one input or one hidden node; dead nodes; float32; wrong shapes."""
    for D, H, activation in ((1, 4, "sigmoid"), (4, 1, "tanh"), (3, 3, "sigmoid"), (6, 5, "relu")):
        arrays = [rng.normal(size=shape) for shape in ((D,), (D, H), (H,), (H,))]
        agrees(submission, reference, "deltas", *arrays, activation)
    single = [array.astype(np.float32) for array in arrays]
    agrees(submission, reference, "deltas", *single, "tanh", rtol=1e-5)
    for wrong in range(4):
        too_long = [np.append(a, a[-1:], axis=0) if i == wrong else a for i, a in enumerate(arrays)]
        refuses(submission, "deltas", *too_long)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(3)
@pytest.mark.hint(
    "Every window adds its own outer product x_n δ_n⁽²⁾ᵀ, scaled by its own grad_s[n]."
)
@pytest.mark.promise("WindowScorer.backward", "gradients", "independent-calls")
def test_a_batch_is_a_sum(submission, reference, rng):
    """WindowScorer: the gradients of a batch are sums over its windows; a second use adds."""
    pair = paired_models(submission, reference, "WindowScorer", 4, 3, rng=rng)
    x, grad_s = rng.normal(size=(5, 4)), rng.normal(size=5)
    pair.student.forward(x)
    pair.student.backward(grad_s)
    together = pair.student.gradients
    pair.student.zero_gradients()
    for n in range(5):
        pair.student.forward(x[n : n + 1])
        pair.student.backward(grad_s[n : n + 1])
    equal(pair.student.gradients, together, "the gradients, window by window", atol=1e-12)
    pair.accumulates(x, rng=rng)
    pair.student.forward(-x)
    pair.same_backward(x, rng=rng)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(3)
@pytest.mark.hint("Use self.f for every activation, and take the sizes from the arrays.")
@pytest.mark.promise("WindowScorer", "errors", "dtype", "WindowScorer.forward.raises")
def test_other_shapes_and_activations(submission, reference, rng):
    """WindowScorer: other sizes and activations; an empty batch; float32; wrong shapes."""
    for D, H, N, activation in ((20, 8, 2, "sigmoid"), (1, 3, 4, "tanh"), (3, 3, 3, "relu")):
        pair = paired_models(submission, reference, "WindowScorer", D, H, activation, rng=rng)
        pair.same_forward(rng.normal(size=(N, D)))
        pair.same_backward(rng.normal(size=(N, D)), rng=rng)
    pair.gradients_agree(rng.normal(size=(4, 3)), rng=rng)
    pair.same_backward(np.zeros((0, 3)), rng=rng)
    for shape in ((2, 4), (3,), (2, 2, 3)):
        refuses(pair.student, "forward", np.zeros(shape))
    if in_float32(pair):
        pair.same_backward(rng.normal(size=(4, 3)).astype(np.float32), rng=rng, rtol=1e-4)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Gradients point uphill: with ∂J/∂s = −1 a step against them raises the true score."
)
@pytest.mark.promise("one-batch-of-both")
def test_max_margin_training(submission, reference, rng):
    """WindowScorer: training with the max-margin loss separates a true and a corrupt window."""
    models = trained_models(submission, reference, "WindowScorer", 20, 8, rng=rng)
    model, windows = models.student, rng.normal(size=(2, 20))
    for _ in range(200):
        true, corrupt = rng.permutation(2)  # the rows of the batch
        scores = model.forward(windows[[true, corrupt]])
        s, s_c = scores[true], scores[corrupt]
        if 1 + s_c - s <= 0:
            break
        model.zero_gradients()
        model.backward(np.where(np.arange(2) == true, -1.0, 1.0))
        parameters, gradients = model.parameters, model.gradients
        assign(model, {name: parameters[name] - 0.1 * gradients[name] for name in parameters})
    expect(
        1 + s_c - s <= 0,
        f"after 200 steps the true window scores {s:.3g}, the corrupt one {s_c:.3g}",
    )
    models.copy_parameters()
    equal(scores, models.reference.forward(windows[[true, corrupt]]), "the scores of both windows")


@pytest.mark.task("WindowScorer")
@pytest.mark.points(3)
@pytest.mark.hint(
    "If all checks above pass, grade activations: the hidden layer uses your sigmoid."
)
@pytest.mark.promise("pairs-add-up")
def test_names_score_above_corrupted_windows(submission, reference, metric_threshold, rng):
    """WindowScorer: trained with max-margin, it scores new windows around names above others."""

    def shares(rng):
        words = _Words(rng)
        models = trained_models(
            submission, reference, "WindowScorer", WINDOW * NUMBERS, UNITS, rng=rng
        )
        pairs = words.windows(300, rng)
        for _ in margin_chunks(models, *pairs, epochs=6, learning_rate=0.01, rng=rng):
            new, other = words.windows(200, rng)
            order = rng.permutation(2 * len(new))
            yield models.evaluate(share_above, new, other, order)

    what = "the share of new windows around names that score above corrupted ones"
    metric_threshold("names_above", shares, rng=rng, best=1.0, what=what)


class _Words:
    """A language of named entities, each word of which has a random vector."""

    def __init__(self, rng):
        self.language = EntityLanguage(rng=rng)
        self.vectors = rng.normal(size=(len(self.language.vocabulary), NUMBERS))

    def windows(self, sentences, rng):
        """Return as many windows around names as corrupted ones, around other words `(M, D)`."""
        true, corrupt = [], []
        for sentence in self.language.sample(sentences, rng=rng):
            ids = np.pad(np.asarray(self.language.vocabulary.encode(sentence.words)), 2)
            windows = np.lib.stride_tricks.sliding_window_view(ids, WINDOW)
            tags = np.array(sentence.tags)
            true.append(windows[np.char.startswith(tags, "B")])
            corrupt.append(windows[tags == "O"])
        true, corrupt = np.concatenate(true), rng.permutation(np.concatenate(corrupt))
        pairs = true, corrupt[: len(true)]
        return tuple(self.vectors[ids].reshape(len(true), -1) for ids in pairs)
