"""Hidden checks of the language model: other sizes, states, extreme scores, ids out of range."""

import numpy as np
import pytest

from autograder.checks import (
    after_call,
    assign,
    equal,
    expect,
    finite,
    in_float32,
    paired_models,
    refuses,
)

RTOL = 1e-7


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Nothing in the model may depend on particular sizes; V, E and H may be equal.")
@pytest.mark.promise("RecurrentLM.forward.tokens", "dtype")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts of 1 to 25 words, sizes of 1, E ≠ H; float32 stays float32."""
    for N, T, V, E, H in [(1, 1, 2, 1, 1), (1, 6, 5, 5, 5), (4, 1, 11, 2, 6), (3, 25, 4, 6, 2)]:
        pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
        tokens, state = rng.integers(V, size=(N, T)), rng.normal(size=(N, H))
        pair.same_forward(tokens, state)
        pair.same_backward(tokens, state, rng=rng)
    if in_float32(pair):
        state = pair.student.initial_state(3)
        equal(state, pair.reference.initial_state(3), "initial_state(3) of a model in float32")
        pair.same_forward(tokens, state, rtol=1e-4)
        pair.same_backward(tokens, state, rng=rng, rtol=1e-4)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("forward(tokens) starts from zeros, even if self.state is not zero.")
@pytest.mark.promise("independent-calls")
def test_calls_start_anew(submission, reference, rng):
    """Without a state, forward starts from zeros, also after other calls."""
    pair = paired_models(submission, reference, "RecurrentLM", 6, 3, 4, rng=rng)
    tokens = rng.integers(6, size=(2, 5))
    pair.same_forward(rng.integers(6, size=(2, 9)), rng.normal(size=(2, 4)))
    pair.same_forward(tokens)
    pair.same_backward(tokens, rng=rng)
    equal(pair.student.state, pair.reference.state, "model.state after forward", rtol=RTOL)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(0.5)
@pytest.mark.hint("self.cell.initial_state(n) is the state that the cell starts from.")
@pytest.mark.promise("RecurrentLM.initial_state")
def test_initial_state(submission, reference, rng):
    """The initial state is zeros and gives the same logits as no state."""
    pair = paired_models(submission, reference, "RecurrentLM", 6, 3, 4, rng=rng)
    state = pair.student.initial_state(5)
    equal(state, np.zeros((5, 4)), "initial_state(5)")
    tokens = rng.integers(6, size=(5, 3))
    expected = pair.student.forward(tokens)
    equal(pair.student.forward(tokens, state), expected, "the logits from the initial state")
    cell = {"sum_of": ["rnn", "rnn", "rnn"]}
    pair = paired_models(submission, reference, "RecurrentLM", 6, 3, 4, cell, rng=rng)
    states = pair.reference.initial_state(5)
    equal(pair.student.initial_state(5), states, "initial_state(5) with three states")


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Do not change the tokens and the state: return a new state.")
@pytest.mark.promise("unchanged")
def test_next_log_probabilities_from_a_state(submission, reference, rng):
    """next_log_probabilities from any state, which it does not change."""
    pair = paired_models(submission, reference, "RecurrentLM", 9, 3, 4, rng=rng)
    tokens, state = rng.integers(9, size=4), rng.normal(size=(4, 4))
    actual = pair.student.next_log_probabilities(tokens, state)
    expected = pair.reference.next_log_probabilities(tokens, state)
    equal(actual, expected, "log probabilities and state", rtol=RTOL)
    left = after_call(pair.student, "next_log_probabilities", tokens, state)
    equal(left, (tokens, state), "the arguments after the call")


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("exp(−10000) is 0 and its log −inf: use z − max − log Σ exp(z − max) instead.")
@pytest.mark.promise("finite")
def test_extreme_scores(submission, reference, rng):
    """Scores of ±10000 give log probabilities without inf or nan."""
    pair = paired_models(submission, reference, "RecurrentLM", 5, 3, 4, rng=rng)
    for model in (pair.student, pair.reference):
        assign(model, {"b_2": np.array([1e4, -1e4, 0.0, 9999.0, 1e4])})
    tokens, state = np.array([0, 4]), np.zeros((2, 4))
    actual, _ = pair.student.next_log_probabilities(tokens, state)
    expected, _ = pair.reference.next_log_probabilities(tokens, state)
    finite(actual, "the log probabilities for scores of ±10000")
    equal(actual, expected, "the log probabilities for scores of ±10000", rtol=RTOL)
    # The states are about 1 for token 0 and −1 for token 4: all scores of one text are far above
    # those of the other, and each needs the maximum of its own row.
    embedding = np.array([5.0, 0.0, 0.0, 0.0, -5.0])[:, None] * np.ones(3)
    values = {"embedding": embedding, "cell.W_x": np.ones((3, 4)), "U": np.full((4, 5), 5e3)}
    for model in (pair.student, pair.reference):
        assign(model, values)
    actual, _ = pair.student.next_log_probabilities(tokens, state)
    expected, _ = pair.reference.next_log_probabilities(tokens, state)
    finite(actual, "the log probabilities of texts with very different scores")
    equal(actual, expected, "the log probabilities of texts with very different scores", rtol=RTOL)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("∂J/∂embedding is for the tokens that were read, not for those predicted.")
@pytest.mark.promise("RecurrentLM.backward")
def test_unread_tokens_have_no_gradient(submission, reference, rng):
    """Tokens that were not read get no gradient in the embedding."""
    pair = paired_models(submission, reference, "RecurrentLM", 6, 3, 4, rng=rng)
    tokens = rng.choice([1, 2, 5], size=(3, 4))
    tokens[0, :3] = [1, 2, 5]
    pair.same_backward(tokens, rng=rng)
    rows = np.any(pair.student.gradients["embedding"] != 0, axis=1)
    expect(
        not rows[[0, 3, 4]].any(),
        "gradients['embedding'] is not zero for tokens that were not read",
    )
    expect(rows[[1, 2, 5]].all(), "gradients['embedding'] is zero for a token that was read")


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(0.5)
@pytest.mark.hint("NumPy reads −1 as the last row: call _check_ids first.")
@pytest.mark.promise("errors", "RecurrentLM.forward.raises")
def test_ids_out_of_range(submission, reference, rng):
    """An id outside 0 ... V−1 raises an IndexError."""
    pair = paired_models(submission, reference, "RecurrentLM", 6, 3, 4, rng=rng)
    refusal = ("IndexError", "ValueError")
    refuses(pair.student, "forward", np.array([[0, 6]]), error=refusal)
    refuses(pair.student, "forward", np.array([[0, -1]]), error=refusal)
