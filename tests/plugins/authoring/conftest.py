"""The fixtures that tests of authors' tools share with those of the grader, and a new course."""

import shutil
from pathlib import Path

import pytest
from grading_fixtures import *  # noqa: F403

from plugins.authoring.new.new_course import write_course


@pytest.fixture(scope="module")
def new(tmp_path_factory) -> Path:
    """The folder of a new course, which no test changes."""
    root = tmp_path_factory.mktemp("new") / "course"
    write_course(root, "mine")
    return root


@pytest.fixture
def root(new, tmp_path) -> Path:
    """A copy of the new course."""
    return Path(shutil.copytree(new, tmp_path / "course"))


@pytest.fixture(scope="session")
def edit():
    """`edit(file, before, after)`: replace the first `before` of a file."""

    def edit(file: Path, before: str, after: str) -> None:
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")

    return edit
