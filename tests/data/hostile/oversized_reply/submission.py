import os
from contextlib import suppress


def send(data):
    """Write to every descriptor that there is."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def attacked(x):
    send(b"\xff" * 8)
    return x
