import _thread
import threading


def attacked(x):
    running = threading.Event()

    def interrupt():
        running.set()
        while True:
            _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    running.wait()
    return x
