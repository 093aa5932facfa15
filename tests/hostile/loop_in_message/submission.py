class Endless(Exception):
    def __str__(self):
        while True:
            pass


def attacked(x):
    raise Endless
