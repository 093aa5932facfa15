"""Calls that are made again in this process return what the check has received."""

import io
import sys
from contextlib import closing

import pytest

from autograder.replays import own_process
from autograder.replays.own_process import make_again
from autograder.replays.recorded_calls import record
from autograder.submissions.submission import load_submission


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("test_lstm.py::test_one_step", "lost-transpose"),
        ("test_gated_lm.py::test_forward", ""),
        ("test_qrnn.py::test_other_widths[1]", "forget-gate-reversed"),
        ("test_gradient_check.py::test_central_differences", ""),  # has functions of the check
    ],
)
def test_the_call_returns_what_the_check_received(recorded, mistaken, made_again, check, mistake):
    name = check.partition("::")[0].removeprefix("test_").removesuffix(".py")
    replayed = recorded(check, mistaken(name, mistake))
    assert made_again(*replayed) == 0


def test_the_items_of_a_result_are_printed_behind_their_names(recorded, mistaken, capsys):
    replayed = recorded(
        "test_lstm.py::test_backward_through_time", mistaken("lstm", "lost-transpose")
    )
    make_again(*replayed)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("grad_x = ")
    assert any(line.startswith("grad_c_0 = ") for line in lines)


def test_an_exception_is_shown_from_the_students_code_on(recorded, real_solution, capsys):
    source = real_solution("activations").replace("np.tanh(", "np.tahn(")
    assert make_again(*recorded("test_activations.py::test_tanh_forward", source)) == 1
    _, first, *_, last = capsys.readouterr().err.splitlines()
    assert "activations.py" in first
    assert last.startswith("AttributeError: ")


def test_a_file_that_cannot_be_imported_is_imported_again(recorded, real_solution, capsys):
    source = real_solution("activations") + "\nmissing\n"
    assert make_again(*recorded("test_activations.py::test_tanh_forward", source)) == 1
    assert "NameError: name 'missing'" in capsys.readouterr().err


def test_a_syntax_error_is_shown_with_its_line_alone(recorded, real_solution, capsys):
    broken = real_solution("activations").replace("class Tanh(Model):", "class Tanh(Model)", 1)
    assert make_again(*recorded("test_activations.py::test_tanh_forward", broken)) == 1
    shown = capsys.readouterr().err
    assert "class Tanh(Model)\n" in shown and "own_process" not in shown


def test_without_one_call_at_fault_the_whole_check_runs(
    recorded, real_solution, monkeypatch, capsys
):
    monkeypatch.setattr(own_process, "place_of_fault", lambda exchanges, result: None)
    source = real_solution("activations").replace("np.tanh(", "print('seen') or np.cosh(")
    assert make_again(*recorded("test_activations.py::test_tanh_forward", source)) == 0
    assert capsys.readouterr().out.startswith("seen\n")


def test_the_debugger_stops_in_the_call_alone(recorded, real_solution, monkeypatch, capsys):
    source = real_solution("activations").replace("np.tanh(", "np.cosh(")
    replayed = recorded("test_activations.py::test_tanh_backward", source)
    monkeypatch.setattr(sys, "stdin", io.StringIO("w\np grad_output\nc\n"))
    assert make_again(*replayed, pdb=True) == 0
    output = capsys.readouterr().out
    assert "activations.py(" in output and ")backward()" in output
    assert output.count("--Call--") == 1


def test_who_leaves_the_debugger_leaves_the_command(recorded, real_solution, monkeypatch, capsys):
    source = real_solution("activations").replace("np.tanh(", "np.cosh(")
    replayed = recorded("test_activations.py::test_tanh_backward", source)
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    assert make_again(*replayed, pdb=True) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_code_of_a_notebook_is_taken_from_its_cells(
    real_course, real_solution, make_notebook, made_again, process_setting, tmp_path
):
    source = real_solution("activations").replace("np.tanh(", "np.cosh(")
    notebook = tmp_path / "my notebook.ipynb"
    notebook.write_bytes(make_notebook(source, name="activations"))
    with closing(load_submission(notebook, real_course, ["activations"])) as submission:
        check = record("test_activations.py::test_tanh_forward", process_setting, submission)
        assert made_again(process_setting, submission, check) == 0
