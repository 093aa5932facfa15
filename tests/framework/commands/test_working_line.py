"""No command is silent on a terminal for more than two seconds, also none of a plugin."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from repository import ROOT

from framework.commands import working_line as module
from framework.commands.working_line import WorkingLine, working_line

#: Runs `gradus` with a command of a plugin that is silent for a while.
SILENT = """
import sys, time
from framework import cli
def command(arguments):
    {body}
cli.build_app = lambda arguments: command
sys.argv = ["gradus", "slow", "one\\x1b"]
cli.main()
"""


def on_terminal(body, signals=()):
    """What such a command shows on a terminal; `signals` are sent once the line is there."""
    ours, theirs = pty.openpty()
    shown, pending = "", list(signals)
    with subprocess.Popen(
        [sys.executable, "-c", SILENT.replace("{body}", body)],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        while select.select([ours], [], [], 20.0)[0]:
            try:
                shown += os.read(ours, 1 << 16).decode()
            except OSError:  # the other end is closed
                break
            while "working, " in shown and pending:
                process.send_signal(pending.pop())
    os.close(ours)
    return shown


def test_a_silent_command_shows_within_two_seconds_what_works():
    shown = on_terminal("time.sleep(2.0); print('done')")
    assert shown.index("working, ") < shown.index("gradus slow") < shown.index("done")
    assert "\x1b" not in shown
    assert module.QUIET + module.EVERY < 2.0
    *_, erased, last = shown.replace("\r\n", "\n").split("\r")
    assert (erased.strip(), last) == ("", "done\n")


def test_ctrl_c_takes_the_line_away():
    shown = on_terminal("time.sleep(20)", [signal.SIGINT])
    _, erased, last = shown.replace("\r\n", "\n").rsplit("\r", 2)
    assert (erased.strip(), "working" in last) == ("", False)


@pytest.fixture
def line(monkeypatch):
    """A line that may be drawn at once, and what it has written."""
    monkeypatch.setattr(module, "QUIET", 0.0)
    written = []
    return WorkingLine("gradus slow", written.append), written


def drawn(line):
    if line._is_quiet():
        line._draw()


def test_it_leaves_a_line_alone_that_is_not_finished(line):
    line, written = line
    with line.printing("Go on? "):
        pass
    drawn(line)
    assert not written
    with line.printing("yes\n"):
        pass
    drawn(line)
    assert written == ["\rworking, 0 s: gradus slow"]


def test_it_is_away_before_the_next_output(line):
    line, written = line
    drawn(line)
    with line.printing("x\n"):
        assert written[-1].strip("\r ") == ""
        assert len(written[-1]) == len("working, 0 s: gradus slow") + 2
    line.end()
    assert len(written) == 2


def test_a_narrow_terminal_has_one_line(line, monkeypatch):
    monkeypatch.setenv("COLUMNS", "12")
    line, written = line
    drawn(line)
    assert written == ["\rworking, 0 "]


def test_a_forked_process_shows_nothing(line):
    line, written = line
    drawn(line)
    line.forget()
    line.end()
    line.run()
    assert len(written) == 1


def test_what_is_written_to_a_pipe_is_as_ever(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stderr", stream)
    with working_line(["list"]):
        assert "write" not in vars(stream)
    with suppress(ValueError):
        stream.close()
