"""Submissions of every sort are read whole, and never trusted."""

import io
import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course.source import MAX_SOURCE
from autograder.course.stubs import generate_stub
from autograder.submissions import archives, candidates
from autograder.submissions.progress import Progress, task_progress
from autograder.submissions.submission import load_submission, student_implementations
from framework.errors import BadInputError, ConflictError


@pytest.fixture
def hand_in(tmp_path):
    """Write files below a folder: relative path -> text or bytes."""

    def put(**files):
        root = tmp_path / "handed_in"
        for name, content in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return put


@pytest.fixture
def zipped(tmp_path):
    """Write a zip: a list of (name or ZipInfo, content)."""

    def put(*members):
        file = tmp_path / "work.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return file

    return put


def test_folder_as_in_the_course_or_flat(tiny_course, hand_in, solved, make_notebook):
    nested = hand_in(**{"first_unit/squash/squash.py": solved["squash"]})
    flat = hand_in(**{"sums.ipynb": make_notebook("def total(v):\n    return sum(v)")})
    assert nested == flat
    submission = load_submission(nested, tiny_course)
    assert list(submission.files) == ["squash", "sums"]
    assert submission.label == "handed_in"
    assert submission.files["squash"].source == solved["squash"]
    assert submission.files["sums"].where(2) == "cell 1, line 2"
    assert submission.files["squash"].where(2) == "line 2"


def test_tests_caches_and_hidden_files_are_passed_over(tiny_course, hand_in):
    root = hand_in(
        **{
            "sums.py": "x = 1",
            "test_sums.py": "boom(",
            ".ipynb_checkpoints/sums.py": "",
            "__MACOSX/._sums.py": b"\x00\xff",
            "venv/lib/sums.py": "",
            "notes.ipynb": b"not json",
            "readme.txt": "",
        }
    )
    submission = load_submission(root, tiny_course)
    assert submission.files["sums"].source == "x = 1"


def test_two_files_for_one_exercise_are_an_error_that_names_both(tiny_course, hand_in):
    root = hand_in(**{"sums.py": "", "old/sums.py": ""})
    with pytest.raises(ConflictError, match=r"two files for exercise 'sums': .*old.*sums\.py"):
        load_submission(root, tiny_course)


def test_only_the_exercises_asked_for_are_read(tiny_course, hand_in):
    root = hand_in(**{"sums.py": "", "squash.py": b"\xff"})
    assert list(load_submission(root, tiny_course, ["sums"]).files) == ["sums"]


def test_nothing_found_says_what_was_expected(tiny_course, hand_in):
    root = hand_in(**{"other.py": ""})
    with pytest.raises(BadInputError, match=r"holds no exercise: expected squash\.py, sums\.py"):
        load_submission(root, tiny_course)
    with pytest.raises(BadInputError, match="no such file or folder"):
        load_submission(root / "nowhere", tiny_course)
    with pytest.raises(BadInputError, match=r"a \.py, an \.ipynb or a \.zip"):
        load_submission(hand_in(**{"a.tar": ""}) / "a.tar", tiny_course)


def test_single_file_by_name_or_by_its_tasks(tiny_course, hand_in, solved, make_notebook):
    root = hand_in(
        **{
            "sums.py": "x = 1",
            "my answer (2).py": solved["squash"],
            "untitled.ipynb": make_notebook("def total(v):\n    return 1"),
            "other.ipynb": make_notebook("x = 1", name="squash"),
        }
    )

    def exercise_of(name):
        return list(load_submission(root / name, tiny_course).files)

    assert exercise_of("sums.py") == ["sums"]
    assert exercise_of("my answer (2).py") == ["squash"]
    assert exercise_of("untitled.ipynb") == ["sums"]
    assert exercise_of("other.ipynb") == ["squash"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1", "it defines no task of the course"),
        ("def total(v): pass\ndef double(x): pass", "it could be squash or sums"),
        ("def total(", r"a\.py, line 1"),
    ],
)
def test_single_file_of_no_exercise_is_an_error(tiny_course, hand_in, source, problem):
    root = hand_in(**{"a.py": source})
    with pytest.raises(BadInputError, match=problem):
        load_submission(root / "a.py", tiny_course)


def test_syntax_errors_are_recorded_with_their_line(tiny_course, hand_in, make_notebook):
    root = hand_in(
        **{"squash.py": "x = 1\ny = (\n", "sums.ipynb": make_notebook("# T", "def total(:\n  1")}
    )
    files = load_submission(root, tiny_course).files
    assert files["squash"].syntax_error.endswith("squash.py, line 2: '(' was never closed")
    assert "sums.ipynb, cell 2, line 1: " in files["sums"].syntax_error


def test_source_that_cannot_be_read_is_refused(tiny_course, hand_in):
    root = hand_in(**{"sums.py": b"# ok\n# caf\xe9\n"})
    with pytest.raises(BadInputError, match=r"sums\.py, line 2, is not UTF-8 text \(byte 0xe9\)"):
        load_submission(root, tiny_course)
    hand_in(**{"sums.py": b"#" * (MAX_SOURCE + 1)})
    with pytest.raises(BadInputError, match=r"sums\.py is too large"):
        load_submission(root, tiny_course)


