"""Notebooks as people really save them, read without running anything."""

import json

import nbformat
import pytest

from autograder.course.generated_stubs import available_stub
from autograder.submissions.cell_source import ParseBudget, python_source
from autograder.submissions.new_notebook import new_notebook, sections
from autograder.submissions.notebook_module import notebook_module
from autograder.submissions.notebooks import notebook_exercise, read_notebook
from autograder.submissions.notes import MAX_CELL_NOTES, MAX_NOTE
from autograder.submissions.task_progress import TaskProgress, task_progress
from framework.errors import BadInputError
from plugins.authoring.stub_files import write_stubs


@pytest.fixture
def fresh(tiny_course):
    """The notebook that ``gradus notebook squash`` writes, as text."""
    exercise = tiny_course.exercise("squash")
    return new_notebook(exercise, available_stub(exercise), "mine.ipynb")


def test_new_notebook_is_valid_and_always_the_same(fresh, tiny_course):
    nbformat.validate(nbformat.reads(fresh, as_version=4))
    exercise = tiny_course.exercise("squash")
    assert new_notebook(exercise, available_stub(exercise), "mine.ipynb") == fresh


def test_new_notebook_has_text_imports_a_cell_per_task_and_what_to_do_next(fresh):
    cells = nbformat.reads(fresh, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert texts[0].startswith("# Squashing")
    assert "## not a heading" in texts[1]
    assert "grade mine.ipynb" in texts[-1]
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.metadata.get("gradus", {}).get("task") for cell in code] == [
        None,
        "Sigmoid",
        "double",
        None,
    ]
    assert code[3].source == "%load_ext gradus\n%grade squash"
    assert code[0].source.endswith("SCALE = 1.0")
    assert code[1].source.startswith("class Sigmoid:")


def test_untouched_notebook_is_the_untouched_stub(fresh, tiny_course):
    exercise = tiny_course.exercise("squash")
    module = notebook_module(json.loads(fresh), exercise.task_names)
    progress = task_progress(module.source, exercise.task_names, available_stub(exercise))
    assert set(progress.values()) == {TaskProgress.UNTOUCHED}
    assert module.source.startswith("from __future__ import annotations")


def test_sections_start_at_headings_outside_of_code():
    text = "# T\n\n```\n## no\n```\n\n## A\na\n### deep\n## B"
    assert sections(text) == ["# T\n\n```\n## no\n```", "## A\na\n### deep", "## B"]


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if x:\n    !pip install torch\ny = 2", "if x:\n    pass\ny = 2"),
        ("np.zeros?\n?np.ones\nnp.zeros??", "pass\npass\npass"),
        ("files = !ls\nhere = %pwd", "files = None\nhere = None"),
        ("%time y = f(3)", "y = f(3)"),
        ("%%time\ny = f(3)", "\ny = f(3)"),
        ("\n%%capture out\ny = 1", "\n\ny = 1"),
        ("!pip install \\\n    torch\ny = 1", "pass\n\ny = 1"),
        ("x = (7\n% 3)\n%matplotlib inline", "x = (7\n% 3)\npass"),
        ('x = """\n%not a magic\n!neither\n"""\n!ls', 'x = """\n%not a magic\n!neither\n"""\npass'),
        ("!echo \"it's", "pass"),
        ("\n    def f():\n        return 1", "\ndef f():\n    return 1"),
        ("\t%matplotlib inline\n\tx = 1", "pass\nx = 1"),
        ("  %%time\n  x = 1", "\nx = 1"),
        (">>> def f():\n...     return 1\n>>> x = ...", "def f():\n    return 1\nx = ..."),
        ("In [3]: def f():\n   ...:     return 1", "def f():\n    return 1"),
        ("x = [\n    ...\n]", "x = [\n    ...\n]"),
        ("    >>> x = 1", "x = 1"),
    ],
)
def test_magics_prompts_and_indentation_are_taken_out(source, plain):
    assert python_source(source, ParseBudget()) == plain


