import os


def attacked(x):
    while True:
        os.write(1, b"a gigabyte a second " * 3000)
        os.write(2, b"and on the other channel too " * 2000)
