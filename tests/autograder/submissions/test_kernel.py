"""Notebooks are read as their kernel would run them, and a report names what is left out."""

import numpy as np
import pytest
from repository import text_of
from traitlets.config import Config

from autograder.submissions.notebook_module import notebook_module
from autograder.submissions.notebooks import is_exported, read_notebook
from autograder.submissions.submission import load_submission
from autograder.submissions.task_progress import TaskProgress, task_progress

CLASS = "class f:\n    def go(self):\n        raise NotImplementedError"
METHOD = "def go(self):\n    return 7"
ATTACH = "def attach(cls, method):\n    cls.go = method"
DECORATOR = (
    "def method_of(cls):\n    def add(method):\n        setattr(cls, method.__name__, method)\n"
    "        return method\n    return add"
)
PATCH = "def patch(g):\n    setattr(g.__annotations__['self'], g.__name__, g)\n    return g"


@pytest.mark.parametrize(
    "cells",
    [
        (METHOD, "f.go = go"),
        (METHOD, "setattr(f, 'go', go)"),
        (
            "methods = {'go': lambda self: 7}",
            "for name in methods: setattr(f, name, methods[name])",
        ),
        (ATTACH, METHOD, "attach(f, go)"),
        (ATTACH, METHOD, "attach(method=go, cls=f)"),
        (METHOD, "def complete():\n    f.go = go", "complete()"),
        (DECORATOR, "@method_of(f)\n" + METHOD),
        (PATCH, "@patch\ndef go(self: f):\n    return 7"),
        ("class f(f):\n    def go(self):\n        return 7",),
        ("class f(f):\n    pass", METHOD, "f.go = go"),
    ],
)
def test_a_class_may_be_completed_in_a_later_cell(run, module_of, cells):
    assert run(CLASS, *cells)["f"]().go() == 7
    module = module_of(CLASS, *cells)
    assert task_progress(module.source, ["f"], CLASS)["f"] is TaskProgress.WRITTEN
    assert module.notes == ()


@pytest.mark.parametrize(
    "cells",
    [
        (CLASS, DECORATOR, "@method_of(f)\n" + METHOD, "f = f().go"),
        (CLASS, "    def go(self):\n        return 1\n    f.go = go", "f = f().go"),
        ("max = min", "def f():\n    return max(1, 2)"),
        ("from math import *", "def f():\n    return pow(2, 3)"),
        ("def f():\n    return 1", "def f(:\n    return 2"),
        ("def f():\n    return 1", "1 / 0", "def f(x=f):\n    return x() + 1"),
        (">>> def f():\n...     return 1", "In [2]: g = f\n   ...: f = lambda: g() + 1"),
        ("%%time\nx = 3", "  %time y = x\n  def f():\n      return y"),
        ("a, b = 1, 2", "a, b = b, a", "del b", "def f():\n    return a"),
        ("def f():\n    return 1", "%%script false\ndef f():\n    return 2"),
    ],
)
def test_a_module_has_what_the_kernel_has(run, cells):
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    shell = interactive.InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    for cell in cells:
        shell.run_cell(cell, silent=True)
    assert run(*cells)["f"]() == shell.user_ns["f"]()


def test_an_open_method_beside_a_completed_one_is_still_open():
    source = (
        f"{CLASS}\n    def back(self):\n        raise NotImplementedError\n{METHOD}\nf.go = go\n"
    )
    stub = f"{CLASS}\n    def back(self):\n        raise NotImplementedError\n"
    assert task_progress(source, ["f"], stub)["f"] is not TaskProgress.WRITTEN


@pytest.mark.parametrize(
    "change",
    [
        "def fill():\n    TABLE.append(3)\n\nfill()",
        "def fill():\n    global TABLE\n    TABLE = [3]\n\nfill()",
        "def fill(table):\n    table.append(3)\n\nfill(TABLE)",
        "def fill(table):\n    table[:] = [3]\n\nfill(table=TABLE)",
        "exec('TABLE = [3]')",
    ],
)
def test_a_function_that_changes_what_a_task_uses_is_called(run, change):
    first = "TABLE = []" if "exec" not in change else "x = 1"
    assert run(first, change, "def f():\n    return TABLE")["f"]() == [3]


def test_many_calls_of_a_function_with_many_effects_are_read_soon(module_of):
    stores = "\n".join(f"    a{i}.x = b.y{i} = 1" for i in range(3000))
    calls = "\n".join(f"g({', '.join(f'a{i}' for i in range(10))})" for _ in range(3000))
    module = module_of("def f():\n    return a0, b", f"def g(b):\n{stores}", "b = 1", calls)
    assert len(module.origins) == 2 + 3001 + 1 + 3000


