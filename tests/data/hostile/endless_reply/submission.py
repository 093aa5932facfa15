import os
import time
from contextlib import suppress


def send(data):
    """Write to every descriptor that there is."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def attacked(x):
    send((1 << 20).to_bytes(4, "big") + (1 << 28).to_bytes(4, "big"))
    while True:
        send(b"x")
        time.sleep(0.001)
