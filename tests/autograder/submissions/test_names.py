"""Files under the names that systems and people give them are found, or named with a reason."""

import tarfile

import nbformat
import pytest

from autograder.submissions import archives
from autograder.submissions.recognition import meant_exercise
from autograder.submissions.submission import load_submission

NAMES = ["rnn", "rnn_lm", "conv1d", "lstm"]
ONE, OTHER = "def total(v):\n    return sum(v)\n", "def total(v):\n    return max(v)\n"
STUB = "def total(v):\n    raise NotImplementedError\n"


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("rnn", "rnn"),
        ("RNN", "rnn"),
        ("my_rnn", "rnn"),
        ("My rnn", "rnn"),
        ("rnn-1", "rnn"),
        ("rnn (1)", "rnn"),
        ("rnn(12)", "rnn"),
        ("rnn copy", "rnn"),
        ("rnn copy 2", "rnn"),
        ("rnn - Copy (2)", "rnn"),
        ("rnn-Copy1", "rnn"),
        ("Copy of rnn", "rnn"),
        ("Kopie von rnn", "rnn"),
        ("rnn - Kopie", "rnn"),
        ("rnn - Kopie (2)", "rnn"),
        ("rnn Kopie 2", "rnn"),
        ("Copie de rnn_lm", "rnn_lm"),
        ("rnn - Copie", "rnn"),
        ("Copia de rnn", "rnn"),
        ("Copia di rnn", "rnn"),
        ("Cópia de rnn", "rnn"),
        ("Co\u0301pia de rnn", "rnn"),
        ("Kopie van rnn", "rnn"),
        ("Kopia rnn", "rnn"),
        ('Копия блокнота "rnn"', "rnn"),
        ("rnn — копия", "rnn"),
        ("rnn - 副本", "rnn"),
        ("“rnn”的副本", "rnn"),
        ("rnn のコピー", "rnn"),
        ("rnn의 사본", "rnn"),
        ("rnn_final_v2", "rnn"),
        ("my-rnn-lm (3)", "rnn_lm"),
        ("RNN LM", "rnn_lm"),
        ("conv1d_2", "conv1d"),
        ("rnn_gru", ""),
        ("myrnn", ""),
        ("rnnlm", ""),
        ("conv", ""),
        ("-1", ""),
        ("", ""),
        ("rnn" + " (1)" * 9, ""),
        ("-" * 60_000, ""),
    ],
)
def test_names_with_additions(stem, expected):
    assert meant_exercise(stem, NAMES) == expected


@pytest.fixture
def read(tiny_course, tmp_path):
    """`read(name=text)`: the submission that holds these files in a folder."""

    def read(**files):
        for name, text in files.items():
            file = tmp_path / "work" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_submission(tmp_path / "work", tiny_course)

    return read


@pytest.mark.parametrize("name", ["my_sums.py", "sums-1.py", "sums (1).py", "old/Sums copy.py"])
def test_a_file_with_an_addition_is_read_and_named(read, name):
    submission = read(**{name: ONE})
    assert submission.files["sums"].source == ONE
    assert submission.notes == (f"{name} is read as sums.py",)


def test_the_expected_name_counts_and_the_other_file_is_named(read):
    submission = read(**{"sums.py": ONE, "sums-1.py": OTHER, "old/my_sums.py": ONE})
    assert submission.files["sums"].source == ONE
    assert submission.notes == ("sums-1.py is not read: sums.py has the expected name",)


def test_work_under_another_name_counts_before_an_untouched_file(read):
    submission = read(**{"sums.py": STUB, "my_sums.py": ONE})
    assert submission.files["sums"].source == ONE
    assert submission.notes == ("my_sums.py is read as sums.py",)


def test_a_file_with_the_same_statements_is_a_copy(read):
    """`gradus notebook` beside a file, or a copy with another comment."""
    notebook = nbformat.v4.new_notebook()
    copy = ONE.replace("    return", "    # a copy\n    return")
    notebook.cells = [nbformat.v4.new_code_cell(copy)]
    submission = read(**{"sums.py": ONE, "sums.ipynb": nbformat.writes(notebook)})
    assert submission.files["sums"].source in (ONE, copy)
    assert submission.notes == ()
    notebook.cells[0].source = OTHER
    submission = read(**{"sums.py": ONE, "sums.ipynb": nbformat.writes(notebook)})
    assert "two files for exercise 'sums'" in submission.unread["sums"]


def test_two_candidates_fail_that_exercise_alone_with_both_names(read):
    submission = read(**{"sums-1.py": ONE, "my_sums.py": OTHER, "squash.py": ""})
    assert list(submission.files) == ["squash"]
    assert submission.unread["sums"].startswith(
        "two files for exercise 'sums': my_sums.py and sums-1.py. Remove one"
    )


def test_a_notebook_copy_with_its_metadata_is_no_second_candidate(read, make_notebook):
    copy = make_notebook("def total(v):\n    return 0", name="sums")
    submission = read(**{"sums.py": ONE, "sums-Copy1.ipynb": copy})
    assert submission.files["sums"].source == ONE
    assert "sums-Copy1.ipynb is not read" in submission.notes[0]


