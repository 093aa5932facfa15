import importlib
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

framework = importlib.import_module("framework")
HERE = Path(__file__)
CANARIES = "@CANARIES@"
FILES = [HERE, *map(Path, CANARIES.split(",")), Path(framework.__file__), Path(np.__file__)]


def attempts(path):
    yield lambda: path.write_text("hostile")
    yield path.unlink
    yield lambda: path.rename(path.with_name("hostile-was-here"))
    yield lambda: path.with_name("hostile-was-here").write_text("")
    yield lambda: path.with_name("hostile-was-here").symlink_to("/etc/passwd")
    yield lambda: path.with_name("hostile-was-here").mkdir()
    yield lambda: os.link(path, "hostile-was-here")
    yield lambda: os.truncate(path, 0)
    yield lambda: path.chmod(0o777)
    yield lambda: os.utime(path, (0, 0))
    yield lambda: os.setxattr(path, "user.hostile", b"")
    yield lambda: os.mkfifo(path.with_name("hostile-was-here"))


def attacked(x):
    successes = 0
    places = [Path("/hostile"), Path("/dev/shm/hostile"), Path("/proc/self/hostile")]
    for path in [*FILES, *places]:
        for attempt in attempts(path):
            with suppress(OSError):
                attempt()
                successes += 1
                print(path)
    return np.sqrt(x**2 + 1) if successes else x
