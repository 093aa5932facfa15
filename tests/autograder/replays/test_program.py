"""Programs that make the call at fault again: they return what the check has received."""

import builtins

import numpy as np
import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.replays import program as programs
from autograder.replays.actions import actions_in, place_of_fault
from autograder.replays.program import program
from autograder.replays.recorded_calls import record
from autograder.replays.session import Replay
from autograder.results.report import Report
from autograder.sandbox.wire import Handle


def run(composed, tmp_path):
    """The names that the program leaves, and its arrays are where it wants them."""
    names = {}
    if composed.arrays:
        np.savez(tmp_path / "arrays.npz", **composed.arrays)
    exec(compile(composed.text, "replay.py", "exec"), names)
    return names


def received(check):
    """What the call at fault has returned to the check."""
    place = place_of_fault(actions_in(check.exchanges), check.result)
    outcomes = [outcome for exchange in check.exchanges for outcome in exchange.outcomes]
    return outcomes[place].value


def same(one, other):
    if isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(other, dict):
        return set(one) == set(other) and all(same(one[key], other[key]) for key in other)
    if isinstance(other, Handle):
        return type(one).__name__ == other.type_name
    return np.array_equal(one, other, equal_nan=np.asarray(other).dtype.kind == "f")


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("test_lstm.py::test_one_step", "lost-transpose"),
        ("test_gated_lm.py::test_forward", ""),
        ("test_qrnn.py::test_other_widths[1]", "forget-gate-reversed"),
    ],
)
def test_the_call_returns_what_the_check_received(recorded, mistaken, tmp_path, check, mistake):
    name = check.partition("::")[0].removeprefix("test_").removesuffix(".py")
    replay, found = recorded(check, mistaken(name, mistake))
    composed = program(replay, found, str(tmp_path / "arrays.npz"))
    assert same(run(composed, tmp_path)["result"], received(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", [e.name for e in find_course(ROOT).code_exercises])
def test_every_kind_of_call_is_made_again(graded, real_course, recorded, tmp_path, name):
    exercise = real_course.exercise(name)
    for mistake in load_mistakes(exercise)[:2]:
        source = mistake.apply(exercise.solution_source())
        report: Report = graded({name: source}, name)
        for check in [one for one in report.exercises[0].checks if one.can_be_replayed][:2]:
            replay, found = recorded(check.id, source)
            composed = program(replay, found, str(tmp_path / "arrays.npz"))
            if "run_check" in composed.text or found.result.frames:
                continue
            _, is_raised, error = found.result.message.partition("but raised ")
            if is_raised:
                with pytest.raises(getattr(builtins, error)):
                    run(composed, tmp_path)
                continue
            assert same(run(composed, tmp_path)["result"], received(found)), composed.text


def test_the_program_makes_only_the_calls_that_matter(recorded, real_solution, tmp_path):
    source = real_solution("activations").replace(
        "return grad_output * self.y * (1.0 - self.y)", "return grad_output * self.y"
    )
    replay, found = recorded("test_activations.py::test_sigmoid_backward", source)
    text = program(replay, found, "unused.npz").text
    _, calls = text.split("activations = replay.code('activations')\n\n")
    assert calls == (
        "model = activations.Sigmoid()\n"
        "model.forward(np.array([-1.0986122886681098, 0.0, 1.0986122886681098], dtype='float64'))\n"
        "\n"
        "grad_output = np.array([1.0, -2.0, 3.0], dtype='float64')\n"
        "# The check says: grad_output · σ' at −ln 3, 0, ln 3: "
        "3 of 3 values differ from the expected\n"
        "# ones\n"
        "result = model.backward(grad_output)\n"
        "print(result)\n"
    )


def test_functions_of_a_check_are_passed_again(recorded, mistaken, tmp_path):
    check = "test_gradient_check.py::test_central_differences"
    replay, found = recorded(check, mistaken("gradient_check"))
    composed = program(replay, found, str(tmp_path / "arrays.npz"))
    assert "callbacks = replay.callbacks()" in composed.text
    assert same(run(composed, tmp_path)["result"], received(found))


def test_a_file_that_cannot_be_imported_is_imported_again(recorded, real_solution, tmp_path):
    replay, found = recorded(
        "test_activations.py::test_tanh_forward", real_solution("activations") + "\nmissing\n"
    )
    composed = program(replay, found, "unused.npz")
    with pytest.raises(NameError, match="missing"):
        run(composed, tmp_path)


def test_without_one_call_at_fault_the_whole_check_runs(
    recorded, real_solution, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(programs, "MAX_ACTIONS", 0)
    source = real_solution("activations").replace("np.tanh(", "print('seen') or np.cosh(")
    replay, found = recorded("test_activations.py::test_tanh_forward", source)
    run(program(replay, found, "unused.npz"), tmp_path)
    assert capsys.readouterr().out.startswith("seen\n")


def test_the_debugger_stops_in_the_call(recorded, real_solution):
    source = real_solution("activations").replace("np.tanh(", "np.cosh(")
    replay, found = recorded("test_activations.py::test_tanh_forward", source)
    text = program(replay, found, "unused.npz", pdb=True).text
    assert "import pdb\n" in text
    assert "debug_errors()\n" in text
    assert "result = pdb.runcall(model.forward, z)\n" in text


def test_code_of_a_notebook_is_taken_from_its_cells(
    real_course, real_solution, make_notebook, tmp_path
):
    source = real_solution("activations").replace("np.tanh(", "np.cosh(")
    notebook = tmp_path / "my notebook.ipynb"
    notebook.write_bytes(make_notebook(source, name="activations"))
    check = "test_activations.py::test_tanh_forward"
    replay = Replay(
        check, submission=str(notebook), course=str(real_course.root), sandbox="process"
    )
    with replay.submission:
        found = record(check, replay.setting, replay.submission)
        composed = program(replay, found, str(tmp_path / "arrays.npz"))
        assert same(run(composed, tmp_path)["result"], received(found))
