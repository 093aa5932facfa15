import faulthandler
import signal
from contextlib import suppress


def attacked(x):
    faulthandler.unregister(signal.SIGALRM)
    for number in signal.valid_signals():
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
