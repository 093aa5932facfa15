import os
from contextlib import suppress


def send(data):
    """Write to every descriptor that there is."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def attacked(x):
    send((100).to_bytes(4, "big") + bytes(50))
    os._exit(0)
