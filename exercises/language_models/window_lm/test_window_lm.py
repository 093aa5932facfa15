"""Checks of the window language model that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    equal,
    in_float32,
    language_model_chunks,
    log_softmax,
    new_scores_are_uniform,
    no_look_ahead,
    overfits_text,
    paired_models,
    perplexity_ratio,
    returns_new_arrays,
    same_for_large_scores,
    trained_models,
)
from autograder.course.thresholds import LOWER
from plugins.lectures.languages.agreement import AgreementLanguage

V, E, H = 7, 3, 4


def learns_by_heart(submission, reference, rng):
    """Check first that one batch can be overfitted, before a long training."""
    tokens = np.tile(np.arange(8), 6)[:41]
    models = trained_models(submission, reference, "WindowLM", 8, 8, 24, 2, rng=rng)
    overfits_text(models, tokens, words=8)


@pytest.mark.task("WindowLM")
@pytest.mark.points(3.5)
@pytest.mark.hint("Each window has n words and ends with x_t, the oldest first; then two layers.")
@pytest.mark.promise("unchanged")
def test_forward(submission, reference, rng):
    """Logits at every step, from the start of a text and from a given state."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, rng=rng)
    tokens = rng.integers(V, size=(2, 5))
    pair.same_forward(tokens)
    pair.same_forward(tokens, rng.integers(V, size=(2, 2)))


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("Keep the last n − 1 words, including words before `tokens` if T is small.")
def test_state_is_kept(submission, reference, rng):
    """`state` is the last n − 1 words; with it, pieces give the same logits as the text."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 4, rng=rng)
    tokens, model = rng.integers(V, size=(2, 7)), pair.student
    pair.same_forward(tokens[:, :5])
    equal(model.state, tokens[:, 2:5], "model.state after five words")
    whole, state, pieces = model.forward(tokens), None, []
    for start, end in ((0, 2), (2, 3), (3, 7)):
        pieces.append(model.forward(tokens[:, start:end], state))
        state = model.state
    equal(np.concatenate(pieces, axis=1), whole, "the logits of three calls against those of one")


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("A prediction depends only on the last n words.")
def test_what_it_sees(submission, reference, rng):
    """A prediction depends on the last n words only, and on no later word."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(2, 6))
    no_look_ahead(model, V, rng=rng)
    before = model.forward(tokens)
    changed = tokens.copy()
    changed[:, 1] = (tokens[:, 1] + 1) % V
    after = np.any(before != model.forward(changed), axis=(0, 2))
    seen = np.array([False, True, True, True, False, False])
    equal(after, seen, "the steps that depend on the second of six words, window 3")


@pytest.mark.task("WindowLM")
@pytest.mark.points(3.5)
@pytest.mark.hint("Go back through U, tanh and W; a word's vector gets the sum over its windows.")
@pytest.mark.promise("WindowLM.backward", "unchanged", "dtype")
def test_backward(submission, reference, rng):
    """Gradients of all parameters, with words that are in several windows."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, rng=rng)
    tokens = np.array([[2, 2, 5, 2], [0, 6, 6, 1]])
    pair.same_backward(tokens, rng=rng)
    pair.same_backward(tokens, np.array([[2, 3], [6, 6]]), rng=rng, keeps=["state"])
    if in_float32(pair):
        pair.same_backward(tokens, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("Add e @ W_direct to the logits, and its gradient to that of e.")
def test_direct(submission, reference, rng):
    """Logits and gradients with direct connections from the vectors to the output."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 2, direct=True, rng=rng)
    tokens = rng.integers(V, size=(2, 4))
    pair.same_forward(tokens)
    pair.same_backward(tokens, rng=rng)


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("Compare forward with the equations first: backward is its derivative.")
def test_gradients(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward, and add up."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, direct=True, rng=rng)
    tokens = rng.integers(V, size=(2, 5))
    pair.gradients_agree(tokens, rng=rng)
    large = paired_models(submission, reference, "WindowLM", V, 40, 80, 3, rng=rng, scale=0.1)
    large.many_gradients(rng.integers(V, size=(1, 4)), rng=rng)
    pair.accumulates(tokens, rng=rng)


@pytest.mark.task("WindowLM")
@pytest.mark.points(3)
@pytest.mark.hint("One step of forward, then log softmax. Return the state *after* the word.")
def test_next_log_probabilities(submission, reference, rng):
    """Word by word, next_log_probabilities agrees with forward."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(3, 5))
    expected = log_softmax(pair.same_forward(tokens))
    state = model.initial_state(3)
    for t in range(5):
        log_probs, state = model.next_log_probabilities(tokens[:, t], state)
        what = f"log probabilities after word {t}, beside the log softmax of forward's logits"
        equal(log_probs, expected[:, t], what)
    same_for_large_scores(pair, tokens)
    first = tokens[:, 0], model.initial_state(3)
    actual = model.next_log_probabilities(*first)
    returns_new_arrays(model, "next_log_probabilities", *first, expected=actual)
    returns_new_arrays(model, "initial_state", 3, expected=first[1])


@pytest.mark.task("WindowLM")
@pytest.mark.points(1)
@pytest.mark.hint("Small initial weights make every word about equally probable.")
def test_initial_loss(submission, reference, rng):
    """Before training the loss is near log V, as for a uniform model."""
    pair = paired_models(submission, reference, "WindowLM", V, E, H, 3, rng=rng)
    pair.same_forward(rng.integers(V, size=(2, 5)))
    model = submission.WindowLM(50, 16, 32, rng=rng)
    new_scores_are_uniform(model, words=50, rng=rng)


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("If the gradients are right, check the order: targets are one step later.")
def test_overfits_one_batch(submission, reference, rng):
    """The model can overfit one small batch."""
    learns_by_heart(submission, reference, rng)


@pytest.mark.task("WindowLM")
@pytest.mark.points(5)
@pytest.mark.hint("If all checks above pass, check the initial parameters: b_1 and b_2 are 0.")
def test_perplexity(submission, reference, metric_threshold, rng):
    """After training on sentences with a distractor, its perplexity is close to the best."""
    learns_by_heart(submission, reference, rng)

    def ratios(rng):
        language = AgreementLanguage(longest_span=1, rng=rng)
        train, sizes = language.sample(8_000, rng=rng), (len(language.vocabulary), 8, 32, 4)
        models = trained_models(submission, reference, "WindowLM", *sizes, rng=rng)
        for _ in language_model_chunks(
            models, train, epochs=12, batch_size=16, unroll=20,
            learning_rate=0.01, chunk=50,
        ):  # fmt: skip
            texts = language.sample_texts(16, 250, rng=rng)
            yield models.evaluate(perplexity_ratio, language, texts)

    ratio = "the perplexity on held-out text, divided by that of the text's own source,"
    metric_threshold("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=ratio)
