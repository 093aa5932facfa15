
import os
made = 0
try:
    while True:
        handle = os.open(f"file-{made}", os.O_CREAT | os.O_WRONLY)
        os.unlink(f"file-{made}")
        made += 1
        os.close(handle)
except OSError as error:
    print(made, error.errno == 28)