def test_a_file_that_is_not_read_is_named_where_its_exercise_has_none(read):
    notes = "\n".join(read(**{"squash.py.txt": "x", "other.txt": "", "a.zip": ""}).notes)
    assert "squash.py.txt is not read: it is no .py and no .ipynb. Expected squash.py" in notes
    assert "a.zip is not read: unpack it" in notes
    assert "other.txt" not in notes
    assert "squash.py.txt" not in "".join(read(**{"squash.py": "x = 1"}).notes)


def test_a_file_of_any_name_is_read_by_its_tasks_where_no_name_is_right(read):
    submission = read(**{"lab1/homework3.py": ONE, "helpers.py": "x = 1"})
    assert submission.files["sums"].source == ONE
    notes = "\n".join(submission.notes)
    assert "homework3.py is read as sums.py: it defines tasks of exercise 'sums'" in notes
    assert "helpers.py belongs to no exercise: it defines no task of the course" in notes


def test_beside_a_file_with_a_right_name_it_is_named_and_not_read(read):
    submission = read(**{"squash.py": "x = 1", "homework3.py": ONE, "own.py": "x = 1"})
    assert list(submission.files) == ["squash"]
    assert submission.notes == (
        "homework3.py is not read: it defines tasks of exercise 'sums'. Name it sums.py",
    )
    # A helper that defines what the named file has is no news.
    assert read(**{"sums.py": ONE}).files.keys() == {"squash", "sums"}


def test_files_that_define_tasks_of_several_exercises_are_named(read):
    submission = read(**{"homework3.py": "def total(v): pass\ndef double(x): pass"})
    assert not submission.files
    assert "it could be squash or sums. Name it after its exercise" in submission.notes[0]


def test_a_file_of_any_name_is_read_in_an_archive(packed, tiny_course):
    for name in ("work.zip", "work.tar.gz"):
        files = {"a/homework3.py": ONE.encode(), "a/readme.txt": b"x", "a/own.py": b"x = 1"}
        with load_submission(packed(name, files), tiny_course) as submission:
            assert submission.files["sums"].source == ONE


def test_helpers_beside_the_file_are_named(read):
    source = "from helpers import f\nimport numpy\n" + ONE
    submission = read(**{"sums.py": source, "helpers.py": "", "numbers.py": ""})
    (note,) = submission.notes
    assert note.startswith("helpers.py is not handed in with sums.py, which imports it")


MEMBERS = {
    "work/": b"",
    "work/sums (1).py": ONE.encode(),
    "work/._sums.py": b"\x00\x05\x16\x07\xff",
    "__MACOSX/work/._sums.py": b"\x00\x05\x16\x07\xff",
    "work/__pycache__/sums.cpython-311.pyc": b"\xa7\x0d",
    "work/__pycache__/sums.py": b"\xff",
    "work/data.bin": bytes(100_000),
    "work/squash.py": b"x = 1",
}


@pytest.mark.parametrize("name", ["work.zip", "work.tar", "work.tar.gz", "WORK.TGZ"])
def test_archives_as_macos_and_editors_make_them(packed, tiny_course, name):
    files = {member: data for member, data in MEMBERS.items() if data}
    submission = load_submission(packed(name, files), tiny_course)
    assert submission.files["sums"].source == ONE
    assert submission.files["squash"].source == "x = 1"
    assert submission.notes == (f"{name}/work/sums (1).py is read as sums.py",)


def test_tar_members_that_leave_or_are_links_are_refused_alone(packed, tiny_course, tmp_path):
    link = tarfile.TarInfo("sums.py")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    location = packed("work.tar", {"../sums.py": b"x", "/tmp/sums.py": b"x", "squash.py": b"x = 1"})
    with tarfile.open(location, "a") as archive:
        archive.addfile(link)
    submission = load_submission(location, tiny_course)
    assert list(submission.files) == ["squash"]
    above, absolute, linked = submission.notes
    assert "work.tar/../sums.py is refused, it would leave" in above
    assert "sums.py is refused, it would leave" in absolute
    assert "work.tar/sums.py is refused, it is a link" in linked


def test_tar_bombs_are_cut(packed, tiny_course, monkeypatch):
    location = packed(
        "bomb.tar.gz", {"squash.py": b"x = 1", "a.bin": bytes(1 << 20), "sums.py": b""}
    )
    monkeypatch.setattr(archives, "MAX_TOTAL", 1 << 19)
    submission = load_submission(location, tiny_course)
    assert list(submission.files) == ["squash"]
    assert "bomb.tar.gz is not read beyond its first 0 MiB" in submission.notes[0]
    monkeypatch.setattr(archives, "MAX_TOTAL", 1 << 30)
    monkeypatch.setattr(archives, "MAX_HEADERS", 2)
    assert "more than 2 entries" in load_submission(location, tiny_course).notes[0]


def test_a_truncated_tar_keeps_what_was_read(packed, tiny_course):
    location = packed("work.tar", {"squash.py": b"x = 1", "sums.py": b"#" * 40_000})
    location.write_bytes(location.read_bytes()[:20_000])
    submission = load_submission(location, tiny_course)
    assert list(submission.files) == ["squash"]
    assert "work.tar" in " ".join(submission.notes)
