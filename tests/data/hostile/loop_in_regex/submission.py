import re


def attacked(x):
    return re.match("(a+)+$", "a" * 100 + "b")
