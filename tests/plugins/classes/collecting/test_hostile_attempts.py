"""What one student hands in ends no collection, and costs the others neither time nor disk."""

import errno
import io
import tarfile
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from framework.errors import GradusError
from plugins.classes.collecting import attempt_files
from plugins.classes.collecting.attempt_files import Allowance, AttemptFiles

GOOD = b"x = 1\n"


def zipped(names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def attempt(tmp_path):
    return AttemptFiles(tmp_path / "attempt", ["activations"])


def add(attempt, name, content):
    attempt.add(PurePosixPath(name), lambda limit: content[:limit])


@pytest.mark.parametrize(
    "names",
    [
        ["x.py/rnn.py", "x.py"],
        ["x.py", "x.py/rnn.py"],
        ["x.py", "x.py/a/rnn.py", "x.py/a"],
        ["X.py/rnn.py", "x.py", "x.PY/rnn.py"],
        ["x.p\u200by/rnn.py", "x.py"],
        ["activations.py/rnn.py", "activations-1.py"],
        ["activations (3).py/rnn.py", "activations (3).py", "activations.py"],
        ["a/b.py/c.py/d.py", "a/b.py/c.py", "a/b.py", "a.py"],
    ],
)
def test_files_and_folders_of_one_name_are_all_kept(attempt, names):
    add(attempt, "work.zip", zipped(dict.fromkeys(names, GOOD)))
    kept = attempt.finish()
    assert len(kept) == len([name for name in names if name.endswith(".py")])
    assert all((attempt.folder / path).read_bytes() == GOOD for path in kept)
    assert len({path.casefold() for path in kept}) == len(kept)


def test_thousands_of_equal_names_take_no_longer_than_others(attempt):
    marks = ("\u200b", "\u200c")
    names = ("".join(marks[number >> bit & 1] for bit in range(12)) for number in range(4000))
    data = zipped({f"{name}activations.py": str(number) for number, name in enumerate(names)})
    started = time.process_time()
    add(attempt, "work.zip", data)
    assert time.process_time() - started < 10  # each name that looks at all others: a minute
    assert len(attempt.finish()) == 4000


def test_archives_are_not_unpacked_once_the_attempt_is_full(attempt, monkeypatch):
    monkeypatch.setattr(attempt_files, "MAX_BYTES", 4 << 20)
    attempt = AttemptFiles(attempt.folder.with_name("other"), [])
    bomb, asked = zipped({f"{number}.py": b"#" * (1 << 20) for number in range(20)}), []
    for number in range(50):
        attempt.add(PurePosixPath(f"{number}.zip"), lambda limit: asked.append(limit) or bomb)
    assert len(asked) == 1
    assert len(attempt.finish()) <= 16
    assert any("the rest is not kept" in note for note in attempt.notes.all())


def test_all_attempts_of_a_student_share_what_an_export_may_hold(tmp_path):
    allowance = Allowance(300_000)
    attempts = [AttemptFiles(tmp_path / str(number), [], allowance) for number in range(9)]
    for attempt in attempts:
        add(attempt, "rnn.py", b"#" * 100_000)
    assert [len(attempt.finish()) for attempt in attempts] == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert any("the rest is not kept" in note for note in attempts[-1].notes.all())


def refusing(number):
    def write(path, data):
        raise OSError(number, "refused")

    return write


def test_a_name_that_the_disk_refuses_is_a_note(attempt, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", refusing(errno.EILSEQ))
        add(attempt, "rnn.py", GOOD)
    add(attempt, "lstm.py", GOOD)
    assert list(attempt.finish()) == ["lstm.py"]
    assert any("rnn.py cannot be kept: refused" in note for note in attempt.notes.all())


def test_a_full_disk_is_an_error_and_no_work_is_left_out(attempt, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", refusing(errno.ENOSPC))
    with pytest.raises(GradusError, match="refused"):
        add(attempt, "rnn.py", GOOD)


@pytest.mark.parametrize(
    "name", [f"{'w' * 200}.tar.gz", f"{'w' * 200}.zip", "\u200b.zip", "aux.zip"]
)
def test_an_archive_of_any_name_is_read(attempt, name):
    data = zipped({"activations.py": GOOD})
    if name.endswith(".gz"):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            info = tarfile.TarInfo("activations.py")
            info.size = len(GOOD)
            archive.addfile(info, io.BytesIO(GOOD))
        data = stream.getvalue()
    add(attempt, name, data)
    assert [path.rpartition("/")[2] for path in attempt.finish()] == ["activations.py"]


def test_an_archive_in_an_archive_is_named(attempt):
    add(attempt, "work.zip", zipped({"inner.zip": zipped({"activations.py": GOOD})}))
    assert attempt.finish() == {}
    assert attempt.notes.all()[0] == "inner.zip is an archive in an archive: not read"
