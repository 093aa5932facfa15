import os
from contextlib import suppress


def send(data):
    """Write to every descriptor that there is."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def attacked(x):
    send((1 << 20).to_bytes(4, "big") + bytes(4) + b"\x91" * (1 << 20))
    return x