def test_windows_text_is_read_as_text(tiny_course, hand_in):
    root = hand_in(**{"sums.py": b"\xef\xbb\xbfx = 1\r\ny = 2\r\n"})
    assert load_submission(root, tiny_course).files["sums"].source == "x = 1\ny = 2\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_out_of_the_folder_are_not_followed(tiny_course, hand_in, tmp_path):
    (tmp_path / "secret.py").write_text("SECRET = 1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/sums.py").write_text("SECRET = 2")
    root = hand_in(**{"squash.py": "x = 1"})
    (root / "sums.py").symlink_to(tmp_path / "secret.py")
    (root / "more").symlink_to(tmp_path / "elsewhere")
    submission = load_submission(root, tiny_course)
    assert list(submission.files) == ["squash"]
    assert "sums.py is a link out of the submission: not followed" in submission.notes[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_folder_does_not_hang(tiny_course, hand_in):
    root = hand_in(**{"squash.py": "x = 1"})
    os.mkfifo(root / "sums.py")
    assert list(load_submission(root, tiny_course).files) == ["squash"]


def test_huge_folder_is_an_error(tiny_course, hand_in, monkeypatch):
    monkeypatch.setattr(candidates, "MAX_FILES", 2)
    root = hand_in(**{"a/1": "", "a/2": "", "a/3": ""})
    with pytest.raises(BadInputError, match="more than 2 files: name the folder"):
        load_submission(root, tiny_course)


def test_zip_is_read_like_a_folder(tiny_course, zipped, solved):
    file = zipped(
        ("work/sums.py", solved["sums"]),
        ("work\\win\\squash.py", solved["squash"]),
        ("__MACOSX/work/._sums.py", b"\x00\xff"),
        ("work/", ""),
    )
    submission = load_submission(file, tiny_course)
    assert {name: f.source for name, f in submission.files.items()} == solved
    assert submission.files["sums"].shown == f"{file}/work/sums.py"


def test_two_files_in_a_zip_are_an_error_too(tiny_course, zipped):
    file = zipped(("a/sums.py", ""), ("b/sums.py", ""))
    with pytest.raises(ConflictError, match=r"a/sums\.py and .*b/sums\.py"):
        load_submission(file, tiny_course)


def _link(name):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../sums.py", "would leave"),
        ("a/../../sums.py", "would leave"),
        ("..\\sums.py", "would leave"),
        ("/tmp/sums.py", "would leave"),
        ("C:\\sums.py", "would leave"),
        ("c:sums.py", "would leave"),
        ("\\\\host\\share\\sums.py", "would leave"),
        (_link("sums.py"), "is a link"),
    ],
)
def test_zip_members_that_leave_are_refused(tiny_course, zipped, name, problem):
    file = zipped(("squash.py", "x = 1"), (name, "../../etc/passwd"))
    with pytest.raises(BadInputError, match=rf"work\.zip is refused: its member .* {problem}"):
        load_submission(file, tiny_course)


def test_zip_bombs_are_refused(tiny_course, zipped, monkeypatch):
    zeros = b"\0" * (8 << 20)
    with pytest.raises(BadInputError, match=r"sums\.py is too large"):
        load_submission(zipped(("sums.py", zeros)), tiny_course)
    monkeypatch.setattr(archives, "MAX_TOTAL", 7 << 20)
    with pytest.raises(BadInputError, match="holds 8 MiB of files, and 7 MiB is the limit"):
        load_submission(zipped(("data.bin", zeros)), tiny_course)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(BadInputError, match="holds 3 files, and 2 is the limit"):
        load_submission(zipped(("a", ""), ("b", ""), ("c", "")), tiny_course)


