"""Submissions of every sort are read whole, and never trusted."""

import io
import os
import stat
import struct
import sys
import time
import zipfile
from pathlib import Path

import pytest
from repository import text_of

from autograder.course.generated_stubs import generate_stub
from autograder.course.source import MAX_SOURCE
from autograder.sandbox.runners.filesystem_view import remove_scratch
from autograder.submissions import archives, candidates
from autograder.submissions.submission import load_submission, student_implementations
from autograder.submissions.task_progress import TaskProgress, task_progress
from framework.errors import BadInputError


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
def zipped(packed):
    """Write a zip: pairs (name or ZipInfo, content)."""
    return lambda *members: packed("work.zip", dict(members))


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


def test_tests_caches_and_hidden_files_are_skipped(tiny_course, hand_in):
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


ONE, OTHER = "def total(v):\n    return sum(v)\n", "def total(v):\n    return max(v)\n"
UNTOUCHED = "def total(v):\n    raise NotImplementedError\n"


def test_of_two_different_files_for_one_exercise_none_is_graded(tiny_course, hand_in):
    root = hand_in(**{"sums.py": ONE, "old/sums.py": OTHER, "squash.py": ""})
    submission = load_submission(root, tiny_course)
    assert list(submission.files) == ["squash"]
    told = "two files for exercise 'sums': sums.py and old/sums.py"
    assert told in submission.unread["sums"]
    assert submission.notes == (submission.unread["sums"],)


def test_of_two_files_the_one_with_work_in_it_is_graded(tiny_course, hand_in):
    root = hand_in(**{"sums.py": UNTOUCHED, "mine/sums.py": ONE, "copy/sums.py": ONE})
    submission = load_submission(root, tiny_course)
    assert submission.files["sums"].source == ONE
    assert submission.unread == {}


def test_only_the_exercises_asked_for_are_read(tiny_course, hand_in):
    root = hand_in(**{"sums.py": "", "squash.py": b"\xff"})
    assert list(load_submission(root, tiny_course, ["sums"]).files) == ["sums"]


def test_nothing_found_says_what_was_expected(tiny_course, hand_in):
    root = hand_in(**{"other.py": "", "a.rar": ""})
    empty = load_submission(root, tiny_course)
    assert (dict(empty.files), dict(empty.unread)) == ({}, {})
    assert "holds no exercise: expected squash.py, sums.py" in empty.notes[-1]
    (told,) = load_submission(root / "a.rar", tiny_course).notes[:1]
    assert "expected a folder, a .py, an .ipynb, a .md, a .zip or a .tar.gz" in told
    with pytest.raises(BadInputError, match="no such file or folder"):
        load_submission(root / "nowhere", tiny_course)
    with pytest.raises(BadInputError, match="holds no exercise"):
        empty.require()


def test_single_file_by_name_or_by_its_tasks(tiny_course, hand_in, solved, make_notebook):
    root = hand_in(
        **{
            "sums.py": "x = 1",
            "my answer (2).py": solved["squash"],
            "untitled.ipynb": make_notebook("def total(v):\n    return 1"),
            "other.ipynb": make_notebook("x = 1", name="squash"),
            "broken.ipynb": make_notebook("def total(v:\n    return 1"),
            "LOUD.PY": solved["sums"],
        }
    )

    def exercise_of(name):
        return list(load_submission(root / name, tiny_course).files)

    assert exercise_of("sums.py") == ["sums"]
    assert exercise_of("my answer (2).py") == ["squash"]
    assert exercise_of("untitled.ipynb") == ["sums"]
    assert exercise_of("other.ipynb") == ["squash"]
    assert exercise_of("broken.ipynb") == ["sums"]
    assert exercise_of("LOUD.PY") == ["sums"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1", "it defines no task of the course"),
        ("def total(v): pass\ndef double(x): pass", "it could be squash or sums"),
        ("def total(", "a.py, line 1"),
    ],
)
def test_single_file_of_no_exercise_is_reported(tiny_course, hand_in, source, problem):
    submission = load_submission(hand_in(**{"a.py": source}) / "a.py", tiny_course)
    assert not submission.files
    assert problem in submission.notes[0]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"# ok\n# caf\xe9\n", "sums.py, line 2, is not UTF-8 text (byte 0xe9)"),
        (b"#" * (MAX_SOURCE + 1), "sums.py is too large"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "sums.py is a pointer of Git LFS, not the file itself: `git lfs pull` gets it",
        ),
    ],
    ids=["latin-1", "large", "pointer"],
)
def test_source_that_cannot_be_read_costs_its_exercise_alone(
    tiny_course, hand_in, zipped, data, problem
):
    for path in (hand_in(**{"sums.py": data, "squash.py": ""}), zipped(("sums.py", data))):
        submission = load_submission(path, tiny_course)
        assert problem in submission.unread["sums"]
        assert submission.notes == (submission.unread["sums"],)
        with pytest.raises(BadInputError, match=r"sums\.py"):
            submission.require("squash", "sums")
    assert list(load_submission(hand_in(), tiny_course).files) == ["squash"]


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


