"""The end of a command."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """End this process as `sys.exit` does, but free no objects: that takes a tenth of a first run.

    Where a thread still runs or an output cannot be written, Python ends as usual.
    """
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
        if _flushed():
            os._exit(code)
    sys.exit(code)


def _flushed() -> bool:
    """Write what is buffered; return whether all of it was written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a closed one is None
                stream.flush()
    except (OSError, ValueError):
        return False
    return True
