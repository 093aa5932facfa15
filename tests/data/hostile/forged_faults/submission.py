import importlib
import os
import sys
from contextlib import suppress

wire = importlib.import_module("autograder.sandbox.wire")  # a plain import is refused


def request():
    """What the worker was asked: it stands in a frame below this one."""
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]


def send(data):
    """Write to every descriptor that there is."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def attacked(x):
    error = {"step": -5, "kind": "infrastructure", "type": "Skipped", "message": "SKIPPED " * 999}
    error["frames"] = [["/etc/passwd", 10**30, "\x1b[2J"], ["target.py", -1, ""], 3, None]
    send(wire.encode({"id": request()["id"], "results": [], "error": error}))
    return x
