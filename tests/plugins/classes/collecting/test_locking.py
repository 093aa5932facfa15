"""Two commands that change one collection at the same moment: the second one is refused."""

import multiprocessing
import os
import signal
import sys

import pytest

from framework.errors import BadInputError
from plugins.classes.collecting.collection import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
FORK = multiprocessing.get_context("fork") if sys.platform != "win32" else None


def hold(folder, ready):
    with locked(folder):
        ready.set()
        signal.pause()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "lab1"


@pytest.fixture
def holder(folder):
    """Another process that has the lock."""
    ready = FORK.Event()
    process = FORK.Process(target=hold, args=(folder, ready))
    process.start()
    assert ready.wait(20)
    yield process
    process.kill()
    process.join()


def test_the_second_command_is_refused_and_told_why(folder, holder):
    message = r"another command changes .*lab1 at this moment"
    with pytest.raises(BadInputError, match=message), locked(folder):
        pytest.fail("both have the lock")


def test_a_command_that_was_killed_leaves_no_lock(folder, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with locked(folder):
        pass


def test_a_lock_leaves_no_file_and_changes_no_folder(folder):
    folder.mkdir()
    folder.chmod(0o755)
    with locked(folder):
        assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_file_is_no_place_for_a_collection(folder):
    folder.write_text("")
    with pytest.raises(BadInputError, match="no collection can be at"), locked(folder):
        pytest.fail("a file has the lock")