@pytest.mark.parametrize("source", ["x = (1\ny = 2", "return = 1", "x = 1 +", "\x00", "(" * 5000])
def test_what_is_wrong_without_magic_stays_wrong(source):
    with pytest.raises(SyntaxError):
        python_source(source, ParseBudget())


def test_hostile_cells_are_given_up_soon(module_of):
    many = module_of("%x\n" * 20_000, "def f(): return 1")
    assert many.source == "def f(): return 1\n"
    assert "cell 1 is left out" in many.notes[0]
    chain = module_of(*(f"a{i} = a{i + 1}" for i in range(3000)), "def f(): return a0")
    assert len(chain.origins) == 3001
    deep = module_of("def f(x):\n    return x" + "()" * 2500)
    assert deep.broken == {"f": "syntax error in cell 1, line 2: nested too deeply"}


def test_notes_on_cells_are_few_and_short(module_of):
    broken, twice = ["x ="] * 30, ["def f(): pass"] * 40
    module = module_of("%%" + "a" * 5000 + "\nx", *broken, *twice)
    notes = module.notes
    assert len(notes) == MAX_CELL_NOTES + 2
    assert max(map(len, notes)) <= MAX_NOTE
    assert notes[-2] == "21 more notes on its cells"
    assert notes[-1].startswith("f is defined in cells 32, 33, ")
    assert notes[-1].endswith(", ... and 71: the last one counts")


def test_only_what_tasks_need_is_kept(run):
    names = run(
        "import matplotlib.pyplot as plt\nimport numpy as np, sys",
        "def helper(x):\n    return np.sum(x) + OFFSET",
        "print('hello'); OFFSET = 3",
        "TABLE = []\nfor i in range(3):\n    TABLE.append(i)\nTABLE[0] = 5",
        "def f(x):\n    loss = helper(x)\n    return loss + TABLE[1]",
        "loss = [f(i) for i in range(10**9)]\nplt.plot(loss)\nraise RuntimeError",
        "assert f(3) == 4",
    )
    assert names["f"]([1, 2]) == 3 + 3 + 1
    assert "plt" not in names
    assert "loss" not in names


def test_changing_a_task_afterwards_counts_and_calling_it_does_not(run):
    names = run(
        "class f:\n    pass",
        "def forward(self, x):\n    return x",
        "f.forward = forward",
        "f().forward(1 / 0)",
        "f.register(1 / 0)",
        "def scratch():\n    f = 1",
    )
    assert names["f"]().forward(7) == 7


def test_future_imports_move_to_the_top(module_of):
    module = module_of("import math", "from __future__ import annotations\ndef f(): math", "x = 1")
    assert module.source.split("\n")[0] == "from __future__ import annotations"
    compile(module.source, "n", "exec")


def test_lines_are_mapped_to_cells(module_of):
    module = module_of("# A title", "import math\n\n\nY = 2", "\n\n@math.cache\ndef f():\n    Y")
    lines = module.source.rstrip("\n").split("\n")
    assert lines == ["import math", "Y = 2", "@math.cache", "def f():", "    Y"]
    places = ((2, 1), (2, 4), (3, 3), (3, 4), (3, 5))
    assert module.origins == tuple(f"cell {cell}, line {line}" for cell, line in places)


def test_broken_scratch_is_left_out_with_a_note(module_of):
    module = module_of("def f(): return 1", "for in range", "%%bash\nls -l")
    assert module.source == "def f(): return 1\n"
    assert module.notes == (
        "cell 2 is left out, it is not Python (line 1: invalid syntax)",
        "cell 3 is left out: %%bash",
    )
    assert not module.broken


def test_broken_task_names_its_cell_and_line(module_of):
    module = module_of("x = 1", "def f(x):\n    return (x")
    assert module.broken == {"f": "syntax error in cell 2, line 2: '(' was never closed"}


def test_task_defined_twice_is_noted_and_the_last_counts(module_of, run):
    cells = ("def f(): return 1", "y = 2", "def f(): return 2")
    assert module_of(*cells).notes == ("f is defined in cells 1 and 3: the last one counts",)
    assert run(*cells)["f"]() == 2


