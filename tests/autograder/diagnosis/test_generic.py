"""Without a list of mistakes: what the answers show, compared with those of the solution."""

import pytest

CASES = {
    "a lost sign": (
        "activations",
        [
            "return grad_output * self.y * (1.0 - self.y)",
            "return -grad_output * self.y * (1.0 - self.y)",
        ],
        "generic/negated",
        "of opposite sign",
    ),
    "a factor": (
        "activations",
        [
            "return grad_output * self.y * (1.0 - self.y)",
            "return 3 * grad_output * self.y * (1.0 - self.y)",
        ],
        "generic/factor",
        "is 3 times the expected value",
    ),
    "divided by the batch": (
        "word2vec",
        ["grad_scores.T @ self.v_c", "grad_scores.T @ self.v_c / len(grad_scores)"],
        "generic/divided-by-a-size",
        "divides gradients['outside_vectors'] by the batch size",
    ),
    "a lost transpose": (
        "shortcuts",
        ['grad_z @ p["W_t"].T', 'grad_z @ p["W_t"]'],
        "generic/lost-transpose",
        "In your backward a transpose of W_t is missing or extra",
    ),
    "a missing term": (
        "rnn",
        ['@ self.parameters["W_x"] + self.parameters["b"]', '@ self.parameters["W_x"]'],
        "generic/missing-term",
        "does not use b:",
    ),
    "one step late": (
        "rnn",
        ["return states[:, 1:].copy()", "return states[:, :-1].copy()"],
        "generic/shifted",
        "one step late along axis 1",
    ),
    "zero": (
        "rnn",
        ["return grad_a @ W_x.T, from_later", "return grad_a @ W_x.T, 0 * from_later"],
        "generic/zero",
        "the result grad_h_0 is zero",
    ),
    "a result that is its own array": (
        "rnn",
        ["return states[:, 1:].copy()", "return states[:, 1:]"],
        "generic/shares-memory",
        "returns an array that it keeps for later calls, or a view of it, not a copy",
    ),
    "the square of a difference": (
        "activations",
        ["return grad_output * (1.0 - self.y**2)", "return grad_output * (1.0 - self.y) ** 2"],
        "generic/square-of-difference",
        "(1 − x)² instead of 1 − x²",
    ),
    "the columns of all targets": (
        "losses",
        ["grad[np.arange(len(grad)), self.y] -= 1", "grad[:, self.y] -= 1"],
        "generic/all-rows",
        "x[:, ids] instead of x[rows, ids]",
    ),
    "summed for averaged": (
        "bag_of_vectors",
        ["weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)", "weights /= 1"],
        "generic/",
        "sum instead of mean",
    ),
    "in the other order": (
        "stacked",
        ["np.concatenate([x, h], axis=-1)", "np.concatenate([h, x], axis=-1)"],
        "generic/another-order",
        "two items are joined in the opposite order",
    ),
    "numbers that are almost right": (
        "cbow",
        [
            "np.maximum(mask.sum(axis=1, keepdims=True), 1)",
            "(mask.sum(axis=1, keepdims=True) + 1e-6)",
        ],
        "generic/almost-right",
        "is right to about 6 digits",
    ),
    "another activation": (
        "rnn",
        [
            "np.tanh(from_input + h @ W_h)",
            "np.maximum(from_input + h @ W_h, 0)",
        ],
        "generic/another-function",
        "uses ReLU instead of tanh",
    ),
    "a gradient that ignores the upstream gradient": (
        "neuron",
        ['self.gradients["b"] += delta.sum(axis=0)', 'self.gradients["b"] += len(delta)'],
        "generic/ignores-upstream",
        "without its upstream gradient",
    ),
    "1 − β for β in a power": (
        "optimizers",
        ["m = m / (1.0 - self.beta1**t)", "m = m / (1.0 - (1.0 - self.beta1) ** t)"],
        "generic/complement",
        "1 − x instead of x in one place",
    ),
    "a learning rate that is kept": (
        "optimizers",
        [
            "x -= self.learning_rate * gradients[name]",
            'x -= vars(self).setdefault("rate", self.learning_rate) * gradients[name]',
        ],
        "generic/keeps-the-rate",
        "Your SGD keeps the learning rate of its first step",
    ),
    "a standard deviation for a variance": (
        "batch_norm",
        ["M / (M - 1) * variance - self", "M / (M - 1) * np.sqrt(variance) - self"],
        "generic/root-of-variance",
        "the root of one variance, a standard deviation",
    ),
    "one table with two names": (
        "ngram",
        [
            "self.counts, self.totals = Counter(), Counter()",
            "self.counts = self.totals = Counter()",
        ],
        "generic/shared-start",
        "one array or table has two names",
    ),
    "one of several words of an option": (
        "stacked",
        ["        self.drop = drop\n", '        self.drop = drop = "weights"\n'],
        "generic/another-option",
        'computes as if drop were always "weights"',
    ),
    "a term of opposite sign": (
        "losses",
        [
            "violation = self.margin + corrupt_scores - true_scores",
            "violation = corrupt_scores - self.margin - true_scores",
        ],
        "generic/negated-term",
        "one term has the opposite sign",
    ),
    "two faults in one method": (
        "rnn",
        [
            "np.tensordot(x, grad_a, axes=steps)",
            "np.tensordot(np.cos(x), grad_a, axes=steps)",
            'self.gradients["b"] += grad_a.sum(axis=(0, 1))',
            'self.gradients["b"] += 3 * grad_a.sum(axis=(0, 1))',
        ],
        "generic/factor",
        "Gradients['b'] is 3 times the expected value",
    ),
    "calls of what was given": (
        "dropout",
        ["    model.eval()\n", ""],
        "generic/calls",
        "Your monte_carlo calls `eval` 0 times, expected 1",
    ),
    "another dtype": (
        "cbow",
        ["    return ids, inside\n", "    return ids, inside.astype(float)\n"],
        "generic/another-dtype",
        "the result mask has dtype float64, expected bool",
    ),
    "another exception": (
        "lm_training",
        ["alphabet.index(character)", "dict(zip(alphabet, range(99)))[character]"],
        "generic/another-exception",
        "raises KeyError where a ValueError is expected",
    ),
    "a list": (
        "lexicon",
        ["    return found\n", "    return {pos: sorted(words) for pos, words in found.items()}\n"],
        "generic/sorted",
        "is sorted",
    ),
    "a forward that is wrong, with a backward of its own": (
        "pooling",
        [
            "y = np.take_along_axis(candidates, self._winners, axis=1)[:, 0]",
            "y = x.max(axis=1)",
        ],
        "generic/dropped-choice",
        "one choice by a mask is missing",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_reported_without_a_list(changed, case):
    exercise, replacements, name, words = CASES[case]
    told = changed(exercise, *replacements).diagnoses(listed=False)
    assert told
    for diagnosis in told.values():
        assert diagnosis.id.startswith(name)
        assert words.lower() in diagnosis.sentence.lower()
