"""Calls that are made again in this process return what the check has received."""

import io
import sys
from contextlib import closing

import numpy as np
import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.replays import own_process
from autograder.replays.own_process import make_again, place_of_fault
from autograder.replays.recorded_calls import record
from autograder.results.report import Report
from autograder.sandbox.wire import Handle
from autograder.submissions.submission import load_submission


@pytest.fixture
def made_again(monkeypatch):
    """`made_again(setting, submission, check)`: what the call at fault returns now."""
    values = []
    real = own_process._Calls.result

    def result(*arguments):
        values.append(real(*arguments))
        return values[-1]

    def made_again(*recorded):
        monkeypatch.setattr(own_process._Calls, "result", result)
        assert make_again(*recorded) == 0
        return values[-1]

    return made_again


def received(check):
    """What the call at fault has returned to the check."""
    number, index = place_of_fault(check.exchanges, check.result)
    return check.exchanges[number].outcomes[index].value


def same(value, other):
    if isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(other, dict):
        return set(value) == set(other) and all(same(value[key], other[key]) for key in other)
    if isinstance(other, Handle):
        return type(value).__name__ == other.type_name
    return np.array_equal(value, other, equal_nan=np.asarray(other).dtype.kind == "f")


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
    assert same(made_again(*replayed), received(replayed[-1]))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong code overflows
@pytest.mark.parametrize("name", [e.name for e in find_course(ROOT).code_exercises])
def test_every_kind_of_call_is_made_again(graded, real_course, recorded, made_again, name):
    exercise = real_course.exercise(name)
    for mistake in load_mistakes(exercise)[:2]:
        source = mistake.apply(exercise.solution_source())
        report: Report = graded({name: source}, name)
        for check in [one for one in report.exercises[0].checks if one.can_be_replayed][:2]:
            replayed = recorded(check.id, source)
            result, exchanges = replayed[-1].result, replayed[-1].exchanges
            if place_of_fault(exchanges, result) is None:
                continue
            if result.frames or "but raised " in result.message:
                assert make_again(*replayed) == 1
                continue
            assert same(made_again(*replayed), received(replayed[-1])), check.id


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
        assert same(made_again(process_setting, submission, check), received(check))