def test_of_a_huge_folder_the_first_files_are_read(tiny_course, hand_in, monkeypatch):
    monkeypatch.setattr(candidates, "MAX_FILES", 4)
    root = hand_in(**{"sums.py": "", "a/1": "", "a/2": "", "a/squash.py": ""})
    submission = load_submission(root, tiny_course)
    assert list(submission.files) == ["sums"]
    assert "more than 4 files: the rest is not read" in submission.notes[0]


def test_a_file_that_cannot_be_opened_costs_itself_alone(tiny_course, hand_in, monkeypatch):
    root = hand_in(**{"sums.py": "", "squash.py": ""})
    opened = Path.open

    def refusing(path, *arguments, **options):
        if path.name == "sums.py":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refusing)
    submission = load_submission(root, tiny_course)
    assert list(submission.files) == ["squash"]
    assert submission.unread == {"sums": "sums.py cannot be read: Permission denied"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_loops_of_links_and_deep_folders_are_left_out(tiny_course, hand_in):
    root = hand_in(**{"squash.py": "x = 1"})
    (root / "sums.py").symlink_to("sums.py")
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    here = os.open(root, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    submission = load_submission(root, tiny_course)
    assert list(submission.files) == ["squash"]
    loop, deep = submission.notes
    assert loop.startswith("sums.py cannot be read: ")
    assert f"folders deeper than {candidates.MAX_DEPTH}" in deep
    assert len(deep) < 300
    (root / "loop").symlink_to("loop")
    assert "nothing is read" in load_submission(root / "loop", tiny_course).notes[0]
    remove_scratch(root)


def test_zip_is_read_like_a_folder(tiny_course, zipped, solved):
    file = zipped(
        ("work/sums.py", solved["sums"]),
        ("work\\win\\squash.py", solved["squash"]),
        ("__MACOSX/work/._sums.py", b"\x00\xff"),
        ("work/", ""),
    )
    submission = load_submission(file, tiny_course)
    assert {name: f.source for name, f in submission.files.items()} == solved
    assert submission.files["sums"].shown == "work.zip/work/sums.py"


def test_two_files_in_a_zip_are_reported_too(tiny_course, zipped):
    submission = load_submission(zipped(("a/sums.py", ONE), ("b/sums.py", OTHER)), tiny_course)
    assert "work.zip/a/sums.py and work.zip/b/sums.py" in submission.unread["sums"]


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
def test_zip_members_that_leave_are_refused_alone(tiny_course, zipped, name, problem):
    file = zipped(("squash.py", "x = 1"), (name, "../../etc/passwd"))
    submission = load_submission(file, tiny_course)
    assert list(submission.files) == ["squash"]
    (note,) = submission.notes
    assert note.startswith("work.zip/")
    assert f"is refused, it {problem}" in note


def test_zip_bombs_are_cut(tiny_course, zipped, monkeypatch):
    zeros = b"\0" * (8 << 20)
    bomb = zipped(("data.bin", zeros), ("sums.py", zeros), ("squash.py", ""))
    submission = load_submission(bomb, tiny_course)
    assert "sums.py is too large" in submission.unread["sums"]
    assert list(submission.files) == ["squash"]
    monkeypatch.setattr(archives, "MAX_TOTAL", 1 << 10)
    (told,) = set(load_submission(bomb, tiny_course).notes) - set(submission.notes)
    assert "work.zip is not read beyond its first 0 MiB" in told
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    many = load_submission(zipped(("a.txt", ""), ("sums.py", ""), ("c.py", "")), tiny_course)
    assert "not read beyond its first 1 files" in many.notes[0]
    assert list(many.files) == ["sums"]
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 100)
    listed = load_submission(zipped(("a" * 90, ""), ("sums.py", "")), tiny_course)
    assert "list of files takes more than" in listed.notes[0]


def test_zip_that_lies_about_its_size_is_refused(tiny_course, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sums.py", b"#" * 4096)
    data = buffer.getvalue().replace(struct.pack("<L", 4096), struct.pack("<L", 16))
    file = tmp_path / "liar.zip"
    file.write_bytes(data)
    assert "liar.zip/sums.py cannot be unpacked" in load_submission(file, tiny_course).notes[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        *(("bad.zip", data) for data in (b"", b"PK\x03\x04", b"not a zip")),
        *(("bad.tar.gz", data) for data in (b"", b"\x1f\x8bno gzip", b"no tar" * 200, b"\x1f\x8b")),
    ],
)
def test_a_damaged_archive_is_a_note(tiny_course, tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    submission = load_submission(tmp_path / name, tiny_course)
    assert f"{name} cannot be read as a {name.split('.')[1]} archive" in submission.notes[0]
    assert not submission.files


def test_encrypted_members_are_reported(tiny_course, zipped):
    file = zipped(("sums.py", "x = 1"), ("squash.py", ""))
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    submission = load_submission(file, tiny_course)
    assert "work.zip/sums.py is refused, it is encrypted" in submission.notes[0]
    assert list(submission.files) == ["squash"]


def test_names_in_a_zip_that_are_not_utf_8_cost_nothing(tiny_course, zipped):
    file = zipped(("ü/sums.py", "x = 1"), ("squash.py", ""))
    file.write_bytes(file.read_bytes().replace("ü".encode(), b"\xff\xfe"))
    assert list(load_submission(file, tiny_course).files) == ["squash", "sums"]


def test_broken_lzma_costs_its_member_alone(tiny_course, tmp_path):
    file = tmp_path / "work.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("sums.py", "x = 1\n" * 100)
        archive.writestr("squash.py", "y = 1\n")
    data = bytearray(file.read_bytes())
    start = data.index(b"sums.py") + len(b"sums.py")
    data[start + 4 : start + 24] = b"\xff" * 20
    file.write_bytes(data)
    submission = load_submission(file, tiny_course)
    assert list(submission.files) == ["squash"]
    assert "work.zip/sums.py cannot be unpacked" in submission.unread["sums"]


def test_folder_holds_one_module_per_exercise_until_closed(tiny_course, hand_in, make_notebook):
    root = hand_in(**{"a/squash.py": "x = 1\r\n", "sums.ipynb": make_notebook("def total(v): 1")})
    with load_submission(root, tiny_course) as submission:
        folder = submission.folder
        assert sorted(file.name for file in folder.iterdir()) == ["squash.py", "sums.py"]
        assert (folder / "sums.py").read_text() == "def total(v): 1\n"
        assert submission.folder == folder
    assert not folder.exists()


def test_folder_goes_even_when_it_is_not_closed(tiny_course, hand_in):
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
        (result,) = student_implementations(submission, tiny_course)
        assert (result.kind, result.key) == ("function", "double@student")
        assert result.target == f"{submission.folder / 'squash.py'}:double"


STUB = text_of("texts/submission/stub.py")


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


OPEN_BASE = "class Base:\n    def m(self): raise NotImplementedError\nclass Middle(Base): pass\n"


@pytest.mark.parametrize(
    ("source", "progress"),
    [
        ("def f(x): return g(x)\ndef g(x): raise NotImplementedError", "written untouched"),
        ("def f(x): return h(x)\ndef h(x): raise NotImplementedError", "started missing"),
        ("def f(x):\n    if x: raise NotImplementedError\n    return x", "written missing"),
        ("from mine import f", "written missing"),
        ("try: import x\nexcept E:\n    def f(): pass", "written missing"),
        (OPEN_BASE + "class f(Middle):\n    def m(self): return 1", "written missing"),
        (OPEN_BASE + "class f(Middle):\n    def other(self): return 1", "started missing"),
        ("def f(): raise NotImplementedError\ndef f(): return 1", "written missing"),
        (f"def f(x): return {'-' * 190}x", "written missing"),  # the deepest code that is read
    ],
)
def test_a_task_is_as_far_as_its_own_parts(source, progress):
    states = task_progress(source, ["f", "g"]).values()
    assert [state.value for state in states] == progress.split()


@pytest.mark.parametrize("hostile", ["()" * 2500, "()" * 100_000, "+1" * 900, "+1" * 100_000])
def test_a_task_that_is_nested_deeply_is_begun(tiny_course, hand_in, hostile):
    root = hand_in(**{"sums.py": f"def total(v):\n    return v{hostile}\n"})
    file = load_submission(root, tiny_course).files["sums"]
    assert file.progress(tiny_course.exercise("sums")) == {"total": TaskProgress.STARTED}


def test_chains_of_helpers_may_be_thousands_long():
    chain = "".join(f"def f{i}():\n    return f{i + 1}()\n" for i in range(5000))
    begun = task_progress(chain + "def f5000():\n    raise NotImplementedError\n", ["f0"])
    assert begun == {"f0": TaskProgress.STARTED}
    assert task_progress(chain, ["f0"]) == {"f0": TaskProgress.WRITTEN}


@pytest.mark.parametrize("text", ["\n" * 250_000, " " * 250_000, "from" + " " * 250_000])
def test_imports_are_found_in_no_time_whatever_the_text(tiny_course, hand_in, text):
    root = hand_in(**{"sums.py": f"{text}\n  import numpy.linalg\n\tfrom\ttorch import nn\n"})
    file = load_submission(root, tiny_course).files["sums"]
    started = time.process_time()
    assert [name in file.imported for name in ("numpy", "torch", "nn")] == [True, True, False]
    assert time.process_time() - started < 2
