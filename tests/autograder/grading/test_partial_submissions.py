"""Answers that students really give: nearly right ones, and the messages about them."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec

import pytest
from printed_text import printed
from repository import ROOT

from autograder.reports.json_report import render_json
from autograder.verdicts import Verdict

WRITTEN_IN_TORCH = ROOT / "tests/data/alternates/language_models/rnn/with_torch.py"

WRONG, CRASHED, NOT_STARTED = Verdict.FAILED, Verdict.CRASHED, Verdict.NOT_STARTED


def checks_of(result, verdict):
    return [check for check in result.checks if check.verdict is verdict]


def told(check):
    """Everything that a student reads about a check."""
    return "\n".join([check.title, check.message, *check.details])


MISTAKES = {
    "RNN without the state before": (
        "rnn",
        [("from_input + h @ W_h", "from_input + 0 * h @ W_h")],
        "RNNStep",
        WRONG,
        ["forward: 8 of 8 values differ from the expected ones"],
        ["RNNStep.backward: the gradients of a_t and of the state before the step"],
    ),
    "RNN that never goes back in time": (
        "rnn",
        [("grad_a[:, t], from_later = self.step", "grad_a[:, t], last = self.step")],
        "RNN",
        WRONG,
        ["grad_x that backward returns"],
        ["A whole sequence from a given state"],
    ),
    "RNN that multiplies by W_h": (
        "rnn",
        [("grad_a, grad_a @ W_h.T", "grad_a, grad_a @ W_h")],
        "RNNStep",
        WRONG,
        ["worst at [", "(ratio "],
        ["RNNStep.forward: the next state, in float64 and in float32"],
    ),
    "RNN that overwrites its gradients": (
        "rnn",
        [
            ('self.gradients["W_x"] +=', 'self.gradients["W_x"][...] ='),
            ('self.gradients["W_h"] +=', 'self.gradients["W_h"][...] ='),
            ('self.gradients["b"] +=', 'self.gradients["b"][...] ='),
        ],
        "RNN",
        WRONG,
        ["RNN.backward overwrites gradients['W_x']: it must add to it"],
        ["Backward through time, also after the caller has changed the states"],
    ),
    "skip-gram that loses repeated words": (
        "word2vec",
        [
            (
                'np.add.at(self.gradients["center_vectors"], self.center_ids, grad_v_c)',
                'self.gradients["center_vectors"][self.center_ids] += grad_v_c',
            )
        ],
        "SkipGram",
        WRONG,
        ["gradients['center_vectors']:"],
        ["SkipGram: gradients of both parameters, for three different centre words"],
    ),
    "softmax that overflows": (
        "word2vec",
        [("np.exp(scores - scores.max(axis=-1, keepdims=True))", "np.exp(scores)")],
        "softmax",
        WRONG,
        ["values are not finite", "nan at ["],
        ["softmax: each row becomes a distribution"],
    ),
    "softmax over the wrong axis": (
        "word2vec",
        [("e / e.sum(axis=-1, keepdims=True)", "e / e.sum(axis=0, keepdims=True)")],
        "softmax",
        WRONG,
        ["softmax: 24 of 24 values differ"],
        [],
    ),
    "ReLU that changes its argument": (
        "activations",
        [("return np.maximum(z, 0.0)", "z[z < 0] = 0\n        return z.copy()")],
        "ReLU",
        WRONG,
        ["ReLU.forward changes z: after the call"],
        ["LeakyReLU: backward multiplies by k where z ≤ 0"],
    ),
    "tanh in single precision": (
        "activations",
        [("self.y = np.tanh(z)", "self.y = np.tanh(z.astype(np.float32))")],
        "Tanh",
        WRONG,
        ["float32 where float64 was given"],
        [],
    ),
    "a sigmoid that forgets a factor": (
        "activations",
        [("grad_output * self.y * (1.0 - self.y)", "grad_output * self.y")],
        "Sigmoid",
        WRONG,
        [
            "grad_output · σ' at −ln 3, 0, ln 3: 3 of 3 values differ",
            "expected 0.5625, received 2.25 (ratio 4)",
        ],
        ["Sigmoid: forward is 1 / (1 + exp(−z)), without overflow"],
    ),
    "an exponent that is no array's": (
        "activations",
        [("return z / self.denominator", "return z.divided_by(self.denominator)")],
        "SoftSign",
        CRASHED,
        ["AttributeError: 'numpy.ndarray' object has no attribute 'divided_by'"],
        [],
    ),
    "SGD that leaves the parameters where they are": (
        "optimizers",
        [
            (
                "x -= self.learning_rate * gradients[name]",
                "parameters[name] = x - self.learning_rate * gradients[name]",
            )
        ],
        "SGD",
        WRONG,
        ["step puts a new array into parameters['x']"],
        [],
    ),
    "a padding that is averaged in": (
        "bag_of_vectors",
        [("words = ids != PAD", "words = ids >= PAD")],
        "DeepAveragingNetwork",
        WRONG,
        ["values differ from the expected ones"],
        [],
    ),
}


#: One of each kind: an array, gradients, repeated rows, overflow, an argument, an exception.
SAMPLE = (
    "RNN that overwrites its gradients",
    "skip-gram that loses repeated words",
    "softmax that overflows",
    "ReLU that changes its argument",
    "a sigmoid that forgets a factor",
    "an exponent that is no array's",
)


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=() if one in SAMPLE else pytest.mark.slow) for one in MISTAKES],
)
def test_a_mistake_costs_its_own_points_and_is_named(graded, real_solution, name):
    exercise, changes, task, verdict, words, unharmed = MISTAKES[name]
    text = real_solution(exercise)
    for before, after in changes:
        assert text.count(before) == 1
        text = text.replace(before, after)
    (result,) = graded({exercise: text}).exercises
    wrong = {found.name: found for found in result.tasks if found.verdict is not Verdict.PASSED}
    assert list(wrong) == [task]
    assert wrong[task].verdict is verdict
    everything = "\n".join(map(told, checks_of(result, verdict)))
    for expected in words:
        assert expected in everything
    passed = {check.title for check in checks_of(result, Verdict.PASSED)}
    assert passed.issuperset(unharmed)


@pytest.fixture
def stub(real_course):
    return lambda name: real_course.exercise(name).stub.read_text("utf-8")


def test_one_task_of_six_earns_its_own_points(graded, stub):
    text = stub("activations").replace(
        '        """Return rect(z)."""\n'
        "        # TODO: your code here\n        raise NotImplementedError",
        '        """Return rect(z)."""\n        return np.maximum(z, 0.0)',
    )
    (result,) = graded({"activations": text}).exercises
    relu = next(task for task in result.tasks if task.name == "ReLU")
    assert result.earned == relu.checks[0].points == 1.5
    assert [check.verdict for check in relu.checks] == [Verdict.PASSED, NOT_STARTED, NOT_STARTED]


def test_a_language_model_without_its_cell_is_blocked(graded, real_solution, stub):
    standalone_exercise = {"rnn_lm": real_solution("rnn_lm")}
    (result,) = graded(standalone_exercise, "rnn_lm").exercises
    assert {check.verdict for check in result.checks} == {Verdict.BLOCKED}
    message = "uses your rnn, which is not written yet"
    assert {check.message for check in result.checks} == {message}
    assert result.earned == 0
    (result,) = graded({**standalone_exercise, "rnn": stub("rnn")}, "rnn_lm").exercises
    assert result.verdict is Verdict.BLOCKED
    assert {c.message for c in checks_of(result, Verdict.BLOCKED)} == {message}


def test_a_file_that_does_not_parse_tells_its_line(graded, real_solution):
    text = real_solution("rnn").replace("N, T, _ = x.shape", "N, T, _ = x.shape)")
    (result,) = graded({"rnn": text}).exercises
    assert {check.message for check in result.checks} == {"SyntaxError: unmatched ')'"}
    line = text[: text.index("x.shape)")].count("\n") + 1
    assert {check.frames[-1].place for check in result.checks} == {f"rnn.py:{line}"}


def test_what_was_printed_stands_with_its_check(graded, real_solution):
    text = real_solution("activations").replace(
        "self.positive = z > 0\n        return np.maximum",
        'print("z", z.shape)\n        return np.max',
    )
    (result,) = graded({"activations": text}).exercises
    texts = {check.task: printed(check) for check in result.checks}
    assert texts["ReLU"].startswith("z (")
    assert set(texts.values()) - {texts["ReLU"]} == {""}


def test_the_same_submission_and_seed_give_the_same_report(graded, real_solution):
    noisy = real_solution("activations").replace(
        "return grad_output * self.inside",
        'print("inside", grad_output)\n        return grad_output / 0 * self.inside',
    )
    wrong = real_solution("losses").replace("np.exp(", "np.exp2(")

    def text(**facts):
        report = graded({"activations": noisy, "losses": wrong}, **facts)
        return re.sub(r'"seconds": [\d.e-]+', '"seconds": 0', render_json(report, show_hidden=True))

    first = text()
    assert first == text(jobs=2)
    assert "RuntimeWarning" in first
    other = json.loads(text(seed=1))
    assert other["provenance"]["seed"] == 1
    assert other["exercises"] != json.loads(first)["exercises"], "another seed draws other inputs"
    assert other["earned"] == json.loads(first)["earned"]


@pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
def test_torch_tensors_are_watched_like_arrays(graded):
    text = WRITTEN_IN_TORCH.read_text("utf-8")
    marked = "        x, h_0 = self._read(x, h_0)\n"
    assert marked in text
    text = text.replace(marked, f"        x += 1e-12\n{marked}")
    (result,) = graded({"rnn": text}, backend="torch").exercises
    messages = "\n".join(map(told, checks_of(result, WRONG)))
    assert "RNN.forward changes x: after the call" in messages
