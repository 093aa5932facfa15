"""A listed mistake is recognised by what it answers, however it is written."""

import tomllib
from itertools import chain

import pytest
from repository import text_of

from autograder.verdicts import Verdict

#: Mistakes that students make, each in another form than its list has.
FORMS = tomllib.loads(text_of("texts/diagnosis/names.toml"))
#: Those that the default run tries.
QUICK = (
    "losses/loss-of-shape-one",
    "negative_sampling/summed-gradient",
    "rnn/transpose-by-einsum",
)

SAMPLE = [
    ("rnn", "recurrent-weights-not-transposed"),
    ("rnn", "bias-gradient-averaged"),
    ("optimizers", "sgd-changes-the-gradients"),
    ("activations", "tanh-overflows"),
    ("word2vec", "pairs-swapped"),
    ("bag_of_vectors", "sum-for-mean"),
]


@pytest.mark.parametrize(("exercise", "mistake"), SAMPLE)
def test_a_mistake_is_named(with_mistake, exercise, mistake):
    told = with_mistake(exercise, mistake).diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {mistake}


@pytest.mark.parametrize(
    "form",
    [form if form in QUICK else pytest.param(form, marks=pytest.mark.slow) for form in FORMS],
)
def test_a_mistake_in_another_form_is_named_too(changed, form):
    told = changed(form.split("/")[0], *chain(*FORMS[form]["changes"])).diagnoses()
    assert FORMS[form]["named"] in {item.id for item in told.values()}


def test_two_mistakes_are_reported_where_each_of_them_is_alone(changed):
    told = changed(
        "activations",
        "self.y = np.tanh(z)",
        "self.y = np.tanh(z) + 1.0",
        "return grad_output * self.positive\n",
        "return grad_output * (grad_output > 0)\n",
    ).diagnoses()
    assert told["test_tanh_forward"].id == "tanh-is-a-sigmoid"
    assert {d.id for name, d in told.items() if "_relu_" in name and "leaky" not in name} == {
        "relu-derivative-by-the-upstream-sign"
    }


def test_a_mistake_is_not_named_for_its_exception_alone(changed):
    """Each of them raises a ValueError in the first call, as many other mistakes would."""
    graded = changed(
        "rnn",
        "        N, T, _ = x.shape\n",
        '        N, T, _ = x.shape\n        raise ValueError("of another sort")\n',
    )
    assert graded.diagnoses() == {}


def test_what_no_mistake_answers_is_left_alone(changed):
    graded = changed(
        "activations",
        "return grad_output / self.denominator / self.denominator",
        "return np.sin(grad_output + self.denominator)",
    )
    assert any(check.verdict is Verdict.FAILED for check in graded.checks)
    assert graded.diagnoses() == {}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self.y = np.tanh(z)", "self.y = np.ones_like(z)"),
        ("self.y = np.tanh(z)", "self.y = np.exp(z)"),
        ("grad_output * self.y * (1.0 - self.y)", "grad_output * 0.5"),
        ("grad_output * self.y * (1.0 - self.y)", "grad_output * (1.0 - self.y)"),
        ("grad_output * (1.0 - self.y**2)", "0 * grad_output"),
    ],
)
def test_a_mistake_is_not_named_for_one_common_number(changed, right, wrong):
    """At z = 0, where the checks compare too, a listed mistake gives the same number."""
    told = changed("activations", right, wrong).diagnoses()
    assert [item.id for item in told.values() if not item.id.startswith("generic/")] == []
