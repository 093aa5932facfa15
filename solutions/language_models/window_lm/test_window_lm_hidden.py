"""Hidden checks of the window language model: other sizes, states, extreme scores, bad ids."""

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


@pytest.mark.task("WindowLM")
@pytest.mark.points(3)
@pytest.mark.hint("With a window of one word the state is empty. A text may be very short.")
@pytest.mark.promise("WindowLM.window", "WindowLM.forward.state", "dtype")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts shorter than the window, a window of 1, sizes of 1; float32."""
    shapes = [(1, 1, 2, 1, 1, 1), (1, 6, 5, 5, 5, 5), (4, 1, 11, 2, 6, 3), (3, 9, 4, 6, 2, 2)]
    for N, T, V, E, H, n in shapes:
        pair = paired_models(submission, reference, "WindowLM", V, E, H, n, direct=T > 1, rng=rng)
        tokens, state = rng.integers(V, size=(N, T)), rng.integers(V + 1, size=(N, n - 1))
        pair.same_forward(tokens, state)
        pair.same_backward(tokens, state, rng=rng)
    if in_float32(pair):
        pair.same_forward(tokens, state, rtol=1e-5)
        pair.same_backward(tokens, state, rng=rng, rtol=1e-4)


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("forward(tokens) starts a new text, even if self.state holds words.")
@pytest.mark.promise("WindowLM.forward.state", "starts-with-the-row-of-the-start")
def test_calls_start_anew(submission, reference, rng):
    """Without a state a new text starts; the initial state gives the same logits."""
    pair = paired_models(submission, reference, "WindowLM", 6, 3, 4, 3, rng=rng)
    tokens = rng.integers(6, size=(2, 5))
    pair.same_forward(rng.integers(6, size=(2, 9)))
    pair.same_forward(tokens)
    state = pair.student.initial_state(2)
    equal(state, np.full((2, 2), 6), "initial_state(2) with a window of 3 and 6 words")
    expected = pair.student.forward(tokens)
    equal(pair.student.forward(tokens, state), expected, "the logits from the initial state")


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("Do not change the tokens and the state: return a new state.")
@pytest.mark.promise("unchanged")
def test_next_log_probabilities_from_a_state(submission, reference, rng):
    """next_log_probabilities from any state, which it does not change."""
    pair = paired_models(submission, reference, "WindowLM", 9, 3, 4, 4, rng=rng)
    tokens, state = rng.integers(9, size=4), rng.integers(9, size=(4, 3))
    actual = pair.student.next_log_probabilities(tokens, state)
    expected = pair.reference.next_log_probabilities(tokens, state)
    equal(actual, expected, "log probabilities and state")
    left = after_call(pair.student, "next_log_probabilities", tokens, state)
    equal(left, (tokens, state), "the arguments after the call")


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("exp(−10000) is 0 and its log −inf: use z − max − log Σ exp(z − max) instead.")
@pytest.mark.promise("finite")
def test_extreme_scores(submission, reference, rng):
    """Scores of ±10000 give log probabilities without inf or nan, text by text."""
    pair = paired_models(submission, reference, "WindowLM", 5, 3, 4, 2, rng=rng)
    embedding = np.array([5.0, 0.0, 0.0, 0.0, -5.0, 0.0])[:, None] * np.ones(3)
    ones = {"embedding": embedding, "W": np.ones((6, 4)), "U": np.full((4, 5), 5e3)}
    for values in ({"b_2": np.array([1e4, -1e4, 0.0, 9999.0, 1e4])}, ones):
        for model in (pair.student, pair.reference):
            assign(model, values)
        tokens, state = np.array([0, 4]), np.array([[1], [2]])
        actual, _ = pair.student.next_log_probabilities(tokens, state)
        expected, _ = pair.reference.next_log_probabilities(tokens, state)
        finite(actual, "the log probabilities for scores of ±10000")
        equal(actual, expected, "the log probabilities for scores of ±10000")


@pytest.mark.task("WindowLM")
@pytest.mark.points(2)
@pytest.mark.hint("∂J/∂embedding is for the ids in the windows, including V.")
@pytest.mark.promise("gradients")
def test_words_in_no_window(submission, reference, rng):
    """Words in no window get no gradient; the row for the start of a text gets one."""
    pair = paired_models(submission, reference, "WindowLM", 6, 3, 4, 3, rng=rng)
    tokens = rng.choice([1, 2, 5], size=(3, 4))
    tokens[0, :3] = [1, 2, 5]
    pair.same_backward(tokens, rng=rng)
    rows = np.any(pair.student.gradients["embedding"] != 0, axis=1)
    expect(
        not rows[[0, 3, 4]].any(), "gradients['embedding'] is not zero for words that were not read"
    )
    expect(rows[[1, 2, 5]].all(), "gradients['embedding'] is zero for a word that was read")
    expect(bool(rows[6]), "gradients['embedding'] is zero in row V, the start of a text")


@pytest.mark.task("WindowLM")
@pytest.mark.points(1)
@pytest.mark.hint("Row V is not a word: V as a token raises an IndexError.")
@pytest.mark.promise("errors", "WindowLM.raises", "WindowLM.forward.raises")
def test_bad_input(submission, reference, rng):
    """Ids outside 0 ... V−1 and a window below 1 raise an error; the default window is 4."""
    pair = paired_models(submission, reference, "WindowLM", 6, 3, 4, rng=rng)
    pair.same_forward(np.array([[0, 5]]))
    for ids in ([[0, 6]], [[0, -1]]):
        refuses(pair.student, "forward", np.array(ids), error=("IndexError", "ValueError"))
    refuses(submission, "WindowLM", 6, 3, 4, 0, rng=rng)
