"""Timers without signals write the stack of what takes too long, and of nothing else."""

import subprocess
import sys

import pytest
from repository import ROOT, text_of

PROGRAM = text_of("texts/portable/program.txt")


@pytest.mark.parametrize(
    ("limits", "call", "function"),
    [
        ("0.05, 100.0", "spin(1.0)", "in spin\n"),
        ("100.0, 0.05", "time.sleep(1.0)", "in <module>\n"),
        ("100.0, 100.0", "spin(0.2)", ""),
        ("0.2, 100.0", "time.sleep(0.5)", ""),
        ("0.0, 0.0", "spin(0.2)", ""),
    ],
)
def test_a_stack_is_written_after_the_time_of_a_request(limits, call, function):
    program = PROGRAM.format(root=str(ROOT), limits=limits, call=call)
    done = subprocess.run(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=True, timeout=60
    )
    assert function in done.stderr
    assert done.stderr.count("(most recent call first)") == (2 if function else 0)
