"""Plain pytest on an exercise: an editor's test panel shows what `grade` says, in short."""

import shutil

import pytest
from programs import completed_python
from repository import ROOT


@pytest.fixture
def course(tmp_path, real_course):
    """A course of its own, with only the activations."""
    for name in ("exercises", "solutions"):
        part = f"{name}/neural_networks/activations"
        shutil.copytree(
            real_course.root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "exercises" / "course.toml").write_text(
        '[[units]]\nname = "neural_networks"\ntitle = "x"\nexercises = ["activations"]\n'
    )
    return tmp_path


@pytest.fixture
def run_pytest(course, monkeypatch):
    for variable in ("CI", "BUILD_NUMBER"):  # with these, pytest's own summary is many lines long
        monkeypatch.delenv(variable, raising=False)

    def run_pytest(*arguments):
        return completed_python(
            "-m", "pytest", "-p", "no:cacheprovider", *arguments, cwd=course, timeout=60
        )

    return run_pytest


def test_an_untouched_stub_fails_in_a_few_lines_each(run_pytest):
    done = run_pytest("exercises/neural_networks/activations", "-q")
    assert done.returncode == 1
    assert "12 failed" in done.stdout
    checks = (ROOT / "exercises/neural_networks/activations/test_activations.py").read_text("utf-8")
    first_call = checks[: checks.index("pair.student.forward")].count("\n") + 1
    assert (
        "not written yet\n\n"
        f"test_activations.py:{first_call}: "
        "Sigmoid: forward is 1 / (1 + exp(−z)), without overflow\n"
        "  call     forward(float64 (3,)) of Sigmoid()\n"
        "  line     neural_networks/activations/activations.py:"
    ) in done.stdout
    for inner in ("Traceback", "session.py", "raise fault_from", "autograder/"):
        assert inner not in done.stdout
    assert len(done.stdout.splitlines()) < 12 * 9
    assert "PytestUnknownMarkWarning" not in done.stdout, "the markers are known"


def test_what_is_right_passes_and_what_is_wrong_is_reported(run_pytest, course, real_solution):
    stub = course / "exercises/neural_networks/activations/activations.py"
    text = real_solution("activations").replace(
        "return grad_output * self.y * (1.0 - self.y)",
        'print("a trace")\n        return grad_output * self.y',
    )
    stub.write_text(text, "utf-8")
    done = run_pytest("exercises/neural_networks/activations/test_activations.py")
    assert done.returncode == 1
    assert "1 failed, 11 passed" in done.stdout
    _, failure = done.stdout.split("test_sigmoid_backward ____", 1)
    first, second, blank = failure.splitlines()[1:4]
    assert first == "You use σ(z) as the derivative: the factor 1 − σ(z) is missing."
    assert second.startswith("hint: ")
    assert blank == ""
    assert "worst at [2]: expected 0.5625, received 2.25 (ratio 4)" in done.stdout
    assert "  call     backward(float64 (3,)) of Sigmoid()" in done.stdout
    assert "  printed  a trace" in done.stdout


def test_hidden_checks_can_be_run_too(run_pytest, course, real_solution):
    stub = course / "exercises/neural_networks/activations/activations.py"
    stub.write_text(real_solution("activations"), "utf-8")
    done = run_pytest("solutions/neural_networks/activations", "-q")
    assert (done.returncode, "6 passed" in done.stdout) == (0, True), done.stdout


def test_tests_of_other_projects_fail_as_they_always_did(run_pytest, course):
    (course / "test_mine.py").write_text("def test_mine():\n    assert [1] == [2]\n")
    done = run_pytest("test_mine.py")
    assert "assert [1] == [2]" in done.stdout


def test_a_students_own_test_imports_the_file_beside_it(
    run_pytest, course, real_course, real_solution
):
    shutil.copy(real_course.root / "exercises" / "pytest.ini", course / "exercises")
    folder = course / "exercises/neural_networks/activations"
    (folder / "activations.py").write_text(real_solution("activations"), "utf-8")
    (folder / "random.py").write_text("raise RuntimeError('not the installed module')\n")
    (folder / "test_mine.py").write_text(
        "import random\nfrom activations import ReLU\n\n\n"
        "def test_mine():\n    assert ReLU and random.random() < 1\n"
    )
    done = run_pytest("exercises/neural_networks/activations")
    assert "13 passed" in done.stdout, done.stdout
