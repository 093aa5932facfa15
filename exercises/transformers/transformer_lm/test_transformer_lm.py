"""Checks of the transformer language model that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    callback,
    equal,
    expect,
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
    set_attribute,
    trained_models,
)
from autograder.course.thresholds import LOWER
from framework.evaluation.sampling import Tempered, sample_tokens
from framework.interfaces import NumpyArrays
from plugins.lectures.languages.crossed_clauses import CrossedClauses

V, D, HEADS, CONTEXT = 7, 4, 2, 6


def pair_of(submission, reference, layers=2, context=CONTEXT, *, rng):
    """Return a small model of each, with the same parameters."""
    sizes = (V, D, HEADS, layers, context)
    return paired_models(submission, reference, "TransformerLM", *sizes, rng=rng)


def one_by_one(model, tokens, state):
    """Return log probabilities `(N, T, V)` of one call for each token, and the last state."""
    logs = []
    for t in range(tokens.shape[1]):
        log_p, state = model.next_log_probabilities(tokens[:, t], state)
        logs.append(log_p)
    return np.stack(logs, axis=1), state


@pytest.mark.task("TransformerLM")
@pytest.mark.points(4)
@pytest.mark.hint("Tokens, positions, all blocks in order, the norm; then the scores by Eᵀ.")
@pytest.mark.promise("arguments-stay", "blocks", "TransformerLM.forward.tokens")
def test_forward(submission, reference, rng):
    """Logits with one and two blocks, of short texts and of a full context."""
    for layers, T in ((1, 3), (2, 5), (2, CONTEXT)):
        pair = pair_of(submission, reference, layers, rng=rng)
        pair.same_forward(rng.integers(V, size=(2, T)))


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("Every block needs causal=True.")
@pytest.mark.promise("blocks")
def test_no_look_ahead(submission, reference, rng):
    """A change at t + 1 leaves the outputs up to t untouched."""
    no_look_ahead(pair_of(submission, reference, rng=rng).student, V, rng=rng)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(4.5)
@pytest.mark.hint("E has two gradients: that of the scores, and that of the vectors it looked up.")
@pytest.mark.promise("one-matrix", "adds-up", "float32-stays", "TransformerLM.backward")
def test_backward(submission, reference, rng):
    """Gradients of all parameters, repeated tokens included."""
    tokens = np.array([[2, 2, 5, 2], [0, 6, 6, 1]])
    for layers in (1, 2):
        pair = pair_of(submission, reference, layers, rng=rng)
        pair.same_backward(tokens, rng=rng)
    pair.accumulates(tokens, rng=rng)
    if in_float32(pair):
        pair.same_backward(tokens, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("Compare forward with the equations first: backward is its derivative.")
def test_gradients(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = pair_of(submission, reference, rng=rng)
    pair.gradients_agree(rng.integers(V, size=(2, 4)), rng=rng)
    sizes = V, 20, 2, 1, CONTEXT
    large = paired_models(submission, reference, "TransformerLM", *sizes, rng=rng, scale=0.1)
    large.many_gradients(rng.integers(V, size=(1, 4)), rng=rng)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(4)
@pytest.mark.hint("In step, the first new token has position S, and each block gets its own cache.")
@pytest.mark.promise("cached-equals-uncached", "TransformerLM.step", "TransformerLM.step.tokens")
def test_step(submission, reference, rng):
    """Several tokens after others: the logits are those of forward, which reads all of them."""
    pair = pair_of(submission, reference, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(3, CONTEXT))
    expected = pair.same_forward(tokens)
    state = model.initial_state(3)
    equal(state, pair.reference.initial_state(3), "initial_state(3)")
    logits = []
    for start, end in ((0, 1), (1, 4), (4, CONTEXT)):
        new, state = model.step(tokens[:, start:end], state)
        logits.append(new)
    logits = np.concatenate(logits, axis=1)
    equal(logits, expected, "the logits of three steps, against those of forward", rtol=1e-9)
    _, known = pair.reference.step(tokens, pair.reference.initial_state(3))
    equal(state, known, "the state after all steps")
    first = tokens[:, :2], model.initial_state(3)
    returns_new_arrays(model, "step", *first, expected=model.step(*first))


@pytest.mark.task("TransformerLM")
@pytest.mark.points(3)
@pytest.mark.hint("One step with T = 1, then log softmax. Return the state *after* the token.")
@pytest.mark.promise("cached-equals-uncached", "large-scores")
def test_next_log_probabilities(submission, reference, rng):
    """Token by token, next_log_probabilities agrees with forward."""
    pair = pair_of(submission, reference, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(3, CONTEXT))
    expected = log_softmax(pair.same_forward(tokens))
    logs, _ = one_by_one(model, tokens, model.initial_state(3))
    equal(logs, expected, "log probabilities, against the log softmax of forward", rtol=1e-9)
    first = tokens[:, 0], model.initial_state(3)
    actual = model.next_log_probabilities(*first)
    returns_new_arrays(model, "next_log_probabilities", *first, expected=actual)
    same_for_large_scores(pair, tokens, matrix="embedding")


@pytest.mark.task("TransformerLM")
@pytest.mark.points(2)
@pytest.mark.hint("The last ⌊context / 2⌋ tokens of the state are read by one step, from no words.")
@pytest.mark.promise("forgets-the-older-half")
def test_longer_than_the_context(submission, reference, rng):
    """A text of any length: a full context is shortened to its newer half before the next token."""
    pair = pair_of(submission, reference, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(2, 2 * CONTEXT + 1))
    logs, state = one_by_one(model, tokens, model.initial_state(2))
    half = CONTEXT // 2
    for start in range(0, tokens.shape[1] - half, half):
        end = min(start + CONTEXT, tokens.shape[1])
        new = slice(start + half if start else 0, end)
        expected = log_softmax(model.forward(tokens[:, start:end]))[:, new.start - start :]
        what = f"the log probabilities after the tokens {new.start} to {end - 1}, which read from "
        equal(logs[:, new], expected, f"{what}token {start} on", rtol=1e-9)
    equal(state[0], tokens[:, start:end], "the tokens of the last state")


class CountingBlock:
    """A block that changes nothing, and counts the words that it reads, and those in its cache."""

    def __init__(self):
        self.words, self.cached = [], []

    def initial_cache(self, batch_size):
        """Return the cache of no words."""
        return np.zeros((batch_size, 0))

    def step(self, x, cache):
        """Return the words, and a cache with one number for each word."""
        N, T, _ = np.shape(x)
        self.words.append(T)
        self.cached.append(np.shape(cache)[1])
        return x, np.concatenate([cache, np.zeros((N, T))], axis=1)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(2)
@pytest.mark.hint("Only the new token goes through the blocks: all older ones are in the cache.")
@pytest.mark.promise("work-of-a-token")
def test_work_of_a_token(submission, rng):
    """Counted: each new token is one row for each block, whatever came before it."""
    T = 12
    model = submission.TransformerLM(V, D, HEADS, 2, 2 * T, rng=rng)
    counting = CountingBlock()
    block = callback(counting, "initial_cache", "step")
    set_attribute(model, "blocks", [block, block])
    one_by_one(model, rng.integers(V, size=(2, T)), model.initial_state(2))
    expect(
        counting.words == [1] * (2 * T),
        f"two blocks read {counting.words} words for {T} tokens: 1 for each token was expected",
    )
    expected = [t for t in range(T) for _ in range(2)]
    expect(
        counting.cached == expected,
        f"the caches had {counting.cached} words, but {expected} were expected",
    )


@pytest.mark.task("TransformerLM")
@pytest.mark.points(2)
@pytest.mark.hint("Make new arrays: another text may continue the old state.")
@pytest.mark.promise("state-is-kept", "TransformerLM.step.state")
def test_texts_that_share_a_beginning(submission, reference, rng):
    """Sampling, and beam search: states are continued twice, and their texts in another order."""
    pair = pair_of(submission, reference, rng=rng)
    model, tokens = pair.student, rng.integers(V, size=(3, 4))
    _, state = one_by_one(model, tokens[:, :2], model.initial_state(3))
    rows = np.array([2, 0, 0])
    for words in (tokens[:, 2:], tokens[::-1, 2:].copy()):
        logs, _ = one_by_one(model, words, state)
        whole = np.concatenate([tokens[:, :2], words], axis=1)
        expected = log_softmax(model.forward(whole))[:, 2:]
        equal(logs, expected, "the log probabilities of one continuation of two", rtol=1e-9)
        logs, _ = one_by_one(model, words, of_rows(state, rows))
        whole = np.concatenate([tokens[rows, :2], words], axis=1)
        expected = log_softmax(model.forward(whole))[:, 2:]
        equal(logs, expected, "the log probabilities of texts in another order", rtol=1e-9)
    likeliest = Tempered(model, NumpyArrays(), temperature=0)
    written = sample_tokens(likeliest, tokens[0], arrays=NumpyArrays(), rng=rng)
    text = tokens[0].tolist()
    for _ in range(CONTEXT - len(text)):
        best = int(np.asarray(model.forward(np.array([text])))[0, -1].argmax())
        equal(next(written), best, f"the most probable token after {text}")
        text.append(best)


def of_rows(state, rows):
    """Return the state of the texts `rows`, as beam search makes it."""
    if isinstance(state, np.ndarray):
        return state[rows]
    return tuple(of_rows(part, rows) for part in state)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1)
@pytest.mark.hint("A small E makes every token about equally probable.")
def test_initial_loss(submission, rng):
    """Before training the loss is near log V, that of a uniform model."""
    model = submission.TransformerLM(50, 16, 2, 2, 32, rng=rng)
    new_scores_are_uniform(model, words=50, rng=rng)


def learns_by_heart(submission, reference, rng):
    """Check that a small text can be learned by heart, before a long training."""
    tokens = np.tile(np.arange(8), 6)[:41]
    models = trained_models(submission, reference, "TransformerLM", 8, 16, 2, 1, 10, rng=rng)
    overfits_text(models, tokens, words=8)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("If the gradients are right, look at the order: targets are one step later.")
def test_overfits_one_batch(submission, reference, rng):
    """One small batch can be learned by heart."""
    learns_by_heart(submission, reference, rng)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(8)
@pytest.mark.hint("If all checks above pass, run `grade multi_head_attention`: does it see far?")
@pytest.mark.promise("reads-far")
def test_perplexity(submission, reference, metric_threshold, rng):
    """Trained, its perplexity is near the best possible: verbs read nouns 16 words before."""
    learns_by_heart(submission, reference, rng)

    def ratios(rng):
        language = CrossedClauses(rng=rng)
        L, words = language.length, len(language.vocabulary)
        models = trained_models(submission, reference, "TransformerLM", words, 32, 2, 1, L, rng=rng)
        train = language.sample_texts(1, 32 * 40 * L, rng=rng)[0]
        for _ in language_model_chunks(
            models, train, epochs=6, batch_size=32, unroll=L, learning_rate=0.005
        ):
            texts = language.sample_texts(64, L, rng=rng)
            yield models.evaluate(perplexity_ratio, language, texts)

    what = "the perplexity on held-out text, divided by that of the text's own source,"
    metric_threshold("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=what)
