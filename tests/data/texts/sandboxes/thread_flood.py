
import threading
threading.stack_size(64 << 10)
stop = threading.Event()
count = 0
try:
    while count < 2000:
        threading.Thread(target=stop.wait, daemon=True).start()
        count += 1
except RuntimeError:
    pass
print(count, flush=True)
