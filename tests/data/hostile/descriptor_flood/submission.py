import os
from contextlib import suppress

descriptors = []


def attacked(x):
    with suppress(OSError):
        while True:
            descriptors.append(os.open(os.devnull, os.O_RDONLY))
    with suppress(OSError):
        while True:
            descriptors.extend(os.pipe())
    return x
