"""Hidden checks of the transformer language model: sizes, states, dropout, scores, errors."""

import numpy as np
import pytest

from autograder.checks import assign, equal, expect, finite, in_float32, paired_models, refuses


@pytest.mark.task("TransformerLM")
@pytest.mark.points(2)
@pytest.mark.hint("heads and layers may be any numbers; the context is a number of positions.")
@pytest.mark.promise("blocks", "float32-stays", "TransformerLM")
def test_any_shape(submission, reference, rng):
    """A batch of one, a single token, one to three blocks and heads; float32 stays float32."""
    for N, T, V, D, heads, layers, context in [
        (1, 1, 2, 1, 1, 1, 2), (1, 5, 5, 6, 3, 3, 5), (3, 4, 4, 4, 1, 2, 9),
    ]:  # fmt: skip
        sizes = (V, D, heads, layers, context)
        pair = paired_models(submission, reference, "TransformerLM", *sizes, rng=rng)
        tokens = rng.integers(V, size=(N, T))
        pair.same_forward(tokens, atol=1e-12)
        pair.same_backward(tokens, rng=rng, atol=1e-12)
    if in_float32(pair):
        pair.same_forward(tokens, rtol=1e-4, atol=1e-5)
        pair.same_backward(tokens, rng=rng, rtol=1e-3, atol=1e-4)
        state, known = pair.student.initial_state(N), pair.reference.initial_state(N)
        actual, _ = pair.student.next_log_probabilities(tokens[:, 0], state)
        expected, _ = pair.reference.next_log_probabilities(tokens[:, 0], known)
        equal(actual, expected, "the log probabilities in float32", rtol=1e-4, atol=1e-5)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("Each call of forward starts at position 0, whatever was read before.")
@pytest.mark.promise("starts-anew", "TransformerLM.forward.state")
def test_calls_start_anew(submission, reference, rng):
    """Calls of forward are independent, also after steps; backward belongs to the last forward."""
    pair = paired_models(submission, reference, "TransformerLM", 6, 4, 2, 2, 8, rng=rng)
    pair.same_forward(rng.integers(6, size=(2, 8)))
    tokens = rng.integers(6, size=(3, 5))
    _, state = pair.student.step(tokens, pair.student.initial_state(3))
    pair.student.next_log_probabilities(tokens[:, 0], state)
    pair.same_backward(tokens, rng=rng)
    pair.result_is_the_callers(tokens, rng=rng)
    expect(pair.student.state is None, "model.state should be None: chunks are texts of their own")
    pair.same_forward(tokens, None)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("⌊context / 2⌋ tokens are kept, the newest ones, from position 0 on.")
@pytest.mark.promise("forgets-the-older-half", "TransformerLM.shortened")
def test_shortened(submission, reference, rng):
    """shortened, with even and odd contexts, and texts of three contexts."""
    for context in (2, 5, 6):
        pair = paired_models(submission, reference, "TransformerLM", 6, 4, 2, 2, context, rng=rng)
        tokens = rng.integers(6, size=(3, 3 * context))
        for S in {context, max(2, context - 1)}:
            states = []
            for model in (pair.student, pair.reference):
                _, state = model.step(tokens[:, :S], model.initial_state(3))
                states.append((state, model.shortened(state)))
            equal(*states, f"a state of {S} tokens, and what shortened returns (context {context})")
        answers = []
        for model in (pair.student, pair.reference):
            state = model.initial_state(3)
            for t in range(3 * context):
                log_p, state = model.next_log_probabilities(tokens[:, t], state)
            answers.append((log_p, state))
        equal(*answers, f"the answer after {3 * context} tokens, context {context}")


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1)
@pytest.mark.hint("exp(−10000) is 0, its log −inf: use z − max − log Σ exp(z − max) instead.")
@pytest.mark.promise("large-scores")
def test_extreme_scores(submission, reference, rng):
    """Scores of ±10000 give log probabilities without inf or nan, in each text."""
    pair = paired_models(submission, reference, "TransformerLM", 5, 4, 2, 1, 4, rng=rng)
    large = {"embedding": 1e4 * rng.normal(size=(5, 4))}
    for model in (pair.student, pair.reference):
        assign(model, large)
    tokens = np.array([0, 4])
    actual, _ = pair.student.next_log_probabilities(tokens, pair.student.initial_state(2))
    expected, _ = pair.reference.next_log_probabilities(tokens, pair.reference.initial_state(2))
    finite(actual, "the log probabilities for scores of ±10000")
    equal(actual, expected, "the log probabilities for scores of ±10000")


@pytest.mark.task("TransformerLM")
@pytest.mark.points(1)
@pytest.mark.hint("keep_probability goes to every block.")
@pytest.mark.promise("dropout", "TransformerLM.keep_probability")
def test_dropout(submission, reference, rng):
    """Blocks drop in training mode, and nothing is dropped in evaluation mode."""
    sizes = (6, 8, 2, 2, 6)
    pair = paired_models(
        submission, reference, "TransformerLM", *sizes, keep_probability=0.5, rng=rng
    )
    model, tokens = pair.student, rng.integers(6, size=(4, 6))
    first, second = model.forward(tokens), model.forward(tokens)
    expect(bool(np.any(first != second)), "with keep_probability=0.5 two forwards are equal")
    model.eval()
    pair.reference.eval()
    pair.same_forward(tokens)


@pytest.mark.task("TransformerLM")
@pytest.mark.points(2)
@pytest.mark.hint("Keep the given calls of _check_sizes, _check_tokens and _check_batch.")
@pytest.mark.promise(
    "errors", "TransformerLM.raises", "TransformerLM.forward.raises", "TransformerLM.step.raises"
)
def test_bad_input(submission, rng):
    """Impossible sizes, ids of no words, texts that are too long, states of other texts."""
    for sizes in ((6, 4, 3, 1, 4), (6, 4, 2, 0, 4), (6, 4, 2, 1, 1)):
        refuses(submission, "TransformerLM", *sizes, rng=rng)
    model = submission.TransformerLM(6, 4, 2, 2, 4, rng=rng)
    for ids in ([[0, 6]], [[0, -1]]):
        refuses(model, "forward", np.array(ids), error=("IndexError", "ValueError"))
        refuses(
            model, "step", np.array(ids), model.initial_state(1), error=("IndexError", "ValueError")
        )
    for T in (0, 5):
        refuses(model, "forward", rng.integers(6, size=(2, T)))
    tokens = rng.integers(6, size=(2, 3))
    _, state = model.step(tokens, model.initial_state(2))
    refuses(model, "step", tokens[:, :2], state)
    refuses(model, "step", tokens[:1, :1], state)
    refuses(model, "forward", tokens[:, :1], state)
    refuses(model, "next_log_probabilities", np.array([1, 2, 3]), state)
