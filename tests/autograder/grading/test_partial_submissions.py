"""Answers that students really give: nearly right ones, and the messages about them."""

import json
import re
import tomllib
from importlib.util import find_spec

import pytest
from printed_text import printed
from repository import ROOT, text_of

from autograder.reports.json_report import render_json
from autograder.verdicts import Verdict

WRITTEN_IN_TORCH = ROOT / "tests/data/alternates/neural_networks/neuron/with_torch.py"

WRONG, CRASHED, NOT_STARTED = Verdict.FAILED, Verdict.CRASHED, Verdict.NOT_STARTED


def checks_of(result, verdict):
    return [check for check in result.checks if check.verdict is verdict]


def told(check):
    """Everything that a student reads about a check."""
    return "\n".join([check.title, check.message, *check.details])


MISTAKES = tomllib.loads(text_of("submissions/nearly_right.toml"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if "sample" in item else pytest.mark.slow)
        for name, item in MISTAKES.items()
    ],
)
def test_a_mistake_costs_its_own_points_and_is_named(graded, real_solution, name):
    mistake = MISTAKES[name]
    exercise, task, verdict = mistake["exercise"], mistake["task"], Verdict(mistake["verdict"])
    text = real_solution(exercise)
    for before, after in mistake["changes"]:
        assert text.count(before) == 1
        text = text.replace(before, after)
    (result,) = graded({exercise: text}).exercises
    wrong = {actual.name: actual for actual in result.tasks if actual.verdict is not Verdict.PASSED}
    assert list(wrong) == [task]
    assert wrong[task].verdict is verdict
    everything = "\n".join(map(told, checks_of(result, verdict)))
    for expected in mistake["words"]:
        assert expected in everything
    passed = {check.title for check in checks_of(result, Verdict.PASSED)}
    assert passed.issuperset(mistake.get("unharmed", []))


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
    noisy = real_solution("gradient_clipping").replace(
        "return {name: g * factor",
        'print("factor", factor)\n    return {name: g / 0 * factor',
    )
    losses = real_solution("losses")

    def text(**facts):
        report = graded({"losses": losses, "gradient_clipping": noisy}, **facts)
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
    marked = '        if x.shape[-1] != len(self._arrays["W"]):\n'
    assert text.count(marked) == 1
    text = text.replace(marked, f"        x += 1e-12\n{marked}")
    (result,) = graded({"neuron": text}, backend="torch").exercises
    messages = "\n".join(map(told, checks_of(result, WRONG)))
    assert "Affine.forward changes x: after the call" in messages
