"""The magics, in notebooks that are executed."""

import html.parser
import json
import os
import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4
from repository import ROOT

from autograder.notebook.magics import CommandResult, named_exercise, run_gradus, words_of
from framework.errors import UsageError

RIGHT = "return 2 * x"
WRONG = "return x + 2"
LOAD = "%load_ext gradus"


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
def execute(course, tmp_path):
    """Save cells as a notebook, execute it, and return its cells."""

    def execute(*sources, stops=True):
        file = course / "my work/squash.ipynb"
        cells = [v4.new_code_cell(source) for source in sources]
        metadata = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
        notebook = v4.new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, file)
        resources = {"metadata": {"path": file.parent}}
        client = NotebookClient(notebook, timeout=120, resources=resources, allow_errors=not stops)
        client.execute()
        return notebook.cells

    return execute


def code(body):
    return f"def double(x):\n    {body}"


def shown(cell):
    """The text and the HTML of the object that a cell shows."""
    (output,) = [one for one in cell.outputs if one.output_type == "execute_result"]
    return output.data["text/plain"], output.data["text/html"]


def test_the_saved_notebook_is_graded_and_shown(execute):
    cells = execute(LOAD, code(WRONG), "%grade squash", "_.verdict, _.earned, _.possible", "%hint")
    text, page = shown(cells[2])
    assert "expected 10, received 7" in text
    assert "expected 10, received 7" in page
    assert "!gradus replay test_squash.py::test_double --submission squash.ipynb" in text
    assert "%hint squash" in page
    assert "<script" not in page
    assert re.search(r"\sid\s*=", page) is None
    assert cells[3].outputs[0].data["text/plain"] == "('failed', 0.0, 2.0)"
    assert shown(cells[4])[0].startswith("Hint 1 of 3\na nudge")
    assert "<code>%hint squash</code>" in shown(cells[4])[1]


def test_cells_that_were_run_are_graded_without_the_file(execute, course):
    edit = (
        "import numpy as np\n"
        "np.allclose = lambda *a, **k: True  # nothing of the kernel counts\n"
        "import pathlib, json\n"
        "file = pathlib.Path('squash.ipynb')\n"
        f"file.write_text(file.read_text().replace({RIGHT!r}, {WRONG!r}))"
    )
    cells = execute(LOAD, code(RIGHT), edit, "%grade squash --cells", "%grade squash")
    assert "Sigmoid" not in shown(cells[3])[0]
    assert "2/2 points" in shown(cells[3])[0]
    assert "received 7" in shown(cells[4])[0]


def test_the_cell_itself_is_run_and_graded(execute):
    broken = "# nothing\n" + code("return missing")
    cells = execute(LOAD, f"%%grade squash\n{code(WRONG)}", "double(1)", broken, "%grade --cells")
    assert "received 7" in shown(cells[1])[0]
    assert cells[2].outputs[0].data["text/plain"] == "3"
    assert "In [4], line 3 in double" in shown(cells[4])[0]
    assert "  %grade squash --cells  " in shown(cells[4])[0]
    assert "replay" not in shown(cells[4])[0]
    assert "double is defined in In [2]; In [4]: the last one counts" in shown(cells[4])[1]


def test_cells_that_were_run_are_no_file_for_a_reader(execute):
    warns = "import warnings\n" + code("warnings.warn('careful')\n    return x")
    cells = execute(LOAD, "x = 1", "%grade squash --cells", warns, "%grade squash --cells")
    for cell in (cells[2], cells[4]):
        assert not any(".ipynb" in form or "squash.py" in form for form in shown(cell))
    assert "this notebook does not define double" in shown(cells[2])[0]
    assert "this notebook, In [4], line 3: UserWarning: careful" in shown(cells[4])[0]


AS_ON_WINDOWS = """
from autograder.notebook import magics
magics._PROGRAMS["grade"] = (
    "import other_system, sys; other_system.run('win32', 'grade', *sys.argv[1:])"
)
"""


def test_a_notebook_is_graded_on_windows(execute, monkeypatch):
    path = [str(ROOT / "tests/support"), os.environ["PYTHONPATH"]]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    cells = execute(LOAD, AS_ON_WINDOWS, code(RIGHT), "%grade squash", "%grade squash --cells")
    for cell in cells[-2:]:
        assert "2/2 points" in shown(cell)[0]
        assert "sandbox process" in shown(cell)[0]


@pytest.mark.parametrize(
    ("platform", "path"), [("win32", "C:/work/rnn.ipynb"), ("linux", "C:workrnn.ipynb")]
)
def test_a_backslash_separates_folders_on_windows_alone(monkeypatch, platform, path):
    monkeypatch.setattr(sys, "platform", platform)
    assert words_of(r"rnn --notebook C:\work\rnn.ipynb")[-1] == path


def test_wrapped_lines_are_joined_and_commands_are_code():
    text = f"Hint 1 of 2\n{'xyz ' * 23}a <b>\nlonger text\n\nmore: `%hint rnn`\n"
    page = CommandResult(text)._repr_html_()
    assert f"<p>Hint 1 of 2<br>{'xyz ' * 23}a &lt;b&gt; longer text</p>" in page
    assert "<p>more: <code>%hint rnn</code></p>" in page


def test_a_file_that_is_older_than_the_cell_is_reported(execute, course):
    stale = "get_ipython().run_line_magic('grade', 'squash')"
    cells = execute(LOAD, code(RIGHT), f"{stale}")
    assert not [one for one in cells[2].outputs if one.output_type == "stream"]
    saved = "import pathlib; f = pathlib.Path('squash.ipynb'); t = f.read_text()"
    other = "f.write_text(t.replace('run_line_magic', 'another'))"
    cells = execute(LOAD, code(RIGHT), saved, other, stale)
    (note,) = [one.text for one in cells[4].outputs if one.output_type == "stream"]
    assert note.startswith("note: squash.ipynb is graded as it was saved last.")


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


def test_errors_are_a_sentence(execute, course):
    lines = {
        "%grade squish": "no exercise 'squish'",
        "%hint squish": "no exercise 'squish'",
        "%grade squash --seed x": "'x' is not 0, 1, 2",
        "%grade squash --notebook other.ipynb": "no submission at other.ipynb",
    }
    other = "import pathlib\npathlib.Path('z.ipynb').write_text('{}')"
    cells = execute(LOAD, *lines, other, "%grade", stops=False)
    lines["%grade"] = "holds squash.ipynb, z.ipynb. Name it"
    for cell in cells:
        if cell.source in lines:
            (error,) = [one.text for one in cell.outputs if one.output_type == "stream"]
            assert error.startswith("UsageError: ")
            assert lines[cell.source] in error


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
