import os
import sys
import threading
from contextlib import suppress


def write_later(main):
    while sys._current_frames()[main].f_code.co_name != "_receive":
        pass
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, b"later" * 100)


def attacked(x):
    threading.Thread(target=write_later, args=[threading.get_ident()]).start()
    return x
