"""`gradus replay`: the call of a failed check, made again in the terminal."""

import re

import numpy as np
import pytest
import typer
from programs import completed_python
from typer.testing import CliRunner

from autograder.commands.replay import replay
from framework.errors import BadInputError, ConflictError, UnknownNameError, UsageError

CHECK = "test_activations.py::test_sigmoid_backward"


@pytest.fixture
def mistake(tmp_path, real_solution):
    """A file in which the derivative of the sigmoid is wrong."""
    file = tmp_path / "my work" / "activations.py"
    file.parent.mkdir()
    text = real_solution("activations").replace(
        "return grad_output * self.y * (1.0 - self.y)",
        "print('in backward')\n        return grad_output * self.y",
    )
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def run(real_course, mistake, tmp_path, monkeypatch, capfd):
    """Run the command: (exit code, output); errors of ours are raised."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(replay)

    def run(*arguments, stdin=""):
        where = ["--course", str(real_course.root), "--sandbox", "process"]
        result = CliRunner().invoke(app, [*arguments, *where, "--submission", str(mistake)], stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output + capfd.readouterr().out

    return run


def test_the_call_is_made_again_in_the_terminal(run):
    code, output = run(CHECK)
    assert code == 0
    assert "worst at [2]: expected 0.5625, received 2.25 (ratio 4)\n" in output
    assert "Without a sandbox: backward(float64 (3,)) of Sigmoid()\n" in output
    assert output.endswith("in backward\n[ 0.25 -1.    2.25]\n")


def test_the_arrays_of_the_call_are_saved(run, tmp_path):
    assert run(CHECK, "--save", "args.npz")[1] == (
        "Saved grad_output in args.npz: `numpy.load` reads it.\n"
    )
    with np.load(tmp_path / "args.npz") as saved:
        assert saved["grad_output"].tolist() == [1.0, -2.0, 3.0]


def test_the_program_runs_by_itself_and_is_not_overwritten(run, tmp_path):
    assert run(CHECK, "--script", "replay.py")[1] == (
        "Wrote replay.py. Run it with `python replay.py`.\n"
    )
    done = completed_python("replay.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("in backward\n[ 0.25 -1.    2.25]\n", "")
    (tmp_path / "replay.py").write_text("edited")
    with pytest.raises(ConflictError, match=r"replay\.py exists: .*`--force`"):
        run(CHECK, "--script", "replay.py")
    assert (tmp_path / "replay.py").read_text() == "edited"
    run(CHECK, "--script", "replay.py", "--force")
    assert "sigmoid" in (tmp_path / "replay.py").read_text().lower()


def test_a_folder_that_is_missing_is_an_error(run):
    for option in ("--script", "--save"):
        with pytest.raises(BadInputError, match=r"cannot be written: No such file"):
            run(CHECK, option, "missing/replay.py")


def test_a_program_is_for_numpy(run):
    with pytest.raises(UsageError, match="leave out `--backend`"):
        run(CHECK, "--script", "replay.py", "--backend", "torch")


def test_two_options_with_one_file_are_an_error(run):
    with pytest.raises(UsageError, match=r"replay\.npz would be written twice"):
        run(CHECK, "--script", "replay.py", "--save", "replay.npz")


def test_a_debugger_has_the_terminal(run):
    output = run(CHECK, "--pdb", stdin="p grad_output\nc\n")[1]
    assert re.search(r"activations\.py\(\d+\)backward\(\)", output)
    assert "(Pdb) array([ 1., -2.,  3.])\n" in output


@pytest.mark.parametrize(
    ("check", "error", "message"),
    [
        ("test_activations.py::test_sigmoid_bckward", UnknownNameError, "did you mean"),
        ("test_activations.py", UsageError, r"expected test_EXERCISE\.py::TEST"),
        ("test_activations_hidden.py::test_x", UsageError, "only public checks"),
        ("test_activation.py::test_x", UnknownNameError, "no exercise 'activation'"),
    ],
)
def test_unknown_checks_are_refused(run, check, error, message):
    with pytest.raises(error, match=message):
        run(check)


def test_a_passed_check_makes_its_last_call(run):
    code, output = run("test_activations.py::test_tanh_forward")
    assert code == 0
    assert output.startswith("test_activations.py::test_tanh_forward passes. Its last call")


def test_a_missing_file_is_an_error(run, mistake):
    mistake.unlink()
    with pytest.raises(BadInputError, match="no submission"):
        run(CHECK)
