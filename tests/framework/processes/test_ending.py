"""A command ends as Python ends it: with its output, its exit code, and what is done at exit."""

import pytest
from programs import completed_python

ENDS = {
    "python": "sys.exit(code)",
    "gradus": "from framework.processes.termination import end_process; end_process(code)",
}


def ended(how, before="", *, code=3, **options):
    program = f"import sys; code = {code}\n{before}\n{ENDS[how]}"
    return completed_python("-c", program, **options)


@pytest.mark.parametrize(
    "before",
    [
        "import atexit, weakref\nclass A: pass\na = A(); weakref.finalize(a, print, 'finalized')\n"
        "sys.stdout.write('shown'); atexit.register(print, 'at exit')",
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()",
        "sys.stdout.close()",
        "sys.stdout = None",
    ],
)
def test_it_is_as_the_end_of_python(before):
    theirs, ours = (ended(how, before) for how in ENDS)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ours.returncode == 3 or "closed" in theirs.stderr


def test_output_that_cannot_be_written_is_an_error_as_before():
    before = "print('x' * 100); sys.stdout.flush(); import os; os.close(1); print('lost')"
    theirs, ours = (ended(how, before) for how in ENDS)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ("Bad file descriptor" in ours.stderr) == ("Bad file descriptor" in theirs.stderr)


def test_objects_are_not_freed():
    before = "class A:\n    def __del__(self): print('freed')\nmade = A()"
    assert [ended(how, before).stdout for how in ENDS] == ["freed\n", ""]
