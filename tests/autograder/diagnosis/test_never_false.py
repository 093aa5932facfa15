"""No sentence is false: wrong code of one kind does not get the name of another kind."""

import pytest

#: What dropout computes, in training and at test time.
DROPOUT = """kept = self.rng.random(x.shape) < p
            factors = kept / p if self.inverted else kept
        else:
            factors = np.full(x.shape, 1.0 if self.inverted else p)"""
#: The last lines of the forward of `VariationalDropout`.
VARIATIONAL = """factors = np.full((N, 1, D), 1.0 if self.inverted else p)
        self._factors = factors.astype(x.dtype)
        return x * self._factors"""
#: What is wrong -> exercise, replacements, and words that no diagnosis may have.
FALSE = {
    "a wrong loss beside a listed slope": (
        "negative_sampling",
        [
            "loss = np.logaddexp(0.0, -z).sum()",
            "loss = np.sin(z).sum()",
            "slopes = -signs * np.exp(-np.logaddexp(0.0, z))",
            "slopes = -signs * np.exp(-np.logaddexp(0.0, -z))",
        ],
        ["derivative of −log σ(z)"],
    ),
    "one sign": (
        "negative_sampling",
        [
            "loss = np.logaddexp(0.0, -z).sum()",
            "loss = -np.logaddexp(0.0, -z).sum()",
        ],
        ["drawn words like the outside word", "gradients of the log likelihood"],
    ),
    "an ignored option": (
        "dropout",
        [
            DROPOUT,
            DROPOUT.replace("kept / p if self.inverted else kept", "kept").replace(
                "1.0 if self.inverted else p", "p"
            ),
        ],
        ["at test time, too"],
    ),
    "a wrong probability": (
        "dropout",
        [
            DROPOUT,
            DROPOUT.replace("random(x.shape) < p", "random(x.shape) < p**2").replace(
                "else p)", "else p**2)"
            ),
        ],
        ["at test time", "is not set"],
    ),
    "a mask without its factor": (
        "dropout",
        [
            VARIATIONAL,
            VARIATIONAL.replace("factors.astype", "(factors != 0).astype").replace(
                "x * self._factors", "x * factors"
            ),
        ],
        ["every gradient"],
    ),
    "zero everywhere": (
        "count_vectors",
        ["np.maximum(together - apart - np.log(shift), 0.0), 0.0)", "0.0, 0.0)"],
        ["subtract k", "log k"],
    ),
    "a wrong count below other models": (
        "ngram",
        ["self.totals[shorter] += 1", "self.totals[shorter] += len(shorter)"],
        ["Your estimate", "δ"],
    ),
    "a root of a negative number": (
        "activations",
        ["self.y = np.tanh(z)", "self.y = np.tanh(z) * np.sqrt(z) / np.sqrt(z)"],
        ["computes 0/0", "overflow", "exp(−z)"],
    ),
    "the logarithm of infinity": (
        "losses",
        [
            "return float(np.mean(np.log(total) - right))",
            "return float(np.mean(-np.log(np.exp(-(np.log(total) - right) * -1e3))))",
        ],
        ["probability that is 0", "rounded to 0"],
    ),
    "a transpose": (
        "shortcuts",
        ['grad_z @ p["W_t"].T', 'grad_z @ p["W_t"]'],
        ["W_t.T instead of W_t"],
    ),
    "another form of the sigmoid": (
        "activations",
        [
            "self.y = np.where(z >= 0, 1.0, e) / (1.0 + e)",
            "self.y = 0.5 * (1.0 + np.tanh(0.5 * z))",
        ],
        ["exp(", "You"],
    ),
}


@pytest.mark.parametrize("case", FALSE)
def test_nothing_false_is_said(changed, case):
    exercise, replacements, words = FALSE[case]
    graded = changed(exercise, *replacements)
    assert graded.failed
    told = [one.sentence for one in graded.told() if one.id]
    assert [sentence for sentence in told if any(word in sentence for word in words)] == []


RAISING = {
    "a key": ("lexicon", 'lexicon["index"].get(key, [])', 'lexicon["index"][key]'),
    "shapes": ("rnn", "return grad_a, grad_a @ W_h.T", "return grad_a, grad_a.T @ W_h.T"),
}


@pytest.mark.parametrize("case", RAISING)
def test_an_exception_is_no_proof_of_a_change(changed, case):
    """Many changes of the solution raise it: its message and its line say what happened."""
    graded = changed(*RAISING[case])
    assert graded.failed
    assert graded.diagnoses(listed=False) == {}


SIGMOIDS = [
    "self.y = 1.0 / (1.0 + np.exp(-z))",
    "self.y = np.exp(-np.logaddexp(0.0, -z))",
    "self.y = np.where(z > 0, 1.0 / (1.0 + e), e / (1.0 + e))",
    "self.y = np.exp(np.minimum(z, 0.0)) / (1.0 + e)",
    "self.y = np.vectorize(lambda v: 1 / (1 + np.exp(-max(v, -700.0))), otypes=[z.dtype])(z)",
]


@pytest.mark.parametrize("form", SIGMOIDS)
def test_right_forms_of_the_sigmoid_get_no_sentence(changed, form):
    """The same numbers in another form: had its checks failed, nothing would be said."""
    graded = changed("activations", "self.y = np.where(z >= 0, 1.0, e) / (1.0 + e)", form)
    told = graded.told_if_failed()
    assert {name: said for name, said in told.items() if "sigmoid" in name} == {}
