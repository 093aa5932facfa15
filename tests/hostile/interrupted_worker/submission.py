import _thread
import threading


def attacked(x):
    def interrupt():
        while True:
            _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    return x
