import os
import sys
import threading


def exit_later(main):
    while sys._current_frames()[main].f_code.co_name != "_receive":
        pass
    os._exit(0)


def attacked(x):
    threading.Thread(target=exit_later, args=[threading.get_ident()]).start()
    return x
