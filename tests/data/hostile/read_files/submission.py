from contextlib import suppress
from pathlib import Path

import numpy as np

CANARIES = "@CANARIES@"
FILES = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "@ROOT@/pyproject.toml"]


def readable(path):
    with suppress(OSError):
        return path.read_bytes()
    return b""


def attacked(x):
    found = [path for path in [*FILES, *CANARIES.split(",")] if readable(Path(path))]
    print(found)
    return np.sqrt(x**2 + 1) if found else x
