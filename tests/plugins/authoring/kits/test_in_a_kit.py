"""What works in a kit: commands, plain pytest, an editor's panel, training."""

import pytest
from gradus_command import gradus
from programs import completed_python

from autograder.course.reading import Course
from autograder.grading.setting import GradeOptions, open_setting
from framework.commands.setup import choose_backend, unfinished_parts
from framework.errors import PluginError, UsageError
from framework.providers.loaded_plugins import Plugins

NAME = "activations"


@pytest.fixture
def at_kit(kit_root, monkeypatch):
    monkeypatch.chdir(kit_root)
    return kit_root


def test_commands_of_students(at_kit, write, real_solution):
    assert "18" in gradus("list")
    assert "not started" in gradus("list")
    assert "Write your code in" in gradus("show", NAME)
    assert "Hint 1 of" in gradus("hint", NAME)
    assert "Wrote activations.ipynb" in gradus("notebook", NAME)
    stub = (at_kit / "kit/stubs/activations.py").read_text("utf-8")
    file = write(at_kit, real_solution(NAME))
    assert "written" in gradus("list")
    assert "is the original stub again" in gradus("reset", NAME)
    assert file.read_text("utf-8") == stub


def test_plain_pytest_begins_with_the_mistake_and_the_hint(at_kit, write, real_solution):
    right = "return grad_output * self.y * (1.0 - self.y)"
    write(at_kit, real_solution(NAME).replace(right, "return self.y * (1.0 - self.y)"))
    done = completed_python(
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        cwd=at_kit / f"exercises/neural_networks/{NAME}",
        timeout=120,
    )
    assert "1 failed, 11 passed" in done.stdout
    _, failure = done.stdout.split("test_sigmoid_backward ____", 1)
    first, second, blank = failure.splitlines()[1:4]
    assert first == "You return σ'(z) in backward without multiplying by grad_output."
    assert second.startswith("hint: What is the gradient at z")
    assert blank == ""


def test_a_kit_is_built_and_updated_by_commands(built, kit_root, tmp_path, monkeypatch):
    readme = kit_root / "README.md"
    readme.write_text("edited", "utf-8")
    monkeypatch.chdir(kit_root)
    assert "is up to date: replaced 1 file, yours are untouched" in gradus(
        "kit", "update", built.place
    )
    assert readme.read_text("utf-8").startswith("# Student kit")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no exercise 'activation': did you mean 'activations'"):
        gradus("kit", "build", tmp_path / "new", "activation")


def test_a_kit_grades_no_code_of_others(at_kit):
    course = Course.read(at_kit)
    with pytest.raises(UsageError, match="own code alone: leave out `--provider torch`"):
        open_setting(GradeOptions(provider="torch"), course)
    assert open_setting(GradeOptions(), course).options.provider == ""


def test_training_says_which_parts_are_not_written(at_kit, write, real_solution):
    """The kit has no language model: here, the course of the kit is asked for the parts alone."""
    write(at_kit, real_solution(NAME).replace("class Tanh", "class Tangent"))
    backend = choose_backend(Plugins(), "numpy", "student", submission=at_kit / "exercises")
    message = r"'tanh' is not written.* uses: activations: tanh\. `grade"
    with unfinished_parts(backend):
        backend.build("sigmoid", kind="model")
    with pytest.raises(UsageError, match=message), unfinished_parts(backend):
        backend.build("tanh", kind="model")
    registry = Plugins().registry
    for name in ("softmax_cross_entropy", "sgd", "adam"):  # without solutions
        assert registry.get(name, "numpy").__module__ == "framework.training.loss_and_optimizers"


def test_commands_use_the_students_parts_from_any_folder_of_the_kit(
    at_kit, write, real_solution, monkeypatch
):
    with pytest.raises(UsageError, match=r"nothing is written in .*`grade` says what to do first$"):
        choose_backend(Plugins(), "numpy", submission=None)
    write(at_kit, real_solution(NAME))
    assert choose_backend(Plugins(), "torch", submission=None).provider == "torch"
    for folder in (at_kit, at_kit / "exercises/neural_networks"):
        monkeypatch.chdir(folder)
        backend = choose_backend(Plugins(), "numpy", submission=None)
        assert backend.provider == "student"
        backend.build("sigmoid", kind="model")


def test_a_syntax_error_is_a_result_and_never_the_docstrings_of_the_kit(
    at_kit, write, real_solution, graded
):
    write(at_kit, real_solution(NAME).replace("class Tanh(Model):", "class Tanh(Model)", 1))
    report = graded(at_kit)
    assert report.exit_code == 1
    assert "SyntaxError" in report.checks[0].message
    backend = choose_backend(Plugins(), "numpy", submission=None)
    with pytest.raises(PluginError, match=r"tanh@student .*SyntaxError.*activations\.py, line"):
        backend.build("tanh", kind="model")
