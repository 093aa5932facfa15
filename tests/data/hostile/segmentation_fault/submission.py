import ctypes


def attacked(x):
    return ctypes.string_at(0)
