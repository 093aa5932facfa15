"""Programs with the calls of a check, and files with its arrays."""

import numpy as np
import pytest

from autograder.replays import script
from autograder.replays.recorded_calls import record
from autograder.replays.script import arguments_at_fault, generator, save_arrays, script_of
from autograder.submissions.submission import load_submission
from framework.errors import UsageError


@pytest.fixture
def written(recorded, real_course):
    """`written(check, source)`: the program for a check of `source`, and its arrays."""

    def written(check, source):
        _, submission, replayed = recorded(check, source)
        return script_of(replayed, submission, real_course)

    return written


def test_small_arrays_and_texts_are_written_out(written, real_solution):
    source = real_solution("activations").replace("self.y * (1.0 - self.y)", "self.y")
    text, arrays = written("test_activations.py::test_sigmoid_backward", source)
    assert ".backward(np.array([1.0, -2.0, 3.0], dtype='float64'))\nprint(result_" in text
    assert not arrays and "np.load" not in text


def test_arrays_have_the_names_of_parameters(recorded, mistaken):
    _, submission, check = recorded("test_lstm.py::test_one_step", mistaken("lstm"))
    assert {"from_input", "h", "c", "W_h"} >= set(arguments_at_fault(check, submission))


def test_arrays_are_saved_under_every_name_that_a_parameter_can_have(tmp_path):
    given = {
        name: np.array([number]) for number, name in enumerate(["file", "args", "x['W']", "ß"])
    }
    save_arrays(tmp_path / "args.npz", given)
    with np.load(tmp_path / "args.npz") as saved:
        assert {name: saved[name].tolist() for name in saved} == {
            name: array.tolist() for name, array in given.items()
        }


def test_objects_of_the_check_are_refused(written, real_solution):
    check = "test_gradient_check.py::test_central_differences"
    with pytest.raises(UsageError, match=rf"object of the check.* `gradus replay {check}`"):
        written(check, real_solution("gradient_check"))


def test_without_one_call_at_fault_there_is_no_program(written, real_solution, monkeypatch):
    monkeypatch.setattr(script, "place_of_fault", lambda exchanges, result: None)
    with pytest.raises(UsageError, match="no single call is at fault"):
        written("test_neuron.py::test_sigmoid_values", real_solution("neuron"))


def test_a_call_without_arrays_has_nothing_to_save(recorded, real_solution):
    _, submission, check = recorded(
        "test_lexicon.py::test_synonyms_of_good", real_solution("lexicon")
    )
    with pytest.raises(UsageError, match="no arrays"):
        arguments_at_fault(check, submission)


def test_a_file_that_cannot_be_imported_is_imported(written, real_solution):
    text, _ = written(
        "test_activations.py::test_tanh_forward", real_solution("activations") + "\nmissing\n"
    )
    assert text.endswith("import activations\n")


def test_code_of_a_notebook_is_refused(
    real_course, real_solution, make_notebook, process_setting, tmp_path
):
    notebook = tmp_path / "activations.ipynb"
    notebook.write_bytes(make_notebook(real_solution("activations"), name="activations"))
    with load_submission(notebook, real_course, ["activations"]) as submission:
        check = record("test_activations.py::test_tanh_forward", process_setting, submission)
        with pytest.raises(UsageError, match=r"expected a file activations\.py, found .*ipynb"):
            script_of(check, submission, real_course)


def test_a_generator_continues_where_it_was():
    rng = np.random.default_rng(3)
    rng.integers(5)
    assert generator(rng.bit_generator.state).random() == rng.random()
