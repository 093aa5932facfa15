"""Messages for students are true: imports that fail, names that are lost, missing returns."""

import json
from importlib.util import find_spec

import pytest
from repository import ROOT

from autograder.cli import grade
from autograder.judging.ending import fitting_hint
from autograder.results.report import CheckResult, Fact
from autograder.verdicts import Verdict

COURSE = ROOT / "tests/data/hostile/course"
RIGHT = (COURSE / "solutions/unit/target/target.py").read_text("utf-8")


@pytest.fixture
def told(tmp_path):
    """`told(source, *options)`: the report about the file or notebook `source`."""

    def told(source, *options, exercise="target"):
        name = f"{exercise}.ipynb" if isinstance(source, bytes) else f"{exercise}.py"
        (tmp_path / name).write_bytes(source if isinstance(source, bytes) else source.encode())
        report = tmp_path / "report.json"
        command = [exercise, "--submission", str(tmp_path / name), "--course", str(COURSE)]
        assert grade([*command, "--sandbox", "process", "--json", str(report), *options]) == 1
        return json.loads(report.read_text("utf-8"))

    return told


def checks_of(report, task):
    (exercise,) = report["exercises"]
    return next(result["checks"] for result in exercise["tasks"] if result["name"] == task)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x = (", "SyntaxError: '(' was never closed"),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("x = 1 / 0", "ZeroDivisionError: division by zero"),
        ("attacked()", "TypeError: attacked() missing 1 required positional argument: 'x'"),
        ("import no_such_package", "ModuleNotFoundError: not available to graded code: no_such_"),
        ("raise NotImplementedError('later')", "NotImplementedError: later"),
        ("raise NotImplementedError", "NotImplementedError"),
        ("undefined", "NameError: name 'undefined' is not defined"),
    ],
)
def test_an_error_at_import_shows_itself(told, line, message):
    report = told(f"{RIGHT}\n{line}\n")
    lines = RIGHT.count("\n") + 2
    for task in ("attacked", "Layer", "honest"):
        for check in checks_of(report, task):
            assert check["verdict"] == "crashed"
            assert check["message"].startswith(message)
            assert (check["hint"], check["diagnosis"]) == ("", None)
            assert check["call"] == "importing the file"
            assert [frame["line"] for frame in check["frames"]][:1] == [lines]


def test_a_broken_cell_of_a_notebook_fails_its_task_alone(told, make_notebook):
    cells = RIGHT.split("\n\n\n")
    broken = next(i for i, cell in enumerate(cells) if "def honest" in cell)
    cells[broken] = "def honest(x):\n    return (3 * x"
    report = told(make_notebook("# A title", *cells))
    (check,) = checks_of(report, "honest")
    location = f"cell {broken + 2}, line 2: '(' was never closed"
    assert (check["verdict"], check["message"]) == ("failed", f"syntax error in {location}")
    assert {c["verdict"] for c in checks_of(report, "attacked")} == {"passed"}


def test_what_uses_a_broken_cell_gets_a_message_about_it(told, make_notebook):
    cells = [*RIGHT.split("\n\n\n"), "TABLE = honest(1)", "def attacked(x):\n    return TABLE"]
    cells = [cell.replace("def honest(x):", "def honest(x:") for cell in cells]
    (check,) = checks_of(told(make_notebook(*cells)), "attacked")
    assert check["message"] == "NameError: name 'honest' is not defined"
    assert "syntax error in cell" in check["details"][0]


@pytest.mark.parametrize("name", ["Honest", "hones", "honest_", "honnest"])
def test_a_name_that_is_almost_right_gets_the_near_miss(told, make_notebook, name):
    source = RIGHT.replace("def honest(", f"def {name}(")
    (check,) = checks_of(told(source), "honest")
    line = source[: source.index(f"def {name}(")].count("\n") + 1
    assert check["verdict"] == "failed"
    assert f"honest is not defined: is {name} (line {line}) meant?" in check["message"]
    (check,) = checks_of(told(make_notebook(source)), "honest")
    assert f"is {name} (cell 1, line {line}) meant?" in check["message"]


def test_a_name_that_is_far_is_not_started(told):
    (check,) = checks_of(told(RIGHT.replace("def honest(", "def something_else(")), "honest")
    assert (check["verdict"], check["message"]) == (
        "not started",
        "target.py does not define honest",
    )


def test_none_in_place_of_a_value_asks_about_return(told):
    source = RIGHT.replace("    return 3", "    3").replace("return x @", "x @")
    assert source.count("return") < RIGHT.count("return") - 1
    report = told(source)
    (check,) = checks_of(report, "honest")
    assert "received None" in check["message"]
    assert check["details"] == ["honest returned None: is a `return` missing?"]
    forward = checks_of(report, "Layer")[0]
    assert forward["details"][-1] == "Layer.forward returned None: is a `return` missing?"


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
def test_numpy_code_under_torch_is_reported_once(told):
    course = ["--course", str(ROOT), "--backend", "torch"]
    wrong = "import numpy\n1 / 0\n"
    report = told(wrong, *course, exercise="neuron")
    (note,) = (note for note in report["notes"] if "computes with NumPy" in note)
    assert note.startswith("neuron.py: ")
    assert "Grade it without `--backend torch`" in note
    written = told(f"import torch\n{wrong}", *course, exercise="neuron")
    assert not any("computes with NumPy" in note for note in written["notes"])


CRASH = Fact("ValueError")
SHAPE, VALUES = Fact("the result: shape", "(3,)", "(3, 1)"), Fact("the result: values", "1", "2")
ADD_AT = "gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g)."


@pytest.mark.parametrize(
    ("hint", "fact", "source", "shown"),
    [
        ("Padding must not win.", SHAPE, "", ""),
        ("Padding must not win.", VALUES, "", "Padding must not win."),
        ("Which axis disappears?", SHAPE, "", "Which axis disappears?"),
        ('The text says: "Padding gets 0."', SHAPE, "", 'The text says: "Padding gets 0."'),
        (ADD_AT, VALUES, "g[ids] += x", ADD_AT),
        (ADD_AT, VALUES, "np.add.at(g, ids, x)", ""),
        ("grads[ids] += g keeps one; np.add.at adds all.", VALUES, "np.add.at(g, ids, x)", ""),
        ("Add with np.add.at; return the ids.", VALUES, "np.add.at(g, ids, x)", "Return the ids."),
        ("`+=`; never `=`.", VALUES, "np.add.at(g, ids, x)", "`+=`; never `=`."),
        ("Which factor decides?", CRASH, "", ""),
        ("Which axis disappears?", CRASH, "", "Which axis disappears?"),
        (ADD_AT, Fact(), "np.add.at(g, ids, x)", ADD_AT),
    ],
)
def test_a_hint_is_shown_where_it_fits(hint, fact, source, shown):
    verdict = {CRASH: Verdict.CRASHED, Fact(): Verdict.PASSED}.get(fact, Verdict.FAILED)
    result = CheckResult("c", "C", "T", False, 1.0, verdict, hint=hint, fact=fact)
    assert fitting_hint(result, source) == shown
