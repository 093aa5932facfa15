"""Thousands of damaged archives, notebooks and folders: each is read, and only notes tell of it.

``pytest -m slow`` tries `MANY` of each kind; by default a sample is tried.
"""

import gzip
import io
import json
import os
import random
import sys
import tarfile
import zipfile

import pytest

from autograder.submissions.submission import load_submission

SAMPLE, MANY = 120, 6000
#: Pieces of code cells and files, whole and broken.
PIECES = (
    *("def total(v):\n    return sum(v)", "def total(v:\n  1", "async def total(v): pass"),
    *("class Sigmoid:\n    pass", "%time x", "%%bash", "!ls", "x = !ls", "x?", "\\\n", "%", "%%"),
    *("(" * 150, "-" * 300 + "1", "\x00", "\ud800", "\r", "\f", "\u2028", "\ufeff", "é", "@"),
    *("from __future__ import annotations", "from x import *", "if x:\n  def total(v): pass"),
    *("total = 1", "async", "lambda: (yield)", "return", "def f(a, a): 1", "'''", '"'),
)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
FORMATS = (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
NAMES = (
    "sums.py",
    "a/squash.py",
    "ü/sums.py",
    "sums.ipynb",
    "../sums.py",
    "a\\sums.py",
    "x" * 300 + "/sums.py",
)
#: Values that fields of a record are given.
EXTREMES = (0, 1, 2, 0x7F, 0xFF, 0x800, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def code(rng):
    return "\n".join(rng.choices(PIECES, k=rng.randint(1, 6)))


def archive(rng):
    """A zip with whatever members, damaged a few times."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name in rng.sample(NAMES, k=rng.randint(1, 4)):
            content = code(rng).encode("utf-8", "replace") * rng.choice((1, 1, 50))
            opened.writestr(name, content, rng.choice(METHODS))
    return damaged(rng, file.getvalue())


def tar(rng):
    """A tar with whatever members, plain or packed, damaged a few times before or after."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=rng.choice(FORMATS)) as opened:
        for name in rng.sample(NAMES, k=rng.randint(1, 4)):
            content = code(rng).encode("utf-8", "replace") * rng.choice((1, 1, 50))
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    data = damaged(rng, file.getvalue())
    return damaged(rng, gzip.compress(data)) if rng.random() < 0.3 else data


def damaged(rng, whole):
    data = bytearray(whole)
    for _ in range(rng.randint(0, 4)):
        rng.choice((flip, cut, repeat, overwrite))(rng, data)
    return bytes(data)


def flip(rng, data):
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] = rng.randrange(256)


def cut(rng, data):
    start = rng.randrange(len(data))
    del data[start : start + rng.choice((1, 20, 5000))]
    data += b"P"


def repeat(rng, data):
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.choice((10, 500))]


def overwrite(rng, data):
    """Write an extreme number into a record that begins with ``PK``."""
    places = [i for i in range(len(data)) if data[i : i + 2] == b"PK"] or [0]
    at = rng.choice(places) + 4 + 2 * rng.randrange(22)
    size = rng.choice((2, 4))
    data[at : at + size] = (rng.choice(EXTREMES) % 256**size).to_bytes(size, "little")


def value(rng, depth=0):
    """Some JSON."""
    if depth < 3 and rng.random() < 0.5:
        items = [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
        keys = rng.sample(("cells", "source", "cell_type", "metadata", "outputs"), 3)
        return items if rng.random() < 0.5 else dict(zip(keys, items, strict=False))
    texts = (code(rng), "code", "python", "squash", "")
    return rng.choice((None, True, 5, -1e308, 10**30, float("nan"), *texts))


def notebook(rng):
    """A notebook in which random places hold random JSON, or random bytes are changed."""
    cells = [
        {"cell_type": "code", "source": code(rng), "metadata": {}} for _ in range(rng.randint(0, 5))
    ]
    results = {"cells": cells, "metadata": {"gradus": {"exercise": "sums"}}, "nbformat": 4}
    if rng.random() < 0.3:
        results = {"cells": [*cells, value(rng)], "metadata": value(rng)}
    for _ in range(rng.randint(0, 3)):
        replace_somewhere(rng, results)
    data = bytearray(json.dumps(results).encode())
    if rng.random() < 0.2:
        rng.choice((flip, cut, repeat))(rng, data)
    return bytes(data)


def replace_somewhere(rng, found):
    """Put some JSON in place of a random part of `found`."""
    while True:
        places = list(found) if isinstance(found, dict) else list(range(len(found)))
        if not places:
            return
        location = rng.choice(places)
        if not isinstance(found[location], dict | list) or rng.random() < 0.3:
            found[location] = value(rng)
            return
        found = found[location]


def folder(rng, root):
    """A folder of files, links, loops and pipes with odd names."""
    names = ["sums.py", "squash.py", "sums.ipynb", "a", "b.py", "\n.py", os.fsdecode(b"\xff.py")]
    places = [root]
    for _ in range(rng.randint(1, 12)):
        path = rng.choice(places) / rng.choice(names)
        if os.path.lexists(path):
            continue
        kind = rng.randrange(5)
        if kind == 0:
            path.mkdir()
            places.append(path)
        elif kind == 1:
            targets = (*names, "..", ".", "/", "/dev/zero", "../../..", "a/a/a")
            path.symlink_to(rng.choice(targets))
        elif kind == 2:
            os.mkfifo(path)
        else:
            data = (
                notebook(rng) if path.suffix == ".ipynb" else code(rng).encode("utf-8", "replace")
            )
            path.write_bytes(data if rng.random() < 0.8 else data + b"\xff")


def read(path, course):
    """Read a submission as grading does."""
    with load_submission(path, course) as submission:
        for name, file in submission.files.items():
            exercise = course.exercise(name)
            assert len(file.progress(exercise)) == len(exercise.tasks)
            assert set(file.undefined(exercise)) <= set(exercise.task_names)
            lines = file.source.rstrip("\n").count("\n")
            assert file.cells is None or len(file.cells.origins) >= lines
        notes = "\n".join(submission.notes)
        assert "fault of gradus" not in notes, notes
        assert submission.files or submission.unread or "holds no exercise" in notes
        return submission.files


def in_a_file(name, content):
    """What a random generator makes, written into a file of that name."""

    def make(rng, root):
        path = root / name
        path.write_bytes(content(rng))
        return path

    return make


def in_a_folder(rng, root):
    location = root / str(rng.random())
    location.mkdir()
    folder(rng, location)
    return location


KINDS = {
    "archive": in_a_file("work.zip", archive),
    "tar": in_a_file("work.tar.gz", tar),
    "notebook": in_a_file("sums.ipynb", notebook),
    "unnamed notebook": in_a_file("untitled.ipynb", notebook),
}
if sys.platform != "win32":  # there, links need rights
    KINDS["folder"] = in_a_folder


@pytest.mark.parametrize("seeds", [
    range(SAMPLE),
    pytest.param(
        range(SAMPLE, SAMPLE + MANY), marks=[pytest.mark.slow, pytest.mark.timeout(3600)]
    ),
], ids=["a sample", "thousands"])  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_they_hold_is_read(kind, seeds, tiny_course, tmp_path):
    """A failure is reported with its seed."""
    graded = 0
    for seed in seeds:
        try:
            graded += bool(read(KINDS[kind](random.Random(seed), tmp_path), tiny_course))
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
    assert graded > len(seeds) / 10  # or nothing of what is tried gets far
