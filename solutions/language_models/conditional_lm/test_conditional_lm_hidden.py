"""Hidden checks of the conditional language model: other sizes, no condition, extreme scores."""

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


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "Nothing in the model may depend on particular sizes; V, K, E and H may be equal."
)
@pytest.mark.promise("ConditionalLM", "dtype")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts of 1 to 20 words, sizes of 1, different K, E and H; float32."""
    for N, T, V, K, E, H in [(1, 1, 2, 1, 1, 1), (1, 6, 5, 5, 5, 5), (3, 20, 4, 6, 2, 3)]:
        pair = paired_models(submission, reference, "ConditionalLM", V, K, E, H, rng=rng)
        tokens, condition = rng.integers(V, size=(N, T)), rng.normal(size=(N, K))
        pair.same_forward(tokens, condition)
        pair.same_backward(tokens, condition, rng=rng)
    if in_float32(pair):
        state = pair.student.initial_state(3)
        equal(state, pair.reference.initial_state(3), "initial_state(3) of a model in float32")
        condition = condition.astype(np.float32)
        pair.same_forward(tokens, condition, rtol=1e-4)
        pair.same_backward(tokens, condition, rng=rng, rtol=1e-4)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "Without a condition the state starts from zeros, and so does the condition in it."
)
@pytest.mark.promise(
    "the-state-holds-the-condition",
    "without-a-condition-it-is-recurrent-lm",
    "only-h-is-conditioned",
)
def test_initial_state(submission, reference, rng):
    """The initial state with and without a condition; zeros have no effect."""
    condition = rng.normal(size=(5, 2))
    for cell in ({"sum_of": ["rnn", "rnn", "rnn"], "h_first": True}, "rnn"):
        pair = paired_models(submission, reference, "ConditionalLM", 6, 2, 3, 4, cell, rng=rng)
        for given in ((condition,), ()):
            expected = pair.reference.initial_state(5, *given)
            equal(pair.student.initial_state(5, *given), expected, "initial_state", rtol=RTOL)
    tokens, nothing = rng.integers(6, size=(5, 3)), np.zeros((5, 2))
    before = pair.same_forward(tokens, nothing)
    assign(pair.student, {"W_0": rng.normal(size=(2, 4)), "W_c": rng.normal(size=(2, 3))})
    after = pair.student.forward(tokens, nothing)
    equal(after, before, "the logits for a condition of zeros, with other W_0 and W_c", rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Keep what backward needs only in forward: other calls may come between the two.")
@pytest.mark.promise("independent-calls")
def test_calls_between_forward_and_backward(submission, reference, rng):
    """Calls of forward are independent, and initial_state does not disturb backward."""
    pair = paired_models(submission, reference, "ConditionalLM", 6, 2, 3, 4, rng=rng)
    tokens, condition = rng.integers(6, size=(3, 5)), rng.normal(size=(3, 2))
    upstream = rng.normal(size=(3, 5, 6))
    answers = []
    for model in (pair.student, pair.reference):
        model.forward(tokens, condition, rng.normal(size=(3, 4)))
        model.forward(tokens, condition)
        model.initial_state(3, condition + 1)
        answers.append((model.backward(upstream), model.gradients))
    equal(answers[0][0], answers[1][0], "the gradient of the condition", rtol=RTOL)
    equal(answers[0][1], answers[1][1], "gradients", rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Do not change the tokens and the state: return a new state.")
@pytest.mark.promise("ConditionalLM")
def test_next_log_probabilities_from_a_state(submission, reference, rng):
    """next_log_probabilities from any state, which it does not change."""
    pair = paired_models(submission, reference, "ConditionalLM", 9, 2, 3, 4, rng=rng)
    tokens, state = rng.integers(9, size=4), (rng.normal(size=(4, 4)), rng.normal(size=(4, 2)))
    actual = pair.student.next_log_probabilities(tokens, state)
    expected = pair.reference.next_log_probabilities(tokens, state)
    equal(actual, expected, "log probabilities and state", rtol=RTOL)
    left = after_call(pair.student, "next_log_probabilities", tokens, state)
    equal(left, (tokens, state), "the arguments after the call")


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("exp(−10000) is 0 and its log −inf: use z − max − log Σ exp(z − max) instead.")
@pytest.mark.promise("finite")
def test_extreme_scores(submission, reference, rng):
    """Scores of ±10000 give log probabilities without inf or nan, for each text."""
    pair = paired_models(submission, reference, "ConditionalLM", 4, 2, 3, 4, rng=rng)
    for model in (pair.student, pair.reference):
        assign(model, {"b_2": np.array([1e4, -1e4, 0.0, 9999.0]), "U": np.full((4, 4), 5e3)})
    # States of about 1 and −1: all scores of one text are far above those of the other.
    state = np.array([[20.0], [-20.0]]) * np.ones(4), np.zeros((2, 2))
    values = {"cell.W_h": np.eye(4)}
    for model in (pair.student, pair.reference):
        assign(model, values)
    tokens = np.array([0, 1])
    actual, _ = pair.student.next_log_probabilities(tokens, state)
    expected, _ = pair.reference.next_log_probabilities(tokens, state)
    finite(actual, "the log probabilities for scores of ±10000")
    equal(actual, expected, "the log probabilities for scores of ±10000", rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("∂J/∂embedding is for the tokens that were read, not for those predicted.")
@pytest.mark.promise("gradients-of-tokens-read")
def test_unread_tokens_have_no_gradient(submission, reference, rng):
    """Tokens that were not read get no gradient in the embedding."""
    pair = paired_models(submission, reference, "ConditionalLM", 6, 2, 3, 4, rng=rng)
    pair.same_backward(np.array([[1, 2, 5], [5, 1, 1]]), rng.normal(size=(2, 2)), rng=rng)
    rows = np.any(pair.student.gradients["embedding"] != 0, axis=1)
    expect(
        not rows[[0, 3, 4]].any(),
        "gradients['embedding'] is not zero for tokens that were not read",
    )


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Call _check_ids and self._check_condition first.")
@pytest.mark.promise("errors", "ConditionalLM.forward.raises", "ConditionalLM.initial_state.raises")
def test_what_does_not_fit_is_refused(submission, reference, rng):
    """An id outside 0 ... V−1 and conditions that are not (N, K) raise an error."""
    pair = paired_models(submission, reference, "ConditionalLM", 6, 2, 3, 4, rng=rng)
    refusal = ("IndexError", "ValueError")
    refuses(pair.student, "forward", np.array([[0, 6]]), np.zeros((1, 2)), error=refusal)
    refuses(pair.student, "forward", np.array([[0, -1]]), np.zeros((1, 2)), error=refusal)
    tokens = np.array([[0, 1], [2, 3]])
    refuses(pair.student, "forward", tokens, np.zeros((1, 2)))  # NumPy would broadcast it
    refuses(pair.student, "initial_state", 2, np.zeros((1, 2)))
