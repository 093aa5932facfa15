"""Hidden checks of masked language models: other sizes, repeated calls, no words, errors."""

import numpy as np
import pytest

from autograder.checks import (
    callback,
    equal,
    expect,
    finite,
    in_float32,
    matches_distribution,
    paired_models,
    refuses,
)

V, T, D, H = 7, 6, 8, 2


def models(submission, reference, name, rng, *, sizes=(V, T, D, H, 2)):
    """Return both models with the same parameters."""
    return paired_models(submission, reference, name, *sizes, rng=rng)


@pytest.mark.task("mask_tokens")
@pytest.mark.points(1.5)
@pytest.mark.hint("share = 0 and share = 1 are shares as well.")
@pytest.mark.promise("mask_tokens.raises", "shares", "padding-is-never-chosen", "errors")
def test_shares_of_all_and_none(submission, rng):
    """mask_tokens: no word, every word, texts of padding alone, and errors."""
    ids = np.array([[3, 1, 4, 0, 0], [2, 2, 5, 5, 1]])
    nothing = ids, np.zeros(ids.shape, bool)
    equal(submission.mask_tokens(ids, V, 0.0, rng=rng), nothing, "mask_tokens with share = 0")
    _, chosen = submission.mask_tokens(ids, V, 1.0, rng=rng)
    equal(chosen, ids != 0, "which words are chosen with share = 1")
    padding = np.zeros((2, 3), int)
    result = submission.mask_tokens(padding, V, 1.0, rng=rng)
    equal(result, (padding, padding != 0), "mask_tokens of padding alone")
    for wrong in ([[1, V]], [[-1, 2]]):
        refuses(submission, "mask_tokens", np.array(wrong), V, error="IndexError", rng=rng)
    for share in (-0.1, 1.5):
        refuses(submission, "mask_tokens", ids, V, share, rng=rng)


