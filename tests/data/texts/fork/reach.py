
import os, signal
for name, line in {
    "signal it": "os.kill(PID, signal.SIGKILL)",
    "read its memory": "open('/proc/PID/mem', 'rb').read(1)",
    "read its environment": "open('/proc/PID/environ').read()",
    "read its descriptors": "os.listdir('/proc/PID/fd')",
    "read its folder": "open('FOLDER/mine').read()",
    "write to its folder": "open('FOLDER/yours', 'w')",
}.items():
    for pid in pids:
        try:
            exec(line.replace("PID", str(pid)).replace("FOLDER", folder))
        except OSError:
            continue
        print(name, pid)
print("tried")
