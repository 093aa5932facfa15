"""Submissions whose files cannot be read: each ends in a report, with all graded that could be."""

import json
import os
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from repository import ROOT

from autograder.cli import grade
from autograder.course.source import MAX_SOURCE
from autograder.sandbox.runners.filesystem_view import remove_scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these sandboxes need Linux")

COURSE = ROOT / "tests/data/hostile/course"
NEIGHBOUR = (COURSE / "solutions/unit/neighbour/neighbour.py").read_text("utf-8")
CODES = "a\n::set-output name=a::b\n\x1b[2J"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A submission in which one exercise is right, in the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "handed_in"
    folder.mkdir()
    (folder / "neighbour.py").write_text(NEIGHBOUR, "utf-8")
    yield folder
    remove_scratch(folder)  # pytest cannot remove what is nested so deeply


def loop_of_links(folder):
    (folder / "target.py").symlink_to("target.py")
    (folder / "there").symlink_to("back")
    (folder / "back").symlink_to("there")


def nested_folders(folder):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def there_twice(folder):
    for name in ("one", "other"):
        (folder / name).mkdir()
        (folder / name / "target.py").write_text(f"def honest(x):\n    return '{name}'\n")


def names_that_print(folder):
    (folder / CODES).mkdir()
    (folder / CODES / "target.py").write_bytes(b"\xff")
    (folder / os.fsdecode(b"\xff")).mkdir()
    (folder / os.fsdecode(b"\xff") / "target.py").write_bytes(b"\xfe")


def a_pipe_and_a_folder(folder):
    os.mkfifo(folder / "target.py")
    (folder / "target.ipynb").mkdir()


def files_of_other_courses(folder):
    for i in range(300):
        (folder / f"n{i}.ipynb").symlink_to("neighbour.py")
        (folder / f"other{i}").mkdir()


def a_name_written_from_right_to_left(folder):
    (folder / "a\u202eb\x9b2J").mkdir()
    (folder / "a\u202eb\x9b2J" / "target.py").write_bytes(b"\xff")


def _zip(folder, name, text, compression=zipfile.ZIP_STORED):
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", compression) as opened:
        opened.writestr(name, text)
        opened.writestr("neighbour.py", NEIGHBOUR)
    return archive


def a_zipped_name_that_is_not_utf_8(folder):
    archive = _zip(folder, "ü/target.py", "x = 1\n")
    archive.write_bytes(archive.read_bytes().replace("ü".encode(), b"\xff\xfe"))
    return archive


def a_zip_with_broken_lzma(folder):
    archive = _zip(folder, "target.py", "x = 1\n" * 99, zipfile.ZIP_LZMA)
    data = bytearray(archive.read_bytes())
    start = data.index(b"target.py") + len(b"target.py")
    data[start + 4 : start + 24] = b"\xff" * 20
    archive.write_bytes(data)
    return archive


CELLS = [f"%%{'a' * 9000}\nx", *["x ="] * 500, *["def honest(x): pass"] * 500]
LANGUAGE = {"kernelspec": {"language": f"{CODES}<script>alert(1)</script>" * 500}}
HELPERS = "".join(f"def f{i}():\n    return f{i + 1}()\n" for i in range(5000))
#: Name of a file and what it holds -> words of the report, and the verdict.
WRITTEN = {
    ("target.ipynb", '{"worksheets": [{"cells": 5}]}'): (
        "target.ipynb is not a notebook: it has no cells", "failed",
    ),
    ("target.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": s} for s in CELLS]})): (
        "491 more notes on its cells", "failed",
    ),
    ("target.ipynb", json.dumps({"metadata": LANGUAGE, "cells": []})): (
        "target.ipynb is a notebook in ...", "failed",
    ),
    ("target.py", b"def attacked(x):\n    return '\xff'\n"): (
        "target.py, line 2, is not UTF-8 text (byte 0xff)", "failed",
    ),
    ("target.py", "#" * (MAX_SOURCE + 1)): ("target.py is too large", "failed"),
    ("target.py", f"{HELPERS}def honest(x):\n    return f0()\n"): ("RecursionError", "crashed"),
    ("target.py", f"x = {'-' * 90_000}1\n"): ("SyntaxError: nested too deeply", "crashed"),
}  # fmt: skip


def written(name, content):
    """Return a function that writes the file into the folder of a submission."""

    def write(folder):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


#: How the submission is made -> words of its report, and the verdict of what could not be graded.
SUBMISSIONS = {
    **{written(*file): report for file, report in WRITTEN.items()},
    loop_of_links: ("target.py cannot be read", "not started"),
    nested_folders: ("holds folders deeper than", "not started"),
    there_twice: ("two files for exercise 'target': one/target.py and other/target.py", "failed"),
    names_that_print: ("is not UTF-8 text (byte 0xfe)", "failed"),
    a_pipe_and_a_folder: ("target.py is not a regular file", "not started"),
    files_of_other_courses: ("not started", "not started"),
    a_name_written_from_right_to_left: ("is not UTF-8 text (byte 0xff)", "failed"),
    a_zipped_name_that_is_not_utf_8: ("target.py does not define", "not started"),
    a_zip_with_broken_lzma: ("handed_in.zip/target.py cannot be unpacked", "failed"),
    (lambda folder: _zip(folder, "../target.py", "x = 1\n")): (
        "../target.py is refused, it would leave",
        "not started",
    ),
}


@pytest.mark.parametrize("make", SUBMISSIONS, ids=lambda make: SUBMISSIONS[make][0][:40])
def test_it_ends_in_a_report_with_all_that_could_be_graded(make, folder, tmp_path, capsys):
    submission = (make(folder) or folder).name
    report, junit, page = graded(submission, tmp_path)
    target, neighbour = report["exercises"]
    words, verdict = SUBMISSIONS[make]
    assert neighbour["verdict"] == "passed"
    assert target["verdict"] == verdict
    assert words in json.dumps(report, ensure_ascii=False)
    assert "fault of gradus" not in json.dumps(report)
    assert len(ET.parse(junit).findall(".//testcase")) > 1
    assert "<html" in page.read_text("utf-8")
    shown = capsys.readouterr()
    assert shown.err == ""
    for text in (shown.out, *map(Path.read_text, (junit, page, tmp_path / "report.json"))):
        assert str(tmp_path) not in text


def graded(submission, folder):
    """The JSON report, and the paths of the others, of grading the tiny course."""
    paths = {kind: folder / f"report.{kind}" for kind in ("json", "junit", "html")}
    files = [f"--{kind}={path}" for kind, path in paths.items()]
    options = ["--course", str(COURSE), "--sandbox", "process", "--jobs", "1", *files]
    assert grade(["target", "neighbour", "--submission", str(submission), *options]) == 1
    report = json.loads(paths["json"].read_text("utf-8"))
    return report, paths["junit"], paths["html"]


@pytest.mark.parametrize("name", ["report.pdf", "empty.zip", "empty.ipynb", "empty.py", "loop"])
def test_what_holds_nothing_ends_in_a_report_too(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.symlink_to(name) if name == "loop" else path.touch()
    report, _, _ = graded(path, tmp_path)
    assert {exercise["verdict"] for exercise in report["exercises"]} == {"not started"}
    assert any(name in note for note in report["notes"])
    assert "Nothing that was handed in could be graded" in capsys.readouterr().out