@pytest.mark.task("TransformerEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("Sizes may all differ; each block needs its own weights.")
@pytest.mark.promise("TransformerEncoder", "dtype", "last-forward")
def test_any_size_of_the_encoder(submission, reference, rng):
    """TransformerEncoder: one text, one word, three blocks, no block; calls do not interfere."""
    for N, words, sizes in (
        (1, 1, (2, 1, 4, 1, 3)),
        (3, 4, (9, 5, 6, 3, 1)),
        (2, 3, (5, 3, 4, 4, 0)),
    ):
        pair = models(submission, reference, "TransformerEncoder", rng, sizes=sizes)
        ids = rng.integers(1, sizes[0] + 1, size=(N, words))
        pair.same_backward(ids, rng=rng, atol=1e-10)
    ids[0, 1:] = 0
    pair.result_is_the_callers(ids, rng=rng)
    pair.same_forward(np.zeros((2, 3), int))
    if in_float32(pair):
        pair.same_forward(ids, rtol=1e-4, atol=1e-5)


@pytest.mark.task("TransformerEncoder")
@pytest.mark.points(1.5)
@pytest.mark.hint("The given function checks the ids, and learned positions the length.")
@pytest.mark.promise(
    "errors", "TransformerEncoder.forward.raises", "no-gradient-for-padding", "mask-is-an-id"
)
def test_ids_and_lengths(submission, reference, rng):
    """TransformerEncoder: V is MASK, higher ids and long texts are errors; rows of gradients."""
    pair = models(submission, reference, "TransformerEncoder", rng)
    pair.same_backward(np.array([[V, 2, 2, 0], [4, 0, 0, 0]]), rng=rng, atol=1e-10)
    rows = np.abs(pair.student.gradients["embedding"]).max(axis=1) > 1e-12
    read = np.isin(np.arange(V + 1), (V, 2, 4))
    equal(rows, read, "the rows of the embedding that have a gradient")
    for wrong in ([[1, V + 1]], [[-1, 2]]):
        refuses(pair.student, "forward", np.array(wrong), error="IndexError")
    refuses(pair.student, "forward", np.ones((1, T + 1), int))


@pytest.mark.task("MaskedLM")
@pytest.mark.points(2)
@pytest.mark.hint("chosen may be False everywhere, and a whole text may be chosen.")
@pytest.mark.promise("MaskedLM", "last-forward", "MaskedLM.forward.raises", "errors", "dtype")
def test_other_choices(submission, reference, rng):
    """MaskedLM: no chosen word, all words, other sizes, repeated calls, errors."""
    pair = models(submission, reference, "MaskedLM", rng, sizes=(9, 5, 6, 3, 1))
    ids = rng.integers(1, 10, size=(2, 4))
    for chosen in (np.zeros((2, 4), bool), np.ones((2, 4), bool), rng.random((2, 4)) < 0.5):
        pair.same_backward(ids, chosen, rng=rng, atol=1e-10)
    pair.result_is_the_callers(ids, chosen, rng=rng)
    refuses(pair.student, "forward", ids, chosen[:, :3])
    refuses(pair.student, "forward", ids, chosen.astype(int))
    refuses(pair.student, "forward", ids + 10, chosen, error="IndexError")
    if in_float32(pair):
        pair.same_forward(ids, chosen, rtol=1e-4, atol=1e-5)


class Even:
    """A model with equal scores, which counts its calls."""

    OFFERS = (
        "vocabulary_size", "parameters", "gradients", "train", "eval", "forward", "backward",
        "zero_gradients",
    )  # fmt: skip

    def __init__(self, words, scores=None):
        self.vocabulary_size, self.parameters = words, {"w": np.zeros(2)}
        self.gradients, self.read = {"w": np.ones(2)}, []
        self.scores = np.zeros(words) if scores is None else scores

    def forward(self, ids, chosen):
        """Note the arguments, and return the same scores for each chosen word."""
        self.read.append((np.array(ids), np.array(chosen)))
        return np.tile(self.scores, (int(np.sum(chosen)), 1))

    def backward(self, grad):
        """Do nothing."""

    def train(self):
        """Do nothing."""

    def eval(self):
        """Do nothing."""

    def zero_gradients(self):
        """Do nothing."""


@pytest.mark.task("fit_masked_lm")
@pytest.mark.points(2)
@pytest.mark.hint("With few words, a step may choose none: the mean of no losses is no number.")
@pytest.mark.promise("no-chosen-word", "unchanged", "shares", "fit_masked_lm.share")
def test_steps_without_a_chosen_word(submission, rng):
    """fit_masked_lm: steps in which nothing is chosen are left out; 15 % of the others' words."""
    ids = np.array([[3, 0, 0], [4, 0, 0], [2, 0, 0]])
    watched, settings = Even(6), {"steps": 40, "batch_size": 2, "learning_rate": 0.1}
    model = callback(watched, *Even.OFFERS)
    losses = submission.fit_masked_lm(model, ids, **settings, rng=rng)
    expect(len(losses) < 40, "each of 40 steps has a loss, though most of them choose no word")
    equal(losses, [float(np.log(6.0))] * len(losses), "the losses of a model with equal scores")
    watched = Even(6)
    model, long = callback(watched, *Even.OFFERS), rng.integers(1, 6, size=(9, 400))
    settings = {"steps": 1, "batch_size": 9, "learning_rate": 0.1}
    submission.fit_masked_lm(model, long, **settings, rng=rng)
    submission.fit_masked_lm(model, long, **settings, share=0.5, rng=rng)
    for wanted, (_, chosen) in zip((0.15, 0.5), watched.read, strict=True):
        what = f"whether a word is chosen by fit_masked_lm with share={wanted}"
        matches_distribution(chosen.astype(int), [1 - wanted, wanted], what)


@pytest.mark.task("pseudo_perplexity")
@pytest.mark.points(2)
@pytest.mark.hint("exp(10⁴) overflows: subtract the largest score of each row first.")
@pytest.mark.promise("pseudo_perplexity", "pseudo_perplexity.raises", "errors")
def test_extreme_scores_and_no_words(submission, rng):
    """pseudo_perplexity: scores of ±10⁴, one word, columns of padding, and texts without words."""
    scores = np.array([-1e4, 1e4, 1e4, -1e4])
    model = callback(Even(4, scores), *Even.OFFERS)
    for ids in ([[1, 2, 1]], [[2]], [[1, 0, 0], [2, 1, 0]]):
        result = submission.pseudo_perplexity(model, np.array(ids))
        finite(np.array(result), "the pseudo-perplexity for scores of ±10⁴")
        equal(result, 2.0, "the pseudo-perplexity where two words are equally probable")
    refuses(submission, "pseudo_perplexity", model, np.zeros((2, 3), int))
