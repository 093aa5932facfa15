"""The log: one format, one line for each event, nothing without `-v`."""

import logging
import re

import pytest

from framework.log import ROOT, logger, show_log

LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} INFO gradus\.\w+: .+")


@pytest.fixture(autouse=True)
def silent():
    """The log as it was before."""
    root = logging.getLogger(ROOT)
    before = root.handlers[:], root.level, root.propagate
    yield
    root.handlers[:], root.level, root.propagate = before


def test_without_verbose_nothing_is_written(capsys):
    logger("plugins").info("loaded one")
    assert capsys.readouterr() == ("", "")


def test_events_go_to_standard_error_in_one_format(capsys):
    show_log()
    show_log()  # a second command in the same process
    logger("plugins").info("loaded %s", "one")
    logger("worker").info("started")
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 2
    assert all(map(LINE.fullmatch, lines))
    assert lines[0].endswith("gradus.plugins: loaded one")


@pytest.mark.parametrize("hostile", ["a\n::set-output name=x::1", "a\x1b[2Jb", "a\rb", "a\u202eb"])
def test_an_event_is_one_line_whatever_it_holds(capsys, hostile):
    show_log()
    logger("worker").info("printed %s", hostile)
    (line,) = capsys.readouterr().err.splitlines()
    assert LINE.fullmatch(line)
    assert line.isprintable()
