"""However much a submission holds, reading it takes bounded time and memory, and a note says so."""

import pytest

from autograder.submissions import candidates, gathering
from autograder.submissions.submission import load_submission


@pytest.fixture
def handed_in(tmp_path):
    """An empty folder that is handed in."""
    folder = tmp_path / "handed_in"
    folder.mkdir()
    return folder


@pytest.fixture
def reads(monkeypatch):
    """The files that are read as code of an exercise, by their paths in the submission."""
    seen, read = [], gathering.SubmittedFile.read

    def counted(candidate, exercise):
        seen.append(str(candidate.inner))
        return read(candidate, exercise)

    monkeypatch.setattr(gathering.SubmittedFile, "read", counted)
    return seen


def test_links_to_one_file_are_read_once(tiny_course, handed_in, solved, reads):
    (handed_in / "data.txt").write_text(solved["squash"], "utf-8")
    for number in range(30):
        (handed_in / f"copy{number}").mkdir()
        (handed_in / f"copy{number}" / "squash.py").symlink_to("../data.txt")
    submission = load_submission(handed_in, tiny_course)
    assert submission.files["squash"].source == solved["squash"]
    assert reads == ["copy0/squash.py"]
    assert submission.notes == ()


def test_only_the_first_of_many_different_files_of_an_exercise_are_read(
    tiny_course, handed_in, solved, reads
):
    for number in range(30):
        (handed_in / f"copy{number:02}").mkdir()
        text = f"# {number}\n{solved['squash']}"
        (handed_in / f"copy{number:02}" / "squash.py").write_text(text, "utf-8")
    submission = load_submission(handed_in, tiny_course)
    assert reads == [f"copy{number:02}/squash.py" for number in range(gathering.MAX_VERSIONS)]
    assert any("more than 8 different files for exercise 'squash'" in n for n in submission.notes)


def test_a_folder_has_a_limit_of_bytes_as_an_archive_has(
    tiny_course, handed_in, solved, monkeypatch
):
    monkeypatch.setattr(candidates, "MAX_BYTES", 2 << 20)
    (handed_in / "squash.py").write_text(solved["squash"], "utf-8")
    for number in range(5):
        (handed_in / f"big{number}").mkdir()
        (handed_in / f"big{number}" / "other.ipynb").write_bytes(b"{}" + b" " * (1 << 20))
    submission = load_submission(handed_in, tiny_course)
    assert submission.files["squash"].source == solved["squash"]
    assert submission.notes == ("more than 2 MiB: the rest is not read. Name a smaller folder",)
