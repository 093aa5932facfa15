import os


def attacked(x):
    os._exit(0)
