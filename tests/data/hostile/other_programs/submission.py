import ctypes
import os
import subprocess
import sys
from contextlib import suppress

import numpy as np


def started():
    with suppress(OSError):
        yield subprocess.run(["/bin/sh", "-c", "true"], check=False)
    with suppress(OSError):
        yield os.posix_spawn("/bin/sh", ["sh"], {})
    with suppress(OSError):
        yield os.execv("/bin/sh", ["sh"])
    with suppress(OSError):
        yield os.execv(sys.executable, ["python", "-c", "import time; time.sleep(3600)"])
    if ctypes.CDLL(None).system(b"true") == 0:
        yield "system"


def attacked(x):
    return np.sqrt(x**2 + 1) if list(started()) else x