def test_a_function_that_changes_nothing_of_a_task_is_scratch(module_of):
    module = module_of(
        "def f():\n    return 1",
        "def show(g):\n    out = []\n    out.append(g())\n    return 1 / 0\n\nshow(f)",
        "for i in range(3):\n    exec('1 / 0')",
    )
    assert module.source == "def f():\n    return 1\n"
    assert module.notes == ()


def test_star_imports_are_kept_where_a_task_may_need_them(run, module_of):
    task = "def f(x):\n    return exp(x)"
    assert run("from numpy import *", task)["f"](0) == 1
    assert module_of("from lab import *", task).source.startswith("from lab import *\n")
    scratch = module_of("from pylab import *", "def f(x):\n    return x", "plot([f(1)])")
    assert scratch.source == "def f(x):\n    return x\n"
    assert scratch.notes == (
        "cell 1, line 1 is left out, no task uses a name of it: from pylab import *",
    )


def test_a_star_import_may_rebind_a_built_in_name(run):
    total = run("from numpy import *", "def f(x):\n    return sum(x, axis=0)")["f"]
    assert total(np.ones((2, 3))).tolist() == [2.0, 2.0, 2.0]


def test_pylab_binds_the_names_of_numpy(run):
    names = run("%pylab inline", "def f(x):\n    return norm(x) + np.max(sum(x, axis=0))")
    assert names["f"](np.array([[3.0, 4.0]])) == 9.0
    assert names["bytes"] is bytes


def test_a_task_in_a_cell_of_text_is_named(module_of, make_notebook):
    text = {"cell_type": "markdown", "source": "def f():\n    return 1", "metadata": {}}
    notebook = read_notebook(make_notebook("x = 1"), "n.ipynb")
    notebook["cells"] += [text, {**text, "cell_type": "raw"}]
    broken = notebook_module(notebook, ("f",)).broken
    assert broken["f"] == (
        "cell 2 is a Markdown cell, so its code does not run. Make it a code cell"
    )
    notebook["cells"] += [{**text, "cell_type": "code", "source": "def f(): return 2"}]
    assert notebook_module(notebook, ("f",)).broken == {}


def test_a_task_behind_another_cell_magic_is_named(module_of):
    module = module_of("%%writefile f.py\ndef f():\n    return 1")
    assert module.broken == {"f": "cell 1 is left out: %%writefile. Remove that line"}


def test_lines_that_might_matter_and_are_left_out_are_named_by_cell(module_of):
    module = module_of(
        "class f:\n    pass",
        "x = 1\n%run helpers.py",
        "\n    def forward(self):\n        return 1",
        "from lab import register, check",
        "register(f)\ncheck(f())\nprint(f)",
    )
    assert module.notes == (
        "cell 2, line 2 is left out, %run helpers.py. Copy the code into a cell",
        "cell 3, line 2 is left out, forward is outside of a class. Move it into its class",
        "cell 5, line 1 is left out, what it does to a task is not known: register(f)",
    )


SCRIPT = text_of("texts/kernel/script.py")


@pytest.fixture
def script(tiny_course, tmp_path):
    """`script(text)`: the file of the exercise sums in a submission with this text."""

    def read(text, name="sums.py"):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        with load_submission(file, tiny_course) as submission:
            return submission.files["sums"]

    return read


def test_an_exported_script_is_read_as_its_notebook(script, tiny_course):
    file = script(SCRIPT)
    names = {}
    exec(file.source, names)
    assert names["total"]([1, 2]) == 3
    assert "plt" not in names
    line = 1 + file.source.split("\n").index("    return sum(v)")
    assert (
        file.where(line) == f"In [3], line {SCRIPT.split(chr(10)).index('    return sum(v)') + 1}"
    )
    assert file.progress(tiny_course.exercise("sums"))["total"] is TaskProgress.WRITTEN


def test_a_task_in_a_timed_cell_of_a_script_is_read(script):
    source = "get_ipython().run_cell_magic('time', '', 'def total(v):\\n    return sum(v)\\n')\n"
    assert script(source).source == "def total(v):\n    return sum(v)\n"


def test_a_broken_cell_of_a_script_is_named_by_its_line(script, tiny_course):
    file = script(SCRIPT.replace("return sum(v)", "return sum(v"))
    problem = file.undefined(tiny_course.exercise("sums"))["total"]
    assert problem.startswith("syntax error in In [3], line 25: ")


def test_a_script_of_colab_has_shell_commands(script):
    text = '"""homework.ipynb\n\nAutomatically generated by Colab.\n"""\n\n!ls\n'
    file = script(f"{text}\ndef total(v):\n    return sum(v)\n\n1 / 0\n", "homework.py")
    assert file.source == "def total(v):\n    return sum(v)\n"
    assert file.where(2) == "the cell at line 1, line 9"


@pytest.mark.parametrize(
    "text", ["x = 1", "# %%\nx = 1", '"""Uses get_ipython."""', "# In short\n"]
)
def test_other_python_files_are_no_scripts(text):
    assert not is_exported(text)
