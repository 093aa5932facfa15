"""A tiny course of two exercises in two units, with everything that a real one has."""

import json
import shutil
from pathlib import Path

import pytest
from grading import graded_folder, setting_of
from repository import ROOT

from autograder.course.reading import Course, find_course
from autograder.grading.request import GradeRequest, answer
from autograder.submissions.submission import load_submission

__all__ = [
    "answers",
    "asked_course",
    "course_root",
    "grade_asked",
    "graded",
    "make_notebook",
    "real_course",
    "real_solution",
    "right_answers",
    "solved",
    "tiny_course",
]

#: The tiny course without its stubs, and what the exercise `asked` adds to it.
TINY, ASKED = (ROOT / "tests" / "data" / "courses" / name for name in ("tiny", "asked"))


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def course_root(tmp_path: Path) -> Path:
    """The folder of the tiny course; its stubs are not there yet."""
    return Path(shutil.copytree(TINY, tmp_path / "course"))


@pytest.fixture
def tiny_course(course_root: Path) -> Course:
    return find_course(course_root)


def notebook_of(*cells: str, name: str = "", minor: int = 5) -> bytes:
    """A notebook whose cells are `cells`, those that start with # and a space being text."""
    body = [
        {"cell_type": "markdown", "metadata": {}, "source": cell}
        if cell.startswith("# ")
        else {"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []}
        for cell in cells
    ]
    metadata = {"gradus": {"exercise": name}} if name else {}
    return json.dumps(
        {"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    ).encode()


@pytest.fixture
def make_notebook():
    return notebook_of


@pytest.fixture
def solved():
    """The tiny course's answers, by exercise."""
    files = (TINY / "solutions").glob("*/*/*.py")
    return {file.stem: file.read_text("utf-8") for file in files}


@pytest.fixture(scope="session")
def real_course() -> Course:
    """The course of this repository."""
    return find_course(Path(__file__))


@pytest.fixture(scope="session")
def real_solution(real_course: Course):
    """`real_solution("rnn")`: the text of the solution of one exercise."""
    return lambda name: real_course.exercise(name).solution.read_text("utf-8")


@pytest.fixture
def graded(real_course: Course, tmp_path: Path):
    """`graded({"rnn": text}, "rnn", backend=...)`: the report on a submission of these files."""

    def graded(files, *names, **options):
        folder = tmp_path / "handed_in"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            write(folder / f"{name}.py", text)
        return graded_folder(real_course, folder, names or files, **options)

    return graded


@pytest.fixture
def asked_course(course_root: Path) -> Course:
    """The tiny course with a third exercise, `asked`, of written questions, and its stubs."""
    from plugins.authoring.stub_files import write_stubs

    shutil.copytree(ASKED, course_root, dirs_exist_ok=True)
    course = find_course(course_root)
    write_stubs(course)
    return course


@pytest.fixture
def answers():
    """`answers(half="1", why="...")`: the text of a ``questions.md`` with these answers."""

    def text(**given):
        parts = [f"## {name}: title\n\n### Answer\n\n{answer}\n" for name, answer in given.items()]
        return "<!-- exercise: asked -->\n\n" + "\n".join(parts)

    return text


RIGHT = {"half": "50 cm", "square": "x + x", "letter": "b)", "why": "Because <b>I</b> say so."}


@pytest.fixture
def right_answers():
    return dict(RIGHT)


@pytest.fixture
def grade_asked(asked_course, tmp_path):
    """`grade_asked(text)`: the report on a submission with this ``questions.md``."""

    def grade(text, *, name="questions.md", provider=""):
        folder = tmp_path / "ann"
        (folder / "asked").mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "asked" / name).write_bytes(data)
        setting = setting_of(asked_course, provider=provider)
        exercises = (asked_course.exercise("asked"),)
        with load_submission(folder, asked_course) as submission:
            handed_in = None if provider else submission
            return answer(GradeRequest(setting, handed_in, exercises))

    return grade
