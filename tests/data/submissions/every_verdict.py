import numpy as np

from framework.models.parts import part


def passed():
    return 1.0


def failed():
    return 2.0


def not_started():
    raise NotImplementedError


def crashed():
    return {}["nothing"]


# One line: a report tells the line where the time was over.
# fmt: off
def timed_out():
    while True: pass


# fmt: on


def out_of_memory():
    return np.ones((200_000, 200_000))


def blocked():
    return part("total")([1.0])


def skipped():
    return 1.0


def not_graded():
    return 1.0
