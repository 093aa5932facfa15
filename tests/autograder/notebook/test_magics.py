"""The magics, in notebooks that are executed."""

import html.parser
import json
import os
import re
import sys

import nbformat
import pytest
from IPython.core.error import UsageError as IPythonUsageError
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbformat import v4
from repository import ROOT
from traitlets.config import Config

from autograder.notebook import magics
from autograder.notebook.magics import CommandResult, named_exercise, run_gradus, words_of
from framework.errors import UsageError

RIGHT = "return 2 * x"
WRONG = "return x + 2"


@pytest.fixture
def course(course_root, monkeypatch):
    """The tiny course with checks of `double`; the kernel finds it, and the extension."""
    checks = (
        "import numpy as np\nimport pytest\nfrom autograder.checks import agrees\n\n\n"
        '@pytest.mark.task("double")\n@pytest.mark.points(2)\n'
        "def test_double(submission, reference):\n"
        '    """Twice the values."""\n'
        '    agrees(submission, reference, "double", np.array([5.0]))\n'
    )
    (course_root / "exercises/first_unit/squash/test_squash.py").write_text(checks)
    work = course_root / "my work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    path = [str(ROOT / "autograder/notebook/extension"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    return course_root


@pytest.fixture
def shell(course, monkeypatch, tmp_path):
    """IPython with the magics, in this process."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "ps1", "", raising=False)
    config = Config({"HistoryManager": {"enabled": False}})
    made = InteractiveShell(config=config, ipython_dir=str(tmp_path))
    made.extension_manager.load_extension("autograder.notebook.magics")
    return made


@pytest.fixture
def results(shell):
    """`results(*sources)`: run cells, and return what each of them shows or raises."""

    def run(source):
        number = shell.execution_count
        done = shell.run_cell(source, store_history=True)
        return done.error_in_exec or shell.user_ns["Out"].get(number)

    return lambda *sources: [run(source) for source in sources]


def saved(folder, *sources):
    """Save cells as the notebook of the exercise, and return it."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    cells = [v4.new_code_cell(source) for source in sources]
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(notebook, folder / "my work/squash.ipynb")
    return notebook


def code(body):
    return f"def double(x):\n    {body}"


def shown(cell):
    """The text and the HTML of the object that a cell shows."""
    (output,) = [item for item in cell.outputs if item.output_type == "execute_result"]
    return output.data["text/plain"], output.data["text/html"]


def test_a_kernel_grades_its_saved_file_or_the_cells_that_were_run(course):
    edit = (
        "import numpy as np\n"
        "np.allclose = lambda *a, **k: True  # nothing of the kernel counts\n"
        "import pathlib, json\n"
        "file = pathlib.Path('squash.ipynb')\n"
        f"file.write_text(file.read_text().replace({RIGHT!r}, {WRONG!r}))"
    )
    sources = "%load_ext gradus", code(RIGHT), edit, "%grade squash --cells", "%grade squash"
    notebook = saved(course, *sources, "_.verdict, _.earned, _.possible", "%hint")
    NotebookClient(notebook, timeout=120).execute()
    *_, of_cells, of_file, fields, hint = notebook.cells
    assert "Sigmoid" not in shown(of_cells)[0]
    assert "2/2 points" in shown(of_cells)[0]
    text, page = shown(of_file)
    assert "expected 10, received 7" in text
    assert "expected 10, received 7" in page
    assert "!gradus replay test_squash.py::test_double --submission squash.ipynb" in text
    assert "%hint squash" in page
    assert "<script" not in page
    assert re.search(r"\sid\s*=", page) is None
    assert fields.outputs[0].data["text/plain"] == "('failed', 0.0, 2.0)"
    assert shown(hint)[0].startswith("Hint 1 of 3\na nudge")
    assert "`%hint squash`" in shown(hint)[1]


def test_the_cell_itself_is_run_and_graded(results):
    broken = "# nothing\n" + code("return missing")
    first, doubled, _, last = results(
        f"%%grade squash\n{code(WRONG)}", "double(1)", broken, "%grade --cells"
    )
    assert "received 7" in first.text
    assert doubled == 3
    assert "In [3], line 3 in double" in last.text
    assert "  %hint squash  " in last.text
    assert "replay" not in last.text
    assert "double is defined in In [1] and In [3]: the last one counts" in last._repr_html_()


