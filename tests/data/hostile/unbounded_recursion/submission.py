import sys


class Mirror:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return f"{self!r}"


def attacked(x):
    sys.setrecursionlimit(2**31 - 1)
    return sorted([x], key=lambda _: repr(Mirror()))
