import threading
import time


def attacked(x):
    threading.stack_size(64 << 10)
    while True:
        threading.Thread(target=time.sleep, args=[3600], daemon=True).start()