def test_zip_that_lies_about_its_size_is_refused(tiny_course, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sums.py", b"#" * 4096)
    data = buffer.getvalue().replace(struct.pack("<L", 4096), struct.pack("<L", 16))
    file = tmp_path / "liar.zip"
    file.write_bytes(data)
    with pytest.raises(BadInputError, match=r"liar\.zip cannot be read"):
        load_submission(file, tiny_course)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not a zip"])
def test_damaged_zip_is_an_error(tiny_course, tmp_path, damage):
    file = tmp_path / "bad.zip"
    file.write_bytes(damage)
    with pytest.raises(BadInputError, match=r"bad\.zip cannot be read as a zip archive"):
        load_submission(file, tiny_course)


def test_encrypted_zip_is_an_error(tiny_course, zipped):
    file = zipped(("sums.py", "x = 1"))
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    with pytest.raises(BadInputError, match="is encrypted"):
        load_submission(file, tiny_course)


def test_folder_holds_one_module_per_exercise_until_closed(tiny_course, hand_in, make_notebook):
    root = hand_in(**{"a/squash.py": "x = 1\r\n", "sums.ipynb": make_notebook("def total(v): 1")})
    with load_submission(root, tiny_course) as submission:
        folder = submission.folder
        assert sorted(file.name for file in folder.iterdir()) == ["squash.py", "sums.py"]
        assert (folder / "sums.py").read_text() == "def total(v): 1\n"
        assert submission.folder == folder
    assert not folder.exists()


def test_folder_goes_even_when_nobody_closes_it(tiny_course, hand_in):
    submission = load_submission(hand_in(**{"sums.py": ""}), tiny_course)
    folder = submission.folder
    del submission
    assert not folder.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_forked_process_leaves_the_folder_alone(tiny_course, hand_in):
    with load_submission(hand_in(**{"sums.py": ""}), tiny_course) as submission:
        child = os.fork()
        if not child:
            submission.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert (submission.folder / "sums.py").is_file()


def test_hash_depends_on_names_and_contents_alone(tiny_course, hand_in, zipped, tmp_path):
    def digest(path):
        return load_submission(path, tiny_course).hash

    folder = hand_in(**{"x/sums.py": "a = 1", "squash.py": "b = 2"})
    first = digest(folder)
    assert digest(zipped(("squash.py", "b = 2"), ("sums.py", "a = 1"))) == first
    (folder / "squash.py").write_text("b = 3")
    assert digest(folder) != first


def test_code_is_never_run(tiny_course, hand_in, tmp_path):
    target = tmp_path / "ran"
    source = f"open({str(target)!r}, 'w')\ndef total(v): return 1\n"
    with load_submission(hand_in(**{"sums.py": source}), tiny_course) as submission:
        student_implementations(submission, tiny_course)
    assert not target.exists()


def test_implementations_are_the_written_tasks(tiny_course, hand_in, solved, course_root):
    stub = generate_stub(solved["squash"], Path("squash.py"))
    half = stub.replace("# TODO: your code here\n    raise NotImplementedError", "return x + x")
    with load_submission(hand_in(**{"squash.py": half}), tiny_course) as submission:
        (found,) = student_implementations(submission, tiny_course)
        assert (found.kind, found.key) == ("function", "double@student")
        assert found.target == f"{submission.folder / 'squash.py'}:double"


STUB = '''
class A:
    """Doc."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        """Doc."""
        for i in x:
            # TODO: your code here
            raise NotImplementedError

    def backward(self, g):
        raise NotImplementedError("write me")


def helper(x):
    raise NotImplementedError


def f(x):
    return helper(x)
'''


@pytest.mark.parametrize("stub", [STUB, None])
def test_progress_from_stub_to_written(stub):
    def progress(source):
        return [state.value for state in task_progress(source, ["A", "f"], stub).values()]

    forward = (
        "for i in x:\n            # TODO: your code here\n            raise NotImplementedError"
    )
    begun = STUB.replace(forward, "return x")
    done = begun.replace('raise NotImplementedError("write me")', "return g")
    helped = done.replace("def helper(x):\n    raise NotImplementedError", "helper = len")
    assert progress(STUB)[0] == "untouched"
    assert progress(STUB.replace("Doc.", "My doc."))[0] == "untouched"
    assert progress("")[0] == "missing"
    assert progress(begun)[0] == "started"
    assert progress(done)[0] == "written"
    assert progress(done)[1] != "written"
    assert progress(helped) == ["written", "written"]
    assert progress(STUB + "\n) broken") == ["started", "started"]


def test_a_task_does_not_wait_for_another_task_that_it_uses():
    source = "def f(x):\n    return g(x)\n\ndef g(x):\n    raise NotImplementedError\n"
    progress = task_progress(source, ["f", "g"])
    assert progress == {"f": Progress.WRITTEN, "g": Progress.UNTOUCHED}


def test_unreachable_or_deliberate_raise_does_not_count():
    source = "def f(x):\n    if x.ndim > 3:\n        raise NotImplementedError\n    return x\n"
    imported = "from mine import f\n"
    tried = "try:\n    import x\nexcept E:\n    def f(): pass\n"
    for text in (source, imported, tried):
        assert task_progress(text, ["f"]) == {"f": Progress.WRITTEN}


@pytest.mark.parametrize("hostile", ["()" * 2500, "()" * 100_000, "+1" * 900, "+1" * 100_000])
def test_deep_nesting_is_a_syntax_error(tiny_course, hand_in, hostile):
    root = hand_in(**{"sums.py": f"def total(v):\n    return v{hostile}\n"})
    file = load_submission(root, tiny_course).files["sums"]
    assert "deep" in file.syntax_error or "recursion" in file.syntax_error
    assert file.progress(tiny_course.exercise("sums")) == {"total": Progress.STARTED}


def test_last_definition_counts():
    source = "def f():\n    raise NotImplementedError\n\ndef f():\n    return 1\n"
    assert task_progress(source, ["f"], "def f():\n    raise NotImplementedError\n") == {
        "f": Progress.WRITTEN
    }
