class Endless(Exception):
    def __str__(self):
        return "".join(iter(str, "the end"))


def attacked(x):
    raise Endless
