import _thread
import threading


def attacked(x):
    def interrupt():
        while True:
            _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    while True:  # until the first interrupt ends the call: all others hit the worker's own loop
        pass
