"""The method that was wrong first, found in the answers beside those of the solution."""

import pytest

from autograder.diagnosis.diagnose import diagnosed
from autograder.results.report import Fact
from autograder.verdicts import Verdict

FORWARD = (
    "self.step.forward(from_input[:, t], states[:, t], W_h)",
    "self.step.forward(from_input[:, t], 1.1 * states[:, t] + 0.1 * states[:, t] ** 2, W_h)",
)
STATE = ("self.state = states[:, -1].copy()", "self.state = states[:, -1] ** 2 + 0.1")
DRAWN = (
    "self.rng.random(ids.shape) < self.keep_probability",
    "self.rng.random(ids.shape) >= 1 - self.keep_probability",
    'self.gradients[f"b_{i}"] += grad.sum(axis=0)',
    'self.gradients[f"b_{i}"] += np.sin(grad).sum(axis=0)',
)
BACKWARD = ("grad = grad_h[:, t] + from_later", "grad = grad_h[:, t] + np.sin(from_later)")


@pytest.fixture
def failed(changed, few_trials):
    """`failed("rnn", old, new)`: the failed checks, by the names of their tests."""

    def failed(*change):
        graded = changed(*change)
        parts = graded.exercise, graded.checks, graded.transcripts, graded.parts
        checks = {check.id.split("::")[1]: check for check in diagnosed(*parts)}
        return {name: check for name, check in checks.items() if check.verdict is Verdict.FAILED}

    return failed


@pytest.mark.parametrize(
    ("change", "method", "facts"),
    [
        (FORWARD, "RNN.forward", {"the result of forward: values"}),
        (STATE, "RNN.forward", {"state: values"}),
    ],
)
def test_every_check_names_what_was_wrong_first(failed, change, method, facts):
    checks = failed("rnn", *change).values()
    assert len(checks) > 1
    assert {check.method for check in checks} == {method}
    assert {check.fact.what for check in checks} == facts
    assert all("forward(" in check.call for check in checks)


def test_methods_that_draw_random_numbers_in_their_own_way_are_not_blamed(failed):
    """Another order of draws is right; what is wrong is the backward pass alone."""
    checks = failed("bag_of_vectors", *DRAWN)
    assert {check.method.rpartition(".")[2] for check in checks.values()} == {"backward"}


def test_a_loss_with_the_sum_for_the_mean_is_no_wrong_backward(failed):
    mean = "return float(np.mean(np.maximum(violation, 0.0)))"
    checks = failed("losses", mean, mean.replace("mean", "sum"))
    assert checks
    assert "test_max_margin_backward" not in checks
    assert {check.method for check in checks.values()} == {"MaxMarginLoss.forward"}


def test_new_arrays_of_gradients_are_the_fault_of_the_method_that_puts_them_there(failed):
    change = ('self.gradients["W"] += x.T @ delta', 'self.gradients["W"] = x.T @ delta')
    checks = failed("neuron", *change).values()
    assert {check.method for check in checks} == {"Affine.backward"}
    assert all("copy" not in check.fact.what for check in checks)


def test_a_result_that_is_its_own_array_is_the_fault_of_forward(failed):
    change = ("return states[:, 1:].copy()", "return states[:, 1:]")
    (check,) = failed("rnn", *change).values()
    assert (check.method, check.details) == ("RNN.forward", ())
    assert check.message.startswith("the gradient that backward returns is another one after the")


def test_backward_is_not_blamed_on_a_forward_that_is_right(failed):
    checks = failed("rnn", *BACKWARD)
    assert {check.method for check in checks.values()} == {"RNN.backward"}
    assert "test_gradients_are_right" in checks


def test_a_wrong_forward_behind_wrong_gradients_is_reported_with_what_it_gave(failed):
    change = ("/ (1.0 + e)\n        return self.y", "/ (1.1 + e)\n        return self.y")
    check = failed("activations", *change)["test_sigmoid_backward"]
    assert check.message == (
        "Sigmoid.forward is wrong: the result of forward: values, expected 0.75, received 0.697674"
    )
    assert check.fact == Fact("the result of forward: values", "0.75", "0.697674")
    assert (check.method, check.call) == ("Sigmoid.forward", "forward(float64 (3,)) of Sigmoid()")
    assert check.details[0].startswith("later in this check: grad_output · σ' at −ln 3, 0, ln 3: ")