def test_nothing_is_executed(tmp_path, module_of):
    target = tmp_path / "ran"
    module_of(f"open({str(target)!r}, 'w')\ndef f(x=open({str(target)!r}, 'w')): pass", "!touch x")
    assert not target.exists()


def test_ids_and_metadata_do_not_matter(make_notebook):
    plain = json.loads(make_notebook("x = 1", "def f(): return x"))
    ids = json.loads(make_notebook("x = 1", "def f(): return x"))
    for cell in ids["cells"]:
        cell["id"] = "same"
    del ids["metadata"]
    sources = {
        notebook_module(read_notebook(json.dumps(n).encode(), "n"), ["f"]).source
        for n in (plain, ids)
    }
    assert sources == {"x = 1\ndef f(): return x\n"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a notebook"),
        (b"[1]", "it has no cells"),
        (b'{"cells": 3}', "it has no cells"),
        (b"\xff\xfe", "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "in R, not in Python"),
    ],
)
def test_what_is_no_notebook_is_refused(data, problem):
    with pytest.raises(BadInputError, match=rf"n\.ipynb .*{problem}"):
        read_notebook(data, "n.ipynb")


@pytest.mark.parametrize(
    "cell", [None, 3, {"cell_type": "code"}, {"cell_type": "code", "source": 1}]
)
def test_odd_cells_are_harmless(cell):
    notebook = read_notebook(json.dumps({"cells": [cell]}).encode(), "n")
    assert notebook_module(notebook, ["f"]).source.strip() == ""


def test_exercise_is_that_of_the_metadata_then_of_the_name(tiny_course, make_notebook):
    named = json.loads(make_notebook("x = 1", name="squash"))
    unknown = json.loads(make_notebook("x = 1", name="elsewhere"))
    assert notebook_exercise(named, "sums", tiny_course) == "squash"
    assert notebook_exercise(unknown, "sums", tiny_course) == "sums"
    assert notebook_exercise(unknown, "untitled", tiny_course) is None


@pytest.mark.filterwarnings("ignore")
def test_filled_in_run_and_saved_by_jupyter(fresh, tiny_course, solved, tmp_path):
    nbclient = pytest.importorskip("nbclient")
    write_stubs(tiny_course)
    notebook = nbformat.reads(fresh, as_version=4)
    _fill_in(notebook, solved["squash"])
    client = nbclient.NotebookClient(notebook, timeout=60, allow_errors=True)
    client.execute()
    file = tmp_path / "squash.ipynb"
    nbformat.write(notebook, file)
    exercise = tiny_course.exercise("squash")
    module = notebook_module(read_notebook(file.read_bytes(), "n"), exercise.task_names)
    assert not module.broken
    progress = task_progress(module.source, exercise.task_names, available_stub(exercise))
    assert set(progress.values()) == {TaskProgress.WRITTEN}
    namespace = {"__name__": "squash"}
    exec(module.source, namespace)
    assert namespace["Sigmoid"]().forward(0.0) == 0.5


def _fill_in(notebook, solution):
    """What a person does: an answer, a helper of its own, and scratch of every sort."""
    from nbformat.v4 import new_code_cell

    parts = solution.split("\n\n\n")
    for cell in notebook.cells:
        if cell.metadata.get("gradus", {}).get("task") == "Sigmoid":
            cell.source = next(part for part in parts if part.startswith("class Sigmoid"))
        if cell.metadata.get("gradus", {}).get("task") == "double":
            cell.source = "%%time\ndef double(x):\n    return 2 * x\n\nprint(double(4))"
    notebook.cells.insert(3, new_code_cell("!echo hello\n%pwd\nprint?"))
    helper = "def _stable(z):\n    return SCALE / (1 + np.exp(-z))"
    notebook.cells.append(new_code_cell(helper))
    notebook.cells.append(new_code_cell("Sigmoid().forward(np.zeros(3))"))
    notebook.cells.append(new_code_cell("this is not python"))
    notebook.cells.append(new_code_cell("1 / 0"))
