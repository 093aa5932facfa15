"""No sentence is false: wrong code of one kind does not get the name of another kind."""

import tomllib
from itertools import chain

import pytest
from repository import text_of

FALSE = tomllib.loads(text_of("texts/diagnosis/never_false.toml"))
#: Exercises of the cases that the default run tries: those that are graded fast.
QUICK = ("negative_sampling", "count_vectors", "losses", "lexicon", "optimizers")


@pytest.mark.parametrize(
    "case",
    [
        case if wrong["exercise"] in QUICK else pytest.param(case, marks=pytest.mark.slow)
        for case, wrong in FALSE.items()
    ],
)
def test_nothing_false_is_said(changed, case):
    wrong = FALSE[case]
    graded = changed(wrong["exercise"], *chain(*wrong["changes"]))
    assert graded.failed
    told = [item for item in graded.told() if item.id]
    words, names = wrong.get("words", []), set[str]().union(*(item.names for item in told))
    assert [item.sentence for item in told if any(word in item.sentence for word in words)] == []
    assert names <= set(wrong.get("only", names))


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
