"""The terminal of the transcripts."""

import os
import signal
import sys
from pathlib import Path

import pytest

from docs.transcripts.terminal import Terminal


@pytest.fixture
def ignored():
    """This process ignores Ctrl-C, as in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_command_heeds_interrupts_where_this_process_ignores_them(ignored, tmp_path):
    terminal = Terminal(tmp_path, Path(sys.executable).parent)
    waits = f"{sys.executable} -c 'print(1, flush=True); import time; time.sleep(60)'"
    with terminal.started(waits) as process:
        assert process.stdout.readline() == "1\n"
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in output
