
import os
import sys
import numpy as np


def say(text):
    print(text)
    return text


def doubled(x):
    return 2 * x


def flood():
    for _ in range(300):
        print("x" * 9999)


def ends():
    print("the end")
    sys.stdout.flush()
    os._exit(3)


def redirect():
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
