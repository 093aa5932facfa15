"""`gradus why`: how a check came to its verdict, rule by rule."""

import pytest
import typer
from gradus_command import invoked
from repository import ROOT

from autograder.commands.why import explanation, why
from autograder.course.reading import find_course
from autograder.results.report import CheckResult, Reason
from autograder.verdicts import Verdict
from framework.errors import UnknownNameError, UsageError


@pytest.fixture
def run(real_course, tmp_path, real_solution):
    """`run(check, name=source)`: the lines that explain a check of a folder of files."""
    app = typer.Typer()
    app.command()(why)

    def run(check, *, course=real_course, **sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source, "utf-8")
        where = ["--submission", str(tmp_path), "--course", str(course.root)]
        return invoked(app, check, *where, "--sandbox", "process")[1].splitlines()

    return run


def test_a_wrong_answer_ends_the_check(run, real_solution):
    wrong = real_solution("activations").replace("np.tanh(z)", "np.sin(z)")
    title, verdict, reason, *details = run(
        "test_activations.py::test_tanh_forward", activations=wrong
    )
    assert title.startswith("test_activations.py::test_tanh_forward: ")
    assert verdict.startswith("failed, 0 of ")
    assert reason.startswith("  1. ending        failed: ")
    assert any("expected" in line for line in details)


def test_a_check_that_passes_has_a_reason_too(run, real_solution):
    lines = run("test_activations.py::test_tanh_forward", activations=real_solution("activations"))
    assert lines[2:] == ["  1. ending        passed"]


def test_a_check_that_waits_for_a_part_of_another_exercise(run):
    course = find_course(ROOT / "tests/data/courses/outside")
    names = ("shift", "shifted_classifier")
    shift, classifier = (course.exercise(name).solution_source() for name in names)
    wrong = {"shift": shift.replace("return x + ", "return x - "), "shifted_classifier": classifier}
    check = "test_shifted_classifier.py::test_scores_and_gradients"
    lines = run(check, course=course, **wrong)
    assert lines[1].startswith("blocked, 0 of ")
    assert lines[2].startswith("  1. ending        failed: ")
    assert (
        lines[3]
        == "  2. blocking      blocked: uses your shift, which does not pass its own checks"
    )


def test_no_check_of_what_is_not_begun_has_run(run, real_course):
    stub = real_course.exercise("activations").stub.read_text("utf-8")
    lines = run("test_activations.py::test_tanh_forward", activations=stub)
    assert lines[0] == "Sigmoid is written: not started: not written yet"


def test_a_check_that_is_none(run, real_solution):
    with pytest.raises(UnknownNameError, match="test_tanh_forward"):
        run("test_activations.py::test_tanh_forwards", activations=real_solution("activations"))
    with pytest.raises(UsageError, match=r"is no check: expected test_EXERCISE\.py::TEST"):
        run("activations", activations="")


def test_the_messages_of_hidden_checks_are_shown_on_request():
    reasons = (Reason("ending", Verdict.FAILED, "a secret"),)
    check = CheckResult(
        "test_rnn_hidden.py::test_one", "It is one", "RNN", True, 2, Verdict.FAILED, "a secret",
        ("3 instead of 4",), reasons=reasons,
    )  # fmt: skip
    assert list(explanation(check, show_messages=False)) == [
        "test_rnn_hidden.py::test_one: It is one",
        "failed, 0 of 2 points",
        "  1. ending        failed",
    ]
    shown = list(explanation(check, show_messages=True))
    assert shown[2:] == ["  1. ending        failed: a secret", "     3 instead of 4"]


def test_a_written_answer_has_reasons_too(gradus, asked_course, answers, right_answers):
    stub = asked_course.exercise("asked").stub
    stub.write_text(answers(**right_answers | {"half": "2 m"}), "utf-8")
    assert gradus("why", "questions.md::half")[1].splitlines() == [
        "questions.md::half: How long is half a metre?",
        "failed, 0 of 2 points",
        "  1. answer        failed: 2 m is not the right number",
        "     your answer: 2 m",
    ]
    lines = gradus("why", "asked::why")[1].splitlines()
    assert lines[1] == "waits for a person, 0 of 3 points"
    assert lines[2].startswith("  1. answer        waits for a person: an instructor reads it")


def test_a_question_that_no_exercise_asks(gradus, asked_course):
    with pytest.raises(UsageError, match="is no check"):
        gradus("why", "questions.md::what")
    with pytest.raises(UsageError, match=r"written questions asked::half, .*asked::why"):
        gradus("why", "asked")