def test_cells_that_were_run_are_no_file_for_a_reader(results):
    warns = "import warnings\n" + code("warnings.warn('careful')\n    return x")
    _, missing, _, warned = results(
        "x = 1", "%grade squash --cells", warns, "%grade squash --cells"
    )
    for result in (missing, warned):
        for form in (result.text, result._repr_html_()):
            assert ".ipynb" not in form and "squash.py" not in form
    assert "this notebook does not define double" in missing.text
    assert "this notebook, In [3], line 3: UserWarning: careful" in warned.text


AS_ON_WINDOWS = "import other_system, sys; other_system.run('win32', 'grade', *sys.argv[1:])"


def test_a_notebook_is_graded_on_windows(course, results, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests/support"), prepend=os.pathsep)
    monkeypatch.setitem(magics._PROGRAMS, "grade", AS_ON_WINDOWS)
    saved(course, code(RIGHT))
    for result in results(code(RIGHT), "%grade squash", "%grade squash --cells")[1:]:
        assert "2/2 points" in result.text
        assert "sandbox process" in result.text


@pytest.mark.parametrize(
    ("platform", "path"), [("win32", "C:/work/rnn.ipynb"), ("linux", "C:workrnn.ipynb")]
)
def test_a_backslash_separates_folders_on_windows_alone(monkeypatch, platform, path):
    monkeypatch.setattr(sys, "platform", platform)
    assert words_of(r"rnn --notebook C:\work\rnn.ipynb")[-1] == path


def test_what_a_command_prints_is_no_page():
    assert ">a &lt;b&gt;</pre>" in CommandResult("a <b>")._repr_html_()


def test_a_file_that_is_older_than_the_cell_is_reported(course, results, monkeypatch, capsys):
    monkeypatch.setattr(magics, "run_grade", lambda *_: None)
    saved(course, code(RIGHT), "%grade squash")
    results("%grade squash")
    assert "note: " not in capsys.readouterr().out
    saved(course, code(RIGHT))
    results("%grade squash")
    note = "note: squash.ipynb is graded as it was saved last."
    assert capsys.readouterr().out.startswith(note)


@pytest.mark.parametrize("named", ["--plugin=evil.py", "-h", "a b", ""])
def test_a_notebook_brings_no_options(named, tmp_path):
    file = tmp_path / "handed_in.ipynb"
    file.write_text(json.dumps({"metadata": {"gradus": {"exercise": named}}}))
    with pytest.raises(UsageError, match="names no exercise"):
        named_exercise(file)


def test_modules_of_the_working_directory_are_not_imported(course, monkeypatch):
    """The folder of a notebook may be that of a submission: its code runs in the sandbox alone."""
    monkeypatch.delenv("PYTHONPATH")
    for name in ("random", "typing", "dataclasses", "json"):
        (course / "my work" / f"{name}.py").write_text("open('ran', 'w'); raise SystemExit(3)")
    assert "squash" in run_gradus("list", []).text
    assert not (course / "my work/ran").exists()


def test_errors_are_a_sentence(course, results):
    saved(course, "")
    (course / "my work/z.ipynb").write_text("{}")
    lines = {
        "%hint squish": "no exercise 'squish'",
        "%grade squash --seed x": "'x' is not 0, 1, 2",
        "%grade squash --notebook other.ipynb": "no submission at other.ipynb",
        "%grade": "holds squash.ipynb, z.ipynb. Name it",
    }
    for error, part in zip(results(*lines), lines.values(), strict=True):
        assert isinstance(error, IPythonUsageError)
        assert part in str(error)


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.found.update(f"{name}=" for name, _ in attrs)


def test_the_page_of_a_cell_holds_neither_scripts_nor_ids(graded, real_solution):
    from autograder.reports.html_report import render_cell

    hostile = real_solution("activations").replace(
        "np.tanh(", "print('<script id=a>alert(1)</script>') or np.cosh("
    )
    page = render_cell(graded({"activations": hostile}, "activations"))
    tags = _Tags()
    tags.feed(page)
    assert not tags.found & {"script", "id=", "onclick=", "link", "iframe", "img"}
    assert "&lt;script id=a&gt;" in page
