import os


def attacked(x):
    os.closerange(0, 256)
    return x
